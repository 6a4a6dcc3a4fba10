"""Hostile and broken clients: no hang, no leak, bounded memory, and nobody else is disturbed."""

from __future__ import annotations

import re
import socket
import statistics
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from imap_bench import ADDRESS, DEADLINE_S, MAIL, OTHER, Bench, Client, MakeBench

from simulators.imap.config import ImapConfig
from simulators.wire import WireLimits


def test_two_gigabytes_announced(bench: Bench) -> None:
    client = bench.client()
    client.send(b"X APPEND INBOX {2147483648}\r\n")
    assert client.line().startswith(b"X NO [TOOBIG]")
    client.ok("NOOP")
    client.send(b"X APPEND INBOX {2147483648+}\r\n" + MAIL)
    assert client.line().startswith(b"* BYE [TOOBIG]")


def test_large_literals_only_after_authentication(bench: Bench) -> None:
    client = bench.client(login=None)
    client.send(b"X APPEND INBOX {1000000}\r\n")
    assert client.line().startswith(b"X NO [TOOBIG]")


def test_a_line_without_end(bench: Bench) -> None:
    client = bench.client()
    client.send(b"x" * 100_000)
    assert client.line().startswith(b"* BYE Command line longer")
    assert client.line() == b""


def test_literal_minus(make_bench: MakeBench) -> None:
    bench = make_bench(config=ImapConfig(literal_plus=False))
    client = bench.client()
    assert b"LITERAL-" in client.ok("CAPABILITY")[0].split()
    client.send(b"X APPEND INBOX {4097+}\r\n")
    assert client.line().startswith(b"* BYE [TOOBIG]")


def test_one_octet_at_a_time(bench: Bench) -> None:
    client = bench.client()
    for octet in b"X NOOP\r\n":
        client.send(bytes([octet]))
    assert client.line() == b"X OK NOOP completed."


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\x01\x02\r\n" * 30,
        b"\xff" * 500 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 10,
        b"\r\n" * 40,
    ],
)
def test_garbage_is_answered_then_sent_away(bench: Bench, garbage: bytes) -> None:
    other = bench.client()
    client = bench.client(tls=False)
    client.send(garbage)
    lines: list[bytes] = []
    while (line := client.line()) and len(lines) < 100:
        lines.append(line)
        if line.startswith(b"* BYE"):
            break
        if len(lines) == garbage.count(b"\n"):
            break
    assert all(b" BAD " in line or line.startswith(b"* BYE") for line in lines)
    assert lines
    other.ok("NOOP")


def test_pipelined_commands_are_answered_in_order(bench: Bench) -> None:
    client = bench.client()
    client.send(b"".join(b"P%d NOOP\r\n" % number for number in range(2000)))
    for number in range(2000):
        assert client.line() == b"P%d OK NOOP completed." % number


def test_a_client_that_never_reads_does_not_fill_memory(bench: Bench) -> None:
    # Given a mailbox of some megabytes and a client that asks for all of it again and again without reading
    big = MAIL + b"x" * 500_000
    for _ in range(10):
        bench.store.deliver(ADDRESS, big)
    greedy, other = bench.client(), bench.client()
    greedy.ok("SELECT INBOX")
    greedy.send(b"".join(b"G%d FETCH 1:* BODY.PEEK[]\r\n" % number for number in range(200)))
    # When others go on working
    other.ok("SELECT INBOX")
    # Then what waits for the greedy one stays bounded
    waiting = max(wire.pending() for wire in bench.server.wire._heard)
    assert waiting < 4_000_000
    other.ok("NOOP")


def test_abrupt_ends_leave_nothing_behind(bench: Bench) -> None:
    for ending in (b"", b"X", b"X APPEND INBOX {1000}\r\n", b"X IDLE\r\n", b"X AUTHENTICATE XOAUTH2\r\n"):
        client = bench.client(login=None if b"AUTH" in ending else ADDRESS)
        client.send(ending)
        client.close()
    deadline = time.monotonic() + 10
    while (bench.server._sessions or bench.server._tasks) and time.monotonic() < deadline:
        bench.client().ok("LOGOUT")
    assert not bench.server._sessions
    assert all(not box._watches for account in bench.store.accounts() for box in account)


