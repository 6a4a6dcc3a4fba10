"""The operator's delivery agent: accepted messages into mailboxes, reports back to the sender.

A report of success is sent for NOTIFY=SUCCESS (RFC 3461) and for a `Return-Receipt-To` field, which is how
ECO.2.3.1 asks for one and which no RFC defines; it goes to the envelope sender in both cases (inferred).
Nothing is reported for the null reverse-path, nor on NOTIFY=NEVER.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import format_datetime
from typing import Protocol

from simulators.clock import Clock
from simulators.journal import Journal
from simulators.smtp.dsn import Action, RecipientReport, build_dsn, header_of
from simulators.smtp.envelope import Envelope, Recipient
from simulators.smtp.faults import MAGIC_BOUNCE, MAGIC_DELAY

HEADER_READ = 262_144
"""Octets of a header looked at for `Return-Receipt-To`; a longer one is not a mail's."""


Elsewhere = Callable[[Envelope, Recipient], "tuple[Action, RecipientReport] | None"]


class MailSink(Protocol):
    """Where messages go: the mailbox store."""

    def deliver(self, address: str, content: bytes) -> object:
        """Put a message into the inbox of `address`."""
        ...


class DeliveryAgent:
    """Delivers for one tenant; `deliver` is what `SubmissionServer` calls.

    `has_mailbox` tells which addresses exist, those of correspondents at other operators included.
    `refusals` are the exceptions by which the store says that a mailbox takes no more (quota); they become
    a DSN 5.2.2. `elsewhere` delivers for a recipient that another operator holds (Mon espace santé), and
    returns None for one that is nobody's but the store's.
    """

    def __init__(
        self,
        *,
        store: MailSink,
        has_mailbox: Callable[[str], bool],
        hostname: str,
        journal: Journal,
        tenant: str,
        clock: Clock,
        refusals: tuple[type[Exception], ...] = (),
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self._store = store
        self._has_mailbox = has_mailbox
        self._hostname = hostname
        self._journal = journal
        self._tenant = tenant
        self._clock = clock
        self._refusals = refusals
        self._elsewhere = elsewhere

    async def deliver(self, envelope: Envelope) -> None:
        """Deliver to each recipient and send the reports that are due."""
        arrived = self._clock.now()
        outcomes: dict[Action, list[RecipientReport]] = {}
        for recipient in envelope.recipients:
            action, report = self._deliver_to(envelope, recipient)
            outcomes.setdefault(action, []).append(report)
            self._tell(envelope, action, report)
        asked = asks_receipt(envelope.content)
        for action, reports in outcomes.items():
            due = [report for report in reports if is_due(action, report.recipient, receipt_asked=asked)]
            if due and envelope.mail_from:
                dsn = build_dsn(
                    envelope, action, due, hostname=self._hostname, arrived=arrived, now=self._clock.now()
                )
                self._send_report(envelope, action, dsn)

    def _deliver_to(self, envelope: Envelope, recipient: Recipient) -> tuple[Action, RecipientReport]:
        local = recipient.address.rpartition("@")[0].lower()
        if local == MAGIC_DELAY:
            return "delayed", RecipientReport(recipient, "4.4.1", "421 4.4.1 Connection timed out")
        if self._elsewhere is not None and (taken := self._elsewhere(envelope, recipient)) is not None:
            return taken
        if local == MAGIC_BOUNCE or not self._has_mailbox(recipient.address):
            return "failed", RecipientReport(recipient, "5.1.1", "550 5.1.1 Unknown mailbox")
        try:
            content = stamped(envelope, recipient, self._hostname, self._clock.now())
            self._store.deliver(recipient.address, content)
        except self._refusals as problem:
            return "failed", RecipientReport(
                recipient, "5.2.2", f"552 5.2.2 Mailbox full ({type(problem).__name__})"
            )
        return "delivered", RecipientReport(recipient, "2.1.5", "250 2.1.5 Delivered")

    def _tell(self, envelope: Envelope, action: Action, report: RecipientReport) -> None:
        self._journal.record(
            self._tenant,
            "mail",
            action,
            f"{envelope.queue_id} pour <{report.recipient.address}> : {report.diagnostic}",
            source="operator",
            target="correspondent",
            connection=envelope.connection,
            data={
                "queue_id": envelope.queue_id,
                "recipient": report.recipient.address,
                "status": report.status,
            },
        )

    def _send_report(self, envelope: Envelope, action: Action, dsn: bytes) -> None:
        self._journal.record(
            self._tenant,
            "mail",
            "dsn",
            f"DSN {action} de {envelope.queue_id} à <{envelope.mail_from}>",
            source="operator",
            target="product",
            connection=envelope.connection,
            data={"queue_id": envelope.queue_id, "action": action, "to": envelope.mail_from},
            raw=dsn,
            media_type="message/rfc822",
        )
        if not self._has_mailbox(envelope.mail_from):
            return
        try:
            self._store.deliver(envelope.mail_from, b"Return-Path: <>\r\n" + dsn)
        except self._refusals:
            # The sender's mailbox is full: the report is lost, and nobody may be told of it (RFC 3461 §6).
            return


def stamped(envelope: Envelope, recipient: Recipient, hostname: str, now: datetime) -> bytes:
    """Return the message with what the delivering server writes before it (RFC 5321 §4.4, RFC 8098 §2.3)."""
    lines = [f"Return-Path: <{envelope.mail_from}>"]
    if recipient.original is not None:
        lines.append(f"Original-Recipient: {recipient.original}")
    protocol = "UTF8SMTPSA" if envelope.smtputf8 else "ESMTPSA"
    lines += [
        f"Received: from {_token(envelope.helo)} by {hostname}",
        f"\twith {protocol} id {envelope.queue_id} for <{recipient.address}>;",
        f"\t{format_datetime(now)}",
        "",
    ]
    return "\r\n".join(lines).encode("utf-8") + envelope.content


def is_due(action: Action, recipient: Recipient, *, receipt_asked: bool) -> bool:
    """Say whether the sender must be told of `action` for this recipient (RFC 3461 §5.2, ECO.2.3.1)."""
    notify = recipient.notify
    if notify is not None and "NEVER" in notify:
        return False
    if action in ("delivered", "relayed"):
        return receipt_asked or (notify is not None and "SUCCESS" in notify)
    wanted = "FAILURE" if action == "failed" else "DELAY"
    return notify is None or wanted in notify


def asks_receipt(content: bytes) -> bool:
    """Say whether the header has a `Return-Receipt-To` field with an address."""
    header = header_of(content[:HEADER_READ])
    fields = BytesHeaderParser(policy=compat32).parsebytes(header)
    return "@" in str(fields.get("Return-Receipt-To", ""))


def _token(helo: str) -> str:
    kept = "".join(character for character in helo if character.isascii() and character.isprintable())
    return kept[:255].replace("(", "").replace(")", "") or "unknown"
