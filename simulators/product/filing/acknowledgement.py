"""The acknowledgement returned to the sender of documents (RFC 8098; volet LPS, edition in draft 1.1.3)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from simulators.product.behaviour import Behaviour
from simulators.product.filing.parcel import Parcel
from simulators.product.mime import CRLF, field, text_field, text_part
from simulators.product.settings import Mailbox

AUTOMATIC = "automatic-action/MDN-sent-automatically"
LABELS = {
    "900": "Version du document incorrecte lors d'une demande de remplacement/suppression",
    "901": "Auteur non autorisé à remplacer ou supprimer un document",
    "902": "Identifiant patient inconnu",
    "903": "INS non présent dans le document",
    "904": "L'INS transmis ne correspond pas exactement à celui stocké",
    "905": "L'INS transmis n'est pas complet",
    "906": "Erreur 'Autre'",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is told to `to`: success, or the code of an error; `by_hand` when the user decided."""

    to: str
    code: str = ""
    by_hand: bool = False


def write_acknowledgement(
    parcel: Parcel, sender: Mailbox, outcome: Outcome, now: datetime, behaviour: Behaviour
) -> bytes:
    """Return the notification, octets with CRLF."""
    label = LABELS.get(outcome.code, LABELS["906"])
    told = f"Erreur {outcome.code} : {label}." if outcome.code else "Les documents ont été intégrés."
    boundary = f"=_{secrets.token_hex(16)}"
    kind = "report; report-type=disposition-notification"
    if behaviour.acknowledgement_form == "mixed":
        kind = "mixed"
    head = [
        field("Date", format_datetime(now)),
        field("From", f"<{sender.address}>"),
        field("To", f"<{outcome.to}>"),
        field("Message-ID", f"<{secrets.token_hex(16)}@{sender.domain}>"),
        text_field("Subject", _subject(parcel.subject, outcome)),
        *([field("In-Reply-To", parcel.message_id)] if parcel.message_id else []),
        field("Auto-Submitted", "auto-replied"),
        field("MIME-Version", "1.0"),
        field("Content-Type", f'multipart/{kind};\r\n boundary="{boundary}"'),
    ]
    parts = [text_part("plain", told + "\n", "utf-8"), _machine(parcel, sender, outcome, label)]
    original = CRLF.join(parcel.raw.replace(CRLF, b"\n").split(b"\n"))
    parts.append(field("Content-Type", "message/rfc822") + CRLF + original)
    mark = b"--" + boundary.encode("ascii")
    body = b"".join(mark + CRLF + part.removesuffix(CRLF) + CRLF for part in parts)
    return b"".join(head) + CRLF + body + mark + b"--" + CRLF


def _subject(subject: str, outcome: Outcome) -> str:
    return f"[KO Intégration système !][{outcome.code}] {subject}" if outcome.code else subject


def _machine(parcel: Parcel, sender: Mailbox, outcome: Outcome, label: str) -> bytes:
    action = "manual-action/MDN-sent-manually" if outcome.by_hand else AUTOMATIC
    lines = [
        "Reporting-UA: produit; mssante-conformance",
        f"Final-Recipient: rfc822; {sender.address}",
        *([f"Original-Recipient: {parcel.original_recipient}"] if parcel.original_recipient else []),
        *([f"Original-Message-ID: {parcel.message_id}"] if parcel.message_id else []),
        f"Disposition: {action}; processed{'/error' if outcome.code else ''}",
    ]
    if outcome.code:
        lines.append(f"Error: {outcome.code}^{label}^applicationErrorCondition")
    text = "".join(f"{line}\r\n" for line in lines)
    return field("Content-Type", "message/disposition-notification") + CRLF + text.encode("utf-8")
