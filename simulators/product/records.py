"""The patients' records and the correspondents that `configure` gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from schemas.identifiers import InsOid
from simulators.documents.patients import (
    CORSICAN_PLACES,
    MAINLAND_PLACES,
    Address,
    BirthPlace,
    Patient,
)

InsStatus = Literal["qualified", "retrieved", "validated", "provisional"]
Opposition = Literal["patient-mail", "professional-mail"]

OPPOSITIONS: tuple[Opposition, ...] = ("patient-mail", "professional-mail")
PLACES = {place.cog: place for place in (*MAINLAND_PLACES, *CORSICAN_PLACES)}
HOME = Address("1", "rue de la Mairie", "75009", "PARIS")
PHONE = "0639980000"
"""Of the range that ARCEP keeps for fiction; `configure` gives neither home nor phone."""


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """One record: the identity, its status (RNIV), what the patient refuses, who treats the patient.

    `identity.qualified` says whether the record holds an INS at all; whether it may leave depends on
    `ins_status`.
    """

    key: str
    identity: Patient
    ins_status: InsStatus
    opposed_to: tuple[Opposition, ...] = ()
    attending: str | None = None
    guardian: str | None = None


@dataclass(frozen=True, slots=True)
class KnownProfessional:
    """A correspondent outside the structure."""

    address: str
    ps_idnat: str
    family: str
    given: str
    title: str = ""
    profession: str = ""
    entity: str = ""


def parse_record(value: Mapping[str, Any]) -> PatientRecord:
    """Read one of the `patients`; raises `KeyError`, `TypeError` or `ValueError` when it cannot be read."""
    status = value["ins_status"]
    if status not in ("qualified", "retrieved", "validated", "provisional"):
        raise ValueError(f"statut d'identité inconnu : {status!r}")
    sex = value["sex"]
    if sex not in ("M", "F"):
        raise ValueError(f"sexe {sex!r} : le logiciel ne tient que M et F")
    given = str(value["birth_given"])
    family = str(value["birth_family"])
    place = str(value.get("birth_place") or "99999")
    matricule = str(value.get("ins") or "")
    identity = Patient(
        matricule=matricule,
        ins_oid=InsOid(value.get("ins_oid") or InsOid.NIR),
        birth_family=family,
        given_names=tuple(str(name) for name in value.get("given_names") or (given,)),
        used_family=str(value.get("used_family") or family),
        used_given=str(value.get("used_given") or given),
        sex=sex,
        birth_date=date.fromisoformat(str(value["birth_date"])),
        birth_place=PLACES.get(place, BirthPlace(place, "INCONNU")),
        ipp=str(value.get("ipp") or value["key"]),
        ipp_root=str(value.get("ipp_root") or "1.2.250.1.213.1.4.9999"),
        address=HOME,
        phone=PHONE,
        qualified=bool(matricule),
    )
    attending, guardian = value.get("attending"), value.get("guardian")
    return PatientRecord(
        key=str(value["key"]),
        identity=identity,
        ins_status=status,
        opposed_to=tuple(kind for kind in OPPOSITIONS if kind in (value.get("opposed_to") or ())),
        attending=None if attending is None else str(attending),
        guardian=None if guardian is None else str(guardian),
    )


def parse_professional(value: Mapping[str, Any]) -> KnownProfessional:
    """Read one of the `professionals`; raises `KeyError` or `TypeError` when it cannot be read."""
    return KnownProfessional(
        str(value["address"]),
        str(value.get("ps_idnat") or ""),
        str(value["family"]),
        str(value["given"]),
        str(value.get("title") or ""),
        str(value.get("profession") or ""),
        str(value.get("entity") or ""),
    )
