"""Whose record: by the qualified INS of METADATA.XML, else by comparing traits (ECO.2.1.2, SC.MSS/UX.02)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.identifiers import InsOid
from simulators.product.behaviour import Behaviour
from simulators.product.filing.cda import Received, Traits
from simulators.product.filing.metadata import Entry
from simulators.product.records import PatientRecord

_CX = re.compile(r"(?P<number>[^\^]*)\^\^\^&(?P<authority>[0-9.]+)&ISO(?:\^(?P<type>[A-Z]+))?\s*$")
_INS = frozenset(oid.value for oid in InsOid)


@dataclass(frozen=True, slots=True)
class Match:
    """The record found, and whether the document may go there by itself; else why not, and the code."""

    record: PatientRecord | None
    sure: bool
    code: str = ""
    reason: str = ""


def match(
    document: Received, entry: Entry, subject: str, records: Sequence[PatientRecord], behaviour: Behaviour
) -> Match:
    """Return the record of a document."""
    found = _by_metadata(document, entry, records, behaviour)
    named = _named_in(subject, records)
    if named is not None and named is not found.record and behaviour.patient_from == "subject":
        return Match(named, sure=True)
    if found.record is None and records and behaviour.stranger == "first-record":
        return Match(records[0], sure=True)
    if found.record is not None and not found.sure and not behaviour.proposes:
        return Match(None, sure=False, code=found.code, reason=found.reason)
    if found.sure and not behaviour.files_alone:
        return Match(found.record, sure=False, reason="à classer")
    return found


def _by_metadata(
    document: Received, entry: Entry, records: Sequence[PatientRecord], behaviour: Behaviour
) -> Match:
    traits = document.traits
    said = _ins_of(entry.patient)
    if said is None:
        near = _by_traits(traits, records)
        sure = near is not None and _same_traits(traits, near) and not behaviour.qualified_needed
        return Match(near, sure, "903", "le document n'a pas d'INS : comparez les traits")
    written = (traits.ins or "", traits.ins_oid or "")
    if said != written:
        near = _by_ins(said, records)
        if not behaviour.coherence_checked:
            return Match(near, near is not None, "902", "patient inconnu dans le logiciel")
        return Match(
            near, sure=False, code="904", reason="METADATA.XML et le document n'ont pas le même patient"
        )
    record = _by_ins(said, records)
    if record is None:
        return _without_ins_found(traits, records, behaviour)
    return _with_ins_found(traits, record, behaviour)


def _without_ins_found(traits: Traits, records: Sequence[PatientRecord], behaviour: Behaviour) -> Match:
    near = _by_traits(traits, records)
    if near is None:
        return Match(None, sure=False, code="902", reason="patient inconnu dans le logiciel")
    alike = _same_traits(traits, near) and near.ins_status == "qualified"
    if alike and not behaviour.ins_compared:
        return Match(near, sure=True)
    return Match(near, sure=False, code="904", reason="l'INS n'est pas celle du dossier le plus proche")


def _with_ins_found(traits: Traits, record: PatientRecord, behaviour: Behaviour) -> Match:
    if traits.used_family != record.identity.used_family and behaviour.found_by == "used-name":
        return Match(None, sure=False, code="902", reason="patient inconnu dans le logiciel")
    if record.ins_status != "qualified":
        return Match(record, sure=False, code="904", reason="l'identité du dossier n'est pas qualifiée")
    if not traits.complete:
        return Match(record, not behaviour.qualified_needed, "905", "l'INS du document n'est pas complète")
    if not _same_traits(traits, record) and behaviour.traits_compared:
        return Match(record, sure=False, code="904", reason="les traits ne sont pas ceux du dossier")
    return Match(record, sure=True)


def _ins_of(patient: str) -> tuple[str, str] | None:
    found = _CX.match(patient.strip())
    if found is None or found["authority"] not in _INS:
        return None
    return found["number"], found["authority"]


def _by_ins(ins: tuple[str, str], records: Sequence[PatientRecord]) -> PatientRecord | None:
    for record in records:
        identity = record.identity
        if identity.qualified and (identity.matricule, identity.ins_oid.value) == ins:
            return record
    return None


def _by_traits(traits: Traits, records: Sequence[PatientRecord]) -> PatientRecord | None:
    """Return the record whose traits are the same, else the nearest: all but one of the four."""
    ranked = sorted(((_agreement(traits, record), record.key, record) for record in records), key=_rank)
    if not ranked or ranked[0][0] < 3:
        return None
    return ranked[0][2]


def _rank(found: tuple[int, str, PatientRecord]) -> tuple[int, str]:
    return -found[0], found[1]


def _same_traits(traits: Traits, record: PatientRecord) -> bool:
    return _agreement(traits, record) == 4


def _agreement(traits: Traits, record: PatientRecord) -> int:
    identity = record.identity
    return sum(
        (
            plain(traits.family) == plain(identity.birth_family),
            plain(traits.given) == plain(identity.first_given),
            traits.birth_date == identity.birth_date.isoformat(),
            traits.sex == identity.sex,
        )
    )


def _named_in(subject: str, records: Sequence[PatientRecord]) -> PatientRecord | None:
    words = plain(subject)
    for record in records:
        identity = record.identity
        if plain(f"{identity.birth_family} {identity.first_given}") in words:
            return record
    return None


def plain(text: str) -> str:
    """Return a name in capitals, without accents, hyphens and apostrophes as blanks."""
    bare = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE"))
    letters = "".join(
        one if one.isalnum() or one == "/" else " " for one in bare if not unicodedata.combining(one)
    )
    return " ".join(letters.upper().split())
