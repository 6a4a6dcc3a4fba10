"""Writes METADATA.XML: the ebXML form of an XDS submission set (ITI TF-3 4.2; DOSSIER §1.2 to §1.5).

Every object is owned rightly: `classifiedObject` and `registryObject` are the id of the object that holds
the element, which the official samples get wrong.
"""

from __future__ import annotations

import hashlib
import random
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lxml import etree

from simulators.documents.cda import BuiltCda
from simulators.documents.codes import Code
from simulators.documents.hl7types import cx_of, patient_info, source_patient_id, specialty, xcn, xon
from simulators.documents.times import xds_time

LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
APPROVED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
HAS_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
ACTION_SLOT = "urn:action:extraMetadataSlot"
STABLE_DOCUMENT = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
SUBMISSION_SET = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"

SET_AUTHOR = "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"
SET_CONTENT_TYPE = "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500"
SET_PATIENT = "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
SET_SOURCE = "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832"
SET_UNIQUE = "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8"
ENTRY_AUTHOR = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d"
ENTRY_CLASS = "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a"
ENTRY_CONFIDENTIALITY = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
ENTRY_EVENT = "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4"
ENTRY_FORMAT = "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d"
ENTRY_FACILITY = "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1"
ENTRY_PRACTICE = "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead"
ENTRY_TYPE = "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
ENTRY_PATIENT = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
ENTRY_UNIQUE = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"

IMAGING_MODEL = "1.2.250.1.213.1.1.1.45"


class Action(StrEnum):
    """What a mail asks about a document that was sent before (DOSSIER §1.5); none for a first sending."""

    CHANGE = "C"
    DELETE = "D"


@dataclass(frozen=True, slots=True)
class SubmittedDocument:
    """A document in a submission set.

    `masking` are the confidentiality codes that the sender adds to the document's own (at most three).
    """

    cda: BuiltCda
    action: Action | None = None
    masking: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class SubmissionSet:
    """What one METADATA.XML describes: documents of one patient, sent together.

    `source_id` is the OID of the sending system, `unique_id` an OID of the set's own, `time` the submission.
    """

    documents: tuple[SubmittedDocument, ...]
    time: datetime
    source_id: str
    unique_id: str


def write_metadata(submission: SubmissionSet, names: Sequence[str]) -> bytes:
    """Return METADATA.XML; `names` are the file names of the documents, in their order.

    Object ids depend on the set's `unique_id` only.
    """
    rng = random.Random(submission.unique_id)  # noqa: S311  # ids of test objects, no secret
    root = etree.Element(f"{{{LCM}}}SubmitObjectsRequest", nsmap={"lcm": LCM, "rim": RIM})
    objects = _add(root, "RegistryObjectList")
    package = _Object(_add(objects, "RegistryPackage", status=APPROVED), rng)
    _submission_set(package, submission)
    entries = []
    for document, name in zip(submission.documents, names, strict=True):
        element = _add(
            objects, "ExtrinsicObject", mimeType="text/xml", objectType=STABLE_DOCUMENT, status=APPROVED
        )
        entry = _Object(element, rng)
        _document_entry(entry, document, name)
        entries.append(entry.id)
    for target in entries:
        association = _Object(
            _add(
                objects, "Association",
                associationType=HAS_MEMBER, sourceObject=package.id, targetObject=target,
            ),
            rng,
        )  # fmt: skip
        association.slot("SubmissionSetStatus", "Original")
    result: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return result


class _Object:
    """A registry object under construction: knows its id, so that what it holds points back to it."""

    def __init__(self, element: etree._Element, rng: random.Random) -> None:
        self._element = element
        self._rng = rng
        self.id = self._new_id()
        element.set("id", self.id)

    def slot(self, name: str, *values: str) -> None:
        _slot(self._element, name, values)

    def name(self, text: str) -> None:
        _localised(_add(self._element, "Name"), text)

    def mark(self, node: str) -> None:
        _add(
            self._element,
            "Classification",
            id=self._new_id(),
            classificationNode=node,
            classifiedObject=self.id,
            nodeRepresentation="",
        )

    def classify(self, scheme: str, code: Code) -> None:
        element = self._classification(scheme, code.code)
        _slot(element, "codingScheme", (code.system,))
        _localised(_add(element, "Name"), code.display)

    def author(self, scheme: str, slots: Iterable[tuple[str, str]]) -> None:
        element = self._classification(scheme, "")
        for name, value in slots:
            _slot(element, name, (value,))

    def identify(self, scheme: str, name: str, value: str) -> None:
        element = _add(
            self._element,
            "ExternalIdentifier",
            id=self._new_id(),
            identificationScheme=scheme,
            registryObject=self.id,
            value=value,
        )
        _localised(_add(element, "Name"), name)

    def _classification(self, scheme: str, node: str) -> etree._Element:
        return _add(
            self._element,
            "Classification",
            id=self._new_id(),
            classificationScheme=scheme,
            classifiedObject=self.id,
            nodeRepresentation=node,
        )

    def _new_id(self) -> str:
        return f"urn:uuid:{uuid.UUID(int=self._rng.getrandbits(128), version=4)}"


