"""Misbehaviour of an IMAP operator, by name.

What happens to the connection itself (close, reset, silence, slow octets, STARTTLS not offered, refused or
injected) is in `simulators.wire.faults` and strikes at IMAP command names (`SELECT`, `AUTHENTICATE`…). Here
is what only an IMAP server can do wrong. `at` is a command name in capitals; `UID FETCH` counts as `FETCH`.
Requirements served: ECO.1.2.3 (technical errors are isolated), ECO.1.2.7 (reopening), ECO.1.1.1 (reading).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from simulators.wire.faults import FaultBook, StarttlsNotOffered, StarttlsRefused, WireFault


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapFault(WireFault):
    """Base of all IMAP faults; strikes at the command `at`, `times` times (None: always)."""

    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bye(ImapFault):
    """The operator says BYE and closes instead of answering. ECO.1.2.7."""

    code: str = "UNAVAILABLE"
    text: str = "Service temporarily unavailable, come back later."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(ImapFault):
    """The command is not done and answered thus: NO [UNAVAILABLE], NO [OVERQUOTA], BAD… ECO.1.2.3."""

    kind: Literal["OK", "NO", "BAD"] = "NO"
    code: str = "UNAVAILABLE"
    text: str = "Backend unavailable, try later."


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaReached(ImapFault):
    """APPEND is refused for lack of room (RFC 9208). ECO.1.2.3."""

    at: str = "APPEND"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsolicited(ImapFault):
    """Untagged responses that nobody asked for come before the answer (RFC 9051 §5.2 allows them)."""

    lines: tuple[bytes, ...] = (b"OK [ALERT] Maintenance ce soir a 22 h.", b"17 FETCH (FLAGS (\\Seen))")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongTag(ImapFault):
    """The tagged answer carries a tag that the client never sent; it must not be taken as its own."""

    tag: str = "ZZ999"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationFailed(ImapFault):
    """A valid token is refused: the XOAUTH2 challenge in JSON, then NO [AUTHENTICATIONFAILED]. ECO.1.2.3."""

    at: str = "AUTHENTICATE"
    status: str = "401"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongCapabilities(ImapFault):
    """The capability list lacks `hidden` and boasts of `extra`."""

    at: str = "CAPABILITY"
    hidden: frozenset[str] = frozenset()
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UidValidityChanged(ImapFault):
    """The mailbox comes back with another UIDVALIDITY and other UIDs (RFC 9051 §2.3.1.1): caches are void."""

    at: str = "SELECT"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpungeMidway(ImapFault):
    """After `after` FETCH responses the first message disappears, and the session is told at once.

    The server breaks RFC 9051 §7.5.1 with a FETCH by message numbers; the numbers of what follows shift.
    """

    at: str = "FETCH"
    after: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleLiteralSize(ImapFault):
    """A body literal is announced with `excess` octets more (or fewer) than are sent."""

    at: str = "FETCH"
    excess: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DeafIdle(ImapFault):
    """IDLE is accepted and nothing is ever told; DONE is answered. A product must not rely on IDLE alone."""

    at: str = "IDLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndlessIdle(ImapFault):
    """IDLE is accepted and DONE is never answered. ECO.1.2.3."""

    at: str = "IDLE"


FaultType = TypeVar("FaultType", bound=ImapFault)


class Misbehaviour:
    """The faults as one connection meets them."""

    def __init__(
        self,
        book: FaultBook,
        suffers: Callable[[type[WireFault]], WireFault | None],
        note: Callable[[ImapFault], None],
    ) -> None:
        self._book = book
        self._suffers = suffers
        self._note = note

    @property
    def starttls_offered(self) -> bool:
        """Whether STARTTLS is shown."""
        return not (self._book.any() and self._suffers(StarttlsNotOffered))

    @property
    def starttls_refused(self) -> bool:
        """Whether STARTTLS is answered BAD."""
        return self._book.any() and bool(self._suffers(StarttlsRefused) or self._suffers(StarttlsNotOffered))

    def of(self, kind: type[FaultType], at: str) -> FaultType | None:
        """Return the fault of this kind that strikes at this command now, or None."""
        if not self._book.any():
            return None
        fault = self._book.take(kind, at=at)
        if fault is not None:
            self._note(fault)
        return fault

    def capabilities(self, listed: list[str]) -> list[str]:
        """Return the capability list as it is shown."""
        fault = self.of(WrongCapabilities, "CAPABILITY")
        if fault is None:
            return listed
        kept = [word for word in listed if word.upper() not in fault.hidden]
        return kept + [word for word in fault.extra if word not in kept]
