"""The CDA document as received: header, text to read, what biology says of its results."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from lxml import etree

from schemas.identifiers import InsOid
from simulators.product.behaviour import Behaviour
from simulators.product.filing.xml import HL7, XSI_TYPE, Unreadable, parse_xml

CRITICAL = frozenset({"AA", "HH", "LL"})
ABNORMAL = frozenset({"A", "H", "L", "HU", "LU"}) | CRITICAL
_INS = frozenset(oid.value for oid in InsOid)
BIOLOGY = "11502-2"
LONGEST_TEXT = 200_000
_UTF_8 = re.compile(rb"(?:\xef\xbb\xbf)?<(?!\?xml[^>]*encoding=[\"'](?!utf-8))", re.IGNORECASE)
"""A document that is UTF-8 by its declaration or for want of one."""
_SAID = re.compile(r"encoding=[\"'][^\"']*[\"']")


@dataclass(frozen=True, slots=True)
class Traits:
    """Identity of the patient as a document says it; `ins` is None when it says none."""

    family: str
    given: str
    birth_date: str
    sex: str
    used_family: str
    ins: str | None
    ins_oid: str | None

    @property
    def complete(self) -> bool:
        """Whether the matricule comes with the traits that qualify it."""
        return bool(self.ins and self.family and self.given and self.birth_date and self.sex)


@dataclass(frozen=True, slots=True)
class Results:
    """What the results say: out of the reference range, abnormal or critical by interpretation code."""

    out_of_range: bool = False
    abnormal: bool = False
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """One document."""

    id: str
    set_id: str | None
    version: int | None
    parent: str | None
    title: str
    code: str
    time: str
    traits: Traits
    authors: tuple[str, ...]
    author_ids: frozenset[str]
    custodian: str
    acts: tuple[str, ...]
    text: str
    embeds_copy: bool
    structured: bool
    results: Results
    content: bytes


def read_cda(content: bytes, name: str, behaviour: Behaviour) -> Received:
    """Read a document; the `ClinicalDocument` may be inside another root. Raises `Unreadable`."""
    root = parse_xml(_octets(content, behaviour), name, behaviour)
    found = root if root.tag == f"{HL7}ClinicalDocument" else root.find(f".//{HL7}ClinicalDocument")
    if found is None:
        raise Unreadable(f"{name} n'est pas un document CDA")
    identifier = _ii(found.find(f"{HL7}id"))
    target = found.find(f"{HL7}recordTarget/{HL7}patientRole")
    if identifier is None or target is None:
        raise Unreadable(f"{name} n'a pas d'identifiant ou pas de patient")
    structured = found.find(f"{HL7}component/{HL7}structuredBody")
    code = _code(found, "code")
    return Received(
        id=identifier,
        set_id=_ii(found.find(f"{HL7}setId")),
        version=_version(found),
        parent=_ii(found.find(f"{HL7}relatedDocument[@typeCode='RPLC']/{HL7}parentDocument/{HL7}id")),
        title=_text(found.find(f"{HL7}title")),
        code=code,
        time=iso(found.find(f"{HL7}effectiveTime")),
        traits=_traits(target),
        authors=tuple(_authors(found)),
        author_ids=frozenset(_author_ids(found)),
        custodian=_text(found.find(f".//{HL7}representedCustodianOrganization/{HL7}name")),
        acts=tuple(_acts(found)),
        text=_readable(found),
        embeds_copy=structured is not None
        and any(media.get("mediaType") == "application/pdf" for media in structured.iter(f"{HL7}value")),
        structured=structured is not None,
        results=_results(structured) if structured is not None and code == BIOLOGY else Results(),
        content=content,
    )


def _octets(content: bytes, behaviour: Behaviour) -> bytes:
    """Return what the XML parser is given: the octets as they are, by their own declaration."""
    if _UTF_8.match(content) or behaviour.encoding_followed:
        return content
    text = content.decode("utf-8", "replace")
    return _SAID.sub('encoding="UTF-8"', text, count=1).encode("utf-8")


def iso(element: etree._Element | None) -> str:
    """Return an HL7 time in ISO 8601, as precise as it is; empty when there is none that reads."""
    value = (element.get("value") or "") if element is not None else ""
    for shape in ("%Y%m%d%H%M%S%z", "%Y%m%d%H%M%z"):
        with suppress(ValueError):
            return datetime.strptime(value, shape).isoformat()
    with suppress(ValueError):
        return datetime.strptime(value[:8], "%Y%m%d").date().isoformat()
    return ""


def _traits(target: etree._Element) -> Traits:
    ins = next((one for one in target.findall(f"{HL7}id") if one.get("root") in _INS), None)
    patient = target.find(f"{HL7}patient")
    name = patient.find(f"{HL7}name") if patient is not None else None
    gender = patient.find(f"{HL7}administrativeGenderCode") if patient is not None else None
    birth = patient.find(f"{HL7}birthTime") if patient is not None else None
    return Traits(
        family=_name(name, "family", "BR"),
        given=_name(name, "given", "BR"),
        birth_date=_day(birth),
        sex=(gender.get("code") or "") if gender is not None else "",
        used_family=_name(name, "family", "CL") or _name(name, "family", "BR"),
        ins=ins.get("extension") if ins is not None else None,
        ins_oid=ins.get("root") if ins is not None else None,
    )


def _name(name: etree._Element | None, part: str, qualifier: str) -> str:
    if name is None:
        return ""
    found = name.findall(f"{HL7}{part}")
    marked = [one for one in found if one.get("qualifier") == qualifier]
    if marked:
        return _text(marked[0])
    return _text(found[0]).split(" ")[0] if found and qualifier == "BR" else ""


def _day(element: etree._Element | None) -> str:
    value = (element.get("value") or "") if element is not None else ""
    try:
        return date(int(value[:4]), int(value[4:6]), int(value[6:8])).isoformat()
    except ValueError:
        return ""


def _authors(document: etree._Element) -> Iterator[str]:
    for author in document.findall(f"{HL7}author/{HL7}assignedAuthor"):
        person = author.find(f"{HL7}assignedPerson/{HL7}name")
        parts = [_text(one) for one in person] if person is not None else []
        place = _text(author.find(f"{HL7}representedOrganization/{HL7}name"))
        yield ", ".join(filter(None, (" ".join(filter(None, parts)), place)))


def _author_ids(document: etree._Element) -> Iterator[str]:
    for author in document.findall(f"{HL7}author/{HL7}assignedAuthor"):
        for path in (f"{HL7}id", f"{HL7}representedOrganization/{HL7}id"):
            found = _ii(author.find(path))
            if found:
                yield found
    found = _ii(document.find(f".//{HL7}representedCustodianOrganization/{HL7}id"))
    if found:
        yield found


def _acts(document: etree._Element) -> Iterator[str]:
    for event in document.findall(f"{HL7}documentationOf/{HL7}serviceEvent/{HL7}code"):
        label = event.get("displayName") or event.get("code")
        if label:
            yield label


def _readable(document: etree._Element) -> str:
    """Return what a person reads: title and narrative of each section, or the text of an N1 in text."""
    lines = []
    for section in document.iter(f"{HL7}section"):
        lines.append(_text(section.find(f"{HL7}title")))
        lines.append(" ".join("".join(map(str, text.itertext())) for text in section.findall(f"{HL7}text")))
    lines += [_enclosed(text) for text in document.iterfind(f"{HL7}component/{HL7}nonXMLBody/{HL7}text")]
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())[:LONGEST_TEXT]


def _enclosed(text: etree._Element) -> str:
    """Return the text of an N1, or what file it is."""
    media_type = text.get("mediaType") or ""
    if media_type != "text/plain":
        return f"Fichier joint au document ({media_type}), à ouvrir par le poste."
    with suppress(ValueError):
        return base64.b64decode((text.text or "")[:LONGEST_TEXT]).decode("utf-8", "replace")
    return ""


def _results(body: etree._Element) -> Results:
    codes, outside = set(), False
    for observation in body.iter(f"{HL7}observation"):
        code = observation.find(f"{HL7}interpretationCode")
        codes.add((code.get("code") or "").upper() if code is not None else "")
        outside = outside or _outside(observation)
    return Results(outside, bool(codes & ABNORMAL), bool(codes & CRITICAL))


def _outside(observation: etree._Element) -> bool:
    value = observation.find(f"{HL7}value")
    span = observation.find(f"{HL7}referenceRange/{HL7}observationRange/{HL7}value")
    if value is None or span is None or not (value.get(XSI_TYPE) or "").endswith("PQ"):
        return False
    measured = _number(value)
    low, high = _number(span.find(f"{HL7}low")), _number(span.find(f"{HL7}high"))
    if measured is None:
        return False
    return (low is not None and measured < low) or (high is not None and measured > high)


def _number(element: etree._Element | None) -> float | None:
    try:
        return float(element.get("value") or "") if element is not None else None
    except ValueError:
        return None


def _version(document: etree._Element) -> int | None:
    value = _attribute(document.find(f"{HL7}versionNumber"), "value")
    return int(value) if value.isdigit() and len(value) < 9 else None


def _code(parent: etree._Element, name: str) -> str:
    return _attribute(parent.find(f"{HL7}{name}"), "code")


def _attribute(element: etree._Element | None, name: str) -> str:
    return (element.get(name) or "") if element is not None else ""


def _ii(element: etree._Element | None) -> str | None:
    if element is None or not element.get("root"):
        return None
    extension = element.get("extension")
    return f"{element.get('root')}^{extension}" if extension else element.get("root")


def _text(element: etree._Element | None) -> str:
    return " ".join("".join(map(str, element.itertext())).split()) if element is not None else ""
