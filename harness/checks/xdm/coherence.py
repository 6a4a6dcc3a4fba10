"""Rules on what METADATA.XML repeats of each CDA header (volet "Transmission de documents CDA", mapping).

Ids, codes and times are compared exactly (times in UTC); names as words, since case, accents and separators
differ between official files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.artefacts.cda_header import INS_ROOTS, Actor, CdaHeader, Code
from harness.artefacts.ebxml import Classification, DocumentEntry, Place
from harness.checks.xdm import schemes
from harness.checks.xdm.datatypes import components, hd, instant
from harness.checks.xdm.scope import Scope
from harness.findings import Finding
from schemas.nos import xds_lists

_N1 = "1.3.6.1.4.1.19376.1.2.20"
_N1_FORMATS = {
    "application/pdf": "urn:ihe:iti:xds-sd:pdf:2008",
    "text/plain": "urn:ihe:iti:xds-sd:text:2008",
    "image/jpeg": "urn:ihe:iti-fr:xds-sd:jpeg:2010",
    "text/rtf": "urn:ihe:iti-fr:xds-sd:rtf:2010",
    "image/tiff": "urn:ihe:iti-fr:xds-sd:tiff:2010",
}
_SEXES = {"UN": {"U", "UN", "A", "O"}}


def coherence_rules(entry: DocumentEntry, cda: CdaHeader, scope: Scope) -> Iterator[Finding]:
    """META-071 to 089, 054, 082: the metadata of a document beside its header."""
    yield from _times(entry, cda, scope)
    yield from _same(entry, "languageCode", cda.language, "META-072", scope)
    yield from _authors(entry, cda, scope)
    yield from _authenticator(entry, cda, scope)
    yield from _source_patient(entry, cda, scope)
    yield from _patient_info(entry, cda, scope)
    if cda.title and " ".join((entry.name or "").split()) != cda.title:
        yield scope.fault("META-079", cda.title, entry.name or "", entry.name_place)
    yield from _identifiers(entry, cda, scope)
    yield from _codes(entry, cda, scope)
    yield from _format(entry, cda, scope)


def _times(entry: DocumentEntry, cda: CdaHeader, scope: Scope) -> Iterator[Finding]:
    pairs = (
        ("creationTime", cda.effective_time, "META-071"),
        ("serviceStartTime", cda.service_start, "META-075"),
        ("serviceStopTime", cda.service_stop, "META-076"),
    )
    for name, written, rule in pairs:
        slots = entry.slots_named(name)
        moment = instant(written) if written else None
        if name == "serviceStopTime" and bool(slots) != (moment is not None):
            place = slots[0].place if slots else entry.place
            yield scope.fault("META-090", written or "∅", entry.value(name) or "∅", place)
        if moment is None or not slots or not slots[0].values:
            continue
        value = slots[0].values[0]
        if not moment.agrees(value):
            expected = f"{moment.utc or moment.digits} (CDA : {written})"
            yield scope.fault(rule, expected, value, slots[0].value_places[0])


def _same(entry: DocumentEntry, name: str, expected: str, rule: str, scope: Scope) -> Iterator[Finding]:
    slots = entry.slots_named(name)
    if expected and slots and slots[0].values and slots[0].values[0] != expected:
        yield scope.fault(rule, expected, slots[0].values[0], slots[0].value_places[0])


def _authors(entry: DocumentEntry, cda: CdaHeader, scope: Scope) -> Iterator[Finding]:
    found = entry.classified(schemes.AUTHOR)
    if len(found) != len(cda.authors):
        place = found[-1].place if found else entry.place
        yield scope.fault("META-073", f"{len(cda.authors)} author", f"{len(found)}", place)
        return
    for author, expected in zip(found, cda.authors, strict=True):
        yield from _actor(author, "authorPerson", expected, "META-073", scope)
        yield from _organisation(author, expected, scope)
        yield from _specialty(author, expected, scope)


def _actor(author: Classification, name: str, expected: Actor, rule: str, scope: Scope) -> Iterator[Finding]:
    slot = author.slot(name)
    if slot is None or not slot.values:
        return
    yield from _person(slot.values[0], slot.value_places[0], expected, rule, scope)


def _person(value: str, place: Place, expected: Actor, rule: str, scope: Scope) -> Iterator[Finding]:
    pieces = components(value, 13)
    accepted = {text for one in expected.ids for text in (one.root, one.extension, str(one)) if text}
    if accepted and pieces[0] not in accepted:
        shown = " | ".join(one.extension or one.root for one in expected.ids)
        yield scope.fault(rule, f"XCN.1 = {shown}", value, place)
    elif not _same_authority(hd(pieces[8]).oid, pieces[0], expected):
        roots = " | ".join(one.root for one in expected.ids if one.extension == pieces[0])
        yield scope.fault("META-095", f"XCN.9 = &{roots}&ISO", value, place)
    elif expected.family and fold(pieces[1]) != fold(expected.family):
        yield scope.fault("META-091", expected.family, value, place)


def _same_authority(oid: str, number: str, expected: Actor) -> bool:
    """Tell whether a number is given under the OID that the CDA gives it; without one there is no telling."""
    roots = {one.root for one in expected.ids if one.extension == number}
    return not oid or not roots or oid in roots


def _organisation(author: Classification, expected: Actor, scope: Scope) -> Iterator[Finding]:
    slot = author.slot("authorInstitution")
    identity = expected.organisation_id
    if identity is None or not identity.extension:
        return
    if slot is None or not slot.values:
        yield scope.fault("META-092", f"authorInstitution {identity}", "∅", author.place)
        return
    pieces = components(slot.values[0], 10)
    if pieces[9] != identity.extension or hd(pieces[5]).oid != identity.root:
        yield scope.fault("META-092", str(identity), slot.values[0], slot.value_places[0])


def _specialty(author: Classification, expected: Actor, scope: Scope) -> Iterator[Finding]:
    slot = author.slot("authorSpecialty")
    if expected.code is None or not expected.code.code:
        return
    if slot is None or not slot.values:
        yield scope.fault("META-092", f"authorSpecialty {expected.code.code}", "∅", author.place)
    elif components(slot.values[0], 1)[0] != expected.code.code:
        yield scope.fault("META-092", expected.code.code, slot.values[0], slot.value_places[0])


def _authenticator(entry: DocumentEntry, cda: CdaHeader, scope: Scope) -> Iterator[Finding]:
    slots = entry.slots_named("legalAuthenticator")
    if cda.legal_authenticator and slots and slots[0].values:
        value, place = slots[0].values[0], slots[0].value_places[0]
        yield from _person(value, place, cda.legal_authenticator, "META-074", scope)


def _source_patient(entry: DocumentEntry, cda: CdaHeader, scope: Scope) -> Iterator[Finding]:
    slots = entry.slots_named("sourcePatientId")
    if not slots or not slots[0].values or not cda.patient.ids:
        return
    pieces = components(slots[0].values[0], 5)
    written = (hd(pieces[3]).oid, pieces[0])
    if written not in {(one.root, one.extension) for one in cda.patient.ids}:
        local = next((one for one in cda.patient.ids if one.root not in INS_ROOTS), cda.patient.ids[0])
        yield scope.fault("META-077", str(local), slots[0].values[0], slots[0].value_places[0])


def _patient_info(entry: DocumentEntry, cda: CdaHeader, scope: Scope) -> Iterator[Finding]:
    patient = cda.patient
    families = {fold(one) for one in patient.families}

    def named(text: str) -> bool:
        pieces = components(text, 7)
        birth = pieces[6] == "L" and patient.birth_family
        return fold(pieces[0]) == fold(patient.birth_family) if birth else fold(pieces[0]) in families

    checks: dict[str, tuple[str, Callable[[str], bool]]] = {
        "5": (" | ".join(patient.families), named),
        "7": (patient.birth_time, lambda text: _same_digits(text, patient.birth_time)),
        "8": (patient.gender, lambda text: text in _SEXES.get(patient.gender, {patient.gender})),
    }
    for slot in entry.slots_named("sourcePatientInfo"):
        for value, place in zip(slot.values, slot.value_places, strict=True):
            field, _, text = value.removeprefix("PID-").partition("|")
            expected, agrees = checks.get(field, ("", None))
            if expected and agrees is not None and not agrees(text):
                yield scope.fault("META-078", f"PID-{field}|{expected}", value, place)
            birth_place = components(text, 9)
            if field == "11" and birth_place[6] == "BDL" and patient.birth_place != birth_place[8]:
                yield scope.fault("META-093", patient.birth_place, value, place)


def _identifiers(entry: DocumentEntry, cda: CdaHeader, scope: Scope) -> Iterator[Finding]:
    ins = cda.patient.ins
    for one in entry.identified(schemes.PATIENT):
        pieces = components(one.value, 5)
        if ins and (pieces[0], hd(pieces[3]).oid) != (ins.extension, ins.root):
            yield scope.fault(
                "META-080", f"{ins.extension}^^^&{ins.root}&ISO^NH", one.value, one.place.at("value")
            )
    for one in entry.identified(schemes.UNIQUE):
        if cda.id and one.value != str(cda.id):
            yield scope.fault("META-081", str(cda.id), one.value, one.place.at("value"))


def _codes(entry: DocumentEntry, cda: CdaHeader, scope: Scope) -> Iterator[Finding]:
    pairs = (
        (schemes.CONFIDENTIALITY, cda.confidentiality, "META-083"),
        (schemes.FACILITY, cda.facility, "META-086"),
        (schemes.PRACTICE_SETTING, cda.practice_setting, "META-087"),
        (schemes.TYPE_CODE, cda.code, "META-088"),
    )
    for scheme, expected, rule in pairs:
        found = entry.classified(scheme)
        if not found or expected is None or not expected.code:
            continue
        # Of several confidentiality codes the first is the document's, the others hide it from somebody.
        if found[0].code != expected.code:
            yield scope.fault(
                rule, expected.code, found[0].code or "", found[0].place.at("nodeRepresentation")
            )
        elif rule == "META-088":
            yield from _type_details(found[0], expected, scope)
    yield from _class_code(entry, scope)
    written = {(one.code, one.coding_scheme) for one in entry.classified(schemes.EVENT_CODE)}
    for event in cda.events:
        if (event.code, event.system) not in written:
            yield scope.fault("META-084", f"{event.code} ({event.system})", "∅", entry.place)


def _type_details(found: Classification, expected: Code, scope: Scope) -> Iterator[Finding]:
    if expected.system and found.coding_scheme != expected.system:
        slot = found.slot("codingScheme")
        place = slot.value_places[0] if slot and slot.value_places else found.place
        yield scope.fault("META-088", expected.system, found.coding_scheme or "", place)
    if expected.display and (found.display or "").strip() != expected.display.strip():
        yield scope.fault("META-089", expected.display, found.display or "", found.place)


def _class_code(entry: DocumentEntry, scope: Scope) -> Iterator[Finding]:
    types, classes = entry.classified(schemes.TYPE_CODE), entry.classified(schemes.CLASS_CODE)
    if not types or not classes:
        return
    known = xds_lists().class_of_type.get(types[0].code or "")
    if known and classes[0].code not in known:
        yield scope.fault(
            "META-082", " | ".join(known), classes[0].code or "", classes[0].place.at("nodeRepresentation")
        )


def _format(entry: DocumentEntry, cda: CdaHeader, scope: Scope) -> Iterator[Finding]:
    roots = [one.root for one in cda.template_ids]
    table = xds_lists().format_of_template
    expected = next((table[root] for root in reversed(roots) if root in table), None)
    if _N1 in roots and cda.payload_type:
        expected = _N1_FORMATS.get(cda.payload_type)
    for one in entry.classified(schemes.FORMAT_CODE):
        if expected and one.code != expected:
            yield scope.fault("META-054", expected, one.code or "", one.place.at("nodeRepresentation"))


def fold(text: str) -> str:
    """Return a text for comparison: no case, accents nor separators."""
    from harness.checks.mail import fold as folded  # noqa: PLC0415  (lxml.html is slow to import)

    return folded(text)


def _same_digits(left: str, right: str) -> bool:
    shared = min(len(left), len(right))
    return shared >= 4 and left[:shared] == right[:shared]
