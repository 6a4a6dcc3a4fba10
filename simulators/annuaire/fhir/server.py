"""The Annuaire Santé of the space: one HTTP(S) host, one directory per tenant under `/t/<tenant>/fhir/v2`."""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from simulators.annuaire.fhir.asking import Ask, Note
from simulators.annuaire.fhir.conduct import Conduct
from simulators.annuaire.fhir.directory import Directory
from simulators.annuaire.fhir.downloads import EXTRACTION_PATH, asked_archive, download
from simulators.annuaire.fhir.faults import Call
from simulators.annuaire.fhir.journalled import KEY_HEADER, describe
from simulators.annuaire.fhir.outcome import Answer, gateway
from simulators.annuaire.store import DirectoryStore
from simulators.clock import Clock
from simulators.http.host import HttpHost, TlsFailure
from simulators.http.journalling import ANSWER_DATA, Described, HttpRequest, JournalMiddleware
from simulators.journal import Journal

API_PATH = ("fhir", "v2")
MAX_BODY_OCTETS = 256 * 1024
WORKERS = 4
"""Threads that ask the stores: a search of the national directory must not hold up the space's loop."""


class AnnuaireSante:
    """Serves the directories of a space.

    `host` is the name in the URLs. Without `journal` nothing is recorded (`annuaire serve`, benchmarks).
    Calls are journalled under their tenant, protocol `http`, as `<operation>-request` and
    `<operation>-response` with the operations `search`, `page`, `read`, `metadata`, `patch`, `extraction`.
    The data of a response has `key` (product, operator, wrong, missing), and for pages `resource`, `page`
    (its number), `matches`, `total`, `next` (the link issued, None at the end), `at` (the instant of the
    data); `fault` when a fault answered, `diagnostics` of a refusal, `store_ms` spent in the store. `timing`
    tells that time to the client as well, and the CPU time of the whole answer (`Server-Timing`), which the
    real server does not.
    """

    def __init__(
        self,
        *,
        journal: Journal | None,
        rng: random.Random,
        ssl_context: ssl.SSLContext | None = None,
        clock: Clock | None = None,
        host: str = "localhost",
        address: str = "127.0.0.1",
        port: int = 0,
        on_tls_failure: TlsFailure | None = None,
        timing: bool = False,
    ) -> None:
        self._rng = rng
        self._timing = timing
        self._host_name = host
        self._directories: dict[str, Directory] = {}
        self._threads: ThreadPoolExecutor | None = None
        app: ASGIApp = self._run
        if journal is not None:
            app = JournalMiddleware(
                app, journal=journal, server="directory", tenant_of=_tenant_of, describe=self._describe
            )
        self._http = HttpHost(
            app,
            address=address,
            port=port,
            ssl_context=ssl_context,
            clock=clock,
            max_body=MAX_BODY_OCTETS,
            on_tls_failure=on_tls_failure,
        )

    # Life

    def reserve(self) -> int:
        """Bind the port and return it."""
        return self._http.reserve()

    async def start(self) -> int:
        """Serve; return the port."""
        self._threads = self._threads or ThreadPoolExecutor(WORKERS, "annuaire")
        return await self._http.start()

    async def stop(self) -> None:
        """Stop serving, close every connection and end the threads."""
        await self._http.stop()
        if self._threads is not None:
            self._threads.shutdown()
            self._threads = None

    # Tenants

    def add_tenant(
        self,
        tenant: str,
        *,
        store: DirectoryStore,
        clock: Clock,
        api_key: str,
        operator_key: str | None = None,
        conduct: Conduct | None = None,
    ) -> Directory:
        """Open the directory of a tenant and return it; the port must be known (`reserve` or `start`).

        The store stays the caller's to close.
        """
        directory = Directory(
            self.base_url(tenant),
            store=store,
            clock=clock,
            rng=random.Random(self._rng.getrandbits(64)),  # noqa: S311 - links of a test space, reproducible
            api_key=api_key,
            operator_key=operator_key,
            conduct=conduct,
        )
        self._directories[tenant] = directory
        return directory

    def remove_tenant(self, tenant: str) -> None:
        """Forget a tenant; its paths are 404 from now on."""
        self._directories.pop(tenant, None)

    def directory(self, tenant: str) -> Directory:
        """Return the directory of a tenant; raises `KeyError`."""
        return self._directories[tenant]

    def base_url(self, tenant: str) -> str:
        """Return the `base_url` of a tenant: what stands before `/Practitioner`."""
        return f"{self._tenant_url(tenant)}/{'/'.join(API_PATH)}"

    def extraction_url(self, tenant: str, name: str = "Extraction_Correspondance_MSSante") -> str:
        """Return where an extraction file of a tenant is (`ARCHIVES` has the names)."""
        return f"{self._tenant_url(tenant)}/{'/'.join(EXTRACTION_PATH)}/{name}"

    def _tenant_url(self, tenant: str) -> str:
        return f"{self._http.scheme}://{self._host_name}:{self._http.port}/t/{tenant}"

    # HTTP

    def _describe(self, request: HttpRequest) -> Described:
        directory = self._directories.get(_tenant_in(request.path) or "")
        ask = _ask(request.method, request.path, request.query, request.headers, request.body)
        extraction = asked_archive(request.path)
        if extraction is not None:
            return Described("extraction-", f"{request.method} {extraction}", {"extraction": extraction})
        if ask is None:
            return Described()
        return describe(request, ask, directory.operator_key if directory else None)

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        body = await request.body()
        path, directory = scope["path"], self._directories.get(_tenant_in(scope["path"]) or "")
        query = scope.get("query_string", b"").decode("latin-1")
        ask, extraction = _ask(request.method, path, query, request.headers, body), asked_archive(path)
        if directory is not None and extraction is not None:
            response = await self._download(directory, extraction, request)
        elif directory is not None and ask is not None:
            response = _response(await self._answer(directory, ask, scope))
        else:
            response = _response(gateway(404, "No context-path matches the request URI."))
        await response(scope, receive, send)

    async def _download(self, directory: Directory, name: str, request: Request) -> Response:
        if request.method not in {"GET", "HEAD"}:
            return _response(gateway(405, "Method Not Allowed", headers=(("Allow", "GET, HEAD"),)))
        call = directory.counted("extraction")
        for fault in directory.faults:
            await asyncio.sleep(fault.delay_s(call))
            instead = fault.instead(call)
            if instead is not None:
                request.scope[ANSWER_DATA] = {"fault": type(fault).__name__}
                return _response(instead)
        return download(name, directory.store, directory.clock.now(), request.headers, self._threads)

    async def _answer(self, directory: Directory, ask: Ask, scope: Scope) -> Answer:
        note, call = Note(), directory.call(ask)
        try:
            async with asyncio.timeout(directory.conduct.timeout_s):
                for fault in directory.faults:
                    await asyncio.sleep(fault.delay_s(call))
                work = partial(_work, directory, ask, call, note)
                answer = await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except TimeoutError:
            note.data["fault"] = "timeout"
            answer = gateway(504, "Request timeout", directory.conduct.gateway_body)
        scope[ANSWER_DATA] = note.to_json()
        if self._timing:
            told = ("Server-Timing", f"store;dur={note.store_ms:.3f}, cpu;dur={note.cpu_ms:.3f}")
            answer = replace(answer, headers=(*answer.headers, told))
        return answer


def _work(directory: Directory, ask: Ask, call: Call, note: Note) -> Answer:
    began = time.thread_time()
    try:
        return directory.answer(ask, call, note)
    finally:
        note.cpu_ms = (time.thread_time() - began) * 1000


def _response(answer: Answer) -> Response:
    response = Response(answer.body, answer.status, dict(answer.headers))
    if answer.media_type:
        response.headers["Content-Type"] = answer.media_type
    return response


def _ask(method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Ask | None:
    """Return what is asked of the API, None for a path outside it."""
    pieces = path.split("/")[3:]
    if tuple(pieces[:2]) != API_PATH:
        return None
    tail = tuple(pieces[2:])
    while tail and not tail[-1]:
        tail = tail[:-1]
    return Ask(method, tail, query, headers.get("content-type", ""), body, headers.get(KEY_HEADER))


def _tenant_in(path: str) -> str | None:
    parts = path.split("/", 3)
    return parts[2] if len(parts) > 2 and parts[1] == "t" else None


def _tenant_of(scope: Scope) -> str | None:
    return _tenant_in(scope["path"])