def test_half_closed_clients_get_their_answers(bench: Bench) -> None:
    client = bench.client(tls=False)
    client.send(b"X CAPABILITY\r\nY NOOP\r\n")
    client.socket.shutdown(socket.SHUT_WR)
    assert client.until("Y")[-1] == b"Y OK NOOP completed."
    assert client.line() == b""


def test_too_many_connections(make_bench: MakeBench) -> None:
    bench = make_bench(limits=WireLimits(connections=2))
    kept = [bench.client(tls=False) for _ in range(2)]
    late = Client(bench.port)
    bench.clients.append(late)
    assert late.greeting.startswith(b"* BYE [UNAVAILABLE]")
    kept[0].ok("NOOP")


class Nuisance(threading.Thread):
    """A bad client: connects, misbehaves until told to stop; what it suffers for that is its own affair."""

    def __init__(
        self, bench: Bench, misbehave: Callable[[Client, threading.Event], None], *, tls: bool
    ) -> None:
        super().__init__(name=misbehave.__name__)
        self._bench, self._misbehave, self._tls = bench, misbehave, tls
        self.ended = threading.Event()
        self.did = 0

    def run(self) -> None:
        while not self.ended.is_set():
            client = Client(self._bench.port)
            try:
                if self._tls:
                    client.starttls()
                    client.login()
                self._misbehave(client, self.ended)
            except OSError:
                # The server sent it away, or does not read any more: begin again.
                pass
            finally:
                client.close()
            self.did += 1


def one_octet_a_second(client: Client, ended: threading.Event) -> None:
    for octet in b"X NOOP\r\n" * 100:
        client.send(bytes([octet]))
        if ended.wait(1.0):
            return


def pipelined_garbage(client: Client, ended: threading.Event) -> None:
    del ended
    for _ in range(20):
        client.send(b"\x00\xff{9}\r\n" * 500 + b"X NOOP\r\n" + b"(" * 30_000 + b"\r\n")


def two_gigabytes(client: Client, ended: threading.Event) -> None:
    del ended
    client.send(b"X APPEND INBOX {2147483648}\r\n")
    client.line()
    client.send(b"X APPEND INBOX {2147483648+}\r\n" + b"x" * 200_000)
    client.until("Y")


def never_reads(client: Client, ended: threading.Event) -> None:
    client.socket.settimeout(0.5)
    client.send(b"X SELECT INBOX\r\n" + b"X FETCH 1:* BODY.PEEK[]\r\n" * 2000)
    ended.wait(30)


def half_a_handshake(client: Client, ended: threading.Event) -> None:
    client.send(b"X STARTTLS\r\n")
    client.line()
    client.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 50)
    ended.wait(30)


def costly_searches(client: Client, ended: threading.Event) -> None:
    del ended
    client.ok("SELECT INBOX")
    client.send(b"X SEARCH " + b"OR TEXT a " * 40 + b"ALL\r\n" + b"X SEARCH " + b"NOT " * 60 + b"TEXT zz\r\n")
    client.send(b"X UID FETCH 1:* (BODYSTRUCTURE BODY.PEEK[])\r\nY NOOP\r\n")
    client.until("Y")


