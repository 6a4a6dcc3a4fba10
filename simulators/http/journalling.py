"""One journal event for each HTTP request and each answer, with the bytes as evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulators.http.masking import fields_of, mask_fields, mask_header
from simulators.journal import Actor, Journal, ProtocolName

MAX_EVIDENCE = 1024 * 1024
"""Octets of a body kept as evidence."""
ANSWER_DATA = "mssante.answer"
"""Key of the scope where an application may put a dict that joins the data of the answer's event."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as read: names of headers in lower case, `path` decoded, `body` whole."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    tls: bool = False

    @property
    def form(self) -> list[tuple[str, str]]:
        """The fields of a form body; empty when the body is something else."""
        if not self.headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded"):
            return []
        return fields_of(self.body.decode("utf-8", "replace"))

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The fields of the query, then those of the form."""
        return [*fields_of(self.query), *self.form]


@dataclass(frozen=True, slots=True)
class Described:
    """How a request is named in the journal: `<operation>request`, `<operation>response`.

    `operation` is empty or ends with a hyphen (`token-`). `data` joins the machine form of the request.
    """

    operation: str = ""
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    source: Actor = "product"


Describe = Callable[[HttpRequest], Described]
TenantOf = Callable[[Scope], str | None]


def describe_nothing(_: HttpRequest) -> Described:
    """Name a plain HTTP request."""
    return Described()


class JournalMiddleware:
    """ASGI middleware that records each request and each answer of an application.

    `tenant_of` finds the tenant in the scope (its path, its `Host`); an exchange of no tenant is recorded
    under the empty one. The request is read whole before the application runs, so put it inside a bound on
    bodies (`HttpHost` has one). The answer is recorded before its last octet leaves, so that the journal
    never shows what the product did with it first.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        journal: Journal,
        server: Actor,
        tenant_of: TenantOf,
        protocol: ProtocolName = "http",
        describe: Describe = describe_nothing,
    ) -> None:
        self._app = app
        self._journal = journal
        self._server = server
        self._tenant_of = tenant_of
        self._protocol = protocol
        self._describe = describe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run and record one exchange."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = await _read(scope, receive)
        described = self._describe(request)
        tenant = self._tenant_of(scope) or ""
        client = scope.get("client")
        connection = f"{self._protocol}-{client[1]}" if client else ""
        self._record_request(tenant, connection, request, described)
        answer = _Answer()
        pending: list[Message] = [{"type": "http.request", "body": request.body, "more_body": False}]

        async def replay() -> Message:
            return pending.pop() if pending else await receive()

        held: list[Message] = []  # a 204 is complete for the peer as soon as its headers are out

        async def recorded_send(message: Message) -> None:
            if answer.add(message):
                extra = {"tls": request.tls, **scope.get(ANSWER_DATA, {})}
                self._record_answer(tenant, connection, answer, described, extra)
            elif message["type"] == "http.response.start":
                held.append(message)
                return
            if held:
                await send(held.pop())
            await send(message)

        await self._app(scope, replay, recorded_send)

    def _record_request(
        self, tenant: str, connection: str, request: HttpRequest, described: Described
    ) -> None:
        query = mask_fields(fields_of(request.query))
        target = request.path + (f" ({', '.join(query)})" if query else "")
        data = {
            "tls": request.tls,
            "method": request.method,
            "path": request.path,
            "query": query,
            "form": mask_fields(request.form),
            "headers": {name: mask_header(name, value) for name, value in request.headers.items()},
            "octets": len(request.body),
            **described.data,
        }
        self._journal.record(
            tenant,
            self._protocol,
            f"{described.operation}request",
            described.text or f"{request.method} {target}",
            source=described.source,
            target=self._server,
            connection=connection,
            data=data,
            raw=_raw_request(request),
            media_type="message/http",
        )

    def _record_answer(
        self, tenant: str, connection: str, answer: _Answer, described: Described, extra: Mapping[str, Any]
    ) -> None:
        shown = {name: mask_header(name, value) for name, value in answer.headers.items()}
        kind = shown.get("content-type", "").partition(";")[0]
        told = f", {extra['error']}" if extra.get("error") else ""
        size = f", {kind}, {answer.octets} octets" if answer.octets else ""
        self._journal.record(
            tenant,
            self._protocol,
            f"{described.operation}response",
            f"{answer.status} {_phrase(answer.status)}{told}{size}",
            source=self._server,
            target=described.source,
            connection=connection,
            data={"status": answer.status, "headers": shown, "octets": answer.octets, **extra},
            raw=answer.raw(),
            media_type="message/http",
        )


class _Answer:
    """An answer as it leaves."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.octets = 0
        self._body = bytearray()

    def add(self, message: Message) -> bool:
        """Take one ASGI message; True when it is the last."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = _headers(message.get("headers", ()))
            return False
        body = message.get("body", b"")
        self.octets += len(body)
        self._body += body[: max(0, MAX_EVIDENCE - len(self._body))]
        return not message.get("more_body", False)

    def raw(self) -> bytes:
        """Return the answer in HTTP/1.1 form."""
        lines = [f"HTTP/1.1 {self.status} {_phrase(self.status)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + bytes(self._body)


async def _read(scope: Scope, receive: Receive) -> HttpRequest:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message["type"] == "http.request" and message.get("more_body", False)
    return HttpRequest(
        scope["method"],
        scope["path"],
        scope.get("query_string", b"").decode("latin-1"),
        _headers(scope["headers"]),
        bytes(body),
        scope.get("scheme") == "https",
    )


def _headers(raw: Any) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _raw_request(request: HttpRequest) -> bytes:
    target = request.path + (f"?{request.query}" if request.query else "")
    lines = [f"{request.method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("utf-8") + request.body[:MAX_EVIDENCE]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
