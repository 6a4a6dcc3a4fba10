"""METADATA.XML as received (ITI TF-3 4.2): what a receiver needs of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from simulators.product.behaviour import Behaviour
from simulators.product.filing.xml import Unreadable, parse_xml

RIM = "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}"
PATIENT = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
CLASS = "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a"
ACTION = "urn:action:extraMetadataSlot"


@dataclass(frozen=True, slots=True)
class Entry:
    """A document entry: `patient` is the CX of patientId, `action` C, D or empty, `hash` in hexadecimal."""

    uri: str
    patient: str
    hash: str | None
    size: int | None
    action: str
    class_code: str


def read_metadata(content: bytes, behaviour: Behaviour) -> Iterator[Entry]:
    """Yield the entries; raises `Unreadable`."""
    root = parse_xml(content, "METADATA.XML", behaviour)
    if etree.QName(root).localname != "SubmitObjectsRequest":
        raise Unreadable("METADATA.XML n'est pas un lot de soumission XDS")
    for found in root.iter(f"{RIM}ExtrinsicObject"):
        slots = {slot.get("name"): _values(slot) for slot in found.findall(f"{RIM}Slot")}
        size = _first(slots.get("size"))
        uri = _first(slots.get("URI"))
        if uri is None:
            raise Unreadable("METADATA.XML ne dit pas quel fichier est le document")
        yield Entry(
            uri=uri,
            patient=_identifier(found, PATIENT),
            hash=_first(slots.get("hash")),
            size=int(size) if size is not None and size.isdigit() and len(size) < 12 else None,
            action=(_first(slots.get(ACTION)) or "").strip().upper(),
            class_code=_class_code(found),
        )


def _identifier(element: etree._Element, scheme: str) -> str:
    for found in element.findall(f"{RIM}ExternalIdentifier"):
        if found.get("identificationScheme") == scheme:
            return found.get("value") or ""
    return ""


def _class_code(element: etree._Element) -> str:
    for found in element.findall(f"{RIM}Classification"):
        if found.get("classificationScheme") == CLASS:
            return found.get("nodeRepresentation") or ""
    return ""


def _values(slot: etree._Element) -> list[str]:
    return [value.text or "" for value in slot.iter(f"{RIM}Value")]


def _first(values: list[str] | None) -> str | None:
    return values[0].strip() if values else None
