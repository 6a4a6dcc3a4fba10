"""Invented people, structures and headers, from a seed."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

from simulators.clock import Clock
from simulators.documents.codes import AMBULATORY, INPATIENT, LDL_SES, DocumentModel
from simulators.documents.header import Act, Author, Encounter, Header, Signature
from simulators.documents.patients import Patient, PatientGenerator, oid_from
from simulators.documents.times import paris
from simulators.people import PeopleGenerator, Professional

_STRUCTURE_NAMES = {"SA08": "Cabinet de radiologie", "SA25": "Laboratoire"}


class HeaderFactory:
    """Invents patients, physicians and headers, one after the other."""

    def __init__(self, rng: random.Random, clock: Clock) -> None:
        self._rng = rng
        self._clock = clock
        self._people = PeopleGenerator(rng)
        self._patients = PatientGenerator(rng, clock)
        self.source_id = oid_from(rng)
        """OID of the sending system, the `sourceId` of its submission sets."""

    def patient(
        self, *, qualified: bool = True, minor: bool = False, corsican: bool = False, sex: str | None = None
    ) -> Patient:
        """Invent a patient (see `PatientGenerator.patient`)."""
        return self._patients.patient(qualified=qualified, minor=minor, corsican=corsican, sex=sex)

    def physician(self, skill: str = "SM54", sector: str = "SA07") -> Professional:
        """Invent a physician of a speciality (a key of `codes.SPECIALTIES`), in a structure of a sector."""
        structure = self._people.structure(sector)
        kind = _STRUCTURE_NAMES.get(sector)
        if kind is not None:
            structure = replace(structure, name=f"{kind} fictif {structure.name.rpartition(' ')[2]}")
        return replace(self._people.professional(structure=structure), skill=skill)

    def header(
        self,
        model: DocumentModel,
        patient: Patient | None = None,
        *,
        author: Professional | None = None,
        replacing: Header | None = None,
        file_number: str | None = None,
    ) -> Header:
        """Invent a header of a model, written now, about an act of the last days.

        With `replacing` the header is that of the next version of that document (structuration minimale
        §3.5.5.10): new id, same setId, next version number, RPLC to the version replaced.
        """
        now = self._now()
        if replacing is not None:
            return self._next_version(replacing, now)
        author = author or self.physician()
        stay = INPATIENT if model is LDL_SES else AMBULATORY
        start = paris(now - timedelta(days=self._rng.randrange(2, 9))).replace(second=0)
        length = timedelta(days=1) if stay is INPATIENT else timedelta(minutes=10)
        end = paris(start + length + timedelta(minutes=self._rng.randrange(240)))
        return Header(
            model=model,
            id=oid_from(self._rng),
            set_id=oid_from(self._rng),
            version=1,
            title=model.title,
            time=now,
            patient=patient or self.patient(),
            authors=(Author(author, now),),
            custodian=author.structure,
            legal_authenticator=Signature(author, now),
            acts=(Act(start, end, author),),
            encounter=Encounter(start, end, stay, author.structure, author),
            file_number=file_number,
        )

    def _number(self) -> str:
        return f"{self._rng.randrange(10**12):012d}"

    def _now(self) -> datetime:
        return paris(self._clock.now()).replace(microsecond=0)

    def _next_version(self, header: Header, now: datetime) -> Header:
        return replace(
            header,
            id=oid_from(self._rng),
            version=header.version + 1,
            replaces=header.id,
            time=now,
            authors=tuple(replace(author, time=now) for author in header.authors),
            legal_authenticator=replace(header.legal_authenticator, time=now),
        )
