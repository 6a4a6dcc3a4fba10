"""Faults of the submission server: refusals, interruptions and bad manners, temporary and permanent.

They are switched on in the listener's `FaultBook`, beside those of the wire. `at` is the command whose
answer is concerned: `CONNECT` (greeting), `EHLO`, `STARTTLS`, `AUTH`, `MAIL`, `RCPT`, `DATA`, `.` (end of
data), `RSET`, `NOOP`, `QUIT`. Some need no switch: the local part of a recipient asks for them (`MAGIC`).
They serve ECO.1.2.3 unless said otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulators.smtp import replies
from simulators.smtp.replies import Reply
from simulators.wire.faults import PointFault, WireFault


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerInstead(PointFault):
    """The command is answered `reply` and has no effect; `then_close` ends the session after it."""

    at: str = "MAIL"
    reply: Reply = replies.LOCAL_ERROR
    then_close: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceUnavailable(AnswerInstead):
    """421 at any stage, and the operator closes."""

    reply: Reply = replies.UNAVAILABLE
    then_close: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationRefused(AnswerInstead):
    """535: the credentials are refused for good, whatever they are."""

    at: str = "AUTH"
    reply: Reply = replies.BAD_CREDENTIALS


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationUnavailable(AnswerInstead):
    """454: the authentication service is out of order for now (RFC 4954 §6)."""

    at: str = "AUTH"
    reply: Reply = replies.AUTH_UNAVAILABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientDeferred(AnswerInstead):
    """450 after RCPT: try again."""

    at: str = "RCPT"
    reply: Reply = replies.MAILBOX_BUSY


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientRefused(AnswerInstead):
    """550 after RCPT: give up."""

    at: str = "RCPT"
    reply: Reply = replies.UNKNOWN_MAILBOX


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRefused(AnswerInstead):
    """554 instead of 354."""

    at: str = "DATA"
    reply: Reply = replies.NO_DATA_NOW


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRefused(AnswerInstead):
    """554 at the end of data: the message was not taken, and the user must know it."""

    at: str = "."
    reply: Reply = replies.MESSAGE_REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDeferred(AnswerInstead):
    """452 at the end of data: not taken, try again."""

    at: str = "."
    reply: Reply = replies.NO_STORAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseAfter(PointFault):
    """The operator closes once the command has been answered (after AUTH, for one). ECO.1.2.7."""

    at: str = "AUTH"


@dataclass(frozen=True, slots=True, kw_only=True)
class GiantReply(PointFault):
    """The answer comes after `lines` continuation lines of `width` characters."""

    at: str = "EHLO"
    lines: int = 1000
    width: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class GarbageReply(PointFault):
    """The answer is `octets`, which is no SMTP."""

    at: str = "MAIL"
    octets: bytes = b"\x00\xff\xfe garbage \x80\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitReplies(WireFault):
    """Each answer goes out in segments of `octets`, one turn of the loop apart."""

    octets: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorChallenge(WireFault):
    """A refused XOAUTH2 is first told by a 334 with JSON, as some operators do.

    The client must answer an empty line.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptUnknownMailbox(WireFault):
    """An unknown mailbox is accepted at RCPT and bounced later by a DSN."""


MAGIC: dict[str, Reply] = {
    "refus-temporaire": Reply(451, "4.2.1", ("Mailbox temporarily unavailable",)),
    "refus-definitif": replies.UNKNOWN_MAILBOX,
    "boite-pleine": Reply(452, "4.2.2", ("Mailbox full",)),
    "boite-fermee": replies.CLOSED_MAILBOX,
}
"""Local parts of recipients that are refused at RCPT, in any domain of the Espace de Confiance."""

MAGIC_BOUNCE = "bounce"
"""Local part accepted at RCPT, then bounced by a DSN `failed` 5.1.1."""

MAGIC_DELAY = "retard"
"""Local part accepted at RCPT, then told late by a DSN `delayed` 4.4.1."""
