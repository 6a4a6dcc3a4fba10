"""`CdaHeader`: what METADATA.XML, the mail and the PDF copy must repeat of a CDA document.

The `ClinicalDocument` is looked for in the whole file: it may be inside a stylesheet (self-presenting
document) or a signature. Nothing here judges the document itself. Sources: CI-SIS Structuration minimale
v1.16.8 §3.5, volet "Transmission de documents CDA en HL7 V2" (mapping).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lxml import etree

from schemas.identifiers.ins import InsOid

HL7 = "urn:hl7-org:v3"
_NS = {"h": HL7}
MAX_CDA = 256 * 1024 * 1024
INS_ROOTS = frozenset(InsOid)


@dataclass(frozen=True, slots=True)
class Id:
    """An HL7 II: `root` and `extension`, empty where absent."""

    root: str
    extension: str

    def __str__(self) -> str:
        return f"{self.root}^{self.extension}" if self.extension else self.root


@dataclass(frozen=True, slots=True)
class Code:
    """An HL7 coded value, empty where absent."""

    code: str
    system: str
    display: str


@dataclass(frozen=True, slots=True)
class Actor:
    """An author or an authenticator: ids, names as written, speciality, organisation."""

    ids: tuple[Id, ...]
    family: str
    given: str
    code: Code | None
    organisation: str
    organisation_id: Id | None


@dataclass(frozen=True, slots=True)
class Patient:
    """The recordTarget: ids, and the traits of the INS (RNIV) as written, empty where absent."""

    ids: tuple[Id, ...]
    birth_family: str
    birth_given: str
    families: tuple[str, ...]
    givens: tuple[str, ...]
    birth_time: str
    gender: str
    birth_place: str

    @property
    def ins(self) -> Id | None:
        """Return the first id whose root is one of the four INS OIDs."""
        return next((one for one in self.ids if one.root in INS_ROOTS), None)

    @property
    def qualified(self) -> bool:
        """Tell whether the INS is qualified: matricule, OID and the four traits (ECO.2.4.2)."""
        ins = self.ins
        traits = (self.birth_family, self.birth_given, self.birth_time, self.gender)
        return ins is not None and bool(ins.extension) and all(traits)


@dataclass(frozen=True, slots=True)
class CdaHeader:
    """The header of one document; times as written (HL7 TS)."""

    id: Id | None
    set_id: Id | None
    version: int | None
    template_ids: tuple[Id, ...]
    code: Code | None
    title: str
    effective_time: str
    confidentiality: Code | None
    language: str
    patient: Patient
    authors: tuple[Actor, ...]
    legal_authenticator: Actor | None
    custodian: Id | None
    custodian_name: str
    events: tuple[Code, ...]
    service_start: str
    service_stop: str
    facility: Code | None
    practice_setting: Code | None
    replaced: tuple[Id, ...]
    related: tuple[str, ...]
    wrapped: bool
    payload_type: str | None
    payload: bytes | None
    narratives: tuple[str, ...]

    @property
    def key(self) -> str:
        """Return what tells one medical document from another, its N1 and N3 forms being one."""
        return str(self.set_id or self.id or "")


def read_header(content: bytes) -> CdaHeader | None:
    """Return the header of the first ClinicalDocument of a file, or None when it holds none that reads."""
    if len(content) > MAX_CDA:
        return None
    # The embedded PDF is one text node of many megabytes: huge_tree lets it in, the size is bounded above.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_comments=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    document = (
        root if root.tag == f"{{{HL7}}}ClinicalDocument" else root.find(f".//{{{HL7}}}ClinicalDocument")
    )
    return None if document is None else _header(document, wrapped=document is not root)


def _header(doc: Any, *, wrapped: bool) -> CdaHeader:
    main = doc.find("h:documentationOf/h:serviceEvent", _NS)
    related = doc.findall("h:relatedDocument", _NS)
    payload = doc.find("h:component/h:nonXMLBody/h:text", _NS)
    custodian = doc.find("h:custodian/h:assignedCustodian/h:representedCustodianOrganization", _NS)
    performer = "h:performer/h:assignedEntity/h:representedOrganization/h:standardIndustryClassCode"
    facility = "h:componentOf/h:encompassingEncounter/h:location/h:healthCareFacility/h:code"
    return CdaHeader(
        id=_id(doc.find("h:id", _NS)),
        set_id=_id(doc.find("h:setId", _NS)),
        version=_number(_attribute(doc, "h:versionNumber", "value")),
        template_ids=tuple(_ids(doc.findall("h:templateId", _NS))),
        code=_code(doc.find("h:code", _NS)),
        title=_text(doc.find("h:title", _NS)),
        effective_time=_attribute(doc, "h:effectiveTime", "value"),
        confidentiality=_code(doc.find("h:confidentialityCode", _NS)),
        language=_attribute(doc, "h:languageCode", "code"),
        patient=_patient(doc.find("h:recordTarget/h:patientRole", _NS)),
        authors=tuple(_actor(one) for one in doc.findall("h:author/h:assignedAuthor", _NS)),
        legal_authenticator=_optional_actor(doc.find("h:legalAuthenticator/h:assignedEntity", _NS)),
        custodian=_id(custodian.find("h:id", _NS)) if custodian is not None else None,
        custodian_name=_text(custodian.find("h:name", _NS)) if custodian is not None else "",
        events=tuple(
            code
            for one in doc.findall("h:documentationOf/h:serviceEvent/h:code", _NS)
            if (code := _code(one)) and code.code
        ),
        service_start=_attribute(main, "h:effectiveTime/h:low", "value"),
        service_stop=_attribute(main, "h:effectiveTime/h:high", "value"),
        facility=_code(doc.find(facility, _NS)),
        practice_setting=_code(main.find(performer, _NS)) if main is not None else None,
        replaced=tuple(
            replaced
            for one in related
            if one.get("typeCode") == "RPLC" and (replaced := _id(one.find("h:parentDocument/h:id", _NS)))
        ),
        related=tuple(one.get("typeCode") or "" for one in related),
        wrapped=wrapped,
        payload_type=payload.get("mediaType") if payload is not None else None,
        payload=_payload(payload),
        narratives=tuple(
            " ".join(" ".join(one.itertext()).split()) for one in doc.iterfind(".//h:section/h:text", _NS)
        ),
    )


def _patient(role: Any) -> Patient:
    if role is None:
        return Patient((), "", "", (), (), "", "", "")
    name = role.find("h:patient/h:name", _NS)
    families = name.findall("h:family", _NS) if name is not None else []
    givens = name.findall("h:given", _NS) if name is not None else []
    return Patient(
        ids=tuple(_ids(role.findall("h:id", _NS))),
        birth_family=next((_text(one) for one in families if one.get("qualifier") == "BR"), ""),
        birth_given=next((_text(one) for one in givens if one.get("qualifier") == "BR"), ""),
        families=tuple(text for one in families if (text := _text(one))),
        givens=tuple(text for one in givens if (text := _text(one))),
        birth_time=_attribute(role, "h:patient/h:birthTime", "value"),
        gender=_attribute(role, "h:patient/h:administrativeGenderCode", "code"),
        birth_place=_text(role.find("h:patient/h:birthplace/h:place/h:addr/h:county", _NS)),
    )


def _optional_actor(entity: Any) -> Actor | None:
    return None if entity is None else _actor(entity)


def _actor(entity: Any) -> Actor:
    organisation = entity.find("h:representedOrganization", _NS)
    device = entity.find("h:assignedAuthoringDevice", _NS)
    person = entity.find("h:assignedPerson/h:name", _NS)
    family, given = "", ""
    if person is not None:
        family, given = _text(person.find("h:family", _NS)), _text(person.find("h:given", _NS))
    elif device is not None:
        family = _text(device.find("h:softwareName", _NS))
        given = _text(device.find("h:manufacturerModelName", _NS))
    return Actor(
        ids=tuple(_ids(entity.findall("h:id", _NS))),
        family=family,
        given=given,
        code=_code(entity.find("h:code", _NS)),
        organisation=_text(organisation.find("h:name", _NS)) if organisation is not None else "",
        organisation_id=_id(organisation.find("h:id", _NS)) if organisation is not None else None,
    )


def _ids(elements: Iterable[Any]) -> list[Id]:
    return [one for element in elements if (one := _id(element))]


def _id(element: Any) -> Id | None:
    if element is None or not element.get("root"):
        return None
    return Id(element.get("root").strip(), (element.get("extension") or "").strip())


def _code(element: Any) -> Code | None:
    if element is None:
        return None
    return Code(*(element.get(name) or "" for name in ("code", "codeSystem", "displayName")))


def _attribute(element: Any, path: str, name: str) -> str:
    found = element.find(path, _NS) if element is not None else None
    return "" if found is None else (found.get(name) or "").strip()


def _text(element: Any) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _payload(element: Any) -> bytes | None:
    if element is None:
        return None
    text = "".join(element.itertext())
    if element.get("representation") != "B64":
        return text.encode()
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
