"""The face that the protocol above (SMTP, IMAP) sees of a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from simulators.wire.engine import TlsState
from simulators.wire.faults import FaultType

if TYPE_CHECKING:
    from simulators.wire.connection import WireConnection


class WireTransport(asyncio.Transport):
    """What the protocol above writes to. `connection` names the connection in the journal."""

    def __init__(self, wire: WireConnection) -> None:
        super().__init__()
        self._wire = wire
        self.connection = wire.id

    @property
    def tls(self) -> TlsState | None:
        """The established TLS channel, None before."""
        return self._wire.tls

    def start_tls(
        self,
        answer: bytes = b"",
        *,
        discarded: bytes = b"",
        on_established: Callable[[TlsState], None] | None = None,
    ) -> None:
        """Send `answer` in clear and switch to TLS at once.

        `discarded` is what the protocol above had received in clear after the STARTTLS command and now
        drops; it is only put into the journal. `on_established` is called when the channel stands, before
        any octet from it.
        """
        self._wire.start_tls(answer, discarded, on_established)

    def at_command(self, command: str) -> None:
        """Tell that `command` (upper case) was received and is about to be answered.

        Point faults strike here.
        """
        self._wire.strike(command.upper())

    def suffers(self, kind: type[FaultType]) -> FaultType | None:
        """Return the fault of `kind` that this connection suffers, the same for its whole life, or None."""
        return self._wire.suffers(kind)

    def record(
        self,
        name: str,
        text: str,
        *,
        from_product: bool,
        data: Mapping[str, Any] | None = None,
        raw: bytes | None = None,
        media_type: str = "application/octet-stream",
    ) -> None:
        """Put an event of the protocol above into the journal."""
        self._wire.record(name, text, from_product=from_product, data=data, raw=raw, media_type=media_type)

    def write(self, data: bytes | bytearray | memoryview[int]) -> None:
        """Send, under TLS once `start_tls` was called."""
        self._wire.write(bytes(data))

    def close(self) -> None:
        """Send what is left, say close_notify, close."""
        self._wire.close("operator", "closed")

    def close_because(self, reason: str) -> None:
        """Close and let the journal say why (`idle`, `logout`…)."""
        self._wire.close("operator", reason)

    def abort(self) -> None:
        """Drop the connection at once."""
        self._wire.abort("operator", "aborted")

    def is_closing(self) -> bool:
        """Whether nothing can be written any more."""
        return self._wire.closing

    def pause_reading(self) -> None:
        """Stop calling `data_received`."""
        self._wire.pause_reading()

    def resume_reading(self) -> None:
        """Go on calling `data_received`."""
        self._wire.resume_reading()

    def is_reading(self) -> bool:
        """Whether octets are delivered."""
        return not self._wire.paused

    def can_write_eof(self) -> bool:
        """TLS has no half-close worth the name."""
        return False

    def get_write_buffer_size(self) -> int:
        """Octets not yet taken by the system."""
        return self._wire.pending()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set the marks of flow control."""
        self._wire.raw.set_write_buffer_limits(high, low)

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Return the low and high marks."""
        return self._wire.raw.get_write_buffer_limits()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """`peername`, `sockname`, `socket` of the socket; `tls` the channel."""
        return self.tls if name == "tls" else self._wire.raw.get_extra_info(name, default)

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return the protocol above."""
        return self._wire.upper

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Replace the protocol above; it must be an `asyncio.Protocol`."""
        if not isinstance(protocol, asyncio.Protocol):
            raise TypeError(f"{type(protocol).__name__} is no asyncio.Protocol")
        self._wire.upper = protocol
