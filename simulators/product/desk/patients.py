"""Writing to a patient chosen in the record (ECO.3.1.5, ECO.2.2.6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from simulators.product.deadline import Deadline
from simulators.product.desk.delivery import deliver
from simulators.product.desk.desk import Action, Answer, Desk, Params
from simulators.product.draft import parse_draft
from simulators.product.errors import Refused
from simulators.product.patients import patient_address

_MARKS = re.compile(r"\[[^\]]*\]\s*")


class Patients:
    """The user writes to a patient of the records (ECO.3.1.5)."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def actions(self) -> Mapping[str, Action]:
        """Return the actions of this group."""
        return {"write_to_patient": self._write}

    def forget(self) -> None:
        """Nothing is remembered from one action to the next."""

    def _write(self, params: Params, deadline: Deadline) -> Answer:
        desk, behaviour = self._desk, self._desk.behaviour
        record = desk.settings.patient(str(params.get("patient")))
        if not record.identity.matricule:
            raise Refused("Le dossier n'a pas d'INS : aucune messagerie de patient ne lui correspond.")
        if record.ins_status != "qualified" and behaviour.write_needs_qualified:
            raise Refused("L'identité n'est pas qualifiée : aucune messagerie de patient ne lui correspond.")
        if "patient-mail" in record.opposed_to and behaviour.respects_patient_refusal:
            raise Refused("Le patient refuse qu'on lui écrive par messagerie : rien n'est envoyé.")
        address = patient_address(record, desk.settings.patients, behaviour)
        draft = parse_draft({**params, "to": [address], "cc": []}, desk.settings)
        subject = draft.subject
        if _MARKS.search(subject) and not behaviour.subject_marks:
            subject = _MARKS.sub("", subject)
        delivered = deliver(desk, replace(draft, subject=subject, ends=self._end(params)), deadline)
        return {**delivered.answer(), "to": address}

    def _end(self, params: Params) -> str | None:
        """Return the value of X-MSS-MES, None for a mail that leaves the exchange open (ECO.2.2.8)."""
        asked = params.get("end") is True
        self._desk.ended_exchange = self._desk.ended_exchange or asked
        match self._desk.behaviour.end_mark:
            case "absent":
                return None
            case "always":
                return "FIN"
            case "other-word":
                return "CLOS" if asked else None
            case "on-demand":
                return "FIN" if asked else None
