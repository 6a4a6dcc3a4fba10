"""Builders of what a correspondent sends: CDA documents, PDF/A-1 copies, IHE_XDM archives, whole mails.

They share nothing with the checks, so that one misunderstanding cannot pass both. `DocumentFactory` invents
everything from a seed; the functions build from given values.
"""

from __future__ import annotations

from simulators.documents.archive import ARCHIVE_NAME, Application, BuiltArchive, build_archive
from simulators.documents.cda import BuiltCda, build_n1, build_n3, n1_with_copy
from simulators.documents.codes import (
    CR_BIO,
    CR_IMG,
    CSE_CS8,
    EDISP_MED,
    EP_MED_DM,
    FLUDT,
    LDL_EES,
    LDL_SES,
    MODELS,
    MORE_MODELS,
    TROD,
    VSM,
    Code,
    DocumentModel,
)
from simulators.documents.copies import copy_name
from simulators.documents.ebxml import Action, SubmissionSet, SubmittedDocument
from simulators.documents.factory import DocumentFactory
from simulators.documents.header import (
    Act,
    Author,
    Encounter,
    Header,
    Order,
    Participant,
    Signature,
)
from simulators.documents.mail import BuiltMail, Envelope, build_mail
from simulators.documents.patients import Patient, PatientGenerator
from simulators.documents.pdf import write_pdf

__all__ = [
    "ARCHIVE_NAME",
    "CR_BIO",
    "CR_IMG",
    "CSE_CS8",
    "EDISP_MED",
    "EP_MED_DM",
    "FLUDT",
    "LDL_EES",
    "LDL_SES",
    "MODELS",
    "MORE_MODELS",
    "TROD",
    "VSM",
    "Act",
    "Action",
    "Application",
    "Author",
    "BuiltArchive",
    "BuiltCda",
    "BuiltMail",
    "Code",
    "DocumentFactory",
    "DocumentModel",
    "Encounter",
    "Envelope",
    "Header",
    "Order",
    "Participant",
    "Patient",
    "PatientGenerator",
    "Signature",
    "SubmissionSet",
    "SubmittedDocument",
    "build_archive",
    "build_mail",
    "build_n1",
    "build_n3",
    "copy_name",
    "n1_with_copy",
    "write_pdf",
]