def test_bad_clients_never_disturb_a_good_one(bench: Bench) -> None:
    # Given a mailbox, and somebody who works in it
    for number in range(50):
        bench.store.deliver(ADDRESS, MAIL + b"x" * 20_000 + b"%d" % number)
    bench.store.deliver(OTHER, MAIL)
    good = bench.client(login=OTHER)
    good.ok("SELECT INBOX")
    # When six bad clients do their worst, each its own way, for three seconds
    nuisances = [
        Nuisance(bench, one_octet_a_second, tls=True),
        Nuisance(bench, pipelined_garbage, tls=False),
        Nuisance(bench, two_gigabytes, tls=True),
        Nuisance(bench, never_reads, tls=True),
        Nuisance(bench, half_a_handshake, tls=False),
        Nuisance(bench, costly_searches, tls=True),
    ]
    for nuisance in nuisances:
        nuisance.start()
    waits: list[float] = []
    deadline = time.monotonic() + 3
    try:
        while time.monotonic() < deadline:
            started = time.monotonic()
            assert good.ok("FETCH 1 (UID BODY.PEEK[])") == [
                b"* 1 FETCH (UID 1 BODY[] {%d}\r\n%b)" % (len(MAIL), MAIL)
            ]
            good.ok("STORE 1 +FLAGS.SILENT (\\Seen)")
            waits.append(time.monotonic() - started)
    finally:
        for nuisance in nuisances:
            nuisance.ended.set()
        for nuisance in nuisances:
            nuisance.join(DEADLINE_S + 5)
    # Then each of its answers was right, and came soon
    assert not any(nuisance.is_alive() for nuisance in nuisances)
    assert all(nuisance.did for nuisance in nuisances)
    assert len(waits) >= 10
    assert statistics.median(waits) < 0.5, statistics.median(waits)
    assert max(waits) < 3, max(waits)
    # And nobody else's mailbox changed
    assert [message.uid for message in bench.store.messages(OTHER)] == [1]
    assert len(bench.store.messages(ADDRESS)) == 50


TAMED = st.binary(max_size=60).filter(lambda octets: b"{" not in octets)
COMMANDS = st.sampled_from(
    [
        b"FETCH",
        b"SEARCH",
        b"STORE",
        b"SELECT",
        b"LIST",
        b"STATUS",
        b"UID FETCH",
        b"APPEND",
        b"ENABLE",
        b"COPY",
        b"SORT",
        b"EXAMINE",
        b"CREATE",
        b"RENAME",
        b"GETQUOTA",
        b"UID SEARCH RETURN",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(command=COMMANDS, rest=TAMED)
def test_any_arguments_get_a_tagged_answer(bench: Bench, command: bytes, rest: bytes) -> None:
    if not bench.clients:
        bench.store.deliver(ADDRESS, MAIL)
        bench.client().ok("SELECT INBOX")
    client = bench.clients[0]
    tag = client.tag().encode()
    line = rest.replace(b"\r", b"").replace(b"\n", b"")
    client.send(tag + b" " + command + b" " + line + b"\r\n" + tag + b"Z NOOP\r\n")
    answers = client.until(tag.decode() + "Z")
    if answers[-1] == b"":
        # Twenty wrong commands in a row, or the mailbox selected was renamed away: begin again.
        bench.clients.pop(0).close()
        return
    assert any(answer.startswith(tag + b" ") for answer in answers), answers


PIECES = st.sampled_from(
    [
        b"A NOOP",
        b"B LOGIN ",
        b"C AUTHENTICATE XOAUTH2 ",
        b"D ID (",
        b"{3}",
        b"{3+}",
        b"~{3}",
        b"{0+}",
        b"{99999999999999999999}",
        b"{2147483647+}",
        b"{-1}",
        b"{3+",
        b"abc",
        b"\r\n",
        b"\r\n",
        b"\n",
        b"\r",
        b"\x00",
        b'"',
        b"\\",
        b" ",
        b"\xff\xfe",
    ]
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(PIECES, max_size=25))
def test_any_literals_end_in_answers_or_bye(bench: Bench, pieces: list[bytes]) -> None:
    client = Client(bench.port)
    try:
        client.send(b"".join(pieces))
        client.socket.shutdown(socket.SHUT_WR)
        heard: list[bytes] = []
        while line := client.line():
            heard.append(line)
    finally:
        client.close()
    # Nothing hangs (the client has a deadline), and all that was said is IMAP.
    assert all(re.match(rb"\* |\+ |\S{1,100} (OK|NO|BAD) ", line) for line in heard), heard
    if len(bench.clients) == 0:
        bench.client()
    bench.clients[0].ok("NOOP")
