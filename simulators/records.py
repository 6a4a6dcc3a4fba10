"""The patients' records that the product holds while one test plays, and the correspondents it knows.

The records are invented from what the test asks (`RecordSpec`); their identities are test ones.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from simulators.clock import Clock
from simulators.documents.patients import Patient, PatientGenerator
from simulators.patients.model import State

InsStatus = Literal["qualified", "retrieved", "validated", "provisional"]
Opposition = Literal["patient-mail", "professional-mail"]


@dataclass(frozen=True, slots=True)
class RecordSpec:
    """What a test asks of one record.

    `ins_status` is the status of the identity in the sense of the RNIV: only `qualified` allows the INS to be
    sent. A `retrieved` identity has a matricule that must not leave; a `validated` or `provisional` one has
    none. `opposed_to` are the mails that the patient refuses (SC.MSS/va1.20, va1.22). `attended` gives the
    patient an attending physician, a correspondent of the tenant. `guardian` is the key of a parent's record.
    `messaging` is the state of the patient's messaging at Mon espace santé; the product is not told. With
    `known` false the product has no record at all, while Mon espace santé has the patient. `namesake_of` is
    the key of an earlier record whose birth name, given names and sex the patient has too, under a matricule
    of their own. `used_family` is the name used when it is not the birth name (None: as it comes).
    """

    key: str = "patient-1"
    ins_status: InsStatus = "qualified"
    minor: bool = False
    opposed_to: tuple[Opposition, ...] = ()
    attended: bool = False
    guardian: str | None = None
    messaging: State = "open"
    known: bool = True
    namesake_of: str | None = None
    used_family: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the product: what was asked, who it is, the address of the attending physician."""

    spec: RecordSpec
    patient: Patient
    attending: str | None = None

    @property
    def key(self) -> str:
        """Return the name of the record in the driver protocol."""
        return self.spec.key

    def to_json(self) -> dict[str, Any]:
        """Return the record as `configure` of driver/1 gives it."""
        patient, holds = self.patient, self.spec.ins_status in {"qualified", "retrieved"}
        return {
            "key": self.key,
            "ins": patient.matricule if holds else None,
            "ins_oid": patient.ins_oid.value if holds else None,
            "ins_status": self.spec.ins_status,
            "birth_family": patient.birth_family,
            "birth_given": patient.first_given,
            "given_names": list(patient.given_names),
            "used_family": patient.used_family,
            "used_given": patient.used_given,
            "sex": patient.sex,
            "birth_date": patient.birth_date.isoformat(),
            "birth_place": patient.birth_place.cog,
            "ipp": patient.ipp,
            "ipp_root": patient.ipp_root,
            "opposed_to": list(self.spec.opposed_to),
            "attending": self.attending,
            "guardian": self.spec.guardian,
        }


def make_records(
    specs: Iterable[RecordSpec], rng: random.Random, clock: Clock, attending: str
) -> tuple[Record, ...]:
    """Invent the records asked for; `attending` is the address of the attending physician.

    Raises `KeyError` for a `namesake_of` that no earlier record bears.
    """
    generator: PatientGenerator | None = None
    made: dict[str, Record] = {}
    for spec in specs:
        generator = generator or PatientGenerator(rng, clock)
        alike = None if spec.namesake_of is None else made[spec.namesake_of].patient
        patient = generator.patient(
            qualified=spec.ins_status == "qualified", minor=spec.minor, sex=alike.sex if alike else None
        )
        if alike is not None:
            patient = replace(
                patient,
                birth_family=alike.birth_family,
                given_names=alike.given_names,
                used_family=alike.used_family,
                used_given=alike.used_given,
            )
        if spec.used_family is not None:
            patient = replace(patient, used_family=spec.used_family)
        made[spec.key] = Record(spec, patient, attending if spec.attended else None)
    return tuple(made.values())
