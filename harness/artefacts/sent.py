"""`SentMail`: a mail that the operator accepted from the product, with its SMTP envelope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness.artefacts.mail import Mail
from simulators.journal import Event, EvidenceStore


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail, its reverse path, its recipients and who had authenticated."""

    mail: Mail
    mail_from: str
    recipients: tuple[str, ...]
    authenticated: str
    event: Event


def sent_mails(events: Iterable[Event], evidence: EvidenceStore) -> tuple[SentMail, ...]:
    """Read the accepted mails of the product back from the journal, oldest first."""
    return tuple(
        SentMail(
            mail=Mail(evidence.read(event.evidence)),
            mail_from=str(event.data.get("mail_from", "")),
            recipients=tuple(str(one["address"]) for one in event.data.get("recipients", ())),
            authenticated=str(event.data.get("user") or ""),
            event=event,
        )
        for event in events
        if event.source == "product" and event.evidence
    )
