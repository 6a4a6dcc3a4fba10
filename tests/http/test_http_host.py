"""The HTTP host of the space: serves, bounds hostile peers, stops at once and leaves nothing."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from simulators.clock import FrozenClock
from simulators.http.host import HttpHost


async def _echo(request: Request) -> Response:
    body = await request.body()
    return PlainTextResponse(f"{request.method} {request.url.path} {len(body)}")


def _app(*extra: Route) -> Starlette:
    return Starlette(routes=[Route("/echo", _echo, methods=["GET", "POST"]), *extra])


@contextmanager
def _serving(run: Any, app: Any = None, **options: Any) -> Iterator[HttpHost]:
    async def make() -> HttpHost:
        host = HttpHost(app or _app(), **options)
        await host.start()
        return host

    host = run(make())
    try:
        yield host
    finally:
        run(host.stop())


def test_serves_http_with_the_date_of_its_clock(run: Any) -> None:
    with _serving(run, clock=FrozenClock()) as host:
        answer = httpx.post(f"http://127.0.0.1:{host.port}/echo", content=b"abc")
    assert answer.text == "POST /echo 3"
    assert answer.headers["date"] == "Thu, 15 Jan 2026 09:00:00 GMT"


def test_serves_https_to_a_client_that_verifies(
    run: Any, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    with _serving(run, ssl_context=server_tls) as host:
        assert host.scheme == "https"
        answer = httpx.get(f"https://localhost:{host.port}/echo", verify=client_tls)
    assert answer.text == "GET /echo 0"


def test_port_is_known_before_start_and_refuses_until_then(run: Any) -> None:
    host = HttpHost(_app())
    with pytest.raises(RuntimeError, match="no port yet"):
        _ = host.port
    port = host.reserve()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=0.5)
    assert run(host.start()) == port
    assert httpx.get(f"http://127.0.0.1:{port}/echo").status_code == 200
    run(host.stop())


def test_accepted_connections_do_not_wait_for_acknowledgements(run: Any) -> None:
    # Nagle's algorithm and delayed acknowledgements together cost 40 ms for each answer in two writes
    with _serving(run) as host, httpx.Client() as client:
        client.get(f"http://127.0.0.1:{host.port}/echo")
        connection: Any = next(iter(host._state.connections))
        accepted = connection.transport.get_extra_info("socket")
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_taken_port_is_an_os_error(run: Any) -> None:
    with _serving(run) as host, pytest.raises(OSError):
        HttpHost(_app(), port=host.port).reserve()


def test_restarts_on_a_fixed_port(run: Any) -> None:
    with _serving(run) as host:
        port = host.port
        httpx.get(f"http://127.0.0.1:{port}/echo")
    with _serving(run, port=port):
        assert httpx.get(f"http://127.0.0.1:{port}/echo").status_code == 200


@pytest.mark.parametrize("tls", [False, True])
def test_stop_is_quick_with_idle_keep_alive_connections(
    run: Any, tls: bool, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    took_ms = []
    for _ in range(3):  # the best of three: the machine may be busy with something else
        # Given a host with kept-alive connections
        host = HttpHost(_app(), ssl_context=server_tls if tls else None)
        run(host.start())
        with httpx.Client(verify=client_tls) as client, _connect(host) as idle:
            client.get(f"{host.scheme}://localhost:{host.port}/echo")
            # When it stops
            began = time.monotonic()
            run(host.stop())
            took_ms.append((time.monotonic() - began) * 1000)
            # Then the peers were told, and it was quick
            with _closed_or_reset():
                assert idle.recv(1) == b""
    assert min(took_ms) < 50


def test_stop_ends_a_request_in_progress_without_noise(run: Any, caplog: pytest.LogCaptureFixture) -> None:
    entered = threading.Event()

    async def stuck(_: Request) -> Response:
        entered.set()
        await asyncio.Event().wait()
        raise AssertionError("never")

    host = HttpHost(_app(Route("/stuck", stuck)))
    run(host.start())
    peer = socket.create_connection(("127.0.0.1", host.port), timeout=5)
    peer.sendall(b"GET /stuck HTTP/1.1\r\nHost: x\r\n\r\n")
    assert entered.wait(5)
    run(host.stop())
    with _closed_or_reset():
        assert peer.recv(1) == b""
    peer.close()
    assert not caplog.records


def _connect(host: HttpHost) -> socket.socket:
    return socket.create_connection(("127.0.0.1", host.port), timeout=5)


@contextmanager
def _closed_or_reset() -> Iterator[None]:
    try:
        yield
    except ConnectionResetError:
        return


def test_body_above_the_bound_is_413_announced_or_chunked(run: Any) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(4):
            yield b"x" * 50

    with _serving(run, max_body=100) as host:
        url = f"http://127.0.0.1:{host.port}/echo"
        assert httpx.post(url, content=b"x" * 100).status_code == 200
        assert httpx.post(url, content=b"x" * 101).status_code == 413
        assert httpx.post(url, content=chunks()).status_code == 413


def test_headers_above_the_bound_are_refused(run: Any) -> None:
    with _serving(run, max_header=2048) as host:
        url = f"http://127.0.0.1:{host.port}/echo"
        assert httpx.get(url, headers={"x-long": "a" * 1000}).status_code == 200
        assert httpx.get(url, headers={"x-long": "a" * 3000}).status_code == 431
        assert httpx.get(url + "?" + "a" * 3000).status_code == 431
        with socket.create_connection(("127.0.0.1", host.port), timeout=5) as peer, _closed_or_reset():
            peer.sendall(b"GET /echo HTTP/1.1\r\nX: " + b"a" * 3000)  # and no end
            assert peer.recv(12) == b"HTTP/1.1 400"


@pytest.mark.parametrize(
    "sent", [b"", b"GET /echo HT", b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"]
)
def test_a_peer_that_never_finishes_is_cut(run: Any, sent: bytes) -> None:
    with _serving(run, request_s=0.2) as host, _connect(host) as peer:
        peer.sendall(sent)
        with _closed_or_reset():
            assert peer.recv(1) == b""


def test_a_trickling_peer_does_not_move_its_deadline(run: Any) -> None:
    with _serving(run, request_s=0.3) as host, _connect(host) as peer:
        peer.settimeout(0.05)
        began = time.monotonic()
        ended = False
        while not ended and time.monotonic() - began < 5:
            try:
                peer.sendall(b"G")
                ended = peer.recv(1) == b""
            except TimeoutError:
                continue
            except ConnectionError:
                ended = True
        assert ended
        assert time.monotonic() - began < 3


def test_a_handshake_that_never_ends_is_cut_and_does_not_hold_stop(
    run: Any, server_tls: ssl.SSLContext
) -> None:
    # Given one silent peer with a short handshake limit: it is cut
    with (
        _serving(run, ssl_context=server_tls, handshake_s=0.2) as host,
        _connect(host) as peer,
        _closed_or_reset(),
    ):
        assert peer.recv(1) == b""
    # and one in mid-handshake when the host stops: it is closed at once
    host = HttpHost(_app(), ssl_context=server_tls, handshake_s=30)
    run(host.start())
    with socket.create_connection(("127.0.0.1", host.port), timeout=5) as peer:
        peer.sendall(b"\x16\x03\x01")
        began = time.monotonic()
        run(host.stop())
        assert time.monotonic() - began < 1
        with _closed_or_reset():
            assert peer.recv(1) == b""


def test_a_client_that_refuses_the_certificate_is_reported(run: Any, server_tls: ssl.SSLContext) -> None:
    told: list[OSError] = []
    seen = threading.Event()

    def on_failure(failure: OSError) -> None:
        told.append(failure)
        seen.set()

    with _serving(run, ssl_context=server_tls, on_tls_failure=on_failure) as host:
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"https://localhost:{host.port}/echo", verify=ssl.create_default_context())
        assert seen.wait(5)
    assert "UNKNOWN_CA" in str(told[0]).upper().replace(" ", "_")


@pytest.mark.parametrize("garbage", [b"\x00\xff\xfe\r\n\r\n", b"\r\n" * 50_000, b"GET / SMTP/1.0\r\n\r\n"])
def test_garbage_gets_an_answer_or_a_close_and_the_host_lives(run: Any, garbage: bytes) -> None:
    with _serving(run, request_s=0.3) as host:
        with socket.create_connection(("127.0.0.1", host.port), timeout=5) as peer, _closed_or_reset():
            peer.sendall(garbage)
            assert peer.recv(4096)[:12] in (b"", b"HTTP/1.1 400")
        assert httpx.get(f"http://127.0.0.1:{host.port}/echo").status_code == 200


def test_connections_above_the_bound_are_closed(run: Any) -> None:
    with _serving(run, max_connections=2) as host:
        peers = [socket.create_connection(("127.0.0.1", host.port), timeout=5) for _ in range(3)]
        with _closed_or_reset():
            assert peers[2].recv(1) == b""
        for peer in peers:
            peer.close()


def test_three_hundred_half_open_peers_do_not_hold_it(
    run: Any, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    # Given peers that connected and say nothing, or only the beginning of a handshake
    host = HttpHost(_app(), ssl_context=server_tls)
    run(host.start())
    peers = [_connect(host) for _ in range(300)]
    for peer in peers[::2]:
        peer.sendall(b"\x16\x03\x01\x02\x00\x01")
    # When a real client comes
    answer = httpx.get(f"https://localhost:{host.port}/echo", verify=client_tls)
    # Then it is served, and stop closes them all
    assert answer.status_code == 200
    began = time.monotonic()
    run(host.stop())
    assert time.monotonic() - began < 2
    for peer in peers:
        with _closed_or_reset():
            assert peer.recv(1) == b""
        peer.close()
