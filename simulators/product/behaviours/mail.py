"""Mails of any kind (ECO.2.2.x, ECO.2.3.1, ECO.2.4.3) and the reports about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MessageId = Literal["unique", "absent", "constant", "malformed"]
ReplyHeaders = Literal["complete", "no-references", "no-in-reply-to", "wrong-in-reply-to"]
Body = Literal["conforming", "html-only", "html-first", "other-wording"]
FromLabel = Literal["complete", "absent", "address", "family-only", "person"]
Nil = Literal["once", "absent", "twice", "wrong", "lost-on-reply"]


@dataclass(frozen=True)
class MailBehaviour:
    """How mails are written and delivery reports shown; see the field names and the `Literal` types."""

    message_id: MessageId = "unique"
    reply_headers: ReplyHeaders = "complete"
    charset: Literal["utf-8", "iso-8859-1"] = "utf-8"
    body: Body = "conforming"
    app_mention: Literal["end", "absent", "no-contact"] = "end"
    app_reply_to: bool = True
    from_label: FromLabel = "complete"
    return_receipt: Literal["sender", "absent", "other"] = "sender"
    nil: Nil = "once"
    respects_size: bool = True
    delivery_reports: Literal["told", "as-mail", "without-detail"] = "told"
