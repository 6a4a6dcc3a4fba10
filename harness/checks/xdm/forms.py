"""Rules on each metadata taken alone: how many, which form, which code (X-XDM-20 to 51, 61).

Cardinalities are those that ANS restates of the volet "Échange de documents de santé". A code that our dated
lists lack only warns; a missing scheme, or that of another list, is an error for the lists that every
official archive respects.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from harness.artefacts.ebxml import (
    Classification,
    DocumentEntry,
    Identifier,
    Place,
    RegistryObject,
    SubmissionSet,
)
from harness.checks.xdm import schemes
from harness.checks.xdm.datatypes import components, cx_faults, hd, is_dtm, is_oid, xcn_faults, xon_faults
from harness.checks.xdm.scope import Scope
from harness.findings import Finding
from schemas.identifiers import IdentifierError
from schemas.identifiers.ins import INS_C_OID, InsOid, key_of, parse
from schemas.nos import xds_lists

REFERENCE_IDS = "urn:ihe:iti:xds:2013:referenceIdList"
_MIME = {"text/xml", "application/xslt+xml"}
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", re.ASCII)
_PID = re.compile(r"PID-([0-9]{1,2})\|(.*)", re.ASCII | re.DOTALL)
_INS_OIDS = frozenset(InsOid)
_SEXES = {"F", "M", "U", "UN", "O", "A", "N"}
_XCN_TYPES = {"IDNPS", "EI", "NH", "RI", "PI"}
_CONFIDENTIALITY = {"N", "R", "V"} | {"MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"}
_CONFIDENTIALITY_SYSTEM, _MASKING_SYSTEM = "2.16.840.1.113883.5.25", "1.2.250.1.213.1.1.4.13"
_FACILITY_SYSTEM = "1.2.250.1.71.4.2.4"
_DMP_SYSTEM = "1.2.250.1.213.2.2"


def entry_rules(entry: DocumentEntry, scope: Scope) -> Iterator[Finding]:
    """META-020 to 039: the metadata of a document."""
    if entry.mime_type not in _MIME:
        yield scope.fault("META-020", "text/xml", entry.mime_type or "", entry.place.at("mimeType"))
    yield from _times(entry, scope)
    yield from _slot(entry, "languageCode", "META-022", scope, _language)
    yield from _slot(entry, "legalAuthenticator", "META-024", scope, xcn_faults)
    yield from _slot(entry, "sourcePatientId", "META-027", scope, cx_faults)
    yield from _person_types(entry, scope)
    yield from _patient_types(entry, scope)
    yield from _patient_info(entry, scope)
    yield from _title(entry, scope)
    yield from _authors(entry.classified(schemes.AUTHOR), "META-023", entry, scope)
    yield from _patient_id(entry.identified(schemes.PATIENT), "META-030", entry, scope)
    yield from _identifier(entry, schemes.UNIQUE, "META-031", scope, _unique_id)
    yield from _code(entry, schemes.CLASS_CODE, "META-032", "class_code", scope)
    yield from _confidentiality(entry, scope)
    for event in entry.classified(schemes.EVENT_CODE):
        yield from _coded(event, "META-034", scope)
    yield from _code(entry, schemes.FORMAT_CODE, "META-035", "format_code", scope)
    yield from _code(entry, schemes.FACILITY, "META-036", "facility", scope)
    yield from _code(entry, schemes.PRACTICE_SETTING, "META-037", "practice_setting", scope)
    yield from _code(entry, schemes.TYPE_CODE, "META-038", "type_code", scope)
    yield from _reference_ids(entry, scope)
    yield from _names(entry, scope)


def set_rules(package: SubmissionSet, scope: Scope) -> Iterator[Finding]:
    """META-045 to 051: the metadata of a submission set."""
    yield from _slot(package, "submissionTime", "META-045", scope, _dtm)
    yield from _authors(package.classified(schemes.SET_AUTHOR), "META-046", package, scope)
    yield from _content_type(package, scope)
    yield from _patient_id(package.identified(schemes.SET_PATIENT), "META-048", package, scope)
    yield from _identifier(package, schemes.SET_SOURCE, "META-049", scope, _oid)
    yield from _identifier(package, schemes.SET_UNIQUE, "META-050", scope, _oid)
    if package.name is not None and not package.name.strip():
        yield scope.fault("META-051", "titre / title", "∅", package.name_place)
    yield from _names(package, scope)


# --- slots ------------------------------------------------------------------------------------------


def _times(entry: DocumentEntry, scope: Scope) -> Iterator[Finding]:
    yield from _slot(entry, "creationTime", "META-021", scope, _dtm)
    yield from _slot(entry, "serviceStartTime", "META-025", scope, _dtm)
    if entry.slots_named("serviceStopTime"):
        yield from _slot(entry, "serviceStopTime", "META-026", scope, _dtm)
        start, stop = entry.value("serviceStartTime") or "", entry.value("serviceStopTime") or ""
        shared = min(len(start), len(stop))
        if is_dtm(start) and is_dtm(stop) and stop[:shared] < start[:shared]:
            place = entry.slots_named("serviceStopTime")[0].value_places[0]
            yield scope.fault("META-026", f"≥ {start}", stop, place)


def _slot(
    owner: RegistryObject, name: str, rule: str, scope: Scope, faults: Callable[[str], Iterable[str]]
) -> Iterator[Finding]:
    slots = owner.slots_named(name)
    if len(slots) != 1 or len(slots[0].values) != 1:
        found = f"{sum(len(slot.values) for slot in slots)} {name}"
        yield scope.fault(rule, f"{name} 1..1", found, slots[-1].place if slots else owner.place)
        return
    for fault in faults(slots[0].values[0]):
        yield scope.fault(rule, fault, slots[0].values[0], slots[0].value_places[0])


def _dtm(value: str) -> Iterator[str]:
    if len(value) < 8 or not is_dtm(value):
        yield "AAAAMMJJ[hhmm[ss]] UTC"


def _language(value: str) -> Iterator[str]:
    if not _LANGUAGE.fullmatch(value):
        yield "fr-FR"


def _oid(value: str) -> Iterator[str]:
    if not is_oid(value):
        yield "OID ≤ 64"


def _unique_id(value: str) -> Iterator[str]:
    root, _, extension = value.partition("^")
    if not is_oid(root) or "^" in extension or len(value) > 128 or value.endswith("^"):
        yield "OID | OID^extension"


def _person_types(entry: DocumentEntry, scope: Scope) -> Iterator[Finding]:
    """META-058 (warning): name type and identifier type of the legal authenticator's XCN."""
    for slot in entry.slots_named("legalAuthenticator"):
        for value, place in zip(slot.values, slot.value_places, strict=True):
            yield from _xcn_types(value, place, scope)


