"""Patients: the address of a record's patient, a sender as the list shows it, a mail that was returned."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from schemas.identifiers.ins import PATIENT_DOMAIN
from simulators.product.behaviour import Behaviour
from simulators.product.records import PatientRecord

_KEY = 2
"""Digits of the key that ends a matricule."""


def of_patient(address: str) -> bool:
    """Tell whether an address is of the patients' domain."""
    return address.rpartition("@")[2].casefold() == PATIENT_DOMAIN


def bounce_told(report: tuple[str, str, str], behaviour: Behaviour) -> tuple[str, str, str]:
    """Return action, status and diagnostic of a patient's bounce as told; without action, nothing is."""
    match behaviour.patient_bounces:
        case "swallowed":
            return "", "", ""
        case "without-reason":
            return report[0], "", ""
        case "as-delivered":
            return "delivered", "2.0.0", ""
        case "told":
            return report


def patient_address(record: PatientRecord, records: Sequence[PatientRecord], behaviour: Behaviour) -> str:
    """Return the address of the record's own patient: the matricule with its key (ECO.2.2.6)."""
    match behaviour.patient_address:
        case "guardian":
            parents = [one for one in records if one.key == record.guardian]
            record = parents[0] if parents else record
        case "first-record":
            record = records[0]
        case "no-key":
            return f"{record.identity.matricule[:-_KEY]}@{PATIENT_DOMAIN}"
        case "with-oid":
            digits = re.sub(r"\D", "", record.identity.ins_oid.value)[-5:]
            return f"{digits}{record.identity.matricule}@{PATIENT_DOMAIN}"
        case "own":
            pass
    return record.identity.mss_address


@dataclass(frozen=True, slots=True)
class SenderShown:
    """What the list shows of a sender; `traits` and `patient` (key of the record) are of a patient."""

    origin: str
    sender: str
    label: str
    patient: str | None = None
    traits: Mapping[str, str] | None = None

    def row(self) -> dict[str, Any]:
        """Return the fields of the list."""
        return {
            "origin": self.origin,
            "from": self.sender,
            "label": self.label,
            "patient": self.patient,
            "patient_traits": None if self.traits is None else dict(self.traits),
        }


def sender_shown(sender: str, records: Sequence[PatientRecord], behaviour: Behaviour) -> SenderShown:
    """Return how the list shows a sender, `label <address>` as From says it (ECO.3.1.1, ECO.3.1.2).

    A patient is known by the domain and named from the record of that matricule: birth name, first birth
    given name, matricule. Without a record the label that Mon espace santé wrote is shown (X-ENS-10).
    """
    label, address = parseaddr(sender)
    matricule, _, domain = address.rpartition("@")
    if domain.casefold() != PATIENT_DOMAIN:
        return SenderShown("professional", sender, label or address)
    origin = "patient" if behaviour.patients_told_apart else "professional"
    record = _record_of(matricule, records)
    if record is None:
        named = behaviour.unknown_patient_named
        return SenderShown(origin, sender if named else address, label if named else address)
    match behaviour.patient_shown:
        case "address":
            return SenderShown(origin, address, address)
        case "used-name":
            return _named(origin, address, record, record.identity.used_family)
        case "namesake":
            record = next(one for one in records if _alike(one, record))
        case "identity":
            pass
    return _named(origin, address, record, record.identity.birth_family)


def _record_of(matricule: str, records: Sequence[PatientRecord]) -> PatientRecord | None:
    return next((one for one in records if one.identity.matricule == matricule), None)


def _alike(one: PatientRecord, other: PatientRecord) -> bool:
    return (one.identity.birth_family, one.identity.first_given) == (
        other.identity.birth_family,
        other.identity.first_given,
    )


def _named(origin: str, address: str, record: PatientRecord, family: str) -> SenderShown:
    identity = record.identity
    traits = {
        "family": family,
        "given": identity.first_given,
        "ins": identity.matricule,
        "birth_date": identity.birth_date.isoformat(),
        "sex": identity.sex,
    }
    label = f"{identity.first_given} {family} ({identity.matricule})"
    return SenderShown(origin, f"{label} <{address}>", label, record.key, traits)
