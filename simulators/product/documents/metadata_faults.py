"""Ways in which a product writes a wrong METADATA.XML, each named for what the product does.

A fault touches every document entry of the set unless its name says otherwise. Sources: DOSSIER §1.4 for what
is right, REAL-DEFECTS and the issue for the real ones.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from simulators.documents import Action
from simulators.documents.times import paris
from simulators.product.behaviour import Behaviour
from simulators.product.behaviours.documents import EntryFault, SetFault

LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
AUTHOR = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d"
CLASS = "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a"
CONFIDENTIALITY = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
EVENT = "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4"
FORMAT = "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d"
FACILITY = "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1"
PRACTICE = "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead"
TYPE = "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
PATIENT = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
UNIQUE = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
SET_AUTHOR = "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"
SET_CONTENT_TYPE = "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500"
SET_PATIENT = "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
SET_SOURCE = "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832"
SET_UNIQUE = "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8"

OTHER_HASH = hashlib.sha1(b"un autre fichier", usedforsecurity=False).hexdigest().upper()

_Element = etree._Element
_Fault = Callable[[_Element], None]


def spoilt_metadata(content: bytes, action: Action | None, behaviour: Behaviour) -> bytes:
    """Return METADATA.XML as the product writes it."""
    if action is Action.DELETE and behaviour.delete_slot == "word":
        return _written(_with_action(etree.fromstring(content), "DELETE"))
    if behaviour.entry_fault == "none" and behaviour.set_fault == "none":
        return content
    root = etree.fromstring(content)
    if behaviour.entry_fault != "none":
        for entry in list(root.iter(_rim("ExtrinsicObject"))):
            ENTRY_FAULTS[behaviour.entry_fault](entry)
    if behaviour.set_fault != "none":
        SET_FAULTS[behaviour.set_fault](root)
    return _written(root)


def _written(root: _Element) -> bytes:
    result: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return result


def _with_action(root: _Element, action: str) -> _Element:
    for entry in root.iter(_rim("ExtrinsicObject")):
        _change_slot("urn:action:extraMetadataSlot", lambda value: action)(entry)
    return root


def _rim(name: str) -> str:
    return f"{{{RIM}}}{name}"


def _slots(owner: _Element, name: str) -> Iterator[_Element]:
    return (slot for slot in owner.findall(_rim("Slot")) if slot.get("name") == name)


def _change_slot(name: str, change: Callable[[str], str]) -> _Fault:
    def fault(owner: _Element) -> None:
        for slot in _slots(owner, name):
            for value in slot.iter(_rim("Value")):
                value.text = change(value.text or "")

    return fault


def _drop_slot(name: str) -> _Fault:
    def fault(owner: _Element) -> None:
        for slot in list(_slots(owner, name)):
            owner.remove(slot)

    return fault


def _classified(owner: _Element, scheme: str) -> list[_Element]:
    found = owner.findall(_rim("Classification"))
    return [one for one in found if one.get("classificationScheme") == scheme]


def _change_code(scheme: str, code: str | None) -> _Fault:
    """Write `code`, or the label of the code when it is None."""

    def fault(owner: _Element) -> None:
        for one in _classified(owner, scheme):
            label = next(one.iter(_rim("LocalizedString"))).get("value") or ""
            one.set("nodeRepresentation", label if code is None else code)

    return fault


def _drop_code(scheme: str) -> _Fault:
    def fault(owner: _Element) -> None:
        for one in _classified(owner, scheme):
            owner.remove(one)

    return fault


def _change_identifier(scheme: str, change: Callable[[str], str]) -> _Fault:
    def fault(owner: _Element) -> None:
        for one in owner.findall(_rim("ExternalIdentifier")):
            if one.get("identificationScheme") == scheme:
                one.set("value", change(one.get("value") or ""))

    return fault


def _to_local(value: str) -> str:
    instant = datetime.strptime(value, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return f"{paris(instant):%Y%m%d%H%M%S}"


def _with_offset(value: str) -> str:
    instant = datetime.strptime(value, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return f"{paris(instant):%Y%m%d%H%M%S%z}"


def _number(value: str) -> str:
    return value.partition("^")[0]


def _born_later(value: str) -> str:
    if not value.startswith("PID-7|"):
        return value
    return f"PID-7|{int(value[6:10]) + 1}{value[10:]}"


def _media_type(entry: _Element) -> None:
    entry.set("mimeType", "application/octet-stream")


def _no_author_person(entry: _Element) -> None:
    for author in _classified(entry, AUTHOR):
        _drop_slot("authorPerson")(author)


def _title(entry: _Element) -> None:
    for one in entry.findall(f"{_rim('Name')}/{_rim('LocalizedString')}"):
        one.set("value", "Document de santé")


def _event_label(entry: _Element) -> None:
    for one in _classified(entry, EVENT):
        _drop_slot("codingScheme")(one)


def _reference_id(entry: _Element) -> None:
    slot = etree.Element(_rim("Slot"), name="urn:ihe:iti:xds:2013:referenceIdList")
    etree.SubElement(etree.SubElement(slot, _rim("ValueList")), _rim("Value")).text = "dossier 12"
    entry.insert(0, slot)


def _owned_by_the_set(entry: _Element) -> None:
    parent = entry.getparent()
    package = None if parent is None else parent.find(_rim("RegistryPackage"))
    owner = "" if package is None else package.get("id") or ""
    for one in entry.findall(_rim("Classification")):
        one.set("classifiedObject", owner)


ENTRY_FAULTS: Final[Mapping[EntryFault, _Fault]] = {
    "media-type-octet-stream": _media_type,
    "creation-time-local": _change_slot("creationTime", _to_local),
    "no-language": _drop_slot("languageCode"),
    "no-author-person": _no_author_person,
    "authenticator-without-identifier": _change_slot("legalAuthenticator", lambda value: "Docteur MARTIN"),
    "start-at-midnight": _change_slot("serviceStartTime", lambda value: f"{value[:8]}000000"),
    "stop-time-with-offset": _change_slot("serviceStopTime", _with_offset),
    "no-stop-time": _drop_slot("serviceStopTime"),
    "source-patient-bare": _change_slot("sourcePatientId", _number),
    "patient-info-free-text": _change_slot("sourcePatientInfo", lambda value: value.partition("|")[2]),
    "patient-born-later": _change_slot("sourcePatientInfo", _born_later),
    "title-constant": _title,
    "patient-without-authority": _change_identifier(PATIENT, _number),
    "patient-ins-c": _change_identifier(
        PATIENT, lambda value: re.sub(r"1\.2\.250\.1\.213\.1\.4\.[0-9]+", "1.2.250.1.213.1.4.2", value)
    ),
    "unique-id-of-another": _change_identifier(UNIQUE, lambda value: f"{value}.1"),
    "class-label": _change_code(CLASS, None),
    "no-class": _drop_code(CLASS),
    "confidentiality-raised": _change_code(CONFIDENTIALITY, "R"),
    "event-without-scheme": _event_label,
    "no-format": _drop_code(FORMAT),
    "facility-of-group": _change_code(FACILITY, "SA05"),
    "practice-in-hospital": _change_code(PRACTICE, "SAD"),
    "type-of-another": _change_code(TYPE, "34112-3"),
    "reference-free-text": _reference_id,
    "hash-of-another-file": _change_slot("hash", lambda value: OTHER_HASH),
    "size-of-base64": _change_slot("size", lambda value: str((int(value) + 2) // 3 * 4)),
    "uri-with-original-name": _change_slot("URI", lambda value: "CR0001.XML"),
    "classified-by-the-set": _owned_by_the_set,
}
"""What the product does wrong in a document's entry."""