def _patient_types(entry: DocumentEntry, scope: Scope) -> Iterator[Finding]:
    """META-058 (warning): the identifier type of sourcePatientId."""
    for slot in entry.slots_named("sourcePatientId"):
        for value, place in zip(slot.values, slot.value_places, strict=True):
            pieces = components(value, 5)
            patient = hd(pieces[3]).oid in _INS_OIDS
            if pieces[0].strip() and pieces[4] not in ({"NH"} if patient else {"PI", "NH"}):
                yield scope.fault("META-058", "CX.5 NH" if patient else "CX.5 PI", value, place)


def _xcn_types(value: str, place: Place, scope: Scope) -> Iterator[Finding]:
    pieces = components(value, 13)
    patient = hd(pieces[8]).oid in _INS_OIDS
    if pieces[9] not in {"D", "U"} or pieces[12] not in _XCN_TYPES or (patient and pieces[12] != "NH"):
        expected = "XCN.10 D|U, XCN.13 NH" if patient else "XCN.10 D|U, XCN.13 IDNPS|EI|RI"
        yield scope.fault("META-058", expected, value, place)


def _patient_info(entry: DocumentEntry, scope: Scope) -> Iterator[Finding]:
    slots = entry.slots_named("sourcePatientInfo")
    if not slots or not slots[0].values:
        yield scope.fault("META-059", "sourcePatientInfo 1..1", "0", entry.place)
        return
    if len(slots) > 1:
        yield scope.fault("META-028", "sourcePatientInfo 1..1", f"{len(slots)}", slots[1].place)
    names = 0
    for value, place in zip(slots[0].values, slots[0].value_places, strict=True):
        match = _PID.fullmatch(value)
        field, text = (match.group(1), match.group(2)) if match else ("", "")
        names += field == "5" and bool(components(text, 1)[0].strip())
        wrong = {"7": not is_dtm(text), "8": text not in _SEXES}.get(field, match is None)
        if wrong:
            yield scope.fault("META-028", "PID-n|…", value, place)
    if not names:
        yield scope.fault("META-028", "PID-5|NOM^PRENOM…", "0", slots[0].place)


