"""Header of a document: identity, kind, version, language, acts (CDA-H-001 to CDA-H-029, CDA-H-054 to 064).

Sources: Structuration minimale v1.16.8 and what the official StrucMin rules test. Where the official check is
blind or official samples differ, the rule warns.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.checks.cda.datatypes import is_unique
from harness.checks.cda.nodes import is_null, kid, kids, lost, member, moment, shown, words
from harness.checks.cda.walk import Book, Reading
from schemas.models import ROOT, UNSTRUCTURED

if TYPE_CHECKING:
    from lxml.etree import _Element

book = Book()
HL7_FRANCE = "2.16.840.1.113883.2.8.2.1"
CI_SIS = ROOT + "1"
_LANGUAGE = re.compile(r"[a-z]{2}-[A-Z]{2}")
_CREATION = re.compile(r"[0-9]{4,14}(?:[+-][0-9]{4})?")
_TO_SECONDS = re.compile(r"[0-9]{14}(?:\.[0-9]+)?[+-][0-9]{4}")
_CONFIDENTIALITY = "2.16.840.1.113883.5.25"
_NO_LONGER = ("copyTime", "religiousAffiliationCode", "raceCode", "ethnicGroupCode")


@book.element("ClinicalDocument")
def realm_and_type(reading: Reading, root: _Element) -> None:
    """CDA-H-001, CDA-H-002: French realm, CDA R2 type."""
    realms = [each.get("code") for each in kids(root, "realmCode")]
    if realms != ["FR"]:
        reading.fault("CDA-H-001", root, '<realmCode code="FR"/>', f"{realms}")
    type_id = kid(root, "typeId")
    if type_id is None or type_id.get("extension") != "POCD_HD000040":
        reading.fault(
            "CDA-H-002", root if type_id is None else type_id, "POCD_HD000040", shown(type_id), "extension"
        )


@book.element("ClinicalDocument")
def templates(reading: Reading, root: _Element) -> None:
    """CDA-H-003 to CDA-H-006: the templateIds that say which rules the document follows."""
    given = [each.get("root", "") for each in kids(root, "templateId")]
    for wanted in (HL7_FRANCE, CI_SIS):
        if given.count(wanted) != 1:
            reading.fault("CDA-H-003", root, f"1 × {wanted}", f"{given.count(wanted)} ×")
    others = [each for each in given if each not in (HL7_FRANCE, CI_SIS)]
    if not others:
        reading.fault("CDA-H-003", root, "modèle / model", ", ".join(given) or "absent")
    if HL7_FRANCE in given and CI_SIS in given and given[:2] != [HL7_FRANCE, CI_SIS]:
        first = kids(root, "templateId")[0]
        reading.fault("CDA-H-004", first, f"{HL7_FRANCE}, {CI_SIS}, …", ", ".join(given[:3]))
    if reading.unstructured and others != [UNSTRUCTURED]:
        reading.fault("CDA-H-005", root, f"{HL7_FRANCE}, {CI_SIS}, {UNSTRUCTURED}", ", ".join(given))
    if not reading.unstructured and others and not any(each.startswith(ROOT) for each in others):
        reading.fault("CDA-H-006", root, f"{ROOT}…", ", ".join(others))


@book.element("ClinicalDocument")
def identity(reading: Reading, root: _Element) -> None:
    """CDA-H-007 to CDA-H-011: id, code and title."""
    own = kid(root, "id")
    if own is not None and (not is_unique(own.get("root")) or is_null(own)):
        reading.fault("CDA-H-007", own, "@root", shown(own), "root")
    code = kid(root, "code")
    if code is not None:
        missing = [name for name in ("code", "codeSystem", "displayName") if not code.get(name)]
        if missing or is_null(code):
            reading.fault("CDA-H-008", code, "@code @codeSystem @displayName", shown(code))
        else:
            member(reading, "CDA-H-009", code, "JDV_J07_XdsTypeCode")
    title = kid(root, "title")
    text = words(title)
    if not text:
        reading.fault("CDA-H-010", root if title is None else title, "<title>…</title>", shown(title))
    elif len(text) > 128:
        reading.fault("CDA-H-011", root if title is None else title, "≤ 128", f"{len(text)} : {text}")


@book.element("ClinicalDocument")
def creation(reading: Reading, root: _Element) -> None:
    """CDA-H-012, CDA-H-013: moment of creation, and moments of responsibility to the second."""
    created = kid(root, "effectiveTime")
    if created is not None:
        value = created.get("value", "")
        if is_null(created) or len(created) or not _CREATION.fullmatch(value):
            reading.fault("CDA-H-013", created, "AAAAMMJJhhmmss+ZZzz", shown(created), "value")
    moments = [created]
    for name in ("author", "dataEnterer", "legalAuthenticator", "authenticator"):
        moments += [kid(each, "time") for each in kids(root, name)]
    for each in moments:
        if each is not None and each.get("value") and not _TO_SECONDS.fullmatch(each.get("value", "")):
            reading.fault("CDA-H-012", each, "AAAAMMJJhhmmss+ZZzz", each.get("value", ""), "value")


@book.element("ClinicalDocument")
def confidentiality_and_language(reading: Reading, root: _Element) -> None:
    """CDA-H-014 to CDA-H-017."""
    code = kid(root, "confidentialityCode")
    if code is not None:
        complete = code.get("codeSystem") == _CONFIDENTIALITY and code.get("displayName")
        if not complete or code.get("code") not in ("L", "M", "N", "R", "U", "V"):
            reading.fault("CDA-H-014", code, f"N | R | V ({_CONFIDENTIALITY}), displayName", shown(code))
        elif code.get("code") not in ("N", "R", "V"):
            reading.fault("CDA-H-015", code, "N | R | V", code.get("code", ""), "code")
    language = kid(root, "languageCode")
    given = "" if language is None else language.get("code", "")
    if not _LANGUAGE.search(given):
        reading.fault("CDA-H-016", root if language is None else language, "fr-FR", shown(language), "code")
    elif language is not None and not _LANGUAGE.fullmatch(given):
        reading.fault("CDA-H-017", language, "fr-FR", given, "code")


@book.element("ClinicalDocument")
def version(reading: Reading, root: _Element) -> None:
    """CDA-H-018 to CDA-H-020, CDA-H-022 to CDA-H-024: set, version and replaced document."""
    set_id, number = kid(root, "setId"), kid(root, "versionNumber")
    if set_id is None or not is_unique(set_id.get("root")):
        reading.fault("CDA-H-018", root if set_id is None else set_id, "setId/@root", shown(set_id))
    if number is None or not re.fullmatch(r"[+-]?[0-9]+", number.get("value", "")):
        reading.fault("CDA-H-019", root if number is None else number, "versionNumber/@value", shown(number))
        return
    current = int(number.get("value", "0")[:9])
    if current < 1:
        reading.fault("CDA-H-020", number, "≥ 1", number.get("value", ""), "value")
    replaced = [each for each in kids(root, "relatedDocument") if each.get("typeCode") == "RPLC"]
    if len(replaced) > 1:
        reading.fault("CDA-H-022", replaced[1], "1 × RPLC", f"{len(replaced)} × RPLC")
    if (current > 1) != bool(replaced):
        wanted = "RPLC" if current > 1 else "sans / without RPLC"
        found = f"version {current}, {len(replaced)} × RPLC"
        reading.fault("CDA-H-023", replaced[0] if replaced else number, wanted, found)
    for each in replaced:
        _replacement(reading, root, kid(each, "parentDocument"), current)


def _replacement(reading: Reading, root: _Element, parent: _Element | None, current: int) -> None:
    if parent is None:
        return
    ids = kids(parent, "id")
    if len(ids) != 1 or not ids[0].get("root"):
        reading.fault("CDA-H-022", parent, "1 × parentDocument/id/@root", f"{len(ids)}")
        return
    own = kid(root, "id")
    if own is not None and _same(own, ids[0]):
        reading.fault("CDA-H-024", ids[0], "id ≠ ClinicalDocument/id", shown(ids[0]))
    old_set, new_set = kid(parent, "setId"), kid(root, "setId")
    if old_set is not None and new_set is not None and not _same(old_set, new_set):
        reading.fault("CDA-H-024", old_set, f"setId {new_set.get('root')}", shown(old_set))
    old = kid(parent, "versionNumber")
    if old is not None and old.get("value", "").isdecimal() and int(old.get("value", "0")[:9]) >= current:
        reading.fault("CDA-H-024", old, f"< {current}", old.get("value", ""), "value")


def _same(one: _Element, other: _Element) -> bool:
    return one.get("root") == other.get("root") and one.get("extension") == other.get("extension")


@book.element("ClinicalDocument")
def cardinalities(reading: Reading, root: _Element) -> None:
    """CDA-H-021: parts that the schema lets be repeated or left out and the French header does not."""
    for name in ("recordTarget", "legalAuthenticator", "componentOf"):
        number = len(kids(root, name))
        if number != 1:
            place = kids(root, name)[1] if number > 1 else root
            reading.fault("CDA-H-021", place, f"1 × {name}", f"{number} ×")
    if not kids(root, "documentationOf"):
        reading.fault("CDA-H-021", root, "≥ 1 documentationOf", "0")


@book.element("documentationOf")
def main_act(reading: Reading, element: _Element) -> None:
    """CDA-H-054 to CDA-H-056, CDA-H-064: the first documentationOf is the main act."""
    event = kid(element, "serviceEvent")
    if event is None:
        return
    period, performers = kid(event, "effectiveTime"), kids(event, "performer")
    parent = element.getparent()
    first = parent is not None and kid(parent, "documentationOf") is element
    if first and (period is None or not performers):
        missing = ["effectiveTime"] if period is None else []
        if not performers:
            missing.append("performer")
        reading.fault("CDA-H-054", event, "effectiveTime, performer", lost(missing))
    low = kid(period, "low")
    if period is not None and not is_null(period) and low is None:
        reading.fault("CDA-H-055", period, "<low value=…/>", shown(period))
    if first and low is not None and len(re.split("[+-]", low.get("value") or "0" * 12)[0]) < 12:
        reading.fault("CDA-H-064", low, "AAAAMMJJhhmm+ZZzz", low.get("value", ""), "value")
    code = kid(event, "code")
    if code is not None and not is_null(code) and not (code.get("code") and code.get("codeSystem")):
        reading.fault("CDA-H-058", code, "@code @codeSystem", shown(code))
    for performer in performers:
        _performer(reading, performer)


def _performer(reading: Reading, performer: _Element) -> None:
    entity = kid(performer, "assignedEntity")
    organisation = kid(entity, "representedOrganization")
    setting = kid(organisation, "standardIndustryClassCode")
    if performer.get("typeCode") != "PRF":
        reading.fault("CDA-H-056", performer, 'typeCode="PRF"', shown(performer), "typeCode")
    elif organisation is None or setting is None:
        wanted = "representedOrganization/standardIndustryClassCode"
        reading.fault("CDA-H-056", performer if entity is None else entity, wanted, "absent")


@book.element("standardIndustryClassCode")
def setting(reading: Reading, element: _Element) -> None:
    """CDA-H-057: cadre d'exercice."""
    member(reading, "CDA-H-057", element, "JDV_J04_XdsPracticeSettingCode")


