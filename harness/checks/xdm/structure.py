"""Rules on the skeleton of METADATA.XML: schema, sets, entries, associations, ids, links to the files.

Sources: OASIS ebRIM 3.0; IHE ITI TF-3 §4.2.3; IHE ITI-32 §3.32.4.1.4 for hash, size and URI.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from lxml import etree

from harness.artefacts.ebxml import (
    APPROVED,
    ARCHIVED,
    HAS_MEMBER,
    RIM,
    STABLE_DOCUMENT,
    DocumentEntry,
    Metadata,
    Place,
    RegistryObject,
    is_document,
)
from harness.artefacts.xdm import Entry, Subset, XdmArchive
from harness.checks.xdm.scope import Scope
from harness.findings import Finding
from schemas.xsd.ebxml import SCHEMA

_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_SHA1 = re.compile(r"[0-9A-Fa-f]{40}", re.ASCII)
_ORDER = ("Slot", "Name", "Description", "VersionInfo", "Classification", "ExternalIdentifier")
_RANKS = {f"{{{RIM}}}{name}": rank for rank, name in enumerate(_ORDER)}
_STATUSES = {"Original", "Reference"}
_MAX_VALUE = 256
_SLOTS = {
    "submissionTime", "intendedRecipient", "homeCommunityId", "hash", "size", "URI", "creationTime",
    "languageCode", "legalAuthenticator", "serviceStartTime", "serviceStopTime", "sourcePatientId",
    "sourcePatientInfo", "repositoryUniqueId", "documentAvailability",
}  # fmt: skip
_STEP = re.compile(r"/(?:[^/:\[\]*]+:)?([^/:\[\]*]+)")
_SHOWN = 20
"""Faults of one kind that are told for one METADATA.XML."""


@cache
def _schema() -> Any:
    return etree.XMLSchema(etree.parse(str(SCHEMA)))


def schema_rules(metadata: Metadata, scope: Scope) -> Iterator[Finding]:
    """META-003: what our schema of the ebXML subset refuses."""
    schema = _schema()
    if schema.validate(metadata.root):
        return
    tree = metadata.root.getroottree()
    for error in list(schema.error_log)[:_SHOWN]:
        # The path that libxml2 gives has the prefixes of the document, which may mean several namespaces.
        found = tree.xpath(_STEP.sub(r"/*[local-name()='\1']", error.path)) if error.path else []
        text = str(error.message).replace(f"{{{RIM}}}", "rim:")
        if isinstance(found, list) and found:
            yield scope.fault("META-003", "ebRIM 3.0", text, Place(found[0]))
        else:
            yield scope.fault_at_line("META-003", "ebRIM 3.0", text, error.line)


def order_rules(metadata: Metadata, scope: Scope) -> Iterator[Finding]:
    """META-004: the children of an object in the order of ebRIM; IHE's examples do not keep it."""
    told = 0
    for element in metadata.root.iter(f"{{{RIM}}}*"):
        highest = -1
        for child in element:
            rank = _RANKS.get(child.tag, highest)
            if rank < highest and told < _SHOWN:
                told += 1
                expected = ", ".join(_ORDER)
                yield scope.fault("META-004", expected, etree.QName(child).localname, Place(child))
                break
            highest = max(rank, highest)


def object_rules(metadata: Metadata, scope: Scope) -> Iterator[Finding]:
    """META-005, 006, 009, 013 to 016, 041: sets, entries, ids, owners and names."""
    root = Place(metadata.root)
    if len(metadata.submission_sets) != 1:
        place = metadata.submission_sets[1].place if len(metadata.submission_sets) > 1 else root
        yield scope.fault("META-005", "1 RegistryPackage", f"{len(metadata.submission_sets)}", place)
    if not metadata.entries:
        yield scope.fault("META-006", "ExtrinsicObject 1..*", "0", root)
    for entry in metadata.entries:
        if not is_document(entry):
            yield scope.fault(
                "META-006", STABLE_DOCUMENT, entry.object_type or "", entry.place.at("objectType")
            )
    seen: set[str] = set()
    for each in (*metadata.packages, *metadata.entries):
        identity = each.id or ""
        if identity in seen or (
            identity.lower().startswith("urn:uuid:") and not _UUID.fullmatch(identity.lower())
        ):
            yield scope.fault("META-009", "urn:uuid:… unique", identity, each.place.at("id"))
        elif identity != identity.lower() and identity.lower().startswith("urn:uuid:"):
            yield scope.fault("META-017", identity.lower(), identity, each.place.at("id"))
        seen.add(identity)
        yield from _owner_rules(each, scope)
        yield from _slot_rules(each, scope)
        if each.status not in {APPROVED, ARCHIVED}:
            yield scope.fault("META-041", APPROVED, each.status or "", each.place.at("status"))


