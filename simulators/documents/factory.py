"""Seeded documents: invented people, structures and acts around the builders, ready to be sent.

The same seed and clock give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from simulators.documents.archive import Application, BuiltArchive, build_archive
from simulators.documents.cda import BuiltCda, build_n1, n1_with_copy
from simulators.documents.codes import (
    CR_BIO,
    CR_IMG,
    CSE_CS8,
    EP_MED_DM,
    INPATIENT,
    LDL_SES,
    DocumentModel,
)
from simulators.documents.cr_bio import (
    AUTHENTICATOR_TEMPLATE,
    LABORATORY_TEMPLATE,
    PRESCRIBER_TEMPLATE,
    build_cr_bio,
)
from simulators.documents.cr_img import MODALITY, build_cr_img
from simulators.documents.ebxml import Action, SubmissionSet, SubmittedDocument
from simulators.documents.ep_med_dm import build_ep_med_dm
from simulators.documents.header import (
    Header,
    Order,
    Participant,
    Signature,
)
from simulators.documents.heading import HeaderFactory
from simulators.documents.invention import (
    discharge_letter,
    imaging_report,
    laboratory_report,
    prescription,
)
from simulators.documents.ldl_ses import build_ldl_ses
from simulators.documents.mail import BuiltMail, Envelope, build_mail
from simulators.documents.more import MAKERS
from simulators.documents.patients import Patient, oid_from
from simulators.documents.times import paris

N1_TEXT = "Document de démonstration.\nLes données de santé qui figurent ici sont inventées."


class DocumentFactory(HeaderFactory):
    """Invents everything that a document needs, one after the other."""

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

    def n1_of(self, n3: BuiltCda) -> BuiltCda:
        """Return the N1 of a document that is also sent as an N3: two documents, one PDF copy."""
        header = replace(n3.header, id=oid_from(self._rng), set_id=oid_from(self._rng))
        return build_n1(header, n3.copy)

    def cr_bio(
        self,
        patient: Patient | None = None,
        *,
        replacing: BuiltCda | None = None,
        file_number: str | None = None,
    ) -> BuiltCda:
        """Invent a laboratory report: prescribed by a physician, validated by a second biologist."""
        header = self._base(CR_BIO, "SM03", "SA25", patient, replacing=replacing, file_number=file_number)
        act = header.main_act
        report = laboratory_report(self._rng, act.start, act.end or act.start)
        acts = tuple(
            replace(
                act,
                code=chapter.code,
                status="completed",
                performer_template=LABORATORY_TEMPLATE,
                id=self.source_id,
                id_extension=self._number(),
            )
            for chapter in report.chapters
        )
        laboratory = header.custodian
        validator = self._people.professional(structure=laboratory)
        prescriber = Participant("REF", self.physician(), act.start, template=PRESCRIBER_TEMPLATE)
        header = replace(
            header,
            acts=acts,
            authenticators=(Signature(replace(validator, skill="SM03"), header.time),),
            authenticator_template=AUTHENTICATOR_TEMPLATE,
            participants=(prescriber,),
            orders=(Order(self.source_id, self._number()),),
        )
        return build_cr_bio(header, report)

    def ldl_ses(
        self,
        patient: Patient | None = None,
        *,
        replacing: BuiltCda | None = None,
        file_number: str | None = None,
    ) -> BuiltCda:
        """Invent a discharge letter of a hospital."""
        header = self._base(LDL_SES, "SM04", "SA01", patient, replacing=replacing, file_number=file_number)
        header = replace(header, acts=(replace(header.main_act, code=INPATIENT),))
        last = header.encounter.end or header.encounter.start
        return build_ldl_ses(header, discharge_letter(self._rng, last.date()))

    def ep_med_dm(
        self,
        patient: Patient | None = None,
        *,
        replacing: BuiltCda | None = None,
        file_number: str | None = None,
    ) -> BuiltCda:
        """Invent a prescription, valid for three months from now."""
        header = self._base(EP_MED_DM, "SM54", "SA07", patient, replacing=replacing, file_number=file_number)
        act = header.main_act
        validity = replace(
            act,
            start=header.time,
            end=paris(header.time + timedelta(days=90)),
            code=EP_MED_DM.code,
            id=self.source_id,
            id_extension=self._number(),
        )
        return build_ep_med_dm(replace(header, acts=(validity,)), prescription(self._rng, header.time.date()))

    def cr_img(
        self,
        patient: Patient | None = None,
        *,
        replacing: BuiltCda | None = None,
        file_number: str | None = None,
    ) -> BuiltCda:
        """Invent an imaging report of a radiologist."""
        header = self._base(CR_IMG, "SM44", "SA08", patient, replacing=replacing, file_number=file_number)
        report = imaging_report(self._rng, header.main_act.start)
        acts = tuple(
            replace(
                header.main_act,
                id=imaging.study,
                code=imaging.act,
                translations=((imaging.modality, MODALITY),),
            )
            for imaging in report.acts
        )
        order = Order(self.source_id, self._number(), (self.source_id, self._number()))
        return build_cr_img(replace(header, acts=acts, orders=(order,)), report)

    def of_model(
        self,
        model: DocumentModel,
        patient: Patient | None = None,
        *,
        replacing: BuiltCda | None = None,
        file_number: str | None = None,
    ) -> BuiltCda:
        """Invent an N3 of a model: in full for those of `MODELS`, plain for those of `MORE_MODELS`.

        Raises `ValueError` for a model that has no builder.
        """
        makers = {
            CR_BIO.root: self.cr_bio,
            LDL_SES.root: self.ldl_ses,
            EP_MED_DM.root: self.ep_med_dm,
            CR_IMG.root: self.cr_img,
        }
        plain = MAKERS.get(model.root)
        if plain is not None:
            if model is CSE_CS8 and patient is None and replacing is None:
                patient = self.patient(minor=True)
            base = self._base(model, "SM54", "SA07", patient, replacing=replacing, file_number=file_number)
            return plain(base, self._rng)
        maker = makers.get(model.root)
        if maker is None:
            raise ValueError(f"no builder for an N3 of model {model.name}: build an N1, or use build_n3")
        return maker(patient, replacing=replacing, file_number=file_number)

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

    def _base(
        self,
        model: DocumentModel,
        skill: str,
        sector: str,
        patient: Patient | None,
        *,
        replacing: BuiltCda | None,
        file_number: str | None,
    ) -> Header:
        if replacing is not None:
            return self.header(model, replacing=replacing.header)
        return self.header(model, patient, author=self.physician(skill, sector), file_number=file_number)
