"""Compte rendu d'examens de biologie médicale: BIO-CR-BIO 2024.01 (CDA.md §4).

Level-1 sections are the chapters and the PDF copy. A chapter of one examination has its text and its entry;
a chapter of several has one sub-chapter each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from simulators.documents.cda import BuiltCda
from simulators.documents.codes import INTERPRETATION, LOINC, SPECIMEN_TYPE, Code
from simulators.documents.entries import (
    build_with_pdf_section,
    comment,
    original_text,
    templates,
)
from simulators.documents.header import Header
from simulators.documents.header_xml import write_code
from simulators.documents.narrative import Block, Table, Text, paragraph
from simulators.documents.sections import EntryWriter, Ids, Section
from simulators.documents.times import cda_time
from simulators.documents.xmltree import add

BIOCHEMISTRY = Code("18719-5", LOINC, "Biochimie")
HAEMATOLOGY = Code("18723-7", LOINC, "Hématologie")
MICROBIOLOGY = Code("18725-2", LOINC, "Microbiologie")
SEROLOGY = Code("18727-8", LOINC, "Sérologie")

AUTHENTICATOR_TEMPLATE = "1.3.6.1.4.1.19376.1.3.3.1.5"
PRESCRIBER_TEMPLATE = "1.3.6.1.4.1.19376.1.3.3.1.6"
LABORATORY_TEMPLATE = "1.3.6.1.4.1.19376.1.3.3.1.7"

_LABELS = {"N": "Normal", "H": "Anormalement haut", "L": "Anormalement bas", "A": "Anormal"}


@dataclass(frozen=True, slots=True)
class Result:
    """A result: `value` in `unit` (UCUM) with the bounds of its reference range, or a text without unit."""

    code: Code
    value: str
    unit: str | None = None
    low: str | None = None
    high: str | None = None

    @property
    def interpretation(self) -> str | None:
        """Return `N`, `L` or `H` by the reference range; nothing for a text or without a range."""
        if self.unit is None or self.low is None or self.high is None:
            return None
        if float(self.value) < float(self.low):
            return "L"
        return "H" if float(self.value) > float(self.high) else "N"


@dataclass(frozen=True, slots=True)
class Battery:
    """Results that go together."""

    title: str
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Specimen:
    """What was taken (`kind` of the HL7 specimen types), when, and when the laboratory received it."""

    kind: Code
    taken: datetime
    received: datetime


@dataclass(frozen=True, slots=True)
class Examination:
    """An examination: its results, alone or in batteries, its specimen, the biologist's comment."""

    title: str
    results: tuple[Result | Battery, ...]
    specimen: Specimen | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of the report: one of the LOINC chapters and its examinations."""

    code: Code
    examinations: tuple[Examination, ...]


@dataclass(frozen=True, slots=True)
class LaboratoryReport:
    """The clinical content: one chapter or more; `time` is the one of the results."""

    chapters: tuple[Chapter, ...]
    time: datetime


def blood(taken: datetime, received: datetime) -> Specimen:
    """Return a blood specimen."""
    return Specimen(Code("BLD", SPECIMEN_TYPE, "Sang"), taken, received)


def urine(taken: datetime, received: datetime) -> Specimen:
    """Return a urine specimen."""
    return Specimen(Code("UR", SPECIMEN_TYPE, "Urine"), taken, received)


def build_cr_bio(header: Header, report: LaboratoryReport) -> BuiltCda:
    """Build the document; the header's acts should be one for each chapter, with its code."""
    sections = tuple(
        _chapter(number, chapter, report.time) for number, chapter in enumerate(report.chapters, start=1)
    )
    return build_with_pdf_section(header, sections)


def _chapter(number: int, chapter: Chapter, time: datetime) -> Section:
    roots = ("1.3.6.1.4.1.19376.1.3.3.2.1", "1.2.250.1.213.1.1.2.70")
    title = chapter.code.display.upper()
    if len(chapter.examinations) == 1:
        narrative, entry = _content(f"c{number}", chapter, chapter.examinations[0], time)
        return Section(roots, chapter.code, title, narrative, (entry,))
    below = []
    for index, examination in enumerate(chapter.examinations, start=1):
        narrative, entry = _content(f"c{number}-{index}", chapter, examination, time)
        sub = ("1.3.6.1.4.1.19376.1.3.3.2.2", "1.2.250.1.213.1.1.2.71")
        below.append(Section(sub, chapter.code, examination.title, narrative, (entry,)))
    return Section(roots, chapter.code, title, sections=tuple(below))


def _content(
    prefix: str, chapter: Chapter, examination: Examination, time: datetime
) -> tuple[tuple[Block, ...], EntryWriter]:
    blocks: list[Block] = []
    specimen = examination.specimen
    if specimen is not None:
        kind = f"Prélèvement : {specimen.kind.display}, le {specimen.taken:%d/%m/%Y à %H:%M}"
        blocks.append(paragraph(kind, f"{prefix}-specimen"))
    titles = (examination.title, "Résultat", "Unité", "Valeurs de référence")
    blocks.append(Table(titles, tuple(_rows(prefix, examination))))
    if examination.comment is not None:
        blocks.append(paragraph(examination.comment, f"{prefix}-comment"))

    def write(section: etree._Element, ids: Ids) -> None:
        _entry(section, ids, prefix, chapter=chapter, examination=examination, time=time)

    return tuple(blocks), write


