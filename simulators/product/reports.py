"""Reading received mail: what to show, and delivery reports (RFC 3464, 6522) told to the user (X-DSN-01)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parseaddr
from html.parser import HTMLParser
from typing import Literal

from simulators.product.behaviour import Behaviour
from simulators.product.draft import Original

Kind = Literal["mail", "delivery-report", "receipt", "other"]
MAX_PARTS = 200
_MSG_ID = re.compile(r"<[^<>\s]{1,900}>")


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a delivery report says of its first recipient, in the words of RFC 3464."""

    action: str
    status: str
    diagnostic: str
    recipient: str
    original_message_id: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A mail as the list shows it."""

    message_id: str | None
    subject: str
    sender: str
    kind: Kind


def show(head: bytes, behaviour: Behaviour) -> Shown:
    """Return how a mail is listed, from its header."""
    message = parse(head)
    ids = _MSG_ID.findall(header(message, "Message-ID"))
    return Shown(
        ids[0] if ids else None,
        header(message, "Subject"),
        header(message, "From"),
        kind_of(message, behaviour),
    )


def kind_of(message: Message, behaviour: Behaviour) -> Kind:
    """Return how the product shows a mail."""
    if message.get_content_type() != "multipart/report" or behaviour.delivery_reports == "as-mail":
        return "mail"
    match str(message.get_param("report-type", "")).casefold():
        case "delivery-status":
            return "delivery-report"
        case "disposition-notification":
            return "receipt"
        case _:
            return "other"


def read_delivery_report(raw: bytes, behaviour: Behaviour) -> DeliveryReport:
    """Return what the report says; fields that it lacks are empty."""
    message = parse(raw)
    found: dict[str, str] = {}
    original: str | None = None
    for part in _parts(message):
        kind = part.get_content_type()
        if kind == "message/delivery-status" and not found:
            found = _recipient_fields(part)
        elif kind in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global"):
            original = original or _original_id(part)
    detail = behaviour.delivery_reports == "told"
    return DeliveryReport(
        action=found.get("action", "").casefold(),
        status=found.get("status", "") if detail else "",
        diagnostic=found.get("diagnostic-code", "") if detail else "",
        recipient=found.get("final-recipient", "").partition(";")[2].strip(),
        original_message_id=original,
    )


def parse(raw: bytes) -> Message:
    """Return the message, whatever it is made of."""
    return message_from_bytes(raw, policy=policy.compat32)


def header(message: Message, name: str) -> str:
    """Return a header as text, decoded (RFC 2047) and without control characters."""
    value = str(message.get(name, ""))[:20_000]
    try:
        pieces = [
            piece if isinstance(piece, str) else piece.decode(charset or "ascii", "replace")
            for piece, charset in decode_header(value)
        ]
        value = "".join(pieces)
    except (HeaderParseError, LookupError, ValueError):
        pass  # shown as received
    printable = value.encode("utf-8", "replace").decode("utf-8")
    return " ".join(re.sub(r"[\x00-\x1f\x7f]+", " ", printable).split())


def body_text(raw: bytes) -> str:
    """Return the body shown: the first text/plain part, else the text of the first HTML part."""
    rich = ""
    for part in _parts(parse(raw)):
        if part.is_multipart() or part.get_filename():
            continue
        if part.get_content_type() == "text/plain":
            return _decoded(part)
        if part.get_content_type() == "text/html" and not rich:
            rich = _text_of_html(_decoded(part))
    return rich


def original_of(raw: bytes, fallback_id: str) -> Original:
    """Return what a reply keeps: Message-ID and the References to continue (RFC 5322 §3.6.4)."""
    message = parse(raw)
    ids = _MSG_ID.findall(header(message, "Message-ID"))
    before = _MSG_ID.findall(header(message, "References"))
    if not before:
        parents = _MSG_ID.findall(header(message, "In-Reply-To"))
        before = parents if len(parents) == 1 else []
    return Original(ids[0] if ids else fallback_id, tuple(before[-50:]))


def reply_addresses(raw: bytes, own: str, *, everyone: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return To and Cc of a reply: Reply-To, else From; with `everyone`, the other recipients in Cc."""
    message = parse(raw)
    to = _addresses(message, "Reply-To") or _addresses(message, "From")
    if not everyone:
        return to, ()
    others = [*_addresses(message, "To"), *_addresses(message, "Cc")]
    known = {own.casefold(), *(address.casefold() for address in to)}
    return to, tuple(dict.fromkeys(a for a in others if a.casefold() not in known))


def _addresses(message: Message, name: str) -> tuple[str, ...]:
    pairs = getaddresses([str(value)[:20_000] for value in message.get_all(name, [])])
    return tuple(address for _, address in pairs if "@" in address)


def sender_address(message: Message) -> str:
    """Return the bare address of From."""
    return parseaddr(str(message.get("From", ""))[:2_000])[1]


def _parts(message: Message) -> Iterator[Message]:
    for count, part in enumerate(message.walk()):
        if count >= MAX_PARTS:
            return
        yield part


def _recipient_fields(part: Message) -> dict[str, str]:
    """Return the fields of the first recipient; the first block is about the whole message."""
    blocks = part.get_payload()
    if not isinstance(blocks, list):
        return {}
    for block in blocks[1:]:
        if isinstance(block, Message) and "Final-Recipient" in block:
            return {name.casefold(): header(block, name) for name in block.keys()}  # noqa: SIM118
    return {}


def _original_id(part: Message) -> str | None:
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else None
    if not isinstance(inner, Message):
        inner = parse(_octets(part))
    ids = _MSG_ID.findall(header(inner, "Message-ID"))
    return ids[0] if ids else None


def _octets(part: Message) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError):
        return b""
    return payload if isinstance(payload, bytes) else b""


def _decoded(part: Message) -> str:
    octets = _octets(part)
    charset = part.get_content_charset("utf-8")
    try:
        return octets.decode(charset, "replace")
    except (LookupError, ValueError):
        return octets.decode("utf-8", "replace")


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


def _text_of_html(source: str) -> str:
    reader = _Text()
    reader.feed(source)
    reader.close()
    return "".join(reader.pieces).strip()
