"""Reads the header of a CDA document that the software gives: what the mail and METADATA.XML say of it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

from lxml import etree

from schemas.identifiers import InsOid
from simulators.documents import MODELS, MORE_MODELS, BuiltCda, Code, DocumentModel, Header, copy_name
from simulators.documents.codes import CR_BIO, N1_FORMATS, SPECIALTIES
from simulators.documents.copies import copy_of_text
from simulators.documents.header import Act, Author, Encounter, Signature
from simulators.documents.patients import Address, BirthPlace, Patient
from simulators.people import Professional, Structure
from simulators.product.gateway.er7 import Unreadable

_NS = {"h": "urn:hl7-org:v3"}
_TEMPLATE_INS = tuple(oid.value for oid in InsOid)
_PARSER_OPTIONS = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


def read_cda(content: bytes) -> BuiltCda:
    """Return the document with its header and its PDF copy; raises `Unreadable` (207)."""
    try:
        root = etree.fromstring(content, etree.XMLParser(**_PARSER_OPTIONS))  # type: ignore[arg-type]
        if root.getroottree().docinfo.internalDTD is not None:
            raise Unreadable("207", "Document CDA avec DTD")
        header = _header(root)
        media, payload = _body(root)
    except (etree.XMLSyntaxError, KeyError, IndexError, ValueError, AttributeError) as error:
        raise Unreadable("207", f"Document CDA illisible : {type(error).__name__}") from error
    copy = payload if media == "application/pdf" else copy_of_text(header, "\n".join(_narrative(root)))
    return BuiltCda(header, content, media, copy, copy_name(header))


def patient_ids(content: bytes) -> list[tuple[str, str]]:
    """Return (extension, root) of each identifier of the patient, in order."""
    root = etree.fromstring(content, etree.XMLParser(**_PARSER_OPTIONS))  # type: ignore[arg-type]
    found = root.findall("h:recordTarget/h:patientRole/h:id", _NS)
    return [(one.get("extension", ""), one.get("root", "")) for one in found]


def _header(root: etree._Element) -> Header:
    model = _model(root)
    acts = tuple(_acts(root))
    practice = root.find(".//h:documentationOf//h:standardIndustryClassCode", _NS)
    title = _text(root, "h:title")
    replaced = root.find("h:relatedDocument[@typeCode='RPLC']/h:parentDocument/h:id", _NS)
    return Header(
        model=model,
        id=_id(_need(root, "h:id")),
        set_id=_id(_need(root, "h:setId")),
        version=int(_need(root, "h:versionNumber").get("value", "1")),
        title=title,
        time=_time(_need(root, "h:effectiveTime").get("value", "")),
        patient=_patient(_need(root, "h:recordTarget/h:patientRole")),
        authors=tuple(
            Author(
                _person(_need(one, "h:assignedAuthor"), "h:assignedPerson"),
                _time(_need(one, "h:time").get("value", "")),
                _code(one.find("h:functionCode", _NS)),
            )
            for one in root.findall("h:author", _NS)
            if one.find("h:assignedAuthor/h:assignedPerson", _NS) is not None
        ),
        custodian=_structure(_need(root, "h:custodian//h:representedCustodianOrganization")),
        legal_authenticator=Signature(
            _person(_need(root, "h:legalAuthenticator/h:assignedEntity"), "h:assignedPerson"),
            _time(_need(root, "h:legalAuthenticator/h:time").get("value", "")),
        ),
        acts=acts,
        encounter=_encounter(_need(root, "h:componentOf/h:encompassingEncounter"), acts[0].performer),
        replaces=None if replaced is None else _id(replaced),
        confidentiality=_code(_need(root, "h:confidentialityCode")) or CR_BIO.code,
        language=_need(root, "h:languageCode").get("code", "fr-FR"),
        practice=_code(practice),
    )


def _model(root: etree._Element) -> DocumentModel:
    code = _code(_need(root, "h:code"))
    if code is None:
        raise ValueError("code")
    roots = {one.get("root") for one in root.findall("h:templateId", _NS)}
    known = (*MODELS, *MORE_MODELS)
    for model in known:
        if model.root in roots:
            return model
    for model in known:
        if model.code.code == code.code:
            return model
    return DocumentModel(
        code.code, "", "", (), code, code.display, CR_BIO.class_code, N1_FORMATS["application/pdf"]
    )


def _body(root: etree._Element) -> tuple[str | None, bytes]:
    text = root.find("h:component/h:nonXMLBody/h:text", _NS)
    if text is None:
        return None, b""
    try:
        return text.get("mediaType", "text/plain"), base64.b64decode("".join((text.text or "").split()))
    except binascii.Error as error:
        raise Unreadable("207", "Corps non XML illisible") from error


def _narrative(root: etree._Element) -> Iterator[str]:
    for section in root.iterfind(".//h:structuredBody//h:section", _NS):
        title = section.find("h:title", _NS)
        if title is not None:
            yield " ".join("".join(map(str, title.itertext())).split())
        text = section.find("h:text", _NS)
        if text is not None:
            for block in text.iter():
                words = " ".join((block.text or "").split()) if isinstance(block.tag, str) else ""
                if words:
                    yield words
                tail = " ".join((block.tail or "").split())
                if tail and block is not text:
                    yield tail


def _acts(root: etree._Element) -> Iterator[Act]:
    for event in root.iterfind("h:documentationOf/h:serviceEvent", _NS):
        period = _need(event, "h:effectiveTime")
        low, high = period.find("h:low", _NS), period.find("h:high", _NS)
        start = _time((low if low is not None else period).get("value", ""))
        end = None if high is None else _time(high.get("value", ""))
        code = event.find("h:code", _NS)
        translations = () if code is None else tuple(_translations(code))
        performer = event.find("h:performer/h:assignedEntity", _NS)
        if performer is None:
            continue
        yield Act(start, end, _person(performer, "h:assignedPerson"), _code(code), translations=translations)


def _translations(code: etree._Element) -> Iterator[tuple[Code, Code | None]]:
    for one in code.iterfind("h:translation", _NS):
        read = _code(one)
        if read is not None:
            yield read, None


def _encounter(element: etree._Element, responsible: Professional) -> Encounter:
    period = _need(element, "h:effectiveTime")
    low, high = period.find("h:low", _NS), period.find("h:high", _NS)
    kind = _code(element.find("h:code", _NS))
    sector = _need(element, "h:location/h:healthCareFacility/h:code").get("code", "SA07")
    held = responsible.structure
    structure = Structure(
        held.finess, held.name, sector, held.street_number, held.street, held.postcode, held.city, ""
    )
    start = _time((low if low is not None else period).get("value", ""))
    return Encounter(
        start, None if high is None else _time(high.get("value", "")), kind or CR_BIO.code, structure
    )


def _patient(role: etree._Element) -> Patient:
    ids = [(one.get("root", ""), one.get("extension", "")) for one in role.findall("h:id", _NS)]
    ins = next(((oid, value) for oid, value in ids if oid in _TEMPLATE_INS), None)
    local = next(((oid, value) for oid, value in ids if oid not in _TEMPLATE_INS), ("", ""))
    person = _need(role, "h:patient")
    birth = person.find("h:name/h:family[@qualifier='BR']", _NS)
    families = person.findall("h:name/h:family", _NS)
    birth_family = _words(birth if birth is not None else families[0])
    used = person.find("h:name/h:family[@qualifier='CL']", _NS)
    if used is None:
        used = person.find("h:name/h:family[@qualifier='SP']", _NS)
    first = person.find("h:name/h:given[@qualifier='BR']", _NS)
    plain = [one for one in person.findall("h:name/h:given", _NS) if one.get("qualifier") is None]
    every = plain[0] if plain else first
    given = _words(first if first is not None else every)
    names = _words(every).split() or [given]
    used_given = person.find("h:name/h:given[@qualifier='CL']", _NS)
    place = person.find("h:birthplace/h:place/h:addr", _NS)
    born = _need(person, "h:birthTime").get("value", "19000101")
    return Patient(
        matricule=ins[1] if ins else "",
        ins_oid=InsOid(ins[0]) if ins else InsOid.NIR,
        birth_family=birth_family,
        given_names=(given, *[one for one in names if one != given]) if given not in names else tuple(names),
        used_family=_words(used) if used is not None else birth_family,
        used_given=_words(used_given) if used_given is not None else given,
        sex=_need(person, "h:administrativeGenderCode").get("code", "U"),
        birth_date=datetime.strptime(born[:8], "%Y%m%d").replace(tzinfo=UTC).date(),
        birth_place=BirthPlace(
            _words(place.find("h:county", _NS)) if place is not None else "99999",
            _words(place.find("h:city", _NS)) if place is not None else "",
        ),
        ipp=local[1],
        ipp_root=local[0],
        address=Address("", "", "", ""),
        phone="",
        qualified=ins is not None,
    )


def _person(role: etree._Element, name: str) -> Professional:
    code = role.find("h:code", _NS)
    skill = {one.code: key for key, one in SPECIALTIES.items()}.get(
        code.get("code", "") if code is not None else "", "SM54"
    )
    person = role.find(f"{name}/h:name", _NS)
    organisation = role.find("h:representedOrganization", _NS)
    return Professional(
        ps_idnat=_need(role, "h:id").get("extension", ""),
        family=_words(person.find("h:family", _NS)) if person is not None else "",
        given=_words(person.find("h:given", _NS)) if person is not None else "",
        civility=_words(person.find("h:prefix", _NS)) if person is not None else "",
        exercise_title=_words(person.find("h:suffix", _NS)) if person is not None else "",
        profession="10",
        skill=skill,
        structure=_structure(organisation) if organisation is not None else _NOWHERE,
    )


_NOWHERE = Structure("0A0000000", "", "SA07", "", "", "", "", "")


def _structure(element: etree._Element) -> Structure:
    identifier = element.find("h:id", _NS)
    number = identifier.get("extension", "1") if identifier is not None else "1"
    return Structure(number[1:], _words(element.find("h:name", _NS)), "SA07", "", "", "", "", "")


def _need(element: etree._Element, path: str) -> etree._Element:
    found = element.find(path, _NS)
    if found is None:
        raise ValueError(path)
    return found


def _id(element: etree._Element) -> str:
    root, extension = element.get("root", ""), element.get("extension")
    return f"{root}^{extension}" if extension else root


def _code(element: etree._Element | None) -> Code | None:
    if element is None or element.get("code") is None:
        return None
    return Code(element.get("code", ""), element.get("codeSystem", ""), element.get("displayName", ""))


def _words(element: etree._Element | None) -> str:
    return " ".join("".join(map(str, element.itertext())).split()) if element is not None else ""


def _text(root: etree._Element, path: str) -> str:
    return _words(_need(root, path))


def _time(value: str) -> datetime:
    digits, sign, zone = value, "", ""
    for mark in "+-":
        if mark in value:
            digits, sign, zone = value.partition(mark)
    padded = digits.ljust(14, "0")[:14] if len(digits) >= 8 else digits
    moment = datetime.strptime(padded, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    if not sign:
        return moment
    offset = timedelta(hours=int(zone[:2]), minutes=int(zone[2:4] or 0))
    return moment.replace(tzinfo=timezone(offset if sign == "+" else -offset))