def _rows(prefix: str, examination: Examination) -> list[tuple[Text, ...]]:
    rows: list[tuple[Text, ...]] = []
    for index, item in enumerate(examination.results, start=1):
        if isinstance(item, Result):
            rows.append(_row(f"{prefix}-r{index}", item))
            continue
        rows.append((Text(item.title, f"{prefix}-r{index}"), Text(""), Text(""), Text("")))
        rows += [
            _row(f"{prefix}-r{index}-{rank}", result) for rank, result in enumerate(item.results, start=1)
        ]
    return rows


def _row(id_: str, result: Result) -> tuple[Text, ...]:
    ranged = result.low is not None and result.high is not None
    bounds = f"{result.low} - {result.high}" if ranged else ""
    return (
        Text(result.code.display, id_),
        Text(result.value, f"{id_}-value"),
        Text(result.unit or ""),
        Text(bounds),
    )


def _entry(
    section: etree._Element,
    ids: Ids,
    prefix: str,
    *,
    chapter: Chapter,
    examination: Examination,
    time: datetime,
) -> None:
    entry = add(section, "entry", typeCode="DRIV")
    templates(entry, "1.3.6.1.4.1.19376.1.3.1", "1.2.250.1.213.1.1.3.21")
    act = add(entry, "act", classCode="ACT", moodCode="EVN")
    write_code(act, "code", chapter.code)
    add(act, "statusCode", code="completed")
    if examination.specimen is not None:
        _specimen(_component(act), ids, f"{prefix}-specimen", examination.specimen)
    for index, item in enumerate(examination.results, start=1):
        id_ = f"{prefix}-r{index}"
        if isinstance(item, Result):
            _observation(_component(act), ids, id_, item, time)
        else:
            _battery(_component(act), ids, id_, item, time)
    if examination.comment is not None:
        comment(_component(act), f"{prefix}-comment")


def _component(act: etree._Element) -> etree._Element:
    return add(act, "entryRelationship", typeCode="COMP")


def _specimen(parent: etree._Element, ids: Ids, text_id: str, specimen: Specimen) -> None:
    element = add(parent, "procedure", classCode="PROC", moodCode="EVN")
    templates(element, "1.3.6.1.4.1.19376.1.3.1.2", "1.2.250.1.213.1.1.3.77")
    original_text(add(element, "code"), text_id)
    add(element, "effectiveTime", value=cda_time(specimen.taken))
    role = add(add(element, "participant", typeCode="PRD"), "participantRole", classCode="SPEC")
    add(role, "id", root=ids.next())
    write_code(add(role, "playingEntity"), "code", specimen.kind)
    reception = add(
        add(element, "entryRelationship", typeCode="COMP"), "act", classCode="ACT", moodCode="EVN"
    )
    templates(reception, "1.3.6.1.4.1.19376.1.3.1.3", "1.2.250.1.213.1.1.3.107")
    code = Code("SPRECEIVE", "1.3.5.1.4.1.19376.1.5.3.2", "Échantillon reçu")
    write_code(reception, "code", code)
    add(reception, "effectiveTime", value=cda_time(specimen.received))


def _battery(parent: etree._Element, ids: Ids, id_: str, battery: Battery, time: datetime) -> None:
    element = add(parent, "organizer", classCode="BATTERY", moodCode="EVN")
    templates(element, "1.3.6.1.4.1.19376.1.3.1.4", "1.2.250.1.213.1.1.3.78")
    add(element, "id", root=ids.next())
    original_text(add(element, "code"), id_)
    add(element, "statusCode", code="completed")
    add(element, "effectiveTime", value=cda_time(time))
    for rank, result in enumerate(battery.results, start=1):
        _observation(add(element, "component"), ids, f"{id_}-{rank}", result, time)


def _observation(parent: etree._Element, ids: Ids, id_: str, result: Result, time: datetime) -> None:
    element = add(parent, "observation", classCode="OBS", moodCode="EVN")
    templates(element, "1.3.6.1.4.1.19376.1.3.1.6", "1.2.250.1.213.1.1.3.80")
    add(element, "id", root=ids.next())
    original_text(write_code(element, "code", result.code), id_)
    add(element, "statusCode", code="completed")
    add(element, "effectiveTime", value=cda_time(time))
    if result.unit is None:
        add(element, "value", result.value, xsi_type="ST")
        return
    add(element, "value", value=result.value, unit=result.unit, xsi_type="PQ")
    if result.interpretation is None:
        return
    _interpretation(element, result.interpretation)
    span = add(
        add(element, "referenceRange", typeCode="REFV"),
        "observationRange",
        classCode="OBS",
        moodCode="EVN.CRT",
    )
    bounds = add(span, "value", xsi_type="IVL_PQ")
    add(bounds, "low", value=result.low, unit=result.unit)
    add(bounds, "high", value=result.high, unit=result.unit)
    _interpretation(span, "N")


def _interpretation(parent: etree._Element, code: str) -> None:
    write_code(parent, "interpretationCode", Code(code, INTERPRETATION, _LABELS[code]))
