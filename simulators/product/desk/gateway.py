"""The product as the PFI of a hospital: HL7 v2 from its software becomes mails, mails become HL7 v2."""

from __future__ import annotations

import itertools
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from simulators.product.behaviour import REFERENCE
from simulators.product.deadline import Deadline
from simulators.product.desk.desk import Action, Answer, Desk, Params
from simulators.product.errors import ConnectionLost, Failed, ProductError
from simulators.product.gateway.er7 import Message, Peers, Unreadable, parse
from simulators.product.gateway.letters import Letter, write_letters
from simulators.product.gateway.mllp import Listener, call
from simulators.product.gateway.receipts import Outcome, write_error_mail, write_mdn
from simulators.product.gateway.request import Asked, acknowledge, read_request
from simulators.product.gateway.returns import (
    Returned,
    read_delivery,
    read_receipt,
    write_dmp_failure,
    write_zam,
)
from simulators.product.gateway.transfer import (
    Arrived,
    archives_of,
    documents_of,
    read_letter,
    write_message,
)
from simulators.product.gateway.transfer import Letter as Received
from simulators.product.reports import kind_of
from simulators.product.reports import parse as parse_mail
from simulators.product.settings import Hl7Settings, Mailbox
from simulators.product.smtp import FinalRefusal

BUSY_S = 20.0
ANSWER_S = 15.0


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that left, and the request that it left for."""

    request: str
    peers: Peers
    delivery: bool
    reading: bool


class Gateway:
    """Listens for the software of the hospital, sends its documents by mail, gives it what comes by mail."""

    def __init__(self, desk: Desk, lock: threading.RLock) -> None:
        self._desk = desk
        self._lock = lock
        self._listener: Listener | None = None
        self._sent: dict[str, Sent] = {}
        self._not_in_dmp: list[tuple[str, Peers]] = []
        self._numbers = itertools.count(1)

    def actions(self) -> Mapping[str, Action]:
        """Return what a PFI does otherwise than a client."""
        return {"collect": self._collect} if self.active else {}

    @property
    def active(self) -> bool:
        """Tell whether the product was set up as a PFI."""
        return self._desk.keeper is not None and self._hl7 is not None and self._hl7.role == "software"

    @property
    def _hl7(self) -> Hl7Settings | None:
        return self._desk.settings.hl7

    def configure(self) -> Answer:
        """Listen where the software can reach the product; return what `configure` answers of it."""
        if not self.active:
            return {}
        self._listener = Listener(self._answer)
        return {"hl7": {"address": self._listener.address, "port": self._listener.port}}

    def forget(self) -> None:
        """Leave the space: stop listening, forget what was sent."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()
        self._sent = {}
        self._not_in_dmp = []

    # --- software -> mail -------------------------------------------------------------------------

    def _answer(self, octets: bytes) -> bytes:
        if not self._lock.acquire(timeout=BUSY_S):
            return self._refused(None, Unreadable("207", "PFI occupée"), code="AR")
        try:
            message: Message | None = None
            try:
                message = parse(octets)
                asked = read_request(message, self._desk.behaviour)
                self._send(asked, Deadline(ANSWER_S))
            except Unreadable as trouble:
                return self._refused(message, trouble)
            except (ProductError, FinalRefusal) as error:
                self._desk.alert(str(error))
                return self._refused(message, Unreadable("207", str(error)), code="AR")
            except Exception as error:  # the last wall between hostile input and the hospital
                self._desk.alert(f"Erreur interne ({type(error).__name__} : {error}).")
                return self._refused(message, Unreadable("207", "Erreur interne"))
            fault = self._desk.behaviour.pfi_ack
            return acknowledge(
                message, self._desk.clock.now(), self._number("A"), None, REFERENCE, fault=fault
            )
        finally:
            self._lock.release()

    def _refused(self, message: Message | None, trouble: Unreadable, *, code: str = "AE") -> bytes:
        behaviour = self._desk.behaviour
        hl7 = self._hl7
        own = Peers("", "", "", "")
        if hl7 is not None:
            own = Peers(hl7.application, hl7.facility, hl7.own_application, hl7.own_facility)
        return acknowledge(
            message,
            self._desk.clock.now(),
            self._number("A"),
            trouble,
            behaviour,
            code="AR" if code == "AR" else "AE",
            fault=behaviour.pfi_ack,
            own=own,
        )

    def _send(self, asked: Asked, deadline: Deadline) -> None:
        desk = self._desk
        mailbox = self._mailbox()
        peers = asked.peers
        back = Peers(peers.to_application, peers.to_facility, peers.application, peers.facility)
        if asked.flag("DESTDMP") and asked.flag("ACK_RECEPTION"):
            self._not_in_dmp.append((asked.control_id, back))
        for letter in write_letters(asked, mailbox, desk.settings.nil, desk.clock.now(), desk.behaviour):
            self._post(mailbox, letter, deadline)
            self._sent[letter.message_id] = Sent(
                asked.control_id, back, asked.flag("ACK_RECEPTION"), asked.flag("ACK_LECTURE_MSS")
            )

    def _post(self, mailbox: Mailbox, letter: Letter, deadline: Deadline) -> None:
        self._transmit(
            mailbox, mailbox.address, letter.recipients, letter.data, deadline, dsn=letter.request_dsn
        )

    def _transmit(
        self,
        mailbox: Mailbox,
        path: str,
        recipients: tuple[str, ...],
        data: bytes,
        deadline: Deadline,
        *,
        dsn: bool = False,
    ) -> None:
        keeper = self._desk.configured
        session = keeper.smtp(mailbox, deadline)
        self._desk.watch()
        try:
            session.send(path, recipients, data, dsn=dsn)
        except ConnectionLost:
            keeper.drop(mailbox, "smtp")
            raise

    def _mailbox(self) -> Mailbox:
        boxes = self._desk.settings.mailboxes
        return next((one for one in boxes if one.type == "APP"), boxes[0])

    # --- mail -> software -------------------------------------------------------------------------

    def _collect(self, params: Params, deadline: Deadline) -> Answer:
        desk = self._desk
        mailbox = desk.mailbox(params)
        session = desk.configured.imap(mailbox, deadline)
        desk.watch()
        told: list[Answer] = []
        waiting, self._not_in_dmp = self._not_in_dmp, []
        for request, peers in waiting:
            now = desk.clock.now()
            self._call(write_dmp_failure(request, peers, now, self._number("Z"), desk.behaviour), deadline)
        try:
            for item in session.list("INBOX"):
                if not item.seen:
                    raw = session.read("INBOX", item.uid, mark_seen=True)
                    told.append(self._treat(mailbox, raw, deadline))
        except ConnectionLost:
            desk.configured.drop(mailbox, "imap")
            raise
        return {"messages": told}

    def _treat(self, mailbox: Mailbox, raw: bytes, deadline: Deadline) -> Answer:
        letter = read_letter(raw)
        told: Answer = {"message_id": letter.message_id or None, "outcome": "ordinary"}
        match kind_of(parse_mail(raw), REFERENCE):
            case "delivery-report":
                for returned in read_delivery(raw):
                    self._return(returned, deadline)
            case "receipt":
                for returned in read_receipt(raw):
                    self._return(returned, deadline)
            case "mail":
                archives = archives_of(raw)
                if archives:
                    outcome = self._transfer(letter, archives, deadline)
                    self._tell_sender(mailbox, letter, outcome, deadline)
                    told["outcome"] = "refused" if outcome is None or outcome.failed else "integrated"
                    told["reason"] = "" if outcome is None else outcome.label
            case _:
                pass
        return told

    def _return(self, returned: Returned, deadline: Deadline) -> None:
        """Give the software what came back for one recipient, if it asked for it."""
        behaviour = self._desk.behaviour
        sent = self._sent.get(returned.about)
        if sent is None:
            return
        asked = sent.reading if returned.read else sent.delivery
        if not asked and not behaviour.pfi_returns_unasked:
            return
        if not returned.read:
            wanted = behaviour.pfi_delivery_returned
            if wanted == "never" or (wanted == "failures-only" and returned.error is None):
                return
        message = write_zam(
            returned, sent.request, sent.peers, self._desk.clock.now(), self._number("Z"), behaviour
        )
        self._call(message, deadline)

    def _transfer(self, letter: Received, archives: list[bytes], deadline: Deadline) -> Outcome | None:
        """Give the software each document; return what it said, None when it said nothing for good."""
        hl7 = self._hl7
        if hl7 is None:
            raise Failed("Aucun logiciel HL7 n'est paramétré.")
        try:
            arrived = [one for archive in archives for one in documents_of(archive)]
        except Unreadable as trouble:
            return Outcome("906", trouble.text)
        if self._desk.behaviour.pfi_documents == "first":
            arrived = arrived[:1]
        peers = Peers(hl7.own_application, hl7.own_facility, hl7.application, hl7.facility)
        outcomes = [self._give(one, letter, peers, deadline) for one in arrived]
        if any(one is None for one in outcomes):
            return None
        return next((one for one in outcomes if one is not None and one.failed), Outcome())

    def _give(self, one: Arrived, letter: Received, peers: Peers, deadline: Deadline) -> Outcome | None:
        behaviour = self._desk.behaviour
        message = write_message(one, letter, peers, self._desk.clock.now(), self._number("M"), behaviour)
        answer = self._call(message, deadline)
        if answer is None:
            return None
        code = answer.first("MSA").part(1)
        if code == "AA":
            return Outcome()
        if code == "AR":
            self._desk.alert("Le logiciel ne peut pas prendre le document pour l'instant : à renvoyer.")
            return None
        errors = answer.all("ERR")
        if errors and errors[0].part(3) == "207" and errors[0].part(5):
            return Outcome(errors[0].part(5), errors[0].part(5, 2) or "Erreur")
        return Outcome("906", "Erreur 'Autre'")

    def _call(self, message: bytes, deadline: Deadline) -> Message | None:
        hl7 = self._hl7
        if hl7 is None:
            return None
        try:
            return parse(call(hl7.address, hl7.port, message, deadline))
        except (ConnectionLost, Unreadable) as error:
            self._desk.alert(str(error))
            return None

    def _tell_sender(
        self, mailbox: Mailbox, letter: Received, outcome: Outcome | None, deadline: Deadline
    ) -> None:
        """Return a notification to who asked for one, or tell an error by an ordinary mail."""
        desk, behaviour = self._desk, self._desk.behaviour
        if outcome is None:
            return
        now, nil = desk.clock.now(), desk.settings.nil
        asked = bool(letter.asks)
        if asked and behaviour.pfi_mdn == "never":
            return
        if not asked and behaviour.pfi_mdn != "always":
            tells = outcome.failed or behaviour.pfi_error_mail == "success-too"
            if tells and letter.sender:
                content = write_error_mail(letter, outcome, mailbox, nil, now, behaviour)
                self._transmit(mailbox, mailbox.address, (letter.sender,), content, deadline)
            return
        to = letter.asks[0] if asked else letter.sender
        if asked and to.casefold() != letter.return_path.casefold() and not behaviour.pfi_mdn_elsewhere:
            desk.alert(f"{to} demande un accusé sans être l'expéditeur : il attend votre accord.")
            return
        content = write_mdn(letter, outcome, mailbox, nil, now, behaviour)
        self._transmit(mailbox, "", (to,), content, deadline)

    def _number(self, letter: str) -> str:
        return f"{letter}{next(self._numbers)}-{secrets.token_hex(4)}"
