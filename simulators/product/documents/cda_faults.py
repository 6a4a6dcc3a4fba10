"""Ways in which a product writes a wrong CDA document, each named for what the product does.

What only official XSD and schematrons see, and what they are blind to (CDA.md §6): both kinds are here.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from lxml import etree

from simulators.product.behaviour import Behaviour
from simulators.product.behaviours.documents import CdaFault

HL7 = "urn:hl7-org:v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
_NAMES = {"h": HL7}
_OBSOLETE_INS = "1.2.250.1.213.1.4.2"

_Element = etree._Element
_Fault = Callable[[_Element], None]


def spoilt_cda(content: bytes, behaviour: Behaviour) -> bytes:
    """Return the document as the product writes it, whose hash and size go into the metadata."""
    if behaviour.cda_fault == "none":
        return content
    if behaviour.cda_fault == "latin-1":
        return _latin_1(content)
    root = etree.fromstring(content)
    CDA_FAULTS[behaviour.cda_fault](root)
    return _written(root)


def of_another_patient(content: bytes) -> bytes:
    """Return the document with the identity of somebody else."""
    root = etree.fromstring(content)
    for family in _found(root, "h:recordTarget//h:family"):
        family.text = "AUTRE-PATIENT"
    for one in _found(root, "h:recordTarget/h:patientRole/h:id"):
        one.set("extension", (one.get("extension") or "")[::-1])
    return _written(root)


def _written(root: _Element) -> bytes:
    result: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return result


def _latin_1(content: bytes) -> bytes:
    text: str = etree.tostring(etree.fromstring(content), encoding="unicode")
    declaration = '<?xml version="1.0" encoding="ISO-8859-1"?>\n'
    return (declaration + text).encode("iso-8859-1", "xmlcharrefreplace")


def _found(root: _Element, path: str) -> Iterator[_Element]:
    documents = root.iter(f"{{{HL7}}}ClinicalDocument")
    for document in documents:
        yield from document.findall(path, _NAMES)


def _drop(path: str) -> _Fault:
    def fault(root: _Element) -> None:
        for one in list(_found(root, path)):
            parent = one.getparent()
            if parent is not None:
                parent.remove(one)

    return fault


def _set(path: str, name: str, change: Callable[[str], str]) -> _Fault:
    def fault(root: _Element) -> None:
        for one in _found(root, path):
            one.set(name, change(one.get(name) or ""))

    return fault


def _unset(path: str, name: str) -> _Fault:
    def fault(root: _Element) -> None:
        for one in _found(root, path):
            if one.get(name) is not None:
                del one.attrib[name]

    return fault


def _title_first(root: _Element) -> None:
    for title in list(_found(root, "h:title")):
        parent = title.getparent()
        if parent is not None:
            parent.insert(0, title)


def _ends_before_it_begins(root: _Element) -> None:
    for period in _found(root, "h:componentOf/h:encompassingEncounter/h:effectiveTime"):
        low, high = period.find("h:low", _NAMES), period.find("h:high", _NAMES)
        if low is not None and high is not None:
            first, last = low.get("value") or "", high.get("value") or ""
            low.set("value", last)
            high.set("value", first)


def _payload(change: Callable[[str], str]) -> _Fault:
    def fault(root: _Element) -> None:
        for one in _found(root, "h:component/h:nonXMLBody/h:text"):
            one.text = change(one.text or "")

    return fault


def _not_a_pdf(text: str) -> str:
    return base64.b64encode(b"<html><body>Compte rendu</body></html>" * 20).decode("ascii")


def _narratives_emptied(root: _Element) -> None:
    for text in _found(root, ".//h:section/h:text"):
        for child in list(text):
            text.remove(child)
        text.text = None


def _schema_location(root: _Element) -> None:
    for document in root.iter(f"{{{HL7}}}ClinicalDocument"):
        document.set(f"{{{XSI}}}schemaLocation", f"{HL7} CDA.xsd")


def _ins_c_beside(root: _Element) -> None:
    for role in _found(root, "h:recordTarget/h:patientRole"):
        other = etree.Element(f"{{{HL7}}}id", root=_OBSOLETE_INS, extension="0123456789012345678901")
        role.insert(1, other)


CDA_FAULTS: Final[Mapping[CdaFault, _Fault]] = {
    "no-realm-code": _drop("h:realmCode"),
    "other-type-id": _set("h:typeId", "extension", lambda value: "POCD_HD000020"),
    "no-template": _drop("h:templateId"),
    "type-without-system": _unset("h:code", "codeSystem"),
    "title-out-of-order": _title_first,
    "time-without-offset": _set("h:effectiveTime", "value", lambda value: value[:14]),
    "no-confidentiality": _drop("h:confidentialityCode"),
    "no-set-id": _drop("h:setId"),
    "author-without-identifier": _drop("h:author/h:assignedAuthor/h:id"),
    "no-custodian": _drop("h:custodian"),
    "stay-reversed": _ends_before_it_begins,
    "no-birth-place": _drop("h:recordTarget/h:patientRole/h:patient/h:birthplace"),
    "birth-name-unmarked": _unset(
        "h:recordTarget/h:patientRole/h:patient/h:name/h:family[@qualifier='BR']", "qualifier"
    ),
    "ins-c": _ins_c_beside,
    "ins-bad-key": _set(
        "h:recordTarget/h:patientRole/h:id",
        "extension",
        lambda value: f"{value[:13]}{(int(value[13:]) + 1) % 98:02d}" if len(value) == 15 else value,
    ),
    "payload-not-pdf": _payload(_not_a_pdf),
    "payload-damaged": _payload(lambda text: text.replace("A", "*", 40)),
    "narratives-emptied": _narratives_emptied,
    "references-lost": _set(".//h:reference", "value", lambda value: f"{value}-perdu"),
    "schema-location": _schema_location,
    "latin-1": lambda root: None,
}
"""What the product does wrong in the document (`latin-1` is done where it is written)."""
