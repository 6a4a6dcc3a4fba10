"""Faults of the wire itself, the same for SMTP and IMAP: what a network or a badly behaved operator does.

Most strike at a point named by `at`: `connect`; `handshake` (the ClientHello is never answered); `tls`
(channel established); or a command in upper case (`AUTH`, `MAIL`, `SELECT`, `STARTTLS`…), before its
answer. `times` bounds how many connections suffer it, so that a product which comes back is then served;
None means all. They serve ECO.1.2.3 (technical errors isolated), ECO.1.2.7 (reopening) and ECO.1.2.1
(STARTTLS first), as said on each.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeVar


@dataclass(frozen=True, slots=True, kw_only=True)
class WireFault:
    """Base of all: `times` connections suffer it (None: every one)."""

    times: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PointFault(WireFault):
    """A fault bound to a point of the session."""

    at: str = "connect"


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeFault(PointFault):
    """A point fault that the wire itself executes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(StrikeFault):
    """The operator closes, properly (FIN, close_notify), and answers nothing more. ECO.1.2.3, ECO.1.2.7."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset(StrikeFault):
    """The connection is reset (RST). ECO.1.2.3, ECO.1.2.7."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence(StrikeFault):
    """The operator goes on listening and never answers again: the product must time out. ECO.1.2.3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfOpen(StrikeFault):
    """The operator vanished without FIN: it neither reads nor answers, the TCP connection stays.

    ECO.1.2.3.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfClosed(StrikeFault):
    """The operator closes its sending side only (FIN, still reading). ECO.1.2.3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseAfterOctets(WireFault):
    """The operator closes once `octets` of plaintext went one way, cutting an answer where it falls.

    ECO.1.2.3.
    """

    octets: int
    direction: Literal["sent", "received"] = "sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowOctets(WireFault):
    """The operator sends `octets` at a time, one lot every `tick_s` seconds. ECO.1.2.3."""

    octets: int = 1
    tick_s: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class StarttlsNotOffered(WireFault):
    """STARTTLS is missing from EHLO or CAPABILITY; the product must not go on in clear.

    ECO.1.1.1, ECO.1.2.1.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class StarttlsRefused(WireFault):
    """STARTTLS is offered and then refused, as a man in the middle who strips it would. ECO.1.1.1, ECO.1.2.1.

    `code` is the SMTP answer (454 temporary, 502 unknown); IMAP answers BAD whatever it is.
    """

    code: int = 454


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectedPlaintext(WireFault):
    """Octets in clear follow the answer to STARTTLS in the same segment (NO STARTTLS, CVE-2011-0411 family).

    A product that keeps them takes them as the answer to its next command under TLS. ECO.1.2.1.
    """

    octets: bytes = b""


FaultType = TypeVar("FaultType", bound=WireFault)


class FaultBook:
    """The faults switched on for one listener; may be changed at any time, from any thread."""

    def __init__(self, faults: Iterable[WireFault] = ()) -> None:
        self._lock = threading.Lock()
        self._left: list[tuple[WireFault, int | None]] = [(fault, fault.times) for fault in faults]

    def add(self, *faults: WireFault) -> None:
        """Switch faults on."""
        with self._lock:
            self._left += [(fault, fault.times) for fault in faults]

    def clear(self) -> None:
        """Switch all of them off."""
        with self._lock:
            self._left.clear()

    def any(self) -> bool:
        """Whether any fault is switched on."""
        return bool(self._left)

    def take(self, kind: type[FaultType], *, at: str | None = None) -> FaultType | None:
        """Return the first fault of `kind`, counting one connection (or command) as suffering it.

        With `at` only a fault whose own `at` is that point or command.
        """
        with self._lock:
            for index, (fault, left) in enumerate(self._left):
                if not isinstance(fault, kind) or left == 0:
                    continue
                if at is not None and getattr(fault, "at", None) != at:
                    continue
                self._left[index] = (fault, None if left is None else left - 1)
                return fault
        return None
