"""Mails as the glue writes and shows them: standard library, nothing clever."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formataddr, formatdate, make_msgid
from pathlib import Path
from typing import Any

Mailbox = Mapping[str, Any]


def compose(params: Mapping[str, Any], mailbox: Mailbox, nil: str) -> EmailMessage:
    """Write a mail: plain text in UTF-8, attachments, the product reference."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = formataddr((_label(mailbox), mailbox["address"]))
    mail["To"] = ", ".join(params["to"])
    if params.get("cc"):
        mail["Cc"] = ", ".join(params["cc"])
    mail["Subject"] = params["subject"]
    mail["Date"] = formatdate(localtime=True)
    mail["Message-ID"] = make_msgid(domain=mailbox["address"].rpartition("@")[2])
    mail["X-MSS-NIL"] = nil
    text = params["text"]
    if params.get("request_dsn"):
        mail["Return-Receipt-To"] = mailbox["address"]
    if mailbox["type"] == "APP":
        contact = mailbox["contact"]
        mail["Reply-To"] = contact
        text += f"\n-- \nMessage envoyé automatiquement ; pour répondre : {contact}\n"
    mail.set_content(text, cte="quoted-printable")  # neither curl nor msmtp asks for 8BITMIME
    for attachment in params.get("attachments", ()):
        kind = attachment["media_type"] or mimetypes.guess_type(attachment["name"])[0]
        main, _, sub = (kind or "application/octet-stream").partition("/")
        content = Path(attachment["path"]).read_bytes()
        mail.add_attachment(content, maintype=main, subtype=sub, filename=attachment["name"])
    return mail


def answer(received: bytes, text: str, mailbox: Mailbox, nil: str) -> EmailMessage:
    """Write the reply to a received mail."""
    before = message_from_bytes(received, policy=policy.SMTP)
    subject = str(before["Subject"] or "")
    params = {
        "to": [before["Reply-To"] or before["From"]],
        "subject": subject if subject.lower().startswith("re:") else f"Re: {subject}",
        "text": text,
    }
    mail = compose(params, mailbox, nil)
    mail["In-Reply-To"] = before["Message-ID"]
    mail["References"] = f"{before['References'] or ''} {before['Message-ID']}".strip()
    return mail


def line(received: bytes) -> dict[str, Any]:
    """Return a line of the list of received mails."""
    mail = message_from_bytes(received, policy=policy.SMTP)
    identifier = mail["Message-ID"]
    return {
        "message_id": str(identifier).strip() if identifier else None,
        "subject": str(mail["Subject"] or ""),
        "from": str(mail["From"] or ""),
    }


def envelope(mail: EmailMessage, name: str = "") -> list[tuple[str, str]]:
    """Return the recipients of the envelope, each beside `name`."""
    fields = [mail[field] for field in ("To", "Cc") if mail[field]]
    return [(name, address.addr_spec) for field in fields for address in field.addresses]


def _label(mailbox: Mailbox) -> str:
    holder = mailbox.get("holder")
    if mailbox["type"] == "PER" and holder:
        return f"{holder['given']} {holder['family']} - {mailbox['label']}"
    return str(mailbox["label"])
