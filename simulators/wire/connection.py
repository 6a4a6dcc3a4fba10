"""One TCP connection of a simulated operator: the socket below, TLS in the middle, SMTP or IMAP above.

The TLS switch is synchronous: from `start_tls` on, every octet received goes to the TLS engine and every
octet written waits for the channel. So nothing that arrives around the upgrade can be answered in clear,
the trap that `loop.start_tls` sets (data received before it returns).
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from simulators.clock import monotonic_ms
from simulators.wire.engine import EngineFactory, TlsEngine, TlsError, TlsState
from simulators.wire.faults import (
    Close,
    CloseAfterOctets,
    FaultType,
    HalfClosed,
    HalfOpen,
    InjectedPlaintext,
    Reset,
    Silence,
    SlowOctets,
    StrikeFault,
    WireFault,
)
from simulators.wire.transcript import MEDIA_TYPE, Transcript
from simulators.wire.transport import WireTransport
from simulators.wire.witness import TlsWitness

if TYPE_CHECKING:
    from simulators.wire.server import WireServer

By = Literal["product", "operator", "fault"]


class WireConnection(asyncio.Protocol):
    """The protocol that asyncio sees; made by `WireServer`."""

    raw: asyncio.Transport

    def __init__(self, server: WireServer, identifier: str, upper: asyncio.Protocol) -> None:
        self.server = server
        self.id = identifier
        self.upper = upper
        self.tls: TlsState | None = None
        self.closing = False
        self.paused = False
        self._transport = WireTransport(self)
        self._upper_made = False
        self._engine: TlsEngine | None = None
        self._established: Callable[[TlsState], None] | None = None
        self._witness = TlsWitness(self.record, server.tls.name if server.tls else None)
        self._held: list[bytes] = []
        self._deaf = self._mute = self._lost = False
        self._ended: tuple[By, str] | None = None
        self._suffered: dict[type[WireFault], WireFault | None] = {}
        self._slow: deque[bytes] = deque()
        self._slow_timer: asyncio.TimerHandle | None = None
        self._handshake_timer: asyncio.TimerHandle | None = None
        self._opened_ms = monotonic_ms()
        self._transcript = Transcript(server.limits.transcript)

    # --- life ---------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start: journal, faults at connect, then the protocol above."""
        assert isinstance(transport, asyncio.Transport)
        self.raw = transport
        peer = transport.get_extra_info("peername") or ("?", 0)
        self.server.opened(self)
        self.record(
            "connect",
            f"connexion de {peer[0]}:{peer[1]} vers {self.server.address}:{self.server.port}",
            from_product=True,
            data={"peer": str(peer[0]), "peer_port": peer[1], "port": self.server.port},
        )
        if self.server.busy():
            if self.server.busy_answer:
                self.write(self.server.busy_answer)
            self.close("operator", "too many connections")
            return
        self.strike("connect")
        if self.closing:
            return
        if self.server.implicit_tls:
            self.start_tls(b"", b"", None)
        else:
            self._make_upper()

    def _make_upper(self) -> None:
        self._upper_made = True
        self.upper.connection_made(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """End: the transcript becomes evidence, the protocol above is told."""
        if self._lost:
            return
        self._lost = True
        by, reason = self._ended or ("product", "reset" if exc is not None else "closed")
        self.closing = True
        for timer in (self._slow_timer, self._handshake_timer):
            if timer is not None:
                timer.cancel()
        if self._engine is not None and self.tls is None and self._handshake_timer is not None:
            self._handshake_failed(f"connection ended by the {by} during the handshake: {reason}")
        totals = self._transcript.totals
        after_ms = round(monotonic_ms() - self._opened_ms, 3)
        self.record(
            "close",
            f"fermeture par {by} ({reason}) après {after_ms:.0f} ms",
            from_product=by == "product",
            data={
                "by": by,
                "reason": reason,
                "after_ms": after_ms,
                "received": totals["C"],
                "sent": totals["S"],
                "tls": self.tls.version if self.tls else None,
                "transcript_cut": self._transcript.cut,
            },
            raw=self._transcript.to_bytes(),
            media_type=MEDIA_TYPE,
        )
        self.server.closed(self)
        if self._upper_made:
            self.upper.connection_lost(exc)

    def eof_received(self) -> bool | None:
        """Take the end of what the product sends."""
        self._ended = self._ended or ("product", "closed")
        if self._engine is not None or not self._upper_made:
            if self._upper_made and self.tls is not None:
                self.upper.eof_received()
            return False
        return bool(self.upper.eof_received())

    def close(self, by: By, reason: str) -> None:
        """Close properly once everything written is sent."""
        if self.closing:
            return
        self.closing = True
        self._ended = self._ended or (by, reason)
        if self._engine is not None and self.tls is not None:
            self._engine.close()
            self._flush()
        if not self._slow:
            self.raw.close()

    def abort(self, by: By, reason: str) -> None:
        """Drop the connection at once."""
        self.closing = True
        self._ended = self._ended or (by, reason)
        self._slow.clear()
        self.raw.abort()

    def idle(self) -> None:
        """Nothing was received for too long: let the protocol above say so, or close."""
        if self._deaf:
            return
        if self.closing:
            self.raw.abort()
            return
        told = getattr(self.upper, "idle_timeout", None)
        if told is not None and self._upper_made and (self._engine is None or self.tls is not None):
            told()
        else:
            self.close("operator", "idle")

    # --- journal ------------------------------------------------------------------------------------------

    def record(
        self,
        name: str,
        text: str,
        *,
        from_product: bool,
        data: Mapping[str, Any] | None = None,
        raw: bytes | None = None,
        media_type: str = "application/octet-stream",
        tls: bool = False,
    ) -> None:
        """Write an event of this connection."""
        server = self.server
        source, target = (server.peer, server.actor) if from_product else (server.actor, server.peer)
        server.journal.record(
            server.tenant,
            "tls" if tls else server.protocol_name,
            name,
            text,
            source=source,
            target=target,
            connection=self.id,
            data=data,
            raw=raw,
            media_type=media_type,
        )

    # --- faults -------------------------------------------------------------------------------------------

    def suffers(self, kind: type[FaultType]) -> FaultType | None:
        """Return the fault of `kind` of this connection, decided once."""
        if kind not in self._suffered:
            fault = self.server.faults.take(kind)
            self._suffered[kind] = fault
            if fault is not None:
                self._record_fault(fault)
        found = self._suffered[kind]
        return found if isinstance(found, kind) else None

    def _record_fault(self, fault: WireFault) -> None:
        self.record("fault", f"‹panne› {fault}", from_product=False, data={"fault": type(fault).__name__})

    def strike(self, point: str) -> None:
        """Let the faults of this point happen."""
        fault = self.server.faults.take(StrikeFault, at=point)
        if fault is None:
            return
        self._record_fault(fault)
        match fault:
            case Close():
                self.close("fault", f"Close at {point}")
            case Reset():
                self._linger_zero()
                self.abort("fault", f"Reset at {point}")
            case Silence():
                self._mute = True
            case HalfOpen():
                self._mute = self._deaf = True
                self.raw.pause_reading()
            case HalfClosed():
                self._mute = True
                self._ended = ("fault", f"HalfClosed at {point}")
                self.raw.write_eof()
            case _:
                raise TypeError(f"{type(fault).__name__} cannot strike at a point")

    def _linger_zero(self) -> None:
        sock = self.raw.get_extra_info("socket")
        if sock is not None:
            form = "hh" if sys.platform == "win32" else "ii"
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(form, 1, 0))

    # --- TLS ----------------------------------------------------------------------------------------------

    def start_tls(
        self, answer: bytes, discarded: bytes, on_established: Callable[[TlsState], None] | None
    ) -> None:
        """See `WireTransport.start_tls`."""
        if self._engine is not None:
            raise RuntimeError("TLS is already on")
        injected = self.suffers(InjectedPlaintext)
        self.write(answer + (injected.octets if injected else b""))
        if discarded:
            self.record(
                "plaintext-discarded",
                f"{len(discarded)} octets en clair reçus après STARTTLS, ignorés",
                from_product=True,
                data={"octets": len(discarded)},
                raw=discarded,
            )
        self.strike("handshake")
        make: EngineFactory = self.server.engine_factory()
        self._engine = make()
        self._established = on_established
        self._witness.profile = self.server.tls.name if self.server.tls else None
        self._handshake_timer = asyncio.get_running_loop().call_later(
            self.server.limits.handshake_s, self._handshake_late
        )

    def _handshake_late(self) -> None:
        self.close("operator", f"TLS handshake not finished after {self.server.limits.handshake_s} s")

    def _pump(self) -> None:
        engine = self._engine
        if engine is None or self._lost:
            return
        try:
            if self.tls is None:
                done = engine.handshake()
                self._flush()
                if not done:
                    return
                self._channel_stands(engine)
            self._deliver_all(engine)
            self._flush()
        except TlsError as error:
            self._flush()
            if self.tls is None:
                self._handshake_failed(str(error))
                self.close("operator", f"TLS: {error}")
            else:
                self.abort("product", f"TLS: {error}")

    def _channel_stands(self, engine: TlsEngine) -> None:
        state = self.tls = engine.state(self._witness.hello)
        if self._handshake_timer is not None:
            self._handshake_timer.cancel()
        self._witness.established(state)
        self.strike("tls")
        if self.closing:
            return
        if not self._upper_made:
            self._make_upper()
        if self._established is not None:
            self._established(state)
        for octets in self._held:
            engine.write(octets)
        self._held.clear()

    def _deliver_all(self, engine: TlsEngine) -> None:
        while not self.paused and not self.closing:
            octets = engine.read()
            if octets is None:
                self._ended = self._ended or ("product", "close_notify")
                self.upper.eof_received()
                self.close("product", "close_notify")
            if not octets:
                return
            self._deliver(octets)

    def _handshake_failed(self, reason: str) -> None:
        engine = self._engine
        timer, self._handshake_timer = self._handshake_timer, None
        if timer is None or engine is None:
            return
        timer.cancel()
        self._witness.failed(engine, reason)

    def _flush(self) -> None:
        engine = self._engine
        assert engine is not None
        octets = engine.outgoing()
        if octets:
            self._send(octets)
        self._witness.alerts(engine, during_handshake=self.tls is None)

    # --- octets in ----------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Octets from the socket."""
        self.server.heard(self)
        if self.closing:
            return
        if self._engine is None:
            self._deliver(data)
            return
        self._witness.hello_octets(data)
        if self._mute and self.tls is None:
            return
        self._engine.feed(data)
        self._pump()

    def _deliver(self, octets: bytes) -> None:
        self._transcript.add("C", octets, monotonic_ms() - self._opened_ms, tls=self.tls is not None)
        fault = self.suffers(CloseAfterOctets) if self._suffered_or_any(CloseAfterOctets) else None
        if fault and fault.direction == "received" and self._transcript.totals["C"] >= fault.octets:
            self.close("fault", f"CloseAfterOctets {fault.octets} received")
            return
        self.upper.data_received(octets)

    def _suffered_or_any(self, kind: type[WireFault]) -> bool:
        return kind in self._suffered or self.server.faults.any()

    def pause_reading(self) -> None:
        """See `WireTransport`."""
        self.paused = True
        if not self.closing and not self._deaf:
            self.raw.pause_reading()

    def resume_reading(self) -> None:
        """See `WireTransport`; what TLS still holds is delivered first."""
        self.paused = False
        if not self.closing and not self._deaf:
            self.raw.resume_reading()
            if self._engine is not None:
                asyncio.get_running_loop().call_soon(self._pump)

    # --- octets out ---------------------------------------------------------------------------------------

    def write(self, octets: bytes) -> None:
        """See `WireTransport.write`."""
        if self.closing or self._mute or not octets:
            return
        fault = self.suffers(CloseAfterOctets) if self._suffered_or_any(CloseAfterOctets) else None
        cut = False
        if fault and fault.direction == "sent":
            room = max(0, fault.octets - self._transcript.totals["S"])
            cut = len(octets) >= room
            octets = octets[:room]
        self._transcript.add("S", octets, monotonic_ms() - self._opened_ms, tls=self.tls is not None)
        self._encrypt(octets)
        if cut and fault:
            self.close("fault", f"CloseAfterOctets {fault.octets} sent")

    def _encrypt(self, octets: bytes) -> None:
        if self._engine is None:
            self._send(octets)
        elif self.tls is None:
            self._held.append(octets)
        else:
            try:
                self._engine.write(octets)
            except TlsError as error:
                self.abort("product", f"TLS: {error}")
                return
            self._flush()

    def _send(self, octets: bytes) -> None:
        if self._mute or self._lost:
            return
        slow = self.suffers(SlowOctets) if self._suffered_or_any(SlowOctets) else None
        if slow is not None or self._slow:
            self._slow.append(octets)
            self._tick()
            return
        self.raw.write(octets)
        if self.raw.get_write_buffer_size() > self.server.limits.pending:
            self.abort("operator", "the peer does not read: too many octets pending")

    def _tick(self) -> None:
        slow = self.suffers(SlowOctets)
        if self._slow_timer is not None or slow is None or not self._slow:
            return
        head = self._slow.popleft()
        self.raw.write(head[: slow.octets])
        if head[slow.octets :]:
            self._slow.appendleft(head[slow.octets :])

        def again() -> None:
            self._slow_timer = None
            if self._slow:
                self._tick()
            elif self.closing:
                self.raw.close()

        self._slow_timer = asyncio.get_running_loop().call_later(slow.tick_s, again)

    def pending(self) -> int:
        """Octets written and not yet taken by the system."""
        waiting = sum(map(len, self._slow)) + sum(map(len, self._held))
        return self.raw.get_write_buffer_size() + waiting

    def pause_writing(self) -> None:
        """Pass on that the peer is slow."""
        if self._upper_made:
            self.upper.pause_writing()

    def resume_writing(self) -> None:
        """Pass on that the peer caught up."""
        if self._upper_made:
            self.upper.resume_writing()
