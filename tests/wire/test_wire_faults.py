"""Faults and bounds of the wire: closings, silences, slowness, hostile peers, many of them."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from wire_world import Loop, Talk, client_context, running_loop, server_credential

from simulators.clock import SimulatedClock
from simulators.journal import Event, Journal
from simulators.wire import API_LPS, FaultBook, WireFault, WireLimits, WireServer
from simulators.wire.faults import (
    Close,
    CloseAfterOctets,
    HalfClosed,
    HalfOpen,
    InjectedPlaintext,
    Reset,
    Silence,
    SlowOctets,
)


class World:
    def __init__(self, loop: Loop, journal: Journal) -> None:
        self.loop = loop
        self.journal = journal
        self.clock = SimulatedClock()
        self.server: WireServer | None = None

    def serve(self, *faults: WireFault, **options: Any) -> int:
        self.server = WireServer(
            Talk,
            journal=self.journal,
            tenant="t",
            protocol_name="imap",
            tls=API_LPS.with_credential(server_credential()),
            faults=faults,
            clock=self.clock,
            **options,
        )
        return self.loop.run(self.server.start())

    def closed(self) -> Event:
        event = self.journal.wait_for("t", 10, protocol="imap", name="close")
        assert event is not None
        return event


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    journal = Journal(tmp_path)
    with running_loop() as loop:
        world = World(loop, journal)
        yield world
        if world.server is not None:
            loop.run(world.server.stop())
            assert world.server.connections == 0
    journal.close()


def connect(port: int, timeout: float = 10) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=timeout)


def everything(sock: socket.socket) -> bytes:
    parts = []
    while got := sock.recv(65536):
        parts.append(got)
    return b"".join(parts)


def test_close_at_connect_strikes_as_often_as_asked(world: World) -> None:
    port = world.serve(Close(times=1))
    with connect(port) as sock:
        assert everything(sock) == b""
    close = world.closed()
    assert (close.data["by"], close.data["reason"]) == ("fault", "Close at connect")
    assert close.source == "operator"
    with connect(port) as sock:
        assert sock.recv(100) == b"220 ready\r\n"


def test_close_before_the_answer_to_a_command(world: World) -> None:
    with connect(world.serve(Close(at="MAIL"))) as sock:
        sock.sendall(b"noop\r\nMAIL x\r\nnoop\r\n")
        assert everything(sock) == b"220 ready\r\n250 noop\r\n"


def test_reset(world: World) -> None:
    with connect(world.serve(Reset(at="MAIL"))) as sock:
        assert sock.recv(100)
        sock.sendall(b"MAIL\r\n")
        with pytest.raises(ConnectionResetError):
            sock.recv(100)


@pytest.mark.parametrize("fault", [Silence(at="MAIL"), HalfOpen(at="MAIL")])
def test_silence_keeps_the_connection(world: World, fault: WireFault) -> None:
    with connect(world.serve(fault)) as sock:
        assert sock.recv(100)
        sock.sendall(b"MAIL\r\nnoop\r\n")
        assert world.journal.wait_for("t", 10, name="fault")
        sock.settimeout(0.1)
        with pytest.raises(TimeoutError):
            sock.recv(100)


def test_silence_at_the_handshake(world: World) -> None:
    with connect(world.serve(Silence(at="handshake"))) as sock:
        sock.recv(100)
        sock.sendall(b"STARTTLS\r\n")
        assert sock.recv(100) == b"220 go\r\n"
        sock.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client_context().wrap_socket(sock, server_hostname="localhost")
    # The ClientHello was read all the same
    hello = world.journal.wait_for("t", 10, protocol="tls", name="client-hello")
    assert hello is not None
    assert hello.data["sni"] == "localhost"


def test_half_closed(world: World) -> None:
    with connect(world.serve(HalfClosed(at="MAIL"))) as sock:
        assert sock.recv(100)
        sock.sendall(b"MAIL\r\n")
        assert sock.recv(100) == b""
        sock.sendall(b"still here\r\n")


@pytest.mark.parametrize("octets", [0, 5, 14])
def test_close_after_octets_sent_cuts_where_it_falls(world: World, octets: int) -> None:
    with connect(world.serve(CloseAfterOctets(octets=octets))) as sock:
        sock.sendall(b"noop\r\n")
        try:
            assert everything(sock) == b"220 ready\r\n250 noop\r\n"[:octets]
        except ConnectionResetError:
            # The command arrived after the closing.
            assert octets <= 11


def test_close_after_octets_received(world: World) -> None:
    with connect(world.serve(CloseAfterOctets(octets=12, direction="received"))) as sock:
        sock.sendall(b"noop\r\n")
        assert sock.recv(11) == b"220 ready\r\n"
        assert sock.recv(100) == b"250 noop\r\n"
        sock.sendall(b"noop\r\n")
        assert everything(sock) == b""


def test_slow_octets_arrive_whole_and_slowly(world: World) -> None:
    with connect(world.serve(SlowOctets(octets=2, tick_s=0.01))) as sock:
        sock.sendall(b"BYE\r\n")
        started = time.monotonic()
        assert everything(sock) == b"220 ready\r\n221 bye\r\n"
        assert time.monotonic() - started > 0.05


def test_slow_octets_under_tls(world: World) -> None:
    with connect(world.serve(SlowOctets(octets=700, tick_s=0.001))) as sock:
        sock.recv(100)
        sock.sendall(b"STARTTLS\r\n")
        assert sock.recv(100)
        with client_context().wrap_socket(sock, server_hostname="localhost") as secure:
            secure.sendall(b"BIG 5000\r\n")
            left = 5002
            while left:
                got = secure.recv(65536)
                assert got
                left -= len(got)


def test_injected_plaintext_comes_with_the_answer(world: World) -> None:
    with connect(world.serve(InjectedPlaintext(octets=b"250 injected\r\n"))) as sock:
        assert sock.recv(100) == b"220 ready\r\n"
        sock.sendall(b"STARTTLS\r\n")
        assert sock.recv(100) == b"220 go\r\n250 injected\r\n"
        with client_context().wrap_socket(sock, server_hostname="localhost") as secure:
            secure.sendall(b"noop\r\n")
            assert secure.recv(100) == b"250 noop\r\n"


def test_fault_under_tls_closes_with_close_notify(world: World) -> None:
    with connect(world.serve(Close(at="MAIL"))) as sock:
        sock.recv(100)
        sock.sendall(b"STARTTLS\r\n")
        sock.recv(100)
        with client_context().wrap_socket(
            sock, server_hostname="localhost", suppress_ragged_eofs=False
        ) as secure:
            secure.sendall(b"MAIL\r\n")
            assert secure.recv(100) == b""


def test_fault_book_changes_while_serving(world: World) -> None:
    port = world.serve()
    assert world.server is not None
    with connect(port) as sock:
        assert sock.recv(100)
        world.server.faults.add(Close(at="MAIL"))
        sock.sendall(b"MAIL\r\n")
        assert everything(sock) == b""
    world.server.faults.clear()
    with connect(port) as sock:
        sock.sendall(b"MAIL\r\n")
        assert sock.recv(11)
        assert sock.recv(100) == b"250 MAIL\r\n"


def test_fault_book_counts() -> None:
    book = FaultBook([Close(times=2, at="A"), Close(at="B")])
    assert [book.take(Close, at="A") is not None for _ in range(3)] == [True, True, False]
    assert book.take(Reset, at="B") is None
    assert book.take(Close, at="B") is not None


def test_idle_by_the_simulated_clock(world: World) -> None:
    with connect(world.serve(limits=WireLimits(idle_s=60))) as sock:
        assert sock.recv(100)
        world.clock.advance(59)
        sock.sendall(b"noop\r\n")
        assert sock.recv(100) == b"250 noop\r\n"
        world.clock.advance(61)
        assert everything(sock) == b""
    assert world.closed().data["reason"] == "idle"


def test_handshake_not_finished_in_time(world: World) -> None:
    with connect(world.serve(limits=WireLimits(handshake_s=0.05))) as sock:
        sock.recv(100)
        sock.sendall(b"STARTTLS\r\n")
        sock.recv(100)
        sock.sendall(b"\x16\x03\x01")
        assert everything(sock) == b""
    failed = world.journal.wait_for("t", 10, protocol="tls", name="failed")
    assert failed is not None
    assert "not finished" in failed.data["reason"]


def test_one_connection_too_many(world: World) -> None:
    port = world.serve(limits=WireLimits(connections=2), busy_answer=b"421 busy\r\n")
    with connect(port) as first, connect(port) as second:
        assert first.recv(100)
        assert second.recv(100)
        with connect(port) as third:
            assert everything(third) == b"421 busy\r\n"
        first.sendall(b"BYE\r\n")
        assert everything(first) == b"221 bye\r\n"
        with connect(port) as fourth:
            assert fourth.recv(100) == b"220 ready\r\n"


def test_a_peer_that_never_reads_is_cut(world: World) -> None:
    with connect(world.serve(limits=WireLimits(pending=1_000_000))) as sock:
        for _ in range(40):
            sock.sendall(b"BIG 1000000\r\n")
        close = world.closed()
    assert "does not read" in close.data["reason"]


def test_transcript_is_bounded_and_says_so(world: World) -> None:
    with connect(world.serve(limits=WireLimits(transcript=1000))) as sock:
        sock.sendall(b"BIG 50000\r\nBYE\r\n")
        assert len(everything(sock)) == len("220 ready\r\n") + 50_002 + len("221 bye\r\n")
    close = world.closed()
    assert close.data["transcript_cut"] is True
    assert close.data["sent"] == 50_022
    assert close.evidence is not None
    assert len(world.journal.evidence.read(close.evidence)) < 1500


def test_giant_line(world: World) -> None:
    with connect(world.serve()) as sock:
        assert sock.recv(100)
        sock.sendall(b"x" * 200_000 + b"\r\n")
        # The small protocol above lets its error out: asyncio closes the connection, nothing hangs
        with contextlib.suppress(ConnectionResetError):
            assert everything(sock) == b""
    assert world.closed()
    world.loop.errors.clear()


def test_stop_ends_open_connections_and_handshakes(world: World) -> None:
    port = world.serve()
    assert world.server is not None
    socks = [connect(port) for _ in range(20)]
    for sock in socks:
        assert sock.recv(100)
    socks[0].sendall(b"STARTTLS\r\n")
    assert socks[0].recv(100)
    world.loop.run(world.server.stop())
    for sock in socks:
        with contextlib.suppress(ConnectionResetError):
            assert sock.recv(100) == b""
        sock.close()


def sockets_allowed(wanted: int) -> int:
    """Both ends live in this process: ask for enough descriptors where the system has such a limit."""
    try:
        import resource
    except ImportError:
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 2 * wanted + 200 <= hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (2 * wanted + 200, hard))
        return wanted
    return min(wanted, (soft - 200) // 2)


def test_a_thousand_connections_at_once(world: World) -> None:
    # Given a thousand clients that are all connected
    port = world.serve()
    assert world.server is not None
    count = sockets_allowed(1000)
    socks = [connect(port) for _ in range(count)]
    try:
        for sock in socks:
            assert sock.recv(100) == b"220 ready\r\n"
        assert world.server.connections == count
        # When each says something, Then each is answered
        for index, sock in enumerate(socks):
            sock.sendall(b"n%d\r\n" % index)
        for index, sock in enumerate(socks):
            assert sock.recv(100) == b"250 n%d\r\n" % index
    finally:
        for sock in socks:
            sock.close()


def test_clients_that_break_off_the_handshake_leave_nothing(world: World) -> None:
    port = world.serve()
    for cut in (0, 1, 5, 50, 150):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        hello = client_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
        with pytest.raises(ssl.SSLWantReadError):
            hello.do_handshake()
        with connect(port) as sock:
            sock.recv(100)
            sock.sendall(b"STARTTLS\r\n")
            sock.recv(100)
            sock.sendall(outgoing.read()[:cut])
    deadline = time.monotonic() + 10
    while len(world.journal.events("t", protocol="tls", name="failed")) < 5:
        assert time.monotonic() < deadline
        world.journal.wait_for("t", 0.05, protocol="tls", name="none")
