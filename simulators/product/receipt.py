"""Read receipts that the product returns (RFC 8098; ECO.3.1.6)."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.utils import format_datetime, getaddresses

from simulators.product.behaviour import Behaviour
from simulators.product.composer import Composed, from_value
from simulators.product.mime import CRLF, field, text_field, text_part
from simulators.product.reports import header, parse, sender_address
from simulators.product.settings import Mailbox

MAX_HEADER = 100_000
SUBJECT_KEPT = 500
_MSG_ID = re.compile(r"<[^<>\s]{1,900}>")
_ADDRESS = re.compile(r"[^\s<>()\[\]\\,;:@\"\x00-\x1f\x7f]{1,64}@[^\s<>()\[\]\\,;:@\"\x00-\x1f\x7f]{1,255}")


@dataclass(frozen=True, slots=True)
class Request:
    """What a received mail says of the receipt that it asks for.

    `to` are the addresses of Disposition-Notification-To; `report` tells a mail that nobody acknowledges: a
    report, or one without sender (RFC 8098 §2.1).
    """

    to: tuple[str, ...]
    sender: str
    everyone: tuple[str, ...]
    report: bool
    message_id: str | None
    original_recipient: str | None
    subject: str
    head: bytes


def read_request(raw: bytes) -> Request:
    """Read what a mail asks, whatever it is made of."""
    message = parse(raw)
    ids = _MSG_ID.findall(header(message, "Message-ID"))
    path = message.get("Return-Path")
    end = re.search(rb"\r?\n\r?\n", raw[:MAX_HEADER])
    return Request(
        to=_addresses(message, "Disposition-Notification-To"),
        sender=sender_address(message),
        everyone=tuple(dict.fromkeys((*_addresses(message, "To"), *_addresses(message, "Cc")))),
        report=message.get_content_type() == "multipart/report"
        or (path is not None and str(path).strip() == "<>"),
        message_id=ids[0] if ids else None,
        original_recipient=header(message, "Original-Recipient") or None,
        subject=header(message, "Subject")[:SUBJECT_KEPT],
        head=raw[: end.start()] + CRLF if end else raw[:MAX_HEADER],
    )


def _recipients_of(request: Request, behaviour: Behaviour) -> tuple[str, ...]:
    """Return to whom the receipt goes: where it was asked for, and nowhere else."""
    if not request.to:  # nobody asked: variants only
        return (request.sender,) if _ADDRESS.fullmatch(request.sender) else ()
    match behaviour.mdn_to:
        case "asked":
            return request.to
        case "from":
            return (request.sender,)
        case "first":
            return request.to[:1]
        case "everyone":
            return tuple(dict.fromkeys((*request.to, request.sender, *request.everyone)))


def write_receipt(
    request: Request, mailbox: Mailbox, sender: Mailbox, *, now: datetime, nil: str, behaviour: Behaviour
) -> Composed:
    """Return the receipt of a mail that its user opened in `mailbox` and accepted to acknowledge.

    `sender` is the mailbox in whose name it leaves.
    """
    to = _recipients_of(request, behaviour)
    message_id = f"<{secrets.token_hex(16)}@{mailbox.domain}>"
    form = behaviour.mdn_form
    head = [
        field("Date", format_datetime(now)),
        field("From", from_value(sender, behaviour)),
        field("To", ",\r\n ".join(f"<{address}>" for address in to)),
        text_field("Subject", f"Lu : {request.subject}"),
        field("Message-ID", message_id),
        field("X-MSS-NIL", nil),
        field("Auto-Submitted", "auto-replied"),
    ]
    if request.message_id is not None:
        head.append(field("In-Reply-To", request.message_id))
    if behaviour.mdn_asks:
        head.append(field("Disposition-Notification-To", f"<{mailbox.address}>"))
    head.append(field("MIME-Version", "1.0"))
    path = "" if behaviour.mdn_envelope == "null" else mailbox.address
    told = text_part("plain", f"Votre message « {request.subject} » a été lu.\n", "utf-8")
    if form == "plain":
        return Composed(message_id, path, to, b"".join(head) + told)
    machine = field("Content-Type", "message/disposition-notification") + CRLF
    machine += b"".join(_fields(request, mailbox, form))
    parts = [machine, _returned(request.head)]
    if form != "no-text":
        parts = [told, *parts]
    return Composed(message_id, path, to, b"".join(head) + _report(parts, mixed=form == "mixed"))


def _fields(request: Request, mailbox: Mailbox, form: str) -> list[bytes]:
    lines = [field("Reporting-UA", "poste-de-travail; produit de reference")]
    if request.original_recipient is not None and form != "no-original-recipient":
        lines.append(field("Original-Recipient", request.original_recipient))
    if form != "no-final-recipient":
        lines.append(field("Final-Recipient", f"rfc822;{mailbox.address}"))
    if request.message_id is not None and form != "no-original-id":
        said = f"<0{request.message_id[1:]}" if form == "other-original-id" else request.message_id
        lines.append(field("Original-Message-ID", said))
    if form == "disposition-bare":
        lines.append(field("Disposition", "displayed"))
    elif form != "no-disposition":
        lines.append(field("Disposition", "manual-action/MDN-sent-manually; displayed"))
    return lines


def _returned(head: bytes) -> bytes:
    lines = head.replace(b"\r\n", b"\n").replace(b"\n", CRLF)
    return field("Content-Type", "text/rfc822-headers") + CRLF + lines


def _report(parts: list[bytes], *, mixed: bool) -> bytes:
    boundary = f"=_{secrets.token_hex(16)}"
    mark = b"--" + boundary.encode("ascii")
    kind = "multipart/mixed" if mixed else "multipart/report; report-type=disposition-notification"
    inside = b"".join(mark + CRLF + part.removesuffix(CRLF) + CRLF for part in parts)
    return field("Content-Type", f'{kind};\r\n boundary="{boundary}"') + CRLF + inside + mark + b"--" + CRLF


def _addresses(message: Message, name: str) -> tuple[str, ...]:
    pairs = getaddresses([str(value)[:20_000] for value in message.get_all(name, [])])
    found = (address.strip() for _, address in pairs)
    return tuple(dict.fromkeys(address for address in found if _ADDRESS.fullmatch(address)))
