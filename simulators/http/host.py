"""An HTTP or HTTPS server that lives in somebody else's asyncio loop.

uvicorn's own `Server` wants signal handlers, a 100 ms tick and 100 ms to stop; the space starts and stops
many hosts. So only uvicorn's HTTP/1.1 protocol class is used, on a listening socket and an accept loop of
ours: the port is known before the application needs it, and a connection that is still in its TLS handshake
can be closed on stop too.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from simulators.clock import Clock, SystemClock
from simulators.http.guard import Guard

MAX_HEADER_OCTETS = 64 * 1024
"""Request line and headers of one request; above it the answer is 431 (400 when they come in pieces)."""
MAX_BODY_OCTETS = 8 * 1024 * 1024
MAX_CONNECTIONS = 512
REQUEST_SECONDS = 15.0
"""From the opening of the connection, or the first octet of a later request, to its last octet."""
HANDSHAKE_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 60

_LOGGER = logging.getLogger("simulators.http")
_LOGGER.setLevel(logging.ERROR)  # a malformed request is the peer's business and is not worth a line

TlsFailure = Callable[[OSError], None]


class _Protocol(H11Protocol):
    """uvicorn's HTTP/1.1, with a deadline on each request and word to the host when a connection ends."""

    def __init__(self, host: HttpHost, config: uvicorn.Config, state: ServerState) -> None:
        super().__init__(config, state, {}, asyncio.get_running_loop())
        self.logger = _LOGGER
        self._host = host
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        incomplete = self.conn.their_state is h11.SEND_BODY or (
            self.conn.their_state is h11.IDLE and bool(self.conn.trailing_data[0])
        )
        if incomplete:
            self._arm()
        else:
            self._disarm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)
        self._host._lost(exc)

    def _arm(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self._host.request_s, self.transport.abort)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class _Listening(socket.socket):
    """A listening socket that remembers what it accepted until somebody takes it.

    When the accept task is cancelled between the accept and its own next step, the result of
    `loop.sock_accept` is lost and nobody would close the new socket.
    """

    untaken: socket.socket | None = None

    def accept(self) -> tuple[socket.socket, Any]:
        accepted, peer = super().accept()
        self.untaken = accepted
        return accepted, peer

    def close(self) -> None:
        if self.untaken is not None:
            self.untaken.close()
        super().close()


class HttpHost:
    """Serves one ASGI application on one loopback port.

    All coroutines must be awaited on the loop that serves. `ssl_context` makes it HTTPS; it may have an
    `sni_callback` of its own. `on_tls_failure` is told of each handshake that the peer broke off and of each
    TLS alert that ended a connection (a product that refuses our certificate). Sizes are octets, durations
    seconds.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        address: str = "127.0.0.1",
        port: int = 0,
        ssl_context: ssl.SSLContext | None = None,
        clock: Clock | None = None,
        max_header: int = MAX_HEADER_OCTETS,
        max_body: int = MAX_BODY_OCTETS,
        max_connections: int = MAX_CONNECTIONS,
        request_s: float = REQUEST_SECONDS,
        handshake_s: float = HANDSHAKE_SECONDS,
        on_tls_failure: TlsFailure | None = None,
    ) -> None:
        self.address = address
        self.request_s = request_s
        self._asked_port = port
        self._ssl = ssl_context
        self._handshake_s = handshake_s
        self._max_connections = max_connections
        self._on_tls_failure = on_tls_failure
        self._guard = Guard(app, max_header=max_header, max_body=max_body, clock=clock or SystemClock())
        self._config = uvicorn.Config(
            self._guard,
            interface="asgi3",
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            h11_max_incomplete_event_size=max_header,
        )
        self._state = ServerState()
        self._socket: _Listening | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._opening: set[asyncio.Task[bool]] = set()
        self._live = 0
        self._empty = asyncio.Event()

    @property
    def port(self) -> int:
        """The bound port; `RuntimeError` before `reserve` or `start`."""
        if self._socket is None:
            raise RuntimeError("the host has no port yet: call reserve() or start() first")
        port: int = self._socket.getsockname()[1]
        return port

    @property
    def scheme(self) -> str:
        """`https` when a TLS context was given, else `http`."""
        return "https" if self._ssl else "http"

    def reserve(self) -> int:
        """Bind the port now and return it; connections are refused until `start`.

        Raises `OSError` when a port was asked for and is taken.
        """
        if self._socket is None:
            family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
            # the protocol must be named: asyncio switches Nagle's algorithm (40 ms a reply) off only then
            bound = _Listening(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            try:
                if os.name == "posix":  # on Windows the option would let two servers share a port
                    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                bound.bind((self.address, self._asked_port))
            except OSError:
                bound.close()
                raise
            bound.setblocking(False)
            self._socket = bound
        return self.port

    async def start(self) -> int:
        """Listen and serve; return the port."""
        port = self.reserve()
        if self._accepting is None and self._socket is not None:
            if not self._config.loaded:
                self._config.load()
            self._guard.stopping = False
            self._live = 0
            self._socket.listen(128)
            self._accepting = asyncio.create_task(self._accept(self._socket), name=f"http-accept-{port}")
        return port

    async def stop(self) -> None:
        """Close the port and every connection, idle or not; return when nothing of the host is left."""
        self._guard.stopping = True
        accepting, self._accepting = self._accepting, None
        pending: list[asyncio.Task[Any]] = [*self._opening, *([accepting] if accepting else [])]
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        await self._close_connections()
        running = list(self._state.tasks)
        for request in running:
            request.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _close_connections(self) -> None:
        connections: list[Any] = list(self._state.connections)
        for connection in connections:
            connection.shutdown()  # an idle peer gets its close_notify
            connection.transport.abort()
        while self._state.connections:
            self._empty.clear()
            await self._empty.wait()

    async def _accept(self, listening: _Listening) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                accepted, _ = await loop.sock_accept(listening)
            except ConnectionError:
                continue  # the peer left between its SYN and our accept
            except OSError:
                _LOGGER.exception("accept failed on %s; trying again", listening)
                await asyncio.sleep(0.1)  # descriptors are exhausted: wait for connections to end
                continue
            listening.untaken = None
            if self._live >= self._max_connections:
                accepted.close()
                continue
            self._live += 1
            task = asyncio.create_task(self._open(accepted))
            self._opening.add(task)
            task.add_done_callback(partial(self._opened, accepted))

    async def _open(self, accepted: socket.socket) -> bool:
        accepted.setblocking(False)
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: _Protocol(self, self._config, self._state),
                accepted,
                ssl=self._ssl,
                ssl_handshake_timeout=self._handshake_s if self._ssl else None,
            )
        except OSError as failure:  # ssl.SSLError and ConnectionError among them
            if self._on_tls_failure is not None:
                self._on_tls_failure(failure)
            return False
        return True

    def _opened(self, accepted: socket.socket, task: asyncio.Task[bool]) -> None:
        self._opening.discard(task)
        if task.cancelled():
            accepted.close()  # nothing else does when the task never began
        elif not task.result():
            self._live -= 1

    def _lost(self, exc: Exception | None) -> None:
        if isinstance(exc, ssl.SSLError) and self._on_tls_failure is not None:
            self._on_tls_failure(exc)
        self._live -= 1
        if not self._state.connections:
            self._empty.set()
