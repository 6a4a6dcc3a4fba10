"""What the product keeps of what it did: the mails sent and the functional traces (ECO.4.1.1, ECO.4.1.2).

Kept in memory: the reference product is stopped with the bench. How long traces are to be kept is in no text
in force (six months in the wording of January 2023, dropped in February).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from simulators.product.errors import ProductError

MAX_KEPT = 5_000
Event = Literal["send", "receive", "read", "integrate", "connect", "other"]


@dataclass(frozen=True, slots=True)
class Failure:
    """A recipient whom a mail did not reach, and why, in the words of RFC 3464."""

    recipient: str
    status: str = ""
    diagnostic: str = ""


@dataclass(frozen=True, slots=True)
class SentCopy:
    """A mail that the operator took; `refused` are the recipients that it did not take."""

    mailbox: str
    message_id: str | None
    to: tuple[str, ...]
    subject: str
    refused: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done on a mailbox: what was asked of the server, about which mail."""

    event: Event
    mailbox: str
    request: str
    message_id: str | None = None
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """One line of the log: the deed, when (with the offset of local time), by whom, and what came of it.

    `user` is None when nobody acted (BAL APP); `reply` None when the server never answered.
    """

    at: datetime
    deed: Deed
    user: str | None
    reply: str | None
    success: bool
    detail: str = ""


class Register:
    """The sent mails and the traces of one space, the latest `MAX_KEPT` of each."""

    def __init__(self) -> None:
        self.sent: deque[SentCopy] = deque(maxlen=MAX_KEPT)
        self.traces: deque[Trace] = deque(maxlen=MAX_KEPT)

    def succeeded(self, deed: Deed, at: datetime, user: str | None, reply: str | None) -> None:
        """Trace a deed that the server accepted."""
        self.traces.append(Trace(at.astimezone(), deed, user, reply, success=True))

    def failed(self, deed: Deed, at: datetime, user: str | None, error: ProductError) -> None:
        """Trace a deed that came to nothing, with the server's answer if there was one."""
        self.traces.append(Trace(at.astimezone(), deed, user, error.reply, success=False, detail=str(error)))
