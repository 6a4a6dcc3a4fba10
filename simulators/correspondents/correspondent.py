"""A professional whom the product writes to and hears from."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import count

from simulators.clock import Clock
from simulators.correspondents.letter import Heading, Letter, write
from simulators.correspondents.reading import Received, Unanswerable, read
from simulators.correspondents.receipt import Receipt, build_mdn
from simulators.journal import Journal
from simulators.people import Professional
from simulators.smtp.dsn import Action, RecipientReport, build_dsn
from simulators.smtp.envelope import Envelope, Recipient

Deliver = Callable[[str, bytes], object]
"""Puts a message into the mailbox of an address: `MailStore.deliver`."""


class Habit(StrEnum):
    """What a correspondent does by itself with a mail that it receives."""

    SILENT = "silent"
    REPLY = "reply"
    ACKNOWLEDGE = "acknowledge"
    BOUNCE = "bounce"


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that was delivered: its Message-ID with angle brackets, recipient, and octets as delivered."""

    message_id: str
    recipient: str
    content: bytes


class Correspondent:
    """A professional with the mailbox `address`, on the tenant's clock and seed.

    Mail goes straight into the product's mailbox by `deliver`, with the `Return-Path` and `Received` that the
    receiving operator would have written. Message-IDs are unique and the same for the same seed.
    """

    def __init__(
        self,
        person: Professional,
        address: str,
        *,
        tenant: str,
        clock: Clock,
        rng: random.Random,
        journal: Journal,
        deliver: Deliver,
        habit: Habit = Habit.SILENT,
        label: str | None = None,
    ) -> None:
        self.person = person
        self.address = address
        self.habit = habit
        self._label = label
        self._tenant = tenant
        self._clock = clock
        self._rng = rng
        self._journal = journal
        self._deliver = deliver
        self._numbers = count(1)
        self._stem = f"{rng.getrandbits(64):016x}"

    @property
    def domain(self) -> str:
        """The domain of the mailbox."""
        return self.address.rpartition("@")[2]

    @property
    def label(self) -> str:
        """Return the name in From: of a structure when one was given, else as ECO.2.2.7 wants of a person."""
        if self._label is not None:
            return self._label
        return f"{self.person.display_name} {self.person.structure.name}"

    def compose(self, letter: Letter, recipient: str) -> tuple[str, bytes]:
        """Return the Message-ID and the octets of a mail, not sent."""
        heading = self._heading(recipient)
        return heading.message_id, write(letter, heading, self._rng)

    def send(self, letter: Letter, recipient: str) -> Sent:
        """Write to the product's mailbox `recipient`."""
        message_id, content = self.compose(letter, recipient)
        return self._post(recipient, content, message_id, self.address, letter.subject)

    def send_ready(self, content: bytes, recipient: str, *, path: str | None = None) -> Sent:
        """Send a mail made elsewhere (RFC 5322, CRLF, or deliberately broken), as it is.

        `path` is the reverse-path of the envelope: the correspondent's own address unless given.
        """
        found = read(content)
        return self._post(
            recipient, content, found.message_id or "", self.address if path is None else path, found.subject
        )

    def reply(self, mail: bytes, text: str = "Bien reçu, merci.\r\n", *, ask_mdn: bool = False) -> Sent:
        """Answer a mail of the product's, to its Reply-To, else its From (RFC 5322 §3.6.3).

        Raises `Unanswerable` when it has neither in a usable form.
        """
        original = read(mail)
        recipient = original.reply_to or original.sender
        if recipient is None:
            raise Unanswerable("the mail has no usable From nor Reply-To: there is nobody to answer")
        subject = original.subject if original.subject[:3].lower() == "re:" else f"Re: {original.subject}"
        letter = Letter(subject=subject, text=text, ancestors=original.thread, ask_mdn=ask_mdn)
        return self.send(letter, recipient)

    def acknowledge(self, mail: bytes, receipt: Receipt | None = None, *, unasked: bool = False) -> Sent:
        """Return a read receipt (RFC 8098), under the null reverse-path.

        Raises `Unanswerable` when the mail asks for none (unless `unasked`: then to its From).
        """
        original = read(mail)
        recipient = original.receipt_to or (original.sender if unasked else None)
        if recipient is None:
            raise Unanswerable("the mail has no usable Disposition-Notification-To: no receipt is asked")
        heading = self._heading(recipient)
        boundary = f"=_{self._rng.getrandbits(128):032x}"
        content = build_mdn(receipt or Receipt(), heading, original, boundary)
        return self._post(recipient, content, heading.message_id, "", f"MDN : {original.subject}")

    def bounce(
        self,
        mail: bytes,
        *,
        action: Action = "failed",
        status: str = "5.1.1",
        diagnostic: str = "550 5.1.1 Unknown mailbox",
    ) -> Sent:
        """Have this correspondent's operator report on a mail (RFC 3464): `failed`, `delayed` or other.

        It goes to the Return-Path, else to the From. Raises `Unanswerable` when there is neither.
        """
        original = read(mail)
        recipient = original.return_path or original.sender
        if recipient is None:
            raise Unanswerable("the mail has no usable Return-Path nor From: there is nobody to report to")
        now = self._clock.now()
        asked = _orcpt(original)
        envelope = Envelope(
            f"{self._rng.getrandbits(40):010X}", recipient, (Recipient(self.address, None, asked),), mail
        )
        content = build_dsn(
            envelope,
            action,
            [RecipientReport(envelope.recipients[0], status, diagnostic)],
            hostname=f"smtp.{self.domain}",
            arrived=now,
            now=now,
        )
        message_id = read(content).message_id or ""
        return self._post(recipient, content, message_id, "", f"DSN {action} : {original.subject}")

    def receive(self, mail: bytes) -> Sent | None:
        """Do what the habit says with a mail just delivered to `address`; None when nothing is sent.

        A mail that cannot be answered so (no receipt asked, an automatic mail) is left in silence, as a
        person would.
        """
        if _is_automatic(mail):
            return None
        try:
            match self.habit:
                case Habit.SILENT:
                    return None
                case Habit.REPLY:
                    return self.reply(mail)
                case Habit.ACKNOWLEDGE:
                    return self.acknowledge(mail)
                case Habit.BOUNCE:
                    return self.bounce(mail)
        except Unanswerable:
            return None

    def _heading(self, recipient: str) -> Heading:
        message_id = f"<{next(self._numbers)}.{self._stem}@{self.domain}>"
        return Heading(self.label, self.address, (recipient,), message_id, self._clock.now())

    def _post(self, recipient: str, content: bytes, message_id: str, path: str, subject: str) -> Sent:
        stamped = f"Return-Path: <{path}>\r\n".encode("ascii") + content
        self._journal.record(
            self._tenant,
            "mail",
            "message",
            f"{self.address} → {recipient} : {subject}",
            source="correspondent",
            target="product",
            data={"message_id": message_id, "from": self.address, "to": recipient, "octets": len(stamped)},
            raw=stamped,
            media_type="message/rfc822",
        )
        self._deliver(recipient, stamped)
        return Sent(message_id, recipient, stamped)


def _orcpt(original: Received) -> str | None:
    asked = original.original_recipient
    return asked if asked and ";" in asked else None


def _is_automatic(mail: bytes) -> bool:
    """Say whether a mail is a report or an automatic answer, which nobody answers (RFC 3834 §2)."""
    header = read(mail).header.lower()
    return b"\r\nauto-submitted: auto-" in header or b"multipart/report" in header