def _package(root: _Element) -> _Element:
    return next(root.iter(_rim("RegistryPackage")))


def _in_set(fault: _Fault) -> _Fault:
    return lambda root: fault(_package(root))


def _leaf_list(root: _Element) -> None:
    for one in root.findall(_rim("RegistryObjectList")):
        one.tag = _rim("LeafRegistryObjectList")


def _second_set(root: _Element) -> None:
    package = _package(root)
    other = etree.fromstring(etree.tostring(package))
    for one in other.iter():
        if one.get("id"):
            one.set("id", f"{one.get('id')}"[:-4] + "0000")
    package.addnext(other)


def _last_entry_forgotten(root: _Element) -> None:
    entries = list(root.iter(_rim("ExtrinsicObject")))
    _remove(root, entries[-1], entries[-1].get("id"))


def _remove(root: _Element, element: _Element, target: str | None) -> None:
    for one in [element, *root.iter(_rim("Association"))]:
        parent = one.getparent()
        if parent is not None and (one is element or one.get("targetObject") == target):
            parent.remove(one)


def _no_association(root: _Element) -> None:
    for one in list(root.iter(_rim("Association"))):
        parent = one.getparent()
        if parent is not None:
            parent.remove(one)


def _set_title(package: _Element) -> None:
    for one in package.findall(f"{_rim('Name')}/{_rim('LocalizedString')}"):
        one.set("value", "")


SET_FAULTS: Final[Mapping[SetFault, _Fault]] = {
    "leaf-registry-list": _leaf_list,
    "two-sets": _second_set,
    "last-entry-forgotten": _last_entry_forgotten,
    "no-association": _no_association,
    "time-with-offset": _in_set(_change_slot("submissionTime", _with_offset)),
    "no-author": _in_set(_drop_code(SET_AUTHOR)),
    "no-content-type": _in_set(_drop_code(SET_CONTENT_TYPE)),
    "other-patient": _in_set(_change_identifier(SET_PATIENT, lambda value: f"9{value[1:]}")),
    "patient-bare": _in_set(_change_identifier(SET_PATIENT, _number)),
    "source-named": _in_set(_change_identifier(SET_SOURCE, lambda value: "LOGICIEL-MEDICAL")),
    "unique-id-uuid": _in_set(
        _change_identifier(SET_UNIQUE, lambda value: "urn:uuid:0f3a1c52-6f0e-4a83-9a57-3d6c2a2f7f10")
    ),
    "unique-id-constant": _in_set(_change_identifier(SET_UNIQUE, lambda value: "1.2.250.1.999.1")),
    "title-empty": _in_set(_set_title),
}
"""What the product does wrong in the submission set."""
