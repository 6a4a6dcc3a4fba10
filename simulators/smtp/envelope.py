"""What a submission leaves behind: the envelope and the message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Recipient:
    """One RCPT: `notify` is the value of NOTIFY (None.

    Not given), `original` that of ORCPT as `type;address`.
    """

    address: str
    notify: frozenset[str] | None = None
    original: str | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """One accepted message.

    `mail_from` is empty for the null reverse-path. `user` is the mailbox that authenticated. `ret` and
    `envid` are those of RFC 3461. `content` is the message as received, transparency dots removed,
    otherwise untouched.
    """

    queue_id: str
    mail_from: str
    recipients: tuple[Recipient, ...]
    content: bytes
    user: str | None = None
    ret: Literal["FULL", "HDRS"] | None = None
    envid: str | None = None
    body: str | None = None
    smtputf8: bool = False
    connection: str = ""
    helo: str = ""

    def as_data(self) -> dict[str, Any]:
        """Return the form that goes into the journal."""
        return {
            "queue_id": self.queue_id,
            "mail_from": self.mail_from,
            "recipients": [
                {
                    "address": recipient.address,
                    "notify": sorted(recipient.notify) if recipient.notify is not None else None,
                    "orcpt": recipient.original,
                }
                for recipient in self.recipients
            ],
            "user": self.user,
            "ret": self.ret,
            "envid": self.envid,
            "body": self.body,
            "smtputf8": self.smtputf8,
            "size": len(self.content),
        }


Deliver = Callable[[Envelope], Awaitable[None]]
"""What takes an accepted message. An exception it raises is answered 451 and put into the journal."""
