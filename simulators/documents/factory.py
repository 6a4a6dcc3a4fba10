"""Seeded documents: invented people, structures and acts around the builders, ready to be sent.

The same seed and clock give the same bytes.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from simulators.clock import Clock
from simulators.documents.archive import Application, BuiltArchive, build_archive
from simulators.documents.cda import BuiltCda, n1_with_copy
from simulators.documents.codes import AMBULATORY, INPATIENT, LDL_SES, DocumentModel
from simulators.documents.ebxml import Action, SubmissionSet, SubmittedDocument
from simulators.documents.header import Act, Author, Encounter, Header, Signature
from simulators.documents.mail import BuiltMail, Envelope, build_mail
from simulators.documents.patients import Patient, PatientGenerator, oid_from
from simulators.documents.times import paris
from simulators.people import PeopleGenerator, Professional

N1_TEXT = "Document de démonstration.\nLes données de santé qui figurent ici sont inventées."


class DocumentFactory:
    """Invents everything that a document needs, one after the other."""

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
        person = self._people.professional(structure=self._people.structure(sector))
        return replace(person, skill=skill)

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
        start = (now - timedelta(days=self._rng.randrange(1, 8))).replace(second=0)
        end = start + timedelta(minutes=self._rng.randrange(10, 240))
        stay = INPATIENT if model is LDL_SES else AMBULATORY
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

    def n1(
        self,
        model: DocumentModel,
        patient: Patient | None = None,
        *,
        replacing: BuiltCda | None = None,
        text: str = N1_TEXT,
        file_number: str | None = None,
    ) -> BuiltCda:
        """Invent an N1 of a model's type, around a PDF/A-1."""
        previous = replacing.header if replacing is not None else None
        header = self.header(model, patient, replacing=previous, file_number=file_number)
        return n1_with_copy(header, text)

    def submission(self, *documents: BuiltCda, action: Action | None = None) -> SubmissionSet:
        """Put documents in a submission set made now.

        Without `action` a document of a version above 1 is a change (`C`), another a first sending.
        """
        submitted = tuple(
            SubmittedDocument(cda, action or (Action.CHANGE if cda.header.version > 1 else None))
            for cda in documents
        )
        return SubmissionSet(submitted, self._clock.now(), self.source_id, oid_from(self._rng))

    def archive(
        self, submissions: Sequence[SubmissionSet], application: Application | None = None
    ) -> BuiltArchive:
        """Put submission sets in an archive, sent by the first author."""
        sender = submissions[0].documents[0].cda.header.authors[0].professional
        return build_archive(submissions, sender, application)

    def mail(self, envelope: Envelope, *documents: BuiltCda, action: Action | None = None) -> BuiltMail:
        """Send documents of one patient in one submission set."""
        return self.mail_of(envelope, self.archive([self.submission(*documents, action=action)]))

    def mail_of(self, envelope: Envelope, archive: BuiltArchive) -> BuiltMail:
        """Send an archive."""
        return build_mail(archive, envelope, self._clock, self._rng)

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
