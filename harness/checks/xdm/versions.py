"""Rules on replacement (slot action `C`) and deletion (`D`), and on one patient in the whole archive.

Sources: volet "Transmission de documents CDA en HL7 V2" (exemples.md); Structuration minimale §3.5.5.10.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.artefacts.cda_header import INS_ROOTS, CdaHeader
from harness.artefacts.ebxml import ACTION_SLOT, DocumentEntry, Metadata, Place, RegistryObject
from harness.checks.xdm import schemes
from harness.checks.xdm.datatypes import components, hd
from harness.checks.xdm.scope import Scope
from harness.findings import Finding

_ACTIONS = {"C", "D"}


def action_rules(entry: DocumentEntry, cda: CdaHeader | None, scope: Scope) -> Iterator[Finding]:
    """META-062 to 064, 067: the action of the slot beside the version of the document."""
    slots = entry.slots_named(ACTION_SLOT)
    action = entry.action
    place = slots[0].place if slots else entry.place
    if slots and (action not in _ACTIONS or len(slots) > 1 or len(slots[0].values) > 1):
        yield scope.fault("META-064", "C | D", " | ".join(v for s in slots for v in s.values), place)
    if cda is None or cda.version is None:
        return
    replaces = "RPLC" in cda.related
    if cda.version > 1 and not slots:
        yield scope.fault("META-062", f"{ACTION_SLOT} = C", f"versionNumber = {cda.version}", place)
    elif cda.version == 1 and action == "C":
        yield scope.fault("META-067", "versionNumber > 1", "1", place)
    if (cda.version > 1) != replaces and action != "D":
        found = f"versionNumber = {cda.version}, relatedDocument RPLC : {'1' if replaces else '∅'}"
        yield scope.fault("META-063", "versionNumber > 1 ⇔ relatedDocument RPLC", found, place)


def patient_rules(
    found: Sequence[tuple[Metadata, Scope]], headers: Sequence[tuple[CdaHeader, Scope]]
) -> Iterator[Finding]:
    """META-066: the same patient in every set, every entry and every CDA header."""
    first: str | None = None
    for metadata, scope in found:
        for owner in (*metadata.submission_sets, *metadata.entries):
            for value, place in _patients(owner):
                first = first or value
                if value != first:
                    yield scope.fault("META-066", first, value, place)
    matricules = {
        (ins.root, ins.extension): scope for header, scope in headers if (ins := header.patient.ins)
    }
    if len(matricules) > 1:
        shown = " | ".join(f"{extension} ({root})" for root, extension in matricules)
        yield list(matricules.values())[1].fault("META-066", "1 patient", shown)


def uniqueness_rules(found: Sequence[tuple[Metadata, Scope]]) -> Iterator[Finding]:
    """META-031, 050, 065: ids and times that must differ inside one archive."""
    seen: dict[tuple[str, str], str] = {}
    for metadata, scope in found:
        for rule, scheme, owners in (
            ("META-050", schemes.SET_UNIQUE, metadata.submission_sets),
            ("META-031", schemes.UNIQUE, metadata.entries),
        ):
            for owner in owners:
                for one in owner.identified(scheme):
                    if (rule, one.value) in seen:
                        yield scope.fault(rule, "unique", one.value, one.place.at("value"))
                    seen[rule, one.value] = ""
        for package in metadata.submission_sets:
            time = package.value("submissionTime")
            if time and ("submissionTime", time) in seen:
                place = package.slots_named("submissionTime")[0].value_places[0]
                yield scope.fault("META-065", "≠", time, place)
            seen["submissionTime", time or ""] = ""


def _patients(owner: RegistryObject) -> Iterator[tuple[str, Place]]:
    for scheme in (schemes.SET_PATIENT, schemes.PATIENT):
        for one in owner.identified(scheme):
            pieces = components(one.value, 5)
            oid = hd(pieces[3]).oid
            # An INS and a local id of one patient cannot be compared; two INS or two local ids can.
            yield f"{pieces[0]} ({oid})" if oid in INS_ROOTS else one.value, one.place.at("value")
