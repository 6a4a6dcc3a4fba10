"""Mon espace santé for one tenant: takes mails to patients, returns reports, lets patients answer.

Facts: DOSSIER §4 (ECO.2.2.6, ECO.2.2.8, X-ENS-01 to 10). Everything here runs on the tenant's clock and seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from email.parser import BytesHeaderParser
from email.policy import compat32
from itertools import count

from schemas.identifiers.ins import PATIENT_DOMAIN, InsError, check, parse_address
from simulators.clock import Clock
from simulators.correspondents.letter import Heading, Letter, write
from simulators.correspondents.reading import Received, read
from simulators.correspondents.receipt import Receipt, build_mdn
from simulators.journal import Journal
from simulators.patients.model import (
    AUTOMATIC_ANSWER,
    Exchange,
    Habits,
    PatientAccount,
    PatientMail,
)
from simulators.smtp.delivery import stamped
from simulators.smtp.dsn import Action, RecipientReport, header_of
from simulators.smtp.envelope import Envelope, Recipient

Deliver = Callable[[str, bytes], object]
"""Puts a message into the mailbox of a professional of the tenant."""


class Refused(Exception):
    """The patient may not write: the exchange was ended, or never opened by a professional."""


class MonEspaceSante:
    """The patients' operator of one tenant.

    `deliver` takes what patients send. The journal tells each mail as an event of protocol `mail`, source
    `patient`.
    """

    def __init__(
        self,
        accounts: Iterable[PatientAccount],
        *,
        tenant: str,
        clock: Clock,
        rng: random.Random,
        journal: Journal,
        deliver: Deliver,
        hostname: str = f"mx.{PATIENT_DOMAIN}",
        habits: Habits | None = None,
    ) -> None:
        self.habits = habits or Habits()
        self._accounts = {account.address.lower(): account for account in accounts}
        self._exchanges: dict[tuple[str, str], Exchange] = {}
        self._tenant = tenant
        self._clock = clock
        self._rng = rng
        self._journal = journal
        self._deliver = deliver
        self._hostname = hostname
        self._numbers = count(1)
        self._stem = f"{rng.getrandbits(64):016x}"
        self._acknowledged: set[str] = set()

    # --- mail to patients -----------------------------------------------------------------------------

    def holds(self, address: str) -> bool:
        """Tell whether an address is of the patients' domain."""
        return address.rpartition("@")[2].lower() == PATIENT_DOMAIN

    def take(self, envelope: Envelope, recipient: Recipient) -> tuple[Action, RecipientReport]:
        """Deliver to one patient, or say why not (the report that goes back to the sender)."""
        trouble = self._trouble(envelope, recipient.address)
        if trouble is not None:
            return "failed", RecipientReport(recipient, *trouble)
        if recipient.address.lower() == AUTOMATIC_ANSWER:
            self._answer_automatically(envelope)
            return "delivered", RecipientReport(recipient, "2.1.5", "250 2.1.5 Delivered")
        account = self._accounts[recipient.address.lower()]
        mail = self._filed(account, envelope, recipient)
        if self.habits.acknowledges == "delivery":
            self._acknowledge(account, mail)
        return "delivered", RecipientReport(recipient, "2.1.5", "250 2.1.5 Delivered")

    def _trouble(self, envelope: Envelope, address: str) -> tuple[str, str] | None:
        """Return the status and the reply of a mail that is not delivered; the texts are ours."""
        habits = self.habits
        if len(envelope.content) > habits.size_limit:
            # By a report: « Undelivered Mail Returned to Sender » (ENS §6).
            return "5.3.4", "552 5.3.4 Message trop volumineux : 25 Mo au plus"
        if address.lower() == AUTOMATIC_ANSWER:
            return None
        try:
            wrong = check(str(parse_address(address)))
        except InsError:
            wrong = check("")
        if wrong:
            code = habits.invalid_status
            return code, f"553 {code} Adresse d'usager invalide : 15 caractères de matricule INS attendus"
        account = self._accounts.get(address.lower())
        if account is None or account.state == "absent":
            return habits.unknown_status, f"550 {habits.unknown_status} Usager non trouvé"
        if account.state == "closed":
            return habits.closed_status, f"550 {habits.closed_status} Messagerie de l'usager fermée"
        return None

    def _filed(self, account: PatientAccount, envelope: Envelope, recipient: Recipient) -> PatientMail:
        content = stamped(envelope, recipient, self._hostname, self._clock.now())
        header = read(content)
        mail = PatientMail(
            content,
            header.message_id,
            (header.sender or envelope.mail_from).lower(),
            header.reply_to,
            ends_exchange(envelope.content),
            self._clock.now(),
        )
        exchange = self._exchange(account, mail.reply_to or mail.sender)
        for one in {exchange.address: exchange, mail.sender: self._exchange(account, mail.sender)}.values():
            self._opened_or_ended(one, mail, header)
        exchange.mails.append(mail)
        return mail

    def _opened_or_ended(self, exchange: Exchange, mail: PatientMail, header: Received) -> None:
        if mail.ends and self.habits.end_covers == "sender":
            exchange.ended = True
        elif mail.ends:
            exchange.ended_threads.update(header.thread)
        elif self.habits.reopened_by_writing:
            exchange.ended = False

    # --- what patients do -----------------------------------------------------------------------------

    def inbox(self, address: str) -> tuple[PatientMail, ...]:
        """Return the mails that a patient received, oldest first."""
        wanted = address.lower()
        mails = [
            mail for (patient, _), one in self._exchanges.items() if patient == wanted for mail in one.mails
        ]
        return tuple(sorted(mails, key=lambda mail: mail.arrived))

    def may_write(self, patient: str, professional: str, thread: Iterable[str] = ()) -> bool:
        """Tell whether the patient may write to this address."""
        exchange = self._exchanges.get((patient.lower(), professional.lower()))
        if exchange is None:
            return self.habits.starts
        return not exchange.ended and not exchange.ended_threads & set(thread)

    def read(self, address: str) -> None:
        """Let the patient open everything received; the receipts asked for leave."""
        if self.habits.acknowledges == "reading":
            for mail in self.inbox(address):
                self._acknowledge(self._account(address), mail)

    def reply(self, address: str, mail: PatientMail, text: str = "Bonjour, merci.\r\n") -> bytes:
        """Answer a mail, to its Reply-To when it has one, else to its sender (X-ENS-09).

        Returns the mail as delivered. Raises `Refused` after FIN.
        """
        header = read(mail.content)
        to = mail.reply_to or mail.sender
        if not self.may_write(address, to, header.thread):
            raise Refused(f"the exchange with {to} was ended by X-MSS-MES: FIN or [FIN]")
        subject = header.subject if header.subject[:3].lower() == "re:" else f"Re: {header.subject}"
        letter = Letter(subject=subject, text=text, ancestors=header.thread)
        return self._send(self._account(address), letter, to)

    def write(self, address: str, to: str, subject: str, text: str) -> bytes:
        """Write a new mail to a professional; raises `Refused` when the exchange is not open."""
        if not self.may_write(address, to):
            raise Refused(f"no exchange is open with {to}: a professional writes first")
        return self._send(self._account(address), Letter(subject=subject, text=text), to)

    # --- inside -----------------------------------------------------------------------------------------

    def _exchange(self, account: PatientAccount, professional: str) -> Exchange:
        key = (account.address.lower(), professional.lower())
        return self._exchanges.setdefault(key, Exchange(professional.lower()))

    def _account(self, address: str) -> PatientAccount:
        return self._accounts[address.lower()]

    def _heading(self, label: str, sender: str, to: str) -> Heading:
        message_id = f"<{next(self._numbers)}.{self._stem}@{PATIENT_DOMAIN}>"
        return Heading(label, sender, (to,), message_id, self._clock.now())

    def _send(self, account: PatientAccount, letter: Letter, to: str) -> bytes:
        heading = self._heading(account.label, account.address, to)
        return self._post(write(letter, heading, self._rng), account.address, to, letter.subject)

    def _acknowledge(self, account: PatientAccount, mail: PatientMail) -> None:
        """Return the receipt that the mail asks for, once, under the null reverse-path (X-ENS-08)."""
        asked = read(mail.content)
        key = f"{account.address}/{mail.message_id}"
        if asked.receipt_to is None or key in self._acknowledged:
            return
        self._acknowledged.add(key)
        heading = self._heading(account.label, account.address, asked.receipt_to)
        receipt = Receipt(automatic=self.habits.acknowledges == "delivery", reporting_ua="Mon espace sante")
        content = build_mdn(receipt, heading, asked, f"=_{self._rng.getrandbits(128):032x}")
        self._post(content, "", asked.receipt_to, f"MDN : {asked.subject}")

    def _answer_automatically(self, envelope: Envelope) -> None:
        asked = read(envelope.content)
        to = asked.reply_to or asked.sender or envelope.mail_from
        if not to or b"\r\nauto-submitted: auto-" in header_of(envelope.content).lower():
            return  # two automatic answers would answer each other without end (RFC 3834 §2)
        letter = Letter(
            subject=f"Re: {asked.subject}",
            text="Réponse automatique de Mon espace santé.\r\n",
            ancestors=asked.thread,
            headers=(("Auto-Submitted", "auto-replied"),),
        )
        heading = self._heading("Réponse automatique", AUTOMATIC_ANSWER, to)
        self._post(write(letter, heading, self._rng), AUTOMATIC_ANSWER, to, letter.subject)

    def _post(self, content: bytes, path: str, to: str, subject: str) -> bytes:
        delivered = f"Return-Path: <{path}>\r\n".encode("ascii") + content
        self._journal.record(
            self._tenant,
            "mail",
            "message",
            f"{path or '<>'} → {to} : {subject}",
            source="patient",
            target="product",
            data={"from": path, "to": to, "octets": len(delivered)},
            raw=delivered,
            media_type="message/rfc822",
        )
        self._deliver(to, delivered)
        return delivered


def ends_exchange(content: bytes) -> bool:
    """Tell whether `X-MSS-MES: FIN` (ECO.2.2.8) or `[FIN]` in the subject (X-ENS-07) closes the exchange."""
    fields = BytesHeaderParser(policy=compat32).parsebytes(header_of(content[:262_144]))
    marks = [str(value).strip().upper() for value in fields.get_all("X-MSS-MES", [])]
    return "FIN" in marks or "[FIN]" in read(content).subject.upper()
