"""The product as the software of a hospital that sends and receives its documents through a PFI."""

from __future__ import annotations

import hashlib
import itertools
import random
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from simulators.documents import Action as Asks
from simulators.documents import BuiltCda
from simulators.product.behaviour import REFERENCE
from simulators.product.deadline import Deadline
from simulators.product.desk.desk import Action, Answer, Desk, Params
from simulators.product.documents.asked import parse_documents, parse_ids, parse_sending
from simulators.product.documents.making import Made, Maker
from simulators.product.errors import Failed
from simulators.product.gateway.cda import read_cda
from simulators.product.gateway.er7 import Line, Message, Peers, Unreadable, parse
from simulators.product.gateway.mllp import Listener, call
from simulators.product.gateway.orders import Order, write_order
from simulators.product.gateway.request import acknowledge
from simulators.product.records import PatientRecord
from simulators.product.settings import Hl7Settings

BUSY_S = 20.0
_INS_ROOTS = "1.2.250.1.213.1.4."
_SEGMENTS = ("EVN", "PID", "PV1", "ORC", "OBR", "TXA", "OBX", "PRT")


@dataclass(slots=True)
class Sent:
    """One sending through the PFI, and what came back of it."""

    control_id: str
    to: tuple[str, ...]
    subject: str
    delivery: str = "sent"
    failures: list[Answer] = field(default_factory=list)
    read_by: list[str] = field(default_factory=list)
    rejected_by: list[Answer] = field(default_factory=list)

    def shown(self) -> Answer:
        """Return the sending as the user sees it."""
        return {
            "message_id": self.control_id,
            "to": list(self.to),
            "subject": self.subject,
            "delivery": self.delivery,
            "failures": self.failures,
            "read_by": [],
            "integrated_by": self.read_by,
            "rejected_by": self.rejected_by,
        }