def _submission_set(package: _Object, submission: SubmissionSet) -> None:
    header = submission.documents[0].cda.header
    package.slot("submissionTime", xds_time(submission.time))
    package.name(header.title)
    package.mark(SUBMISSION_SET)
    package.author(SET_AUTHOR, _author_slots(submission.documents[0].cda, 0))
    package.classify(SET_CONTENT_TYPE, header.facility_code)
    package.identify(SET_PATIENT, "XDSSubmissionSet.patientId", cx_of(header.patient))
    package.identify(SET_SOURCE, "XDSSubmissionSet.sourceId", submission.source_id)
    package.identify(SET_UNIQUE, "XDSSubmissionSet.uniqueId", submission.unique_id)


def _document_entry(entry: _Object, document: SubmittedDocument, name: str) -> None:
    cda = document.cda
    header = cda.header
    act = header.main_act
    entry.slot("hash", hashlib.sha1(cda.content, usedforsecurity=False).hexdigest().upper())
    entry.slot("size", str(len(cda.content)))
    entry.slot("URI", name)
    entry.slot("creationTime", xds_time(header.time))
    entry.slot("languageCode", header.language)
    entry.slot("legalAuthenticator", xcn(header.legal_authenticator.professional))
    entry.slot("serviceStartTime", xds_time(act.start))
    if act.end is not None:
        entry.slot("serviceStopTime", xds_time(act.end))
    entry.slot("sourcePatientId", source_patient_id(header.patient))
    entry.slot("sourcePatientInfo", *patient_info(header.patient))
    if document.action is not None:
        entry.slot(ACTION_SLOT, document.action.value)
    entry.name(header.title)
    for index in range(len(header.authors)):
        entry.author(ENTRY_AUTHOR, _author_slots(cda, index))
    entry.classify(ENTRY_CLASS, header.model.class_code)
    for code in (header.confidentiality, *document.masking):
        entry.classify(ENTRY_CONFIDENTIALITY, code)
    for code in _events(cda):
        entry.classify(ENTRY_EVENT, code)
    entry.classify(ENTRY_FORMAT, cda.format_code)
    entry.classify(ENTRY_FACILITY, header.facility_code)
    entry.classify(ENTRY_PRACTICE, header.practice_code)
    entry.classify(ENTRY_TYPE, header.model.code)
    entry.identify(ENTRY_PATIENT, "XDSDocumentEntry.patientId", cx_of(header.patient))
    entry.identify(ENTRY_UNIQUE, "XDSDocumentEntry.uniqueId", header.id)


def _author_slots(cda: BuiltCda, index: int) -> Iterable[tuple[str, str]]:
    author = cda.header.authors[index]
    yield "authorInstitution", xon(author.professional.structure)
    yield "authorPerson", xcn(author.professional)
    if author.function is not None:
        yield "authorRole", author.function.display
    yield "authorSpecialty", specialty(author.professional)


def _events(cda: BuiltCda) -> Iterable[Code]:
    """Yield the codes of the acts in order; those of an imaging report also have their translations."""
    for act in cda.header.acts:
        if act.code is not None:
            yield act.code
        if cda.header.model.root == IMAGING_MODEL:
            yield from (translation for translation, _meaning in act.translations)


def _add(parent: etree._Element, name: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{RIM}}}{name}", attributes)


def _slot(parent: etree._Element, name: str, values: Iterable[str]) -> None:
    holder = _add(_add(parent, "Slot", name=name), "ValueList")
    for value in values:
        _add(holder, "Value").text = value


def _localised(parent: etree._Element, text: str) -> None:
    element = _add(parent, "LocalizedString", charset="UTF-8", value=text)
    element.set("{http://www.w3.org/XML/1998/namespace}lang", "fr-FR")