@book.element("consent")
def consent(reading: Reading, element: _Element) -> None:
    """CDA-H-059: a consent says what was agreed to, and that it was."""
    code, status = kid(element, "code"), kid(element, "statusCode")
    if code is None or (status is not None and not is_null(status) and status.get("code") != "completed"):
        reading.fault("CDA-H-059", element, "code, statusCode completed", f"{shown(code)} {shown(status)}")


@book.element("encompassingEncounter")
def encounter(reading: Reading, element: _Element) -> None:
    """CDA-H-060: kind of encounter, place, participants."""
    code = kid(element, "code")
    if code is not None and not is_null(code):
        member(reading, "CDA-H-060", code, "JDV_J142_TypeRencontre")
        if not code.get("displayName"):
            reading.fault("CDA-H-060", code, "@displayName", shown(code))
    facility = kid(element, "location", "healthCareFacility", "code")
    if facility is None:
        reading.fault("CDA-H-060", element, "location/healthCareFacility/code", "absent")
    else:
        member(reading, "CDA-H-060", facility, "JDV_J02_XdsHealthcareFacilityTypeCode")
    for each in kids(element, "encounterParticipant"):
        if each.get("typeCode") not in ("ADM", "ATND", "CON", "DIS", "REF", "RESP"):
            reading.fault("CDA-H-060", each, "ADM | ATND | CON | DIS | REF | RESP", shown(each), "typeCode")
    leaving = kid(element, "dischargeDispositionCode")
    if leaving is None or is_null(leaving):
        return
    if not (leaving.get("code") and leaving.get("displayName")):
        reading.fault("CDA-H-060", leaving, "@code @displayName", shown(leaving))


@book.element("order")
def order(reading: Reading, element: _Element) -> None:
    """CDA-H-061: one prescription, one id."""
    ids = kids(element, "id")
    if len(ids) > 1:
        reading.fault("CDA-H-061", ids[1], "1 × id", f"{len(ids)} ×")


@book.element(*_NO_LONGER)
def no_longer(reading: Reading, element: _Element) -> None:
    """CDA-H-062: elements that the French header excludes."""
    reading.fault("CDA-H-062", element, "absent", shown(element))


@book.element("ClinicalDocument")
def born_before(reading: Reading, root: _Element) -> None:
    """CDA-H-063: the patient is born before the document is made."""
    birth = kid(root, "recordTarget", "patientRole", "patient", "birthTime")
    created = kid(root, "effectiveTime")
    if birth is None or created is None:
        return
    born, made = moment(birth.get("value")), moment(created.get("value"))
    if born is not None and made is not None and born > made:
        reading.fault("CDA-H-063", birth, f"≤ {created.get('value')}", birth.get("value", ""), "value")
