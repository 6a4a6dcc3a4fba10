"""Message disposition notifications (RFC 8098), written octet by octet."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import format_datetime
from typing import Literal

from simulators.correspondents.letter import Heading, header_line, mailbox
from simulators.correspondents.reading import Received

Disposition = Literal["displayed", "processed", "dispatched", "deleted"]

_SAYINGS: dict[Disposition, tuple[str, str]] = {
    "displayed": ("Lu", "Votre message a été affiché sur l'écran du destinataire."),
    "processed": ("Intégré", "Votre message a été traité automatiquement."),
    "dispatched": ("Transféré", "Votre message a été transféré."),
    "deleted": ("Supprimé", "Votre message a été supprimé sans être lu."),
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the notification says.

    A person who reads gives `manual` and `displayed`; an integration without anybody `automatic` and
    `processed` (DOSSIER §6.4). `error` puts `/error` after the disposition. `with_message_id` false leaves
    `Original-Message-ID` out, a defect seen in real products.
    """

    disposition: Disposition = "displayed"
    automatic: bool = False
    error: bool = False
    with_message_id: bool = True
    reporting_ua: str = "correspondant; messagerie simulée"


def build_mdn(receipt: Receipt, heading: Heading, original: Received, boundary: str) -> bytes:
    """Return the notification: a text, the machine part, the header of the original."""
    label, sentence = _SAYINGS[receipt.disposition]
    head = [
        f"From: {mailbox(heading.sender_name, heading.sender)}",
        f"To: {', '.join(f'<{recipient}>' for recipient in heading.recipients)}",
        f"Date: {format_datetime(heading.date)}",
        f"Message-ID: {heading.message_id}",
        header_line("Subject", f"{label} : {original.subject}").rstrip(),
        *([f"In-Reply-To: {original.message_id}"] if original.message_id else []),
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type=disposition-notification; boundary="{boundary}"',
        "",
    ]
    told = ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "", sentence]
    machine = ["Content-Type: message/disposition-notification", "", *_fields(receipt, heading, original)]
    parts = (
        "\r\n".join(told).encode("utf-8"),
        "\r\n".join([*machine, ""]).encode("utf-8"),
        b"Content-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + original.header,
    )
    mark = b"--" + boundary.encode("ascii")
    body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts)
    return "\r\n".join([*head, ""]).encode("utf-8") + body + mark + b"--\r\n"


def _fields(receipt: Receipt, heading: Heading, original: Received) -> list[str]:
    mode = (
        "automatic-action/MDN-sent-automatically" if receipt.automatic else "manual-action/MDN-sent-manually"
    )
    fields = [f"Reporting-UA: {receipt.reporting_ua.encode('ascii', 'replace').decode('ascii')}"]
    if original.original_recipient is not None:
        fields.append(f"Original-Recipient: {original.original_recipient}")
    fields.append(f"Final-Recipient: rfc822;{heading.sender}")
    if original.message_id is not None and receipt.with_message_id:
        fields.append(f"Original-Message-ID: {original.message_id}")
    fields.append(f"Disposition: {mode}; {receipt.disposition}{'/error' if receipt.error else ''}")
    return fields
