"""The loopback listener under the simulated SMTP and IMAP servers (and HTTPS where wanted)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from itertools import count

from simulators.clock import Clock, SimulatedClock, SystemClock
from simulators.journal import Actor, Journal, ProtocolName
from simulators.wire.connection import WireConnection
from simulators.wire.engine import EngineFactory, engine_factory
from simulators.wire.faults import FaultBook, WireFault
from simulators.wire.limits import WireLimits
from simulators.wire.profile import TlsProfile

_CONNECTION_NUMBERS = count(1)
_BACKLOG = 1024


class WireServer:
    """Accepts connections and gives each one to a protocol from `protocol_factory`.

    `protocol_name` is the name in the journal of the protocol above. `tls` may be None (no TLS possible)
    and may be replaced at any time; connections that upgrade later see the new one. `busy_answer` is sent
    to connections over the limit. `actor` and `peer` say who this server and its clients are in the
    journal. With `implicit_tls` the TLS handshake comes first (HTTPS).
    """

    def __init__(
        self,
        protocol_factory: Callable[[], asyncio.Protocol],
        *,
        journal: Journal,
        tenant: str,
        protocol_name: ProtocolName,
        tls: TlsProfile | None,
        address: str = "127.0.0.1",
        port: int = 0,
        faults: FaultBook | Iterable[WireFault] = (),
        limits: WireLimits | None = None,
        clock: Clock | None = None,
        busy_answer: bytes = b"",
        actor: Actor = "operator",
        peer: Actor = "product",
        implicit_tls: bool = False,
    ) -> None:
        self.journal = journal
        self.tenant = tenant
        self.protocol_name = protocol_name
        self.address = address
        self.port = port
        self.faults = faults if isinstance(faults, FaultBook) else FaultBook(faults)
        self.limits = limits or WireLimits()
        self.clock: Clock = clock or SystemClock()
        self.busy_answer = busy_answer
        self.actor: Actor = actor
        self.peer: Actor = peer
        self.implicit_tls = implicit_tls
        self._protocol_factory = protocol_factory
        self._tls = tls
        self._engines: EngineFactory | None = None
        self._listener: asyncio.Server | None = None
        self._heard: dict[WireConnection, datetime] = {}
        self._empty: asyncio.Event = asyncio.Event()
        self._sweeper: asyncio.TimerHandle | None = None
        self._stop_listening: Callable[[], None] | None = None

    @property
    def tls(self) -> TlsProfile | None:
        """The TLS profile of connections to come."""
        return self._tls

    @tls.setter
    def tls(self, profile: TlsProfile | None) -> None:
        self._engines = engine_factory(profile, self.clock) if profile is not None else None
        self._tls = profile

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._heard)

    async def start(self) -> int:
        """Listen and return the port.

        Raises `TlsUnsupported` when the profile cannot be had on this machine.
        """
        self.tls = self._tls
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._accept, self.address, self.port, backlog=_BACKLOG)
        self.port = self._listener.sockets[0].getsockname()[1]
        if isinstance(self.clock, SimulatedClock):

            def advanced() -> None:
                # The clock is moved from the test's thread.
                loop.call_soon_threadsafe(self._close_idle)

            self._stop_listening = self.clock.on_advance(advanced)
        self._sweep()
        return self.port

    async def stop(self) -> None:
        """Close the listener and every connection; return when the last one is gone."""
        if self._listener is None:
            return
        if self._stop_listening is not None:
            self._stop_listening()
        if self._sweeper is not None:
            self._sweeper.cancel()
        # asyncio drops, unclosed, a connection accepted and not yet announced when its listener closes:
        # accept no more, let those come in these turns, then close.
        loop = asyncio.get_running_loop()
        for listening in self._listener.sockets:
            with suppress(NotImplementedError):  # the Windows loop announces what it accepts at once
                loop.remove_reader(listening.fileno())
        for _ in range(3):
            await asyncio.sleep(0)
        self._listener.close()
        for connection in tuple(self._heard):
            connection.abort("operator", "stopped")
        self._empty.clear()
        if self._heard:
            await self._empty.wait()
        self._listener = None

    def engine_factory(self) -> EngineFactory:
        """Return what makes TLS engines; raises `RuntimeError` when this server has no TLS."""
        if self._engines is None:
            raise RuntimeError("start_tls on a server without a TLS profile")
        return self._engines

    def _accept(self) -> WireConnection:
        identifier = f"{self.protocol_name}-{next(_CONNECTION_NUMBERS)}"
        return WireConnection(self, identifier, self._protocol_factory())

    # --- told by the connections --------------------------------------------------------------------------

    def opened(self, connection: WireConnection) -> None:
        """Note that a connection came."""
        self._heard[connection] = self.clock.now()

    def heard(self, connection: WireConnection) -> None:
        """Note that a connection received octets."""
        self._heard[connection] = self.clock.now()

    def closed(self, connection: WireConnection) -> None:
        """Note that a connection is gone."""
        self._heard.pop(connection, None)
        if not self._heard:
            self._empty.set()

    def busy(self) -> bool:
        """Whether the connection that just came is one too many."""
        return len(self._heard) > self.limits.connections

    # --- idle ---------------------------------------------------------------------------------------------

    def _sweep(self) -> None:
        self._close_idle()
        pause = max(0.05, min(self.limits.idle_s / 4, 15.0))
        self._sweeper = asyncio.get_running_loop().call_later(pause, self._sweep)

    def _close_idle(self) -> None:
        now = self.clock.now()
        for connection, heard in tuple(self._heard.items()):
            if (now - heard).total_seconds() >= self.limits.idle_s:
                connection.idle()
