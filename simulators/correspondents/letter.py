"""What a correspondent writes, and its form in RFC 5322."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import Literal

CRLF = "\r\n"
Coding = Literal["8bit", "quoted-printable", "base64"]
CORRESPONDENT_NIL = "9999"
"""`X-MSS-NIL` of the correspondents' own product (ECO.2.4.3), an invented one."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file: its name as the sender wrote it, its octets and its media type (`application/pdf`)."""

    name: str
    content: bytes
    media_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail before it is addressed.

    `ancestors` are the Message-IDs of the thread, oldest first, the last being the one answered (RFC 5322
    §3.6.4). `ask_mdn` asks for a read receipt (ECO.2.3.2), `ask_receipt` for a delivery receipt (ECO.2.3.1).
    `headers` are added as they are.
    """

    subject: str
    text: str
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    ancestors: tuple[str, ...] = ()
    ask_mdn: bool = False
    ask_receipt: bool = False
    reply_to: str | None = None
    coding: Coding = "quoted-printable"
    headers: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Heading:
    """Who, to whom, when, under which identity."""

    sender_name: str
    sender: str
    recipients: tuple[str, ...]
    message_id: str
    date: datetime


def write(letter: Letter, heading: Heading, rng: random.Random) -> bytes:
    """Return the mail, CRLF line ends, boundaries drawn from `rng`.

    The header is written here and only the body by the standard library, whose folding of long subjects
    loses the spaces between encoded words. Raises `ValueError` for a header value with a line end.
    """
    return _header(letter, heading) + _body(letter, rng).as_bytes()


def header_line(name: str, value: str) -> str:
    """Return one header field, folded, encoded words where the value is not ASCII (RFC 2047)."""
    if "\r" in value or "\n" in value:
        raise ValueError(f"header {name} with a line end inside: {value!r}")
    if value.isascii():
        return f"{name}: {Header(value, 'us-ascii', header_name=name).encode(linesep=CRLF)}{CRLF}"
    return f"{name}: {Header(value, 'utf-8', header_name=name).encode(linesep=CRLF)}{CRLF}"


def mailbox(name: str, address: str) -> str:
    """Return `name <address>` as an address field holds it (RFC 5322 §3.4)."""
    if name.isascii():
        return formataddr((name, address))
    return f"{Header(name, 'utf-8', header_name='From').encode(linesep=CRLF)} <{address}>"


def _header(letter: Letter, heading: Heading) -> bytes:
    fields = [
        f"From: {mailbox(heading.sender_name, heading.sender)}{CRLF}",
        f"To: {f',{CRLF} '.join(heading.recipients)}{CRLF}",
        header_line("Date", format_datetime(heading.date)),
        f"Message-ID: {heading.message_id}{CRLF}",
        header_line("Subject", letter.subject),
    ]
    if letter.ancestors:
        fields.append(f"In-Reply-To: {letter.ancestors[-1]}{CRLF}")
        fields.append(f"References: {f'{CRLF} '.join(letter.ancestors)}{CRLF}")
    if letter.reply_to is not None:
        fields.append(f"Reply-To: <{letter.reply_to}>{CRLF}")
    if letter.ask_mdn:
        fields.append(f"Disposition-Notification-To: <{heading.sender}>{CRLF}")
    if letter.ask_receipt:
        fields.append(f"Return-Receipt-To: <{heading.sender}>{CRLF}")
    fields.append(header_line("X-MSS-NIL", CORRESPONDENT_NIL))
    fields += [header_line(name, value) for name, value in letter.headers]
    return "".join(fields).encode("ascii")


def _body(letter: Letter, rng: random.Random) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail.set_content(letter.text, charset="utf-8", cte=letter.coding)
    if letter.html is not None:
        mail.add_alternative(letter.html, subtype="html", charset="utf-8", cte=letter.coding)
    for attachment in letter.attachments:
        maintype, _, subtype = attachment.media_type.partition("/")
        mail.add_attachment(
            attachment.content, maintype=maintype, subtype=subtype or "octet-stream", filename=attachment.name
        )
    for part in mail.walk():
        if part.get_content_maintype() == "multipart":
            part.set_boundary(f"=_{rng.getrandbits(128):032x}")
    return mail
