"""What stands between the wire and an HTTP application: bounded bodies and a `Date` of the injected clock."""

from __future__ import annotations

import asyncio
from email.utils import format_datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulators.clock import Clock


class BodyTooLarge(Exception):
    """The peer sent more than the host accepts; answered by 413 and the end of the connection."""


class Guard:
    """ASGI middleware that every `HttpHost` puts around its application.

    Headers above `max_header` octets are answered 431 (RFC 6585 §5), a body above `max_body` octets 413
    (RFC 9110 §15.5.14) without being read further; every answer gets a `Date` (RFC 9110 §6.6.1) unless the
    application wrote one.
    """

    def __init__(self, app: ASGIApp, *, max_header: int, max_body: int, clock: Clock) -> None:
        self._app = app
        self._max_header = max_header
        self._max_body = max_body
        self._clock = clock
        self.stopping = False
        """Set by the host before it cancels what still runs, so that its own cancellations stay quiet."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run one exchange."""
        if _header_octets(scope) > self._max_header:
            await _refuse(send, 431, f"request headers above {self._max_header} octets")
            return
        exchange = _Exchange(receive, send, self._max_body, self._clock)
        too_large = _announced_length(scope) > self._max_body
        if not too_large:
            try:
                await self._app(scope, exchange.receive, exchange.send)
            except BodyTooLarge:
                too_large = True
            except asyncio.CancelledError:
                if not self.stopping:
                    raise
        if (too_large or exchange.overflowed) and not exchange.started:
            await _refuse(exchange.send_through, 413, f"request body above {self._max_body} octets")


class _Exchange:
    """One request and its answer, counted and dated."""

    def __init__(self, receive: Receive, send: Send, max_body: int, clock: Clock) -> None:
        self._receive = receive
        self.send_through = send
        self._max_body = max_body
        self._clock = clock
        self._read = 0
        self.overflowed = False
        self.started = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._read > self._max_body:
            self.overflowed = True
            raise BodyTooLarge
        return message

    async def send(self, message: Message) -> None:
        if self.overflowed and not self.started:
            return  # the application's own error page: the guard answers 413 instead
        if message["type"] == "http.response.start":
            self.started = True
            message = {**message, "headers": self._with_date(message.get("headers", []))}
        await self.send_through(message)

    def _with_date(self, headers: Any) -> list[tuple[bytes, bytes]]:
        written = list(headers)
        if any(name.lower() == b"date" for name, _ in written):
            return written
        return [*written, (b"date", format_datetime(self._clock.now(), usegmt=True).encode("ascii"))]


def _announced_length(scope: Scope) -> int:
    for name, value in scope.get("headers", ()):
        if name == b"content-length" and value.isdigit():
            return int(value[:20])
    return 0


def _header_octets(scope: Scope) -> int:
    headers = sum(len(name) + len(value) + 4 for name, value in scope.get("headers", ()))
    return headers + len(scope.get("raw_path") or b"") + len(scope.get("query_string", b""))


async def _refuse(send: Send, status: int, reason: str) -> None:
    body = reason.encode("ascii")
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode("ascii")),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