def _owner_rules(each: RegistryObject, scope: Scope) -> Iterator[Finding]:
    for one in each.classifications:
        if one.classified_object != each.id:
            found = one.classified_object or ""
            yield scope.fault("META-013", each.id or "", found, one.place.at("classifiedObject"))
    for identifier in each.identifiers:
        if identifier.registry_object != each.id:
            found = identifier.registry_object or ""
            yield scope.fault("META-013", each.id or "", found, identifier.place.at("registryObject"))


def _slot_rules(each: RegistryObject, scope: Scope) -> Iterator[Finding]:
    slots = (*each.slots, *(slot for one in each.classifications for slot in one.slots))
    for slot in slots:
        for value, place in zip(slot.values, slot.value_places, strict=True):
            if len(value) > _MAX_VALUE:
                yield scope.fault("META-015", f"≤ {_MAX_VALUE}", f"{slot.name} : {len(value)}", place)
    for slot in each.slots:
        if slot.name not in _SLOTS and not slot.name.startswith("urn:"):
            yield scope.fault("META-016", ", ".join(sorted(_SLOTS)), slot.name, slot.place.at("name"))


def association_rules(metadata: Metadata, scope: Scope) -> Iterator[Finding]:
    """META-007, 008: each entry is a member of the set, as an original."""
    package = metadata.submission_sets[0] if metadata.submission_sets else None
    members = [one for one in metadata.associations if one.type == HAS_MEMBER]
    for entry in metadata.entries:
        mine = [one for one in members if one.target == entry.id and package and one.source == package.id]
        if len(mine) != 1:
            expected = f"1 HasMember {package.id if package else ''} → {entry.id}"
            yield scope.fault("META-007", expected, f"{len(mine)}", entry.place)
    known = {each.id for each in (*metadata.packages, *metadata.entries)}
    for one in members:
        if one.source not in known or (one.target not in known and one.status != "Reference"):
            found = f"{one.source} → {one.target}"
            yield scope.fault("META-007", "objets du fichier / objects of the file", found, one.place)
        elif one.status not in _STATUSES:
            yield scope.fault("META-007", "SubmissionSetStatus = Original", one.status or "", one.place)
    for one in metadata.associations:
        if one.object_type == "Original":
            yield scope.fault("META-008", "∅", one.object_type, one.place.at("objectType"))


def file_of(archive: XdmArchive, subset: Subset, entry: DocumentEntry) -> Entry | None:
    """Return the file that the slot `URI` of an entry names."""
    uri = entry.value("URI")
    return archive.resolve(subset, uri) if uri else None


def integrity_rules(entry: DocumentEntry, file: Entry | None, metadata_scope: Scope) -> Iterator[Finding]:
    """META-010 to 012, 094: URI, SHA-1 and size are those of the file (what the receiver must verify)."""
    uris, hashes, sizes = (_single(entry, name) for name in ("URI", "hash", "size"))
    if uris is None or file is None:
        found, place = uris or ("", entry.place)
        yield metadata_scope.fault("META-010", "URI 1..1, fichier du zip / file of the zip", found, place)
    elif uris[0].rpartition("/")[2] != file.name.rpartition("/")[2]:
        yield metadata_scope.fault("META-094", file.name.rpartition("/")[2], *uris)
    content = file.content if file else None
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest() if content is not None else None
    found, place = hashes or ("", entry.place)
    if not _SHA1.fullmatch(found) or (digest is not None and found.lower() != digest):
        yield metadata_scope.fault("META-011", digest or "SHA-1 (40 hex)", found, place)
    found, place = sizes or ("", entry.place)
    expected = str(len(content)) if content is not None else ""
    if not (found.isascii() and found.isdigit()) or (expected and found.lstrip("0") != expected.lstrip("0")):
        yield metadata_scope.fault("META-012", expected or "octets", found, place)


def _single(entry: DocumentEntry, name: str) -> tuple[str, Place] | None:
    slots = entry.slots_named(name)
    if len(slots) != 1 or len(slots[0].values) != 1:
        return None
    return slots[0].values[0], slots[0].value_places[0]
