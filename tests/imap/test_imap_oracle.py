"""One corpus of scripted sessions, run against our server and against Dovecot: the same answers.

Every difference is listed in `imap_differences.py` with the sentence that decides it; a listed difference
that no longer shows fails too.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from imap_bench import HOLDER, TOKEN, Bench, Client, MakeBench
from imap_corpus import CORPUS, SAMPLES, Transcript, expand
from imap_differences import DIFFERENCES
from imap_dovecot import Dovecot
from imap_normalise import responses

from simulators.imap.config import ImapConfig
from simulators.operator import Account, Accounts

Connect = Callable[..., Client]
"""`connect(user, login=True)`."""


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    if not Dovecot.available():
        pytest.skip("dovecot is not installed")
    with Dovecot(in_memory=True) as running:
        yield running


def connect_theirs(dovecot: Dovecot) -> Connect:
    def connect(user: str, login: bool = True) -> Client:
        client = Client(dovecot.port)
        client.identity = user
        if login:
            client.ok(f"LOGIN {user} x")
        return client

    return connect


def connect_ours(make_bench: MakeBench) -> tuple[Bench, Connect]:
    owners = Accounts()
    bench = make_bench(owners=owners, config=ImapConfig(errors=1000))

    def connect(user: str, login: bool = True) -> Client:
        address = f"{user}@banc.mssante.fr"
        if not bench.store.has_account(address):
            bench.store.create_account(address, quota=100 * 1024 * 1024)
            owners.put(Account(address, "PER", holders=frozenset((HOLDER,))))
        client = Client(bench.port)
        client.identity = address
        client.starttls()
        if login:
            client.login(address)
        return client

    return bench, connect


def play(transcript: Transcript, user: str, connect: Connect) -> list[Any]:
    """Return the normalised answers to each step."""
    sessions: dict[str, Client] = {}
    told: dict[str, str] = {}
    answers: list[Any] = []
    try:
        for step in transcript.steps:
            found = re.match(r"(\d):", step)
            number, command = (found.group(1), step[2:]) if found else ("1", step)
            if number not in sessions:
                sessions[number] = connect(user, login=number != "0")
            client = sessions[number]
            if command.startswith("fill "):
                _, box, *names = command.split()
                for name in names:
                    assert client.append(box, SAMPLES[name])[-1].startswith(b"OK")
                answers.append(None)
            elif command.startswith("begin "):
                client.send(b"I " + expand(command.removeprefix("begin ")) + b"\r\n")
                assert client.line().startswith(b"+")
                answers.append(None)
            elif command.startswith("end "):
                heard = [client.line()]
                while command.removeprefix("end ").encode() not in heard[-1]:
                    heard.append(client.line())
                client.send(b"DONE\r\n")
                *lines, answer = client.until("I")
                answers.append(responses([*heard, *lines, answer.removeprefix(b"I ")]))
            else:
                lines = converse(client, filled(command, told, client.identity))
                if number == "1":
                    told |= known(lines)
                answers.append(responses(lines))
    finally:
        for client in sessions.values():
            client.close()
    return answers


def known(lines: list[bytes]) -> dict[str, str]:
    """Return what SELECT told, for `%validity%` and `%modseq%`."""
    text = b"\n".join(lines).decode("latin-1")
    found = {"%validity%": r"\[UIDVALIDITY (\d+)", "%modseq%": r"\[HIGHESTMODSEQ (\d+)"}
    return {name: match.group(1) for name, pattern in found.items() if (match := re.search(pattern, text))}


def filled(command: str, told: dict[str, str], identity: str) -> str:
    """Put in what only this server and this user have."""
    sasl = {
        "%plain%": f"\0{identity}\0{TOKEN}",
        "%xoauth2%": f"user={identity}\x01auth=Bearer {TOKEN}\x01\x01",
        "%oauthbearer%": f"n,a={identity},\x01auth=Bearer {TOKEN}\x01\x01",
    }
    for name, text in sasl.items():
        command = command.replace(name, base64.b64encode(text.encode()).decode())
    for name, text in told.items():
        command = command.replace(name, text)
    return command


def converse(client: Client, command: str) -> list[bytes]:
    """Do a command; what asks for more is given what stands after ` >> `, then `*`."""
    command, *more = command.split(" >> ")
    tag = client.tag()
    client.send(tag.encode() + b" " + expand(command) + b"\r\n")
    lines: list[bytes] = []
    while True:
        line = client.line()
        if line.startswith(tag.encode() + b" ") or not line:
            return [*lines, line.removeprefix(tag.encode() + b" ")]
        lines.append(line)
        if line.startswith(b"+") and '!"' not in command and "APPEND" not in command:
            client.send((more.pop(0).strip() if more else "*").encode() + b"\r\n")


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
