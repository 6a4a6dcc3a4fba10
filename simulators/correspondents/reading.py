"""What a correspondent reads of a mail that it received: the header only, and nothing is taken on trust."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses

HEADER_READ = 262_144
MAX_ANCESTORS = 50
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,500}>")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,255}")


class Unanswerable(Exception):
    """The mail names nobody to answer, or nothing to answer to."""


@dataclass(frozen=True, slots=True)
class Received:
    """The fields of a received mail that an answer needs; None or empty when absent or unusable."""

    message_id: str | None
    references: tuple[str, ...]
    subject: str
    sender: str | None
    reply_to: str | None
    return_path: str | None
    receipt_to: str | None
    original_recipient: str | None
    header: bytes

    @property
    def thread(self) -> tuple[str, ...]:
        """Return the Message-IDs that an answer refers to (RFC 5322 §3.6.4)."""
        own = (self.message_id,) if self.message_id else ()
        return (*self.references, *own)[-MAX_ANCESTORS:]


def read(mail: bytes) -> Received:
    """Read the header of a mail; never raises on what it holds."""
    end = mail.find(b"\r\n\r\n", 0, HEADER_READ)
    header = mail[: end + 2] if end >= 0 else mail[:HEADER_READ]
    parsed = BytesHeaderParser(policy=compat32).parsebytes(header)

    def value(name: str) -> str:
        return str(parsed.get(name, ""))

    ids = _MESSAGE_ID.findall(value("Message-ID"))
    references = _MESSAGE_ID.findall(value("References")) or _MESSAGE_ID.findall(value("In-Reply-To"))
    return Received(
        message_id=ids[0] if ids else None,
        references=tuple(references[-MAX_ANCESTORS:]),
        subject=_decoded(value("Subject")),
        sender=_address(value("From")),
        reply_to=_address(value("Reply-To")),
        return_path=_address(value("Return-Path")),
        receipt_to=_address(value("Disposition-Notification-To")),
        original_recipient=" ".join(value("Original-Recipient").split()) or None,
        header=header,
    )


def _address(text: str) -> str | None:
    found = [address for _, address in getaddresses([text[:2000]]) if _ADDRESS.fullmatch(address)]
    return found[0] if found else None


def _decoded(raw: str) -> str:
    try:
        text = str(make_header(decode_header(raw)))
    except (HeaderParseError, LookupError, ValueError):
        text = raw
    kept = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(kept.split())[:500]
