"""What a received mail is about: its header, and the archives in it wherever they hang."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.utils import getaddresses

from simulators.product.behaviour import Behaviour
from simulators.product.reports import MAX_PARTS, header, parse

ARCHIVE = "IHE_XDM.ZIP"
SUBJECT_MARK = "XDM/1.0/DDM"
_DEEPEST = 8
ERROR_MAIL = re.compile(r"\s*\[\s*KO\s+int[eé]gration", re.IGNORECASE)
"""Subject of the ordinary error mail (volet LPS, DOSSIER §6.4)."""
_MSG_ID = re.compile(r"<[^<>\s]{1,900}>")


@dataclass(frozen=True, slots=True)
class Parcel:
    """A mail and the archives that it carries; `asks` is who wants an acknowledgement, `path` Return-Path."""

    message_id: str
    subject: str
    sender: str
    asks: tuple[str, ...]
    path: str | None
    report: bool
    original_recipient: str
    archives: tuple[bytes, ...]
    raw: bytes

    @property
    def automatic_allowed(self) -> bool:
        """Whether an acknowledgement may leave with nobody's consent (RFC 8098 §2.1)."""
        return len(self.asks) == 1 and self.path is not None and _same(self.asks[0], self.path)


def open_parcel(raw: bytes, behaviour: Behaviour) -> Parcel:
    """Read a mail."""
    message = parse(raw)
    subject = header(message, "Subject")
    report = message.get_content_type() == "multipart/report"
    archives = () if report else tuple(_archives(message, behaviour))
    if archives and ERROR_MAIL.match(subject) and not behaviour.error_mails_read:
        archives = ()  # what comes back is the mail that the product itself had sent
    if archives and len(archives) > 1 and behaviour.archives_read == "first":
        archives = archives[:1]
    unmarked = archives and not subject.startswith(SUBJECT_MARK)
    if unmarked and behaviour.subject_needed:
        archives = ()
    if archives and not _has_copy(message) and behaviour.copy_needed:
        archives = ()
    ids = _MSG_ID.findall(header(message, "Message-ID"))
    senders = getaddresses([header(message, "From")])
    return Parcel(
        message_id=ids[0] if ids else "",
        subject=subject,
        sender=senders[0][1] if senders else "",
        asks=tuple(
            address
            for _, address in getaddresses([header(message, "Disposition-Notification-To")])
            if address
        ),
        path=_path(message),
        report=report,
        original_recipient=header(message, "Original-Recipient"),
        archives=archives,
        raw=raw,
    )


def _archives(message: Message, behaviour: Behaviour) -> Iterator[bytes]:
    for part, forwarded in _leaves(message, 0, forwarded=False):
        name = part.get_filename() or ""
        if name.upper() != ARCHIVE:
            if not (_media_is_zip(part) and behaviour.any_zip):
                continue
        elif name != ARCHIVE and behaviour.archive_named == "exactly":
            continue
        if part.get("Content-Disposition") is None and behaviour.disposition_needed:
            continue
        if forwarded and not behaviour.forwarded_read:
            continue
        yield octets(part)


def _leaves(message: Message, depth: int, *, forwarded: bool) -> Iterator[tuple[Message, bool]]:
    if depth > _DEEPEST:
        return
    if not message.is_multipart():
        yield message, forwarded
        return
    inside = forwarded or message.get_content_type() == "message/rfc822"
    payload = message.get_payload()
    for part in payload[:MAX_PARTS] if isinstance(payload, list) else []:
        if isinstance(part, Message):
            yield from _leaves(part, depth + 1, forwarded=inside)


def octets(part: Message) -> bytes:
    """Return the decoded content of a part, as far as it decodes."""
    text = part.get_payload(decode=True)
    if not isinstance(text, bytes):
        return b""
    if str(part.get("Content-Transfer-Encoding", "")).strip().casefold() == "base64" and not text[:1]:
        try:
            return base64.b64decode(str(part.get_payload()))
        except (binascii.Error, ValueError):
            return b""
    return text


def _media_is_zip(part: Message) -> bool:
    return "zip" in part.get_content_type()


def _has_copy(message: Message) -> bool:
    return any(
        part.get_content_type() == "application/pdf" for part, _ in _leaves(message, 0, forwarded=False)
    )


def _path(message: Message) -> str | None:
    found = message.get("Return-Path")
    return None if found is None else str(found).strip().strip("<>").strip()


def _same(one: str, other: str) -> bool:
    local, _, domain = one.rpartition("@")
    other_local, _, other_domain = other.rpartition("@")
    return local == other_local and domain.casefold() == other_domain.casefold()
