"""CR-BIO, the laboratory report (model 1.2.250.1.213.1.1.1.55): header and sections (CDA-BIO).

Sources: volet CR-BIO 2024.01 of the CI-SIS as the official rules restate it, IHE XD-LAB. Version 2021.01
differs by the list of level-1 sections, the copy section and the code of a result; 2023.01 has the list of
2024.01 and does not demand the copy. A document that gives no version is judged by what all versions ask, and
told so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checks.cda.nodes import has_template, is_null, kid, kids, local, lost, shown, words
from harness.checks.cda.walk import Book, Reading

if TYPE_CHECKING:
    from lxml.etree import _Element

book = Book()
MODEL = "1.2.250.1.213.1.1.1.55"
LOINC = "2.16.840.1.113883.6.1"
LAB = "urn:oid:1.3.6.1.4.1.19376.1.3.2"
CHAPTER = "1.3.6.1.4.1.19376.1.3.3.2.1"
SUB_CHAPTER = "1.3.6.1.4.1.19376.1.3.3.2.2"
SECOND_INTENTION = "1.2.250.1.213.1.1.2.60"
COMMENT = "1.3.6.1.4.1.19376.1.4.1.2.16"
REFERRAL = "1.2.250.1.213.1.1.2.128"
REFERRAL_UNCODED = "1.3.6.1.4.1.19376.1.5.3.1.3.1"
REFERRAL_CODED = "1.3.6.1.4.1.19376.1.5.3.1.3.2"
IMMUNIZATIONS = "1.2.250.1.213.1.1.2.147"
IHE_IMMUNIZATIONS = "1.3.6.1.4.1.19376.1.5.3.1.3.23"
COPY = "1.2.250.1.213.1.1.2.243"
ATTACHED = "1.2.250.1.213.1.1.3.18"
_LEVEL_1 = (CHAPTER, SECOND_INTENTION, COMMENT, REFERRAL, IMMUNIZATIONS, COPY)
_LEVEL_1_2021 = (CHAPTER, SECOND_INTENTION, COMMENT)
TITLE = "Compte rendu d'examens biologiques"
LABEL = "CR d'examens biologiques"
_STATES = ("completed", "active", "aborted")


def is_report(reading: Reading) -> bool:
    """Tell whether the document announces this model, structured."""
    return reading.model == MODEL and not reading.unstructured


def since(reading: Reading, year: str) -> bool:
    """Tell whether it announces the version of a year or a later one."""
    return (reading.version or "") >= year


@book.element("ClinicalDocument")
def document(reading: Reading, root: _Element) -> None:
    """CDA-BIO-001 to CDA-BIO-005: what the model fixes in the header."""
    if not is_report(reading):
        return
    title, code, number = kid(root, "title"), kid(root, "code"), kid(root, "versionNumber")
    if title is not None and "".join(map(str, title.itertext())).strip() != TITLE:
        reading.fault("CDA-BIO-001", title, TITLE, words(title))
    wanted = ("11502-2", LOINC, LABEL)
    if code is not None and tuple(code.get(name) for name in ("code", "codeSystem", "displayName")) != wanted:
        reading.fault("CDA-BIO-002", code, f"11502-2, {LOINC}, {LABEL}", shown(code))
    if not has_template(root, "1.3.6.1.4.1.19376.1.3.3"):
        reading.fault("CDA-BIO-003", root, "templateId 1.3.6.1.4.1.19376.1.3.3", "absent")
    if number is not None and (is_null(number) or not _is_positive(number.get("value", ""))):
        reading.fault("CDA-BIO-004", number, "> 0", shown(number))
    if reading.version is None:
        own = next(each for each in kids(root, "templateId") if each.get("root") == MODEL)
        reading.fault("CDA-BIO-005", own, 'extension="2024.01"', shown(own))
    _patient(reading, kid(root, "recordTarget", "patientRole"))
    for each in kids(root, "authenticator"):
        _validator(reading, each)
    for each in kids(root, "documentationOf"):
        _chapter_act(reading, each)
    _main_act(reading, kid(root, "documentationOf", "serviceEvent"))
    _responsible(reading, kid(root, "componentOf", "encompassingEncounter"))


def _is_positive(number: str) -> bool:
    return not number.startswith("-") and any(digit in "123456789" for digit in number)


def _patient(reading: Reading, role: _Element | None) -> None:
    patient = kid(role, "patient")
    traits = (kid(patient, "administrativeGenderCode"), kid(patient, "birthTime"))
    for each in (*kids(role, "addr"), *kids(role, "telecom"), *traits):
        if each is not None and is_null(each) and each.get("nullFlavor") != "UNK":
            reading.fault("CDA-BIO-036", each, 'nullFlavor="UNK"', shown(each), "nullFlavor")


def _validator(reading: Reading, element: _Element) -> None:
    """CDA-BIO-031: the biologist who validated."""
    entity = kid(element, "assignedEntity")
    missing = [name for name in ("addr", "telecom") if kid(entity, name) is None]
    if kid(element, "time") is None:
        missing.append("time")
    if not has_template(element, "1.3.6.1.4.1.19376.1.3.3.1.5"):
        missing.append("templateId 1.3.6.1.4.1.19376.1.3.3.1.5")
    organisation = kid(entity, "representedOrganization")
    if organisation is not None:
        missing += _missing(organisation, ("id", "name", "telecom", "addr"))
    if missing:
        reading.fault("CDA-BIO-031", element, "templateId, time, addr, telecom", lost(missing))


def _missing(element: _Element | None, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if kid(element, *name.split("/")) is None]


def _chapter_act(reading: Reading, element: _Element) -> None:
    """CDA-BIO-032, CDA-BIO-033: chapters and the laboratory that did them."""
    event = kid(element, "serviceEvent")
    if event is not None and kid(event, "code") is None:
        reading.fault("CDA-BIO-032", event, "code", "absent")
    for performer in kids(event, "performer"):
        entity = kid(performer, "assignedEntity")
        missing = [] if kid(performer, "time") is not None else ["time"]
        missing += _missing(entity, ("addr", "telecom", "assignedPerson/name"))
        organisation = kid(entity, "representedOrganization")
        missing += _missing(organisation, ("id", "name", "telecom", "addr", "standardIndustryClassCode"))
        if missing:
            wanted = "time, addr, telecom, assignedPerson/name, representedOrganization"
            reading.fault("CDA-BIO-033", performer, wanted, lost(missing))


def _main_act(reading: Reading, event: _Element | None) -> None:
    """CDA-BIO-039: number of the order in the laboratory, state, moments of receipt and release."""
    if event is None:
        return
    status = event.find(f"{{{LAB}}}statusCode")
    missing = _missing(event, ("id", "effectiveTime/low", "effectiveTime/high"))
    if status is None:
        missing.append("lab:statusCode")
    if missing:
        reading.fault("CDA-BIO-039", event, "id, lab:statusCode, effectiveTime/low, high", lost(missing))
    elif status is not None and status.get("code") not in _STATES:
        reading.fault("CDA-BIO-039", status, " | ".join(_STATES), shown(status), "code")


def _responsible(reading: Reading, encounter: _Element | None) -> None:
    """CDA-BIO-034: the biologist in charge."""
    if encounter is None:
        return
    entity = kid(encounter, "responsibleParty", "assignedEntity")
    missing = _missing(entity, ("id", "code", "assignedPerson/name/family"))
    if missing:
        wanted = "responsibleParty/assignedEntity : id, code, assignedPerson/name/family"
        reading.fault("CDA-BIO-034", encounter if entity is None else entity, wanted, lost(missing))


@book.element("structuredBody")
def level_1(reading: Reading, body: _Element) -> None:
    """CDA-BIO-006, CDA-BIO-007, CDA-BIO-010: which sections there are."""
    if not is_report(reading):
        return
    allowed = _LEVEL_1 if reading.version is None or since(reading, "2023") else _LEVEL_1_2021
    sections = [section for each in kids(body, "component") for section in kids(each, "section")]
    for section in sections:
        if not any(has_template(section, root) for root in allowed):
            given = ", ".join(each.get("root", "") for each in kids(section, "templateId"))
            reading.fault("CDA-BIO-006", section, " | ".join(allowed), given or "sans / without templateId")
    if not any(has_template(section, CHAPTER) for section in sections):
        reading.fault("CDA-BIO-007", body, f"≥ 1 section {CHAPTER}", "0")
    if since(reading, "2024") and not any(has_template(section, COPY) for section in sections):
        reading.fault("CDA-BIO-010", body, f"section {COPY}", "absent")


@book.template(CHAPTER)
def chapter(reading: Reading, section: _Element) -> None:
    """CDA-BIO-008: a chapter holds its results, or sub-chapters that do, never both."""
    if not is_report(reading):
        return
    text, entries, inside = kid(section, "text"), kids(section, "entry"), kids(section, "component")
    alone = text is not None and len(entries) == 1 and not inside
    divided = text is None and not entries and inside
    if not (alone or divided):
        found = f"text {'1' if text is not None else '0'}, entry {len(entries)}, component {len(inside)}"
        reading.fault("CDA-BIO-008", section, "text + 1 entry | ≥ 1 component/section", found)


@book.template(SUB_CHAPTER)
def sub_chapter(reading: Reading, section: _Element) -> None:
    """CDA-BIO-009: a sub-chapter is a text and one entry."""
    if not is_report(reading):
        return
    entries, code = kids(section, "entry"), kid(section, "code")
    if kid(section, "text") is None or len(entries) != 1:
        found = f"text {'0' if kid(section, 'text') is None else '1'}, entry {len(entries)}"
        reading.fault("CDA-BIO-009", section, "text + 1 entry", found)
    if code is not None and not is_null(code) and code.get("codeSystem") != LOINC:
        reading.fault("CDA-BIO-009", code, f"LOINC ({LOINC})", shown(code), "codeSystem")


@book.template(COPY)
def copy(reading: Reading, section: _Element) -> None:
    """CDA-BIO-011: the section that holds the PDF copy, the same in all models."""
    title, code = kid(section, "title"), kid(section, "code")
    if words(title) != "Copie du document":
        place = section if title is None else title
        reading.fault("CDA-BIO-011", place, "Copie du document", words(title) or "absent")
    if code is None or (code.get("code"), code.get("codeSystem")) != ("55108-5", LOINC):
        reading.fault("CDA-BIO-011", section if code is None else code, f"55108-5, {LOINC}", shown(code))
    if kid(section, "text") is None:
        reading.fault("CDA-BIO-011", section, "text", "absent")


@book.end
def copied(reading: Reading) -> None:
    """CDA-BIO-011: the copy is attached; the official rule is content with it anywhere in the document."""
    sections = reading.templates.get(COPY, ())
    if sections and not any(local(each) == "organizer" for each in reading.templates.get(ATTACHED, ())):
        reading.fault("CDA-BIO-011", sections[0], f"entry/organizer {ATTACHED}", "absent")
