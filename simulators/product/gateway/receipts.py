"""What a PFI answers the sender of documents once the software has answered: MDN, or ordinary error mail.

By the draft 1.1.3 of the volet: `processed/error` and a field `Error`, the original whole in part 3.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from simulators.product.behaviour import Behaviour
from simulators.product.draft import Attachment
from simulators.product.gateway.transfer import Letter, archives_of
from simulators.product.mime import attachment_part, field, multipart, text_field, text_part
from simulators.product.settings import Mailbox

AUTOMATIC = "automatic-action/MDN-sent-automatically"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the software said of the documents of one mail: all taken, or the first error."""

    code: str = ""
    label: str = ""

    @property
    def failed(self) -> bool:
        """Whether a document was refused."""
        return bool(self.code)


def write_mdn(  # noqa: PLR0917  (what it is made of)
    letter: Letter, outcome: Outcome, mailbox: Mailbox, nil: str, now: datetime, behaviour: Behaviour
) -> bytes:
    """Return the notification for the address that asked for it."""
    said = outcome
    if outcome.failed and behaviour.pfi_mdn_error == "success":
        said = Outcome()
    if outcome.failed and behaviour.pfi_mdn_error == "other-code":
        said = Outcome("906", "Erreur 'Autre'")
    fields = [
        field("Reporting-UA", "PFI de reference; mssante-conformance"),
        field("Original-Recipient", f"rfc822; {mailbox.address}"),
        field("Final-Recipient", f"rfc822; {mailbox.address}"),
        field("Original-Message-ID", letter.message_id),
        *_disposition(said, behaviour),
    ]
    machine = field("Content-Type", "message/disposition-notification") + b"\r\n" + b"".join(fields)
    to = letter.asks[0] if letter.asks else letter.sender
    parts = [text_part("plain", _told(said), "utf-8"), machine, *_original(letter, behaviour)]
    body = multipart("report; report-type=disposition-notification", parts)
    return _head(letter, said, mailbox, to, nil, now, behaviour) + body


def write_error_mail(  # noqa: PLR0917  (what it is made of)
    letter: Letter, outcome: Outcome, mailbox: Mailbox, nil: str, now: datetime, behaviour: Behaviour
) -> bytes:
    """Return the ordinary mail that tells an error when no notification was asked."""
    text = _told(outcome)
    if behaviour.pfi_error_mail == "as-notification":
        text += f"\nDisposition: {AUTOMATIC}; processed/error\n"
    parts = [text_part("plain", text, "utf-8")]
    if behaviour.pfi_error_mail != "no-original":
        parts.append(_whole(letter.raw))
    return _head(letter, outcome, mailbox, letter.sender, nil, now, behaviour) + multipart("mixed", parts)


def _head(  # noqa: PLR0917  (the fields of a header)
    letter: Letter,
    outcome: Outcome,
    mailbox: Mailbox,
    to: str,
    nil: str,
    now: datetime,
    behaviour: Behaviour,
) -> bytes:
    return b"".join(
        [
            field("Date", format_datetime(now)),
            field("From", f"<{mailbox.address}>"),
            field("To", f"<{to}>"),
            text_field("Subject", _subject(letter, outcome, behaviour)),
            field("Message-ID", f"<{secrets.token_hex(16)}@{mailbox.domain}>"),
            field("In-Reply-To", letter.message_id),
            field("References", letter.message_id),
            field("Auto-Submitted", "auto-replied"),
            text_field("X-MSS-NIL", nil),
            field("MIME-Version", "1.0"),
        ]
    )


def _subject(letter: Letter, outcome: Outcome, behaviour: Behaviour) -> str:
    if not outcome.failed or behaviour.pfi_mdn_subject == "plain":
        return letter.subject
    code = f"[{outcome.code}]" if behaviour.pfi_mdn_subject == "volet" else ""
    return f"[KO Intégration système !]{code} {letter.subject}"


def _told(outcome: Outcome) -> str:
    if not outcome.failed:
        return "Bonjour,\n\nVos documents ont été intégrés par le logiciel de l'établissement.\n"
    return (
        "Bonjour,\n\nVos documents n'ont pas été intégrés par le logiciel de l'établissement.\n"
        f"Erreur {outcome.code} : {outcome.label}\n"
    )


def _disposition(outcome: Outcome, behaviour: Behaviour) -> list[bytes]:
    if not outcome.failed:
        return [field("Disposition", f"{AUTOMATIC}; processed")]
    if behaviour.pfi_mdn_error == "modifier":
        return [text_field("Disposition", f"{AUTOMATIC}; processed/Error: {outcome.code}^{outcome.label}")]
    return [
        field("Disposition", f"{AUTOMATIC}; processed/error"),
        field("Error", f"{outcome.code}^{outcome.label}^applicationErrorCondition"),
    ]


def _original(letter: Letter, behaviour: Behaviour) -> list[bytes]:
    if behaviour.pfi_mdn_original == "header":
        head = letter.raw.partition(b"\r\n\r\n")[0] + b"\r\n"
        return [field("Content-Type", "text/rfc822-headers") + b"\r\n" + head]
    beside: list[bytes] = []
    if behaviour.pfi_mdn_original == "archive-beside":
        beside = [
            attachment_part(Attachment("IHE_XDM.ZIP", "application/zip", one))
            for one in archives_of(letter.raw)
        ]
    return [_whole(letter.raw), *beside]


def _whole(raw: bytes) -> bytes:
    encoding = "7bit" if raw.isascii() else "8bit"
    return (
        field("Content-Type", "message/rfc822") + field("Content-Transfer-Encoding", encoding) + b"\r\n" + raw
    )
