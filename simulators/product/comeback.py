"""Delivery reports (RFC 3464) and read receipts (RFC 8098), matched to the mails that they are about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

from simulators.product.behaviour import Behaviour
from simulators.product.patients import bounce_told, of_patient
from simulators.product.register import Failure, SentCopy
from simulators.product.reports import header, parse

MAX_PARTS = 200
_MSG_ID = re.compile(r"<[^<>\s]{1,900}>")
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global")


@dataclass(frozen=True, slots=True)
class Said:
    """What one report says of one recipient: `action` of a delivery report, or a disposition type."""

    recipient: str
    action: str
    status: str = ""
    diagnostic: str = ""


@dataclass(frozen=True, slots=True)
class Comeback:
    """One report: the Message-ID and subject of the mail that it is about, and what it says."""

    receipt: bool
    original_id: str | None
    original_subject: str
    said: tuple[Said, ...]


@dataclass(slots=True)
class Fate:
    """What became of one sent mail, so far."""

    copy: SentCopy
    failures: dict[str, Failure] = field(default_factory=dict)
    delivered: set[str] = field(default_factory=set)
    read_by: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the form of the driver protocol."""
        return {
            "message_id": self.copy.message_id,
            "to": list(self.copy.to),
            "subject": self.copy.subject,
            "delivery": self.delivery,
            "failures": [
                {"recipient": one.recipient, "status": one.status, "diagnostic": one.diagnostic}
                for one in self.failures.values()
            ],
            "read_by": list(self.read_by.values()),
        }

    @property
    def delivery(self) -> str:
        """Return what the user reads at a glance."""
        everyone = {address.casefold() for address in self.copy.to}
        if self.failures:
            return "failed" if everyone <= self.failures.keys() else "partly-failed"
        return "delivered" if everyone <= self.delivered else "sent"


def read_comeback(raw: bytes) -> Comeback | None:
    """Return what a report says, None for any other mail."""
    message = parse(raw)
    kind = str(message.get_param("report-type", "")).casefold()
    if message.get_content_type() != "multipart/report" or kind not in {
        "delivery-status",
        "disposition-notification",
    }:
        return None
    receipt = kind == "disposition-notification"
    said: tuple[Said, ...] = ()
    original_id, subject = None, ""
    for part in _parts(message):
        if part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}:
            said = said or tuple(_statuses(part))
        elif part.get_content_type() == "message/disposition-notification":
            fields = _group(part)
            said = said or tuple(_disposition(fields))
            original_id = _first_id(header(fields, "Original-Message-ID")) or original_id
        elif part.get_content_type() in _RETURNED:
            inner = _group(part)
            original_id = original_id or _first_id(header(inner, "Message-ID"))
            subject = subject or header(inner, "Subject")
    return Comeback(receipt, original_id, subject, said)


def fates(copies: Iterable[SentCopy], comebacks: Sequence[Comeback], behaviour: Behaviour) -> list[Fate]:
    """Return what became of each sent mail."""
    found = [Fate(copy, failures={one.recipient.casefold(): one for one in copy.refused}) for copy in copies]
    for comeback in comebacks:
        for fate in _about(comeback, found, behaviour):
            for said in comeback.said:
                _note(fate, _of_patient(said, behaviour), comeback, behaviour)
    return found


def _about(comeback: Comeback, found: Sequence[Fate], behaviour: Behaviour) -> Iterator[Fate]:
    matched = behaviour.receipts_matched if comeback.receipt else behaviour.reports_matched
    if matched in {"not-at-all", "swallowed"}:
        return
    if matched == "last-mail":
        yield from found[-1:]
    elif matched == "by-subject":
        same = [
            fate for fate in found if fate.copy.subject and fate.copy.subject in comeback.original_subject
        ]
        yield from same[:1]
    elif comeback.original_id is not None:
        yield from (fate for fate in found if fate.copy.message_id == comeback.original_id)


def _note(fate: Fate, said: Said, comeback: Comeback, behaviour: Behaviour) -> None:
    key = said.recipient.casefold()
    if comeback.receipt:
        if of_patient(said.recipient) and not behaviour.patient_receipts:
            return
        if said.action == "displayed":
            fate.read_by[key] = said.recipient
    elif said.action == "failed":
        fate.delivered.discard(key)
        failed = fate.copy.to if behaviour.reports_matched == "all-failed" else (said.recipient,)
        for recipient in failed:
            fate.failures[recipient.casefold()] = Failure(recipient, said.status, said.diagnostic)
    elif said.action == "delivered" and behaviour.reports_matched != "failures-only":
        fate.delivered.add(key)


def _of_patient(said: Said, behaviour: Behaviour) -> Said:
    """Return what is told of a report: all, unless a patient's messaging made it (variants)."""
    if said.action != "failed" or not of_patient(said.recipient):
        return said
    action, status, diagnostic = bounce_told((said.action, said.status, said.diagnostic), behaviour)
    return Said(said.recipient, action, status, diagnostic)


def _statuses(part: Message) -> Iterator[Said]:
    blocks = part.get_payload()
    for block in blocks[1:MAX_PARTS] if isinstance(blocks, list) else ():
        if isinstance(block, Message) and "Final-Recipient" in block:
            yield Said(
                _recipient(block),
                header(block, "Action").casefold(),
                header(block, "Status"),
                header(block, "Diagnostic-Code"),
            )


def _disposition(fields: Message) -> Iterator[Said]:
    value = header(fields, "Disposition").partition(";")[2].strip().casefold()
    if value:
        yield Said(_recipient(fields), re.split(r"[\s/]", value, maxsplit=1)[0])


def _recipient(fields: Message) -> str:
    original, final = header(fields, "Original-Recipient"), header(fields, "Final-Recipient")
    return (original or final).partition(";")[2].strip().strip("<>")


def _group(part: Message) -> Message:
    """Return the fields that a part holds, whether the parser took it for a message or for text."""
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        return payload[0]
    octets = part.get_payload(decode=True)
    return parse(octets if isinstance(octets, bytes) else b"")


def _first_id(value: str) -> str | None:
    found = _MSG_ID.findall(value)
    return found[0] if found else None


def _parts(message: Message) -> Iterator[Message]:
    for count, part in enumerate(message.walk()):
        if count >= MAX_PARTS:
            return
        yield part