def _reference_ids(entry: DocumentEntry, scope: Scope) -> Iterator[Finding]:
    kinds = xds_lists()["reference_id"]
    for slot in entry.slots_named(REFERENCE_IDS):
        for value, place in zip(slot.values, slot.value_places, strict=True):
            pieces = components(value, 5)
            if not pieces[0].strip() or pieces[4] not in kinds:
                yield scope.fault("META-039", "id^^^&OID&ISO^urn:ihe:iti:xds:2013:…", value, place)


# --- names and identifiers --------------------------------------------------------------------------


def _title(entry: DocumentEntry, scope: Scope) -> Iterator[Finding]:
    if not entry.name or not entry.name.strip() or len(entry.name) > 128:
        yield scope.fault("META-029", "1..128", entry.name or "", entry.name_place)


def _names(owner: RegistryObject, scope: Scope) -> Iterator[Finding]:
    """META-014 (warning): the name of an ExternalIdentifier says which metadata it is."""
    for one in owner.identifiers:
        expected = schemes.IDENTIFIER_NAMES.get(one.scheme or "")
        if expected and one.name != expected:
            yield scope.fault("META-014", expected, one.name or "", one.place)
    known = schemes.SET_SCHEMES if isinstance(owner, SubmissionSet) else schemes.ENTRY_SCHEMES
    schemed: tuple[Classification | Identifier, ...] = (*owner.classifications, *owner.identifiers)
    for each in schemed:
        if each.scheme is not None and each.scheme not in known:
            name = "classificationScheme" if isinstance(each, Classification) else "identificationScheme"
            yield scope.fault("META-018", "UUID ITI TF-3 §4.2.5.2", each.scheme, each.place.at(name))


def _identifier(
    owner: RegistryObject, scheme: str, rule: str, scope: Scope, faults: Callable[[str], Iterable[str]]
) -> Iterator[Finding]:
    found = owner.identified(scheme)
    if len(found) != 1:
        name = schemes.IDENTIFIER_NAMES[scheme]
        yield scope.fault(rule, f"{name} 1..1", f"{len(found)}", found[1].place if found else owner.place)
        return
    for fault in faults(found[0].value):
        yield scope.fault(rule, fault, found[0].value, found[0].place.at("value"))


def _patient_id(
    found: tuple[Identifier, ...], rule: str, owner: RegistryObject, scope: Scope
) -> Iterator[Finding]:
    if len(found) != 1:
        yield scope.fault(rule, "patientId 1..1", f"{len(found)}", found[1].place if found else owner.place)
        return
    value, place = found[0].value, found[0].place.at("value")
    for fault in cx_faults(value):
        yield scope.fault(rule, fault, value, place)
    pieces = components(value, 5)
    oid = hd(pieces[3]).oid
    if oid == INS_C_OID:
        yield scope.fault("META-061", ", ".join(InsOid), oid, place)
    if oid not in _INS_OIDS:
        return
    if pieces[4] != "NH":
        yield scope.fault(rule, "CX.5 = NH", pieces[4], place)
    try:
        matricule = parse(pieces[0])
    except IdentifierError:
        # The form of a matricule is general knowledge of the field, seen in no text: it only warns.
        yield scope.fault("META-055", "matricule INS (15)", pieces[0], place)
        return
    if not matricule.key_is_valid:
        yield scope.fault("META-055", f"{matricule.number}{key_of(matricule.number)}", pieces[0], place)


# --- classifications --------------------------------------------------------------------------------


def _authors(
    found: tuple[Classification, ...], rule: str, owner: RegistryObject, scope: Scope
) -> Iterator[Finding]:
    if not found:
        yield scope.fault(rule, "author 1..*", "0", owner.place)
    for author in found:
        if author.code:
            yield scope.fault(
                "META-019", 'nodeRepresentation=""', author.code, author.place.at("nodeRepresentation")
            )
        persons = [slot for slot in author.slots if slot.name == "authorPerson"]
        if len(persons) != 1 or len(persons[0].values) != 1:
            yield scope.fault(rule, "authorPerson 1..1", f"{len(persons)}", author.place)
        for name, faults in (("authorPerson", xcn_faults), ("authorInstitution", xon_faults)):
            for slot in author.slots:
                if slot.name != name:
                    continue
                for value, place in zip(slot.values, slot.value_places, strict=True):
                    for fault in faults(value):
                        yield scope.fault(rule, fault, value, place)
                    if name == "authorPerson":
                        yield from _xcn_types(value, place, scope)
        yield from _specialty(author, scope)