class Software:
    """Sends documents by HL7 v2 to the PFI, files what the PFI gives, shows what it returns."""

    def __init__(self, desk: Desk, lock: threading.RLock) -> None:
        self._desk = desk
        self._lock = lock
        self._listener: Listener | None = None
        self._numbers = itertools.count(1)
        self.forget()

    @property
    def active(self) -> bool:
        """Tell whether the product was set up beside a PFI."""
        if self._desk.keeper is None:
            return False
        hl7 = self._desk.settings.hl7
        return hl7 is not None and hl7.role == "gateway"

    def actions(self) -> Mapping[str, Action]:
        """Return what is done otherwise beside a PFI."""
        if not self.active:
            return {}
        shown: dict[str, Action] = {"documents": self._documents, "outbox": self._outbox}
        sending: dict[str, Action] = {
            "send_documents": self._send,
            "replace_documents": self._replace,
            "delete_documents": self._delete,
        }
        return shown | sending

    def configure(self) -> Answer:
        """Listen where the PFI can reach the product; return what `configure` answers of it."""
        if not self.active:
            return {}
        self._listener = Listener(self._answer)
        return {"hl7": {"address": self._listener.address, "port": self._listener.port}}

    def forget(self) -> None:
        """Leave the space: stop listening, forget everything."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()
        self._made: dict[str, Made] = {}
        self._sent: dict[str, Sent] = {}
        self._held: list[tuple[str, BuiltCda, str]] = []
        self._versions: dict[str, int] = {}
        self._maker: Maker | None = None

    # --- sending --------------------------------------------------------------------------------------

    def _send(self, params: Params, deadline: Deadline) -> Answer:
        sending = parse_sending(params, self._desk.settings)
        made = []
        for one in parse_documents(params):
            asked = replace(one, format="N1") if self._desk.behaviour.hl7_forces_n1 else one
            made.append(self._make.make(asked, sending.record.identity, sending.sender))
        if sending.way == "automatic" and not self._desk.behaviour.hl7_automatic:
            return {"documents": []}
        return self._give(params, made, None, deadline)

    def _replace(self, params: Params, deadline: Deadline) -> Answer:
        sending = parse_sending(params, self._desk.settings)
        made = [
            self._make.make(old.asked, sending.record.identity, sending.sender, replacing=old.cda)
            for old in self._own(parse_ids(params))
        ]
        return self._give(params, made, Asks.CHANGE, deadline)

    def _delete(self, params: Params, deadline: Deadline) -> Answer:
        return self._give(params, self._own(parse_ids(params)), Asks.DELETE, deadline)

    def _own(self, ids: tuple[str, ...]) -> list[Made]:
        """Return documents that the product made: of no other may it ask anything (SC.MSS/UX.38)."""
        unknown = [one for one in ids if one not in self._made]
        if unknown and not (self._desk.behaviour.hl7_foreign and self._made):
            raise Failed(f"Document que le logiciel n'a pas produit : {', '.join(unknown)}.")
        last = list(self._made.values())[-1:]
        return [self._made.get(one, *last) for one in ids]

    def _give(self, params: Params, made: list[Made], action: Asks | None, deadline: Deadline) -> Answer:
        sending = parse_sending(params, self._desk.settings)
        behaviour = self._desk.behaviour
        identifier = ""
        for one in made:
            self._made[one.cda.header.id] = one
            if not behaviour.hl7_sends:
                raise Failed("L'envoi par la PFI n'a pas abouti.")
            if action is not None and behaviour.hl7_new_version == "silent":
                continue
            order = Order(
                one.cda,
                action,
                (*sending.to, *sending.cc),
                sending.reply_to,
                sending.text,
                sending.request_dsn,
                sending.request_mdn,
            )
            identifier = self._order(order, deadline)
        told = [
            {"id": one.cda.header.id, "set_id": one.cda.header.set_id, "version": one.cda.header.version}
            for one in made
        ]
        return {"message_id": identifier, "documents": told}

    def _order(self, order: Order, deadline: Deadline) -> str:
        hl7 = self._hl7
        peers = Peers(hl7.own_application, hl7.own_facility, hl7.application, hl7.facility)
        identifier = self._number("D")
        message = write_order(order, peers, self._desk.clock.now(), identifier, self._desk.behaviour)
        sent = Sent(identifier, order.recipients, order.cda.header.title)
        self._sent[identifier] = sent
        try:
            answer = parse(call(hl7.address, hl7.port, message, deadline))
        except Unreadable as error:
            raise Failed(f"La PFI répond de façon incompréhensible : {error.text}.") from error
        code = answer.first("MSA").part(1)
        if code != "AA":
            errors = answer.all("ERR")
            said = errors[0].part(3) if errors else ""
            if self._desk.behaviour.hl7_zam_shown:
                sent.delivery = "failed"
                sent.failures = [
                    {"recipient": one, "diagnostic": f"{code} {said}"} for one in order.recipients
                ]
            self._desk.alert(f"La PFI refuse le document : {code} {said}.")
        return identifier

    # --- receiving ------------------------------------------------------------------------------------

    def _answer(self, octets: bytes) -> bytes:
        behaviour = self._desk.behaviour
        if not self._lock.acquire(timeout=BUSY_S):
            return self._said(None, Unreadable("207", "Logiciel occupé"), "none")
        try:
            message: Message | None = None
            trouble: Unreadable | None = None
            try:
                message = parse(octets)
                if message.kind == "ZAM":
                    return self._return(message)
                self._take(message)
            except Unreadable as error:
                trouble = error
            except Exception as error:  # the last wall between hostile input and the hospital
                self._desk.alert(f"Erreur interne ({type(error).__name__} : {error}).")
                trouble = Unreadable("207", "Erreur interne", application="906")
            fault = behaviour.hl7_transfer_ack if trouble is not None or message is None else "right"
            if behaviour.hl7_transfer_ack == "other-id":
                fault = "other-id"
            if fault == "always-taken":
                trouble = None
            return self._said(message, trouble, fault)
        finally:
            self._lock.release()

    def _said(self, message: Message | None, trouble: Unreadable | None, fault: str) -> bytes:
        hl7 = self._hl7
        own = Peers(hl7.application, hl7.facility, hl7.own_application, hl7.own_facility)
        now = self._desk.clock.now()
        return acknowledge(message, now, self._number("A"), trouble, REFERENCE, fault=fault, own=own)

    def _return(self, message: Message) -> bytes:
        behaviour = self._desk.behaviour
        if behaviour.hl7_zam_shown:
            self._show(message)
        refused = Unreadable("200", "Type non traité") if behaviour.hl7_zam_ack == "refused" else None
        return self._said(message, refused, behaviour.hl7_zam_ack)

    def _show(self, message: Message) -> None:
        status, *others = message.all("OBX")
        sent = self._sent.get(status.part(4))
        if sent is None:
            return
        address = others[0].part(5, 4) if others else ""
        errors = message.all("ERR")
        code, label = (errors[0].part(5), errors[0].part(5, 2)) if errors else ("", "")
        if message.event == "Z03":
            if status.part(5) == "Y":
                sent.read_by.append(address)
            else:
                sent.rejected_by.append({"recipient": address, "code": code, "text": label})
        elif status.part(5) == "N":
            sent.delivery = "failed"
            sent.failures.append({"recipient": address or "DMP", "diagnostic": f"{code} {label}".strip()})
            self._desk.alert(f"Échec de l'envoi à {address or 'DMP'} : {code} {label}.")
        elif sent.delivery == "sent":
            sent.delivery = "delivered"

    def _take(self, message: Message) -> None:
        """File the document of a message; raises `Unreadable` with the error to acknowledge."""
        if message.kind != "MDM":
            raise Unreadable("200", "Type de message non traité", "MSH^1^9")
        if message.event not in {"T02", "T04", "T10"}:
            raise Unreadable("201", "Évènement non traité", "MSH^1^9")
        if message.msh.part(12) != "2.6":
            raise Unreadable("203", "Version non traitée", "MSH^1^12")
        for name in _SEGMENTS:
            message.first(name)
        if not message.first("PID").field(3):
            raise Unreadable("101", "PID-3 absent", "PID^1^3")
        try:
            cda = read_cda(message.first("OBX").octets())
        except Unreadable as error:
            raise Unreadable("207", error.text, application="906") from error
        record = self._record(message.first("PID"), cda)
        header = cda.header
        known = self._versions.get(header.set_id, 0)
        if message.event == "T10" and header.version <= known:
            raise Unreadable("207", "Version du document incorrecte", application="900")
        self._versions[header.set_id] = max(known, header.version)
        if not self._desk.behaviour.hl7_integrates:
            return
        kept = [one for one in self._held if one[1].header.set_id != header.set_id]
        if message.event == "T02":
            kept = self._held
        self._held = kept if message.event == "T04" else [*kept, (record.key, cda, message.msh.part(10))]

    def _record(self, pid: Line, cda: BuiltCda) -> PatientRecord:
        patient = cda.header.patient
        if not patient.qualified:
            raise Unreadable("207", "INS non présent dans le document", application="903")
        for record in self._desk.settings.patients:
            identity = record.identity
            if identity.qualified and identity.matricule == patient.matricule:
                same = (identity.birth_family, identity.sex, identity.birth_date)
                if same != (patient.birth_family, patient.sex, patient.birth_date):
                    raise Unreadable("207", "INS ou traits différents", application="904")
                return record
        raise Unreadable("207", "Identifiant patient inconnu", application="902")

    # --- showing --------------------------------------------------------------------------------------

    def _documents(self, params: Params, deadline: Deadline) -> Answer:
        key = str(params.get("patient"))
        self._desk.settings.patient(key)
        return {"documents": [_shown(cda) for owner, cda, _ in self._held if owner == key]}

    def _outbox(self, params: Params, deadline: Deadline) -> Answer:
        return {"messages": [one.shown() for one in self._sent.values()]}

    @property
    def _hl7(self) -> Hl7Settings:
        hl7 = self._desk.settings.hl7
        if hl7 is None:
            raise Failed("Aucune PFI n'est paramétrée.")
        return hl7

    @property
    def _make(self) -> Maker:
        if self._maker is None:
            rng = random.Random(secrets.randbits(64))  # noqa: S311  # invented clinical data, no secret
            self._maker = Maker(rng, self._desk.clock, self._desk.behaviour)
        return self._maker

    def _number(self, letter: str) -> str:
        return f"{letter}{next(self._numbers)}-{secrets.token_hex(4)}"


def _shown(cda: BuiltCda) -> Answer:
    header = cda.header
    return {
        "id": header.id,
        "set_id": header.set_id,
        "version": header.version,
        "title": header.title,
        "code": header.model.code.code,
        "status": "current",
        "hash": hashlib.sha1(cda.content, usedforsecurity=False).hexdigest(),
    }
