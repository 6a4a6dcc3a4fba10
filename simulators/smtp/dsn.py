"""Delivery status notifications (RFC 3464 in the multipart/report of RFC 6522), written octet by octet.

The original is never re-encoded: what a product gets back is what it sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from typing import Literal

from simulators.smtp.envelope import Envelope, Recipient

Action = Literal["failed", "delayed", "delivered", "relayed"]

_SUBJECTS: dict[Action, str] = {
    "failed": "Message non remis",
    "delayed": "Message retardé",
    "delivered": "Message remis",
    "relayed": "Message transmis",
}
_TEXTS: dict[Action, tuple[str, str]] = {
    "failed": (
        "Votre message n'a pas pu être remis au(x) destinataire(s) suivant(s) :",
        "Your message could not be delivered to the following recipient(s):",
    ),
    "delayed": (
        "Votre message n'a pas encore été remis ; de nouveaux essais auront lieu :",
        "Your message has not been delivered yet; further attempts will be made:",
    ),
    "delivered": (
        "Votre message a été remis au(x) destinataire(s) suivant(s) :",
        "Your message was delivered to the following recipient(s):",
    ),
    "relayed": (
        "Votre message a été transmis à un système qui n'accuse pas la remise :",
        "Your message was relayed to a system that does not confirm delivery:",
    ),
}


@dataclass(frozen=True, slots=True)
class RecipientReport:
    """What became of the message for one recipient: `status` as RFC 3463, `diagnostic` the SMTP reply."""

    recipient: Recipient
    status: str
    diagnostic: str = ""


def build_dsn(
    envelope: Envelope,
    action: Action,
    reports: Sequence[RecipientReport],
    *,
    hostname: str,
    arrived: datetime,
    now: datetime,
) -> bytes:
    """Return the notification for the sender of `envelope`.

    The original comes back whole (`message/rfc822`) when it failed and RET is not HDRS, else its header only.
    """
    seed = f"{envelope.queue_id} {action} {now.isoformat()} {len(envelope.content)}".encode()
    boundary = f"=_{hashlib.sha256(seed + envelope.content).hexdigest()[:32]}"
    parts = (
        _text_part(action, reports, hostname),
        _status_part(envelope, action, reports, hostname=hostname, arrived=arrived, now=now),
        _original_part(envelope, whole=action == "failed" and envelope.ret != "HDRS"),
    )
    head = "\r\n".join(
        (
            f"From: Mail Delivery System <MAILER-DAEMON@{hostname}>",
            f"To: <{envelope.mail_from}>",
            f"Date: {format_datetime(now)}",
            f"Message-ID: <{envelope.queue_id}.{action}.{boundary[2:10]}@{hostname}>",
            f"Subject: {Header(_SUBJECTS[action], 'utf-8').encode()}",
            "Auto-Submitted: auto-replied",
            "MIME-Version: 1.0",
            f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"',
            "Content-Transfer-Encoding: 8bit",
            "",
            "",
        )
    ).encode("utf-8")
    mark = boundary.encode("ascii")
    body = b"".join(b"--" + mark + b"\r\n" + part + b"\r\n" for part in parts)
    return head + body + b"--" + mark + b"--\r\n"


def _text_part(action: Action, reports: Sequence[RecipientReport], hostname: str) -> bytes:
    french, english = _TEXTS[action]
    lines = [
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        "",
        f"Serveur / server: {hostname}",
        "",
        french,
        english,
        "",
        *(f"  <{report.recipient.address}> {report.diagnostic or report.status}" for report in reports),
        "",
    ]
    return "\r\n".join(lines).encode("utf-8")


def _status_part(
    envelope: Envelope,
    action: Action,
    reports: Sequence[RecipientReport],
    *,
    hostname: str,
    arrived: datetime,
    now: datetime,
) -> bytes:
    # Addresses beyond ASCII need the global form of RFC 6533.
    wide = any(not report.recipient.address.isascii() for report in reports)
    lines = [f"Content-Type: message/{'global-' if wide else ''}delivery-status"]
    if wide:
        lines.append("Content-Transfer-Encoding: 8bit")
    lines += ["", f"Reporting-MTA: dns; {hostname}"]
    if envelope.envid is not None:
        lines.append(f"Original-Envelope-Id: {envelope.envid}")
    lines.append(f"Arrival-Date: {format_datetime(arrived)}")
    for report in reports:
        lines.append("")
        if report.recipient.original is not None:
            kind, _, address = report.recipient.original.partition(";")
            lines.append(f"Original-Recipient: {kind}; {address}")
        kind = "rfc822" if report.recipient.address.isascii() else "utf-8"
        lines += [
            f"Final-Recipient: {kind}; {report.recipient.address}",
            f"Action: {action}",
            f"Status: {report.status}",
        ]
        if report.diagnostic:
            lines.append(f"Diagnostic-Code: smtp; {report.diagnostic}")
        lines.append(f"Last-Attempt-Date: {format_datetime(now)}")
    return "\r\n".join([*lines, ""]).encode("utf-8")


def _original_part(envelope: Envelope, *, whole: bool) -> bytes:
    kind = "message/rfc822" if whole else "text/rfc822-headers"
    content = envelope.content if whole else header_of(envelope.content)
    coding = "7bit" if content.isascii() else "8bit"
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {coding}\r\n\r\n"
    return head.encode("ascii") + content


def header_of(content: bytes) -> bytes:
    """Return the header of a message, last CRLF included, without the empty line."""
    if content.startswith(b"\r\n"):
        return b""
    end = content.find(b"\r\n\r\n")
    return content if end < 0 else content[: end + 2]
