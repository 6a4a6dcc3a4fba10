"""Mails that carry documents otherwise than `build_mail` does: other names, orders, wrappings.

Everything that real senders do and a receiver has to bear (DOSSIER §1.1; attachments seen in the field).
"""

from __future__ import annotations

import base64
import random
from collections.abc import Sequence
from dataclasses import dataclass
from email.header import Header
from email.utils import format_datetime
from urllib.parse import quote

from simulators.clock import Clock

ZIP = "application/zip"


@dataclass(frozen=True, slots=True)
class Joined:
    """An attachment; `name_in` says which header names it, `both` unless told otherwise."""

    name: str
    media_type: str
    content: bytes
    name_in: str = "both"

    def part(self) -> bytes:
        """Return the MIME part."""
        typed = _parameter("name", self.name) if self.name_in in {"both", "type"} else ""
        lines = [f"Content-Type: {self.media_type}{typed}", "Content-Transfer-Encoding: base64"]
        if self.name_in != "type":
            named = _parameter("filename", self.name) if self.name_in in {"both", "disposition"} else ""
            lines.append(f"Content-Disposition: attachment{named}")
        head = "".join(f"{line}\r\n" for line in lines).encode("ascii")
        return head + b"\r\n" + base64.encodebytes(self.content).replace(b"\n", b"\r\n")


def _parameter(name: str, value: str) -> str:
    """Return a parameter, by RFC 2231 when it is not ASCII."""
    return f'; {name}="{value}"' if value.isascii() else f"; {name}*=UTF-8''{quote(value, safe='')}"


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A whole mail inside another, as when one is forwarded as attachment."""

    content: bytes

    def part(self) -> bytes:
        """Return the MIME part."""
        return b"Content-Type: message/rfc822\r\n\r\n" + self.content


@dataclass(frozen=True, slots=True)
class Letter:
    """Headers and text of a mail; `acknowledge_to` are the addresses of Disposition-Notification-To."""

    sender: str
    recipient: str
    subject: str
    text: str = "Bonjour,\nVeuillez trouver les documents joints.\n"
    acknowledge_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BuiltParcel:
    """A mail: its bytes and its Message-ID."""

    content: bytes
    message_id: str


def build_parcel(
    letter: Letter, parts: Sequence[Joined | Wrapped], clock: Clock, rng: random.Random
) -> BuiltParcel:
    """Build the mail, its parts in the order given after the text."""
    message_id = f"<{rng.getrandbits(96):024x}@{letter.sender.rpartition('@')[2]}>"
    boundary = f"=_{rng.getrandbits(96):024x}"
    coded = Header(letter.subject, "utf-8" if not letter.subject.isascii() else "us-ascii")
    lines = [
        f"Date: {format_datetime(clock.now())}",
        f"From: {letter.sender}",
        f"To: {letter.recipient}",
        f"Message-ID: {message_id}",
        f"Subject: {coded.encode(linesep=chr(13) + chr(10))}",
        *(
            [f"Disposition-Notification-To: {', '.join(letter.acknowledge_to)}"]
            if letter.acknowledge_to
            else []
        ),
        "MIME-Version: 1.0",
        f'Content-Type: multipart/mixed; boundary="{boundary}"',
    ]
    head = "".join(f"{line}\r\n" for line in lines).encode("ascii")
    text = "\r\n".join(letter.text.splitlines()).encode("utf-8")
    first = (
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + text + b"\r\n"
    )
    opening = f"--{boundary}\r\n".encode("ascii")
    body = b"".join(opening + part + b"\r\n" for part in (first, *(one.part() for one in parts)))
    return BuiltParcel(head + b"\r\n" + body + f"--{boundary}--\r\n".encode("ascii"), message_id)