def _specialty(author: Classification, scope: Scope) -> Iterator[Finding]:
    known = xds_lists()["author_specialty"]
    slot = author.slot("authorSpecialty")
    for value, place in zip(slot.values, slot.value_places, strict=True) if slot else ():
        pieces = components(value, 3)
        if pieces[0] not in known or pieces[2] not in known.systems[pieces[0]]:
            yield scope.fault("META-056", f"{known.value_set} ({known.version})", value, place)


def _code(owner: RegistryObject, scheme: str, rule: str, name: str, scope: Scope) -> Iterator[Finding]:
    found = owner.classified(scheme)
    if len(found) != 1:
        yield scope.fault(rule, f"{name} 1..1", f"{len(found)}", found[1].place if found else owner.place)
    for one in found:
        yield from _coded(one, rule, scope)
        yield from _listed(one, rule, name, scope)


def _coded(one: Classification, rule: str, scope: Scope) -> Iterator[Finding]:
    if not (one.code or "").strip():
        yield scope.fault(rule, "nodeRepresentation", one.code or "", one.place)
    if not one.coding_scheme:
        yield scope.fault(rule, "codingScheme 1..1", "0", one.place)
    if not (one.display or "").strip():
        yield scope.fault(rule, "Name/LocalizedString/@value", "0", one.place)


def _listed(one: Classification, rule: str, name: str, scope: Scope) -> Iterator[Finding]:
    known = xds_lists()[name]
    if not one.code or not one.coding_scheme:
        return
    if one.code not in known:
        expected = f"{known.value_set} ({known.version})"
        yield scope.fault("META-056", expected, one.code, one.place.at("nodeRepresentation"))
    elif one.coding_scheme not in known.systems[one.code] and "urn" not in known.systems[one.code]:
        # Official archives do not agree on the code system of formatCode.
        wrong = "META-057" if name == "format_code" else rule
        expected = " | ".join(known.systems[one.code])
        yield scope.fault(wrong, expected, one.coding_scheme, _scheme_place(one))


def _scheme_place(one: Classification) -> Place:
    slot = one.slot("codingScheme")
    return slot.value_places[0] if slot and slot.value_places else one.place


def _confidentiality(entry: DocumentEntry, scope: Scope) -> Iterator[Finding]:
    found = entry.classified(schemes.CONFIDENTIALITY)
    if not 1 <= len(found) <= 4:
        yield scope.fault("META-033", "1..4", f"{len(found)}", found[4].place if found else entry.place)
    for one in found:
        yield from _coded(one, "META-033", scope)
        if one.code and one.code not in _CONFIDENTIALITY:
            expected = ", ".join(sorted(_CONFIDENTIALITY))
            yield scope.fault("META-056", expected, one.code, one.place.at("nodeRepresentation"))
        elif one.code and one.coding_scheme:
            system = _CONFIDENTIALITY_SYSTEM if len(one.code) == 1 else _MASKING_SYSTEM
            if one.coding_scheme != system:
                yield scope.fault("META-033", system, one.coding_scheme, _scheme_place(one))


def _content_type(package: SubmissionSet, scope: Scope) -> Iterator[Finding]:
    found = package.classified(schemes.SET_CONTENT_TYPE)
    if len(found) != 1:
        place = found[1].place if found else package.place
        yield scope.fault("META-047", "contentTypeCode 1..1", f"{len(found)}", place)
    for one in found:
        yield from _coded(one, "META-047", scope)
        sector = re.fullmatch(r"SA[0-9]{2}", one.code or "", re.ASCII)
        if sector and one.coding_scheme and one.coding_scheme != _FACILITY_SYSTEM:
            yield scope.fault("META-047", _FACILITY_SYSTEM, one.coding_scheme, _scheme_place(one))
        elif one.code and not sector and one.coding_scheme == _FACILITY_SYSTEM:
            yield scope.fault("META-056", "JDV_J03 : SAxx", one.code, one.place.at("nodeRepresentation"))
