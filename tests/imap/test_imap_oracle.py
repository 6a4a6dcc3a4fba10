"""One corpus of scripted sessions, run against our server and against Dovecot: the same answers.

Every difference is listed in `imap_differences.py` with the sentence that decides it; a listed difference
that no longer shows fails too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from imap_bench import HOLDER, Bench, Client, MakeBench
from imap_corpus import CORPUS, SAMPLES, Transcript, expand
from imap_differences import DIFFERENCES
from imap_dovecot import Dovecot
from imap_normalise import responses

from simulators.imap.config import ImapConfig
from simulators.operator import Account, Accounts

Connect = Callable[[str], Client]


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    if not Dovecot.available():
        pytest.skip("dovecot is not installed")
    with Dovecot() as running:
        yield running


def connect_theirs(dovecot: Dovecot) -> Connect:
    def connect(user: str) -> Client:
        client = Client(dovecot.port)
        client.ok(f"LOGIN {user} x")
        return client

    return connect


def connect_ours(make_bench: MakeBench) -> tuple[Bench, Connect]:
    owners = Accounts()
    bench = make_bench(owners=owners, config=ImapConfig(errors=1000))

    def connect(user: str) -> Client:
        address = f"{user}@banc.mssante.fr"
        if not bench.store.has_account(address):
            bench.store.create_account(address, quota=100 * 1024 * 1024)
            owners.put(Account(address, "PER", holders=frozenset((HOLDER,))))
        client = Client(bench.port)
        client.starttls()
        client.login(address)
        return client

    return bench, connect


def play(transcript: Transcript, user: str, connect: Connect) -> list[Any]:
    """Return the normalised answers to each step."""
    sessions: dict[str, Client] = {}
    answers: list[Any] = []
    try:
        for step in transcript.steps:
            found = re.match(r"(\d):", step)
            number, command = (found.group(1), step[2:]) if found else ("1", step)
            if number not in sessions:
                sessions[number] = connect(user)
            client = sessions[number]
            if command.startswith("fill "):
                _, box, *names = command.split()
                for name in names:
                    assert client.append(box, SAMPLES[name])[-1].startswith(b"OK")
                answers.append(None)
            else:
                answers.append(responses(converse(client, command)))
    finally:
        for client in sessions.values():
            client.close()
    return answers


def converse(client: Client, command: str) -> list[bytes]:
    """Do a command; what asks for more is given an empty line."""
    tag = client.tag()
    client.send(tag.encode() + b" " + expand(command) + b"\r\n")
    lines: list[bytes] = []
    while True:
        line = client.line()
        if line.startswith(tag.encode() + b" ") or not line:
            return [*lines, line.removeprefix(tag.encode() + b" ")]
        lines.append(line)
        if line.startswith(b"+") and "{" not in command and "APPEND" not in command:
            client.send(b"*\r\n")


def differing(ours: list[Any], theirs: list[Any]) -> list[int]:
    return [index for index, pair in enumerate(zip(ours, theirs, strict=True)) if pair[0] != pair[1]]


def contrast(ours: list[Any], theirs: list[Any]) -> str:
    """Show only what one has and the other has not."""
    mine, others = parts(ours), parts(theirs)
    only = [f"  ours   {one}" for one in mine if one not in others]
    return "\n".join(only + [f"  theirs {one}" for one in others if one not in mine])


def parts(answers: list[Any]) -> list[Any]:
    out: list[Any] = []
    for one in answers:
        if one and one[0] == "FETCH":
            out += [(one[1], *pair) for pair in one[2]]
        else:
            out.append(one)
    return out


def test_same_answers_as_dovecot(dovecot: Dovecot, make_bench: MakeBench) -> None:
    bench, ours_connect = connect_ours(make_bench)
    theirs_connect = connect_theirs(dovecot)
    surprises: list[str] = []
    seen: set[tuple[str, int]] = set()
    for number, transcript in enumerate(CORPUS):
        ours = play(transcript, f"u{number}", ours_connect)
        theirs = play(transcript, f"u{number}", theirs_connect)
        bench.journal.forget("t1")
        for index in differing(ours, theirs):
            seen.add((transcript.name, index))
            if (transcript.name, index) not in DIFFERENCES:
                surprises.append(
                    f"{transcript.name} [{transcript.rfc}] step {index}: {transcript.steps[index]}\n"
                    + contrast(ours[index], theirs[index])
                )
    assert not surprises, f"{len(surprises)} differences without a reason:\n" + "\n".join(surprises)
    assert not set(DIFFERENCES) - seen, "listed, and no longer different"
