"""Entries and sections of the plain models: problems, allergies, vital signs, observations, free text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from lxml import etree

from simulators.documents.codes import LOINC, SNOMED_CT, Code
from simulators.documents.entries import (
    day,
    original_text,
    simple_observation,
    templates,
    text_reference,
    typed_code,
)
from simulators.documents.header_xml import write_code
from simulators.documents.narrative import Items, Text, paragraph
from simulators.documents.sections import EntryWriter, Ids, Section
from simulators.documents.times import cda_time
from simulators.documents.xmltree import add

PCC = "1.3.6.1.4.1.19376.1.5.3.1"
FR_SECTION = "1.2.250.1.213.1.1.2"
FR_ENTRY = "1.2.250.1.213.1.1.3"
COMMENT_SECTION = ("2.16.840.1.113883.10.12.201", "1.3.6.1.4.1.19376.1.4.1.2.16", f"{FR_SECTION}.73")
ALLERGY_SECTION = ("2.16.840.1.113883.10.20.1.2", f"{PCC}.3.13", f"{FR_SECTION}.137")
TREATMENT_SECTION = ("2.16.840.1.113883.10.20.1.8", f"{PCC}.3.19", f"{FR_SECTION}.143")
_CONCERN = ("2.16.840.1.113883.10.20.1.27", f"{PCC}.4.5.1")
_PROBLEM = ("2.16.840.1.113883.10.20.1.28", f"{PCC}.4.5")


@dataclass(frozen=True, slots=True)
class Problem:
    """A disease (ICD-10) and the day since when it is known."""

    code: Code
    since: date


@dataclass(frozen=True, slots=True)
class Allergy:
    """What the patient does not bear, in words, and since when."""

    agent: str
    since: date


@dataclass(frozen=True, slots=True)
class VitalSign:
    """A measure: its LOINC code, value and UCUM unit."""

    code: Code
    value: str
    unit: str


def free_text(roots: tuple[str, ...], code: Code, title: str, text: str) -> Section:
    """Return a section of one paragraph, without entry."""
    return Section(roots, code, title, (paragraph(text),))


def comment_section(text: str) -> Section:
    """Return the section FR-Commentaire-non-code."""
    return free_text(COMMENT_SECTION, Code("55112-7", LOINC, "Commentaire"), "Commentaire", text)


def problems_section(
    roots: tuple[str, ...], code: Code, title: str, problems: tuple[Problem, ...]
) -> Section:
    """Return a section of diseases, one concern an entry."""
    prefix = f"pb-{code.code}"
    named = tuple((f"{prefix}-{rank}", each) for rank, each in enumerate(problems, start=1))
    items = Items(tuple(Text(f"{each.code.display} ({each.since:%Y})", id_) for id_, each in named))
    return Section(roots, code, title, (items,), tuple(_problem_writer(id_, each) for id_, each in named))


def _concern(section: etree._Element, ids: Ids, since: date, *roots: str) -> etree._Element:
    """Write a concern that is active since a day and return the link to what it is about."""
    act = add(add(section, "entry"), "act", classCode="ACT", moodCode="EVN")
    templates(act, *_CONCERN, *roots)
    add(act, "id", root=ids.next())
    add(act, "code", nullFlavor="NA")
    add(act, "statusCode", code="active")
    add(add(act, "effectiveTime"), "low", value=day(since))
    return add(act, "entryRelationship", typeCode="SUBJ", inversionInd="false")


def _problem_writer(id_: str, problem: Problem) -> EntryWriter:
    def write(section: etree._Element, ids: Ids) -> None:
        link = _concern(section, ids, problem.since, f"{PCC}.4.5.2", f"{FR_ENTRY}.39")
        element = add(link, "observation", classCode="OBS", moodCode="EVN", negationInd="false")
        templates(element, *_PROBLEM, f"{FR_ENTRY}.37")
        add(element, "id", root=ids.next())
        write_code(element, "code", Code("282291009", SNOMED_CT, "interprétation diagnostique"))
        text_reference(element, id_)
        add(element, "statusCode", code="completed")
        add(add(element, "effectiveTime"), "low", value=day(problem.since))
        original_text(typed_code(element, "value", problem.code), id_)

    return write


def allergies_section(allergies: tuple[Allergy, ...]) -> Section:
    """Return the section of allergies, one concern an entry."""
    named = tuple((f"allergie-{rank}", each) for rank, each in enumerate(allergies, start=1))
    return Section(
        ALLERGY_SECTION,
        Code("48765-2", LOINC, "Allergies et hypersensibilités"),
        "Allergies et hypersensibilités",
        (Items(tuple(Text(each.agent, id_) for id_, each in named)),),
        tuple(_allergy_writer(id_, each) for id_, each in named),
    )


def _allergy_writer(id_: str, allergy: Allergy) -> EntryWriter:
    def write(section: etree._Element, ids: Ids) -> None:
        link = _concern(section, ids, allergy.since, f"{PCC}.4.5.3", f"{FR_ENTRY}.40")
        element = add(link, "observation", classCode="OBS", moodCode="EVN", negationInd="false")
        templates(element, "2.16.840.1.113883.10.20.1.18", *_PROBLEM, f"{PCC}.4.6", f"{FR_ENTRY}.41")
        add(element, "id", root=ids.next())
        write_code(element, "code", Code("416098002", SNOMED_CT, "allergie médicamenteuse"))
        text_reference(element, id_)
        add(element, "statusCode", code="completed")
        add(add(element, "effectiveTime"), "low", value=day(allergy.since))
        original_text(add(element, "value", xsi_type="CD"), id_)

    return write


def vital_signs_section(signs: tuple[VitalSign, ...], time: datetime) -> Section:
    """Return the section of vital signs, all measured at one time."""
    named = tuple((f"signe-{rank}", each) for rank, each in enumerate(signs, start=1))

    def write(section: etree._Element, ids: Ids) -> None:
        group = add(add(section, "entry"), "organizer", classCode="CLUSTER", moodCode="EVN")
        templates(
            group,
            "2.16.840.1.113883.10.20.1.32",
            "2.16.840.1.113883.10.20.1.35",
            f"{PCC}.4.13.1",
            f"{FR_ENTRY}.49",
        )
        add(group, "id", root=ids.next())
        write_code(group, "code", Code("85353-1", LOINC, "Signes vitaux"))
        add(group, "statusCode", code="completed")
        add(group, "effectiveTime", value=cda_time(time))
        for id_, sign in named:
            element = add(add(group, "component"), "observation", classCode="OBS", moodCode="EVN")
            templates(
                element, "2.16.840.1.113883.10.20.1.31", f"{PCC}.4.13", f"{PCC}.4.13.2", f"{FR_ENTRY}.50"
            )
            add(element, "id", root=ids.next())
            write_code(element, "code", sign.code)
            text_reference(element, id_)
            add(element, "statusCode", code="completed")
            add(element, "effectiveTime", value=cda_time(time))
            add(element, "value", value=sign.value, unit=sign.unit, xsi_type="PQ")

    return Section(
        ("2.16.840.1.113883.10.20.1.16", f"{PCC}.3.25", f"{PCC}.1.5.3.2", f"{FR_SECTION}.75"),
        Code("8716-3", LOINC, "Signes vitaux"),
        "Signes vitaux",
        (Items(tuple(Text(f"{each.code.display} : {each.value} {each.unit}", id_) for id_, each in named)),),
        (write,),
    )


def observed(
    text_id: str, code: Code, value: bool | str | Code, time: datetime | date, *subtypes: str
) -> EntryWriter:
    """Return the writer of a simple observation in an entry."""

    def write(section: etree._Element, ids: Ids) -> None:
        entry = add(section, "entry")
        simple_observation(entry, ids, subtypes=subtypes, code=code, text_id=text_id, time=time, value=value)

    return write
