"""Sending documents of a patient, their new versions, and the request to delete them."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

from schemas.identifiers.ins import PATIENT_DOMAIN
from simulators.documents import Action as Asks
from simulators.documents import Patient
from simulators.product.deadline import Deadline
from simulators.product.desk.delivery import deliver
from simulators.product.desk.desk import Action, Answer, Desk, Params
from simulators.product.documents.asked import Sending, parse_documents, parse_ids, parse_sending
from simulators.product.documents.cda_faults import of_another_patient
from simulators.product.documents.letter import write_letter
from simulators.product.documents.making import Made, Maker
from simulators.product.documents.packing import pack
from simulators.product.draft import Draft
from simulators.product.errors import Failed, Refused


class Documents:
    """Makes and sends documents; remembers what was sent, for the versions to come."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._maker: Maker | None = None
        self._sent: dict[str, Made] = {}

    def actions(self) -> Mapping[str, Action]:
        """Return the actions of this group."""
        return {
            "send_documents": self._send,
            "replace_documents": self._replace,
            "delete_documents": self._delete,
        }

    def forget(self) -> None:
        """Forget the documents sent and the source that they came from."""
        self._maker = None
        self._sent = {}

    def _send(self, params: Params, deadline: Deadline) -> Answer:
        sending = parse_sending(params, self._desk.settings)
        asked = parse_documents(params)
        if not self._desk.behaviour.sends_partial and any(one.partial for one in asked):
            raise Refused("Le compte rendu n'est pas terminé : il ne peut pas être envoyé.")
        recipients = self._recipients(sending)
        patient = self._identity(sending)
        made: list[Made] = []
        for one in asked:
            made.append(
                self._made_by.make(
                    one,
                    patient,
                    sending.sender,
                    shows_itself=sending.stylesheet,
                    before=made[-1] if made else None,
                )
            )
        if not self._desk.behaviour.one_patient:
            made[1:] = [
                replace(one, cda=replace(one.cda, content=of_another_patient(one.cda.content)))
                for one in made[1:]
            ]
        return self._post(sending, recipients, made, None, deadline)

    def _replace(self, params: Params, deadline: Deadline) -> Answer:
        sending = parse_sending(params, self._desk.settings)
        before = self._held(parse_ids(params))
        recipients = self._recipients(sending)
        patient = self._identity(sending)
        made = [
            self._made_by.make(
                replace(old.asked, partial=False),
                patient,
                sending.sender,
                replacing=old.cda,
                shows_itself=sending.stylesheet or old.presenting,
            )
            for old in before
        ]
        return self._post(sending, recipients, made, Asks.CHANGE, deadline)

    def _delete(self, params: Params, deadline: Deadline) -> Answer:
        sending = parse_sending(params, self._desk.settings)
        made = self._held(parse_ids(params))
        recipients = self._recipients(sending)
        return self._post(sending, recipients, made, Asks.DELETE, deadline)

    def _post(
        self,
        sending: Sending,
        recipients: tuple[str, ...],
        made: Sequence[Made],
        action: Asks | None,
        deadline: Deadline,
    ) -> Answer:
        behaviour = self._desk.behaviour
        archives = pack(self._made_by, made, action, behaviour)
        draft = write_letter(
            replace(sending, to=recipients),
            made,
            archives,
            action,
            now=self._desk.clock.now(),
            behaviour=behaviour,
        )
        if sending.way == "draft":
            draft = self._reopened(draft)
        delivered = deliver(self._desk, draft, deadline)
        for one in made:
            if action is Asks.DELETE:
                self._sent.pop(one.cda.header.id, None)
            else:
                self._sent[one.cda.header.id] = one
        told = [
            {"id": one.cda.header.id, "set_id": one.cda.header.set_id, "version": one.cda.header.version}
            for one in made
        ]
        return {**delivered.answer(), "documents": told}

    def _reopened(self, draft: Draft) -> Draft:
        """Return the draft as it is when it was saved and opened again."""
        match self._desk.behaviour.draft_keeps:
            case "no-attachments":
                return replace(draft, attachments=())
            case "no-headers":
                return replace(draft, carried=None)
            case "all":
                return draft

    def _recipients(self, sending: Sending) -> tuple[str, ...]:
        """Return who gets the mail in To, the attending physician with them; raises `Refused`."""
        behaviour, record = self._desk.behaviour, sending.record
        to = sending.to
        if sending.way == "automatic" and record.attending is not None and behaviour.copies_attending:
            to = tuple(dict.fromkeys((*to, record.attending)))
        everyone = (*to, *sending.cc)
        patients = [address for address in everyone if _is_patient(address)]
        if patients and "patient-mail" in record.opposed_to and behaviour.respects_patient_refusal:
            raise Refused("Le patient refuse de recevoir ses documents par messagerie : rien n'est envoyé.")
        professionals = len(everyone) > len(patients)
        if (
            professionals
            and "professional-mail" in record.opposed_to
            and behaviour.respects_professional_refusal
        ):
            raise Refused(
                "Le patient s'oppose à l'envoi de ses documents aux professionnels : rien n'est envoyé."
            )
        if patients and record.ins_status != "qualified" and behaviour.patient_needs_ins:
            raise Refused("L'identité n'est pas qualifiée : aucune messagerie de patient ne lui correspond.")
        return to if behaviour.max_recipients is None else to[: behaviour.max_recipients]

    def _identity(self, sending: Sending) -> Patient:
        """Return the patient as the documents say it: with an INS only when it may leave (INS/va1.53)."""
        record = sending.record
        qualified = record.ins_status == "qualified" or not self._desk.behaviour.ins_needs_qualified
        return replace(record.identity, qualified=qualified and record.identity.qualified)

    def _held(self, ids: Sequence[str]) -> list[Made]:
        unknown = [one for one in ids if one not in self._sent]
        if unknown:
            raise Failed(f"Document jamais envoyé par le logiciel, ou supprimé : {', '.join(unknown)}.")
        return [self._sent[one] for one in ids]

    @property
    def _made_by(self) -> Maker:
        if self._maker is None:
            rng = random.Random(secrets.randbits(64))  # noqa: S311  # invented clinical data, no secret
            self._maker = Maker(rng, self._desk.clock, self._desk.behaviour)
        return self._maker


def _is_patient(address: str) -> bool:
    return address.rpartition("@")[2].casefold() == PATIENT_DOMAIN
