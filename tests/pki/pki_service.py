"""A revocation service on a real loopback port."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from simulators.clock import SimulatedClock
from simulators.http.host import HttpHost
from simulators.journal import Journal
from simulators.pki import Pki, revocation_app


@dataclass
class Service:
    """One space's PKI with its service listening at `base_url`."""

    pki: Pki
    journal: Journal
    base_url: str

    def tenant(self, name: str) -> SimulatedClock:
        """Make a tenant with a clock of its own."""
        clock = SimulatedClock()
        self.pki.add_tenant(name, clock)
        self.journal.bind(name, "", clock)
        return clock


class _Late:
    """An application that is given once its port is known."""

    app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@contextmanager
def serving(folder: Path) -> Iterator[Service]:
    journal = Journal(folder)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def make() -> tuple[HttpHost, Pki]:
        late = _Late()
        host = HttpHost(late)
        pki = Pki.build(SimulatedClock(), f"http://127.0.0.1:{host.reserve()}")
        late.app = revocation_app(pki, journal)
        await host.start()
        return host, pki

    host, pki = asyncio.run_coroutine_threadsafe(make(), loop).result(20)
    try:
        yield Service(pki, journal, pki.base_url)
    finally:
        asyncio.run_coroutine_threadsafe(host.stop(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
        journal.close()
