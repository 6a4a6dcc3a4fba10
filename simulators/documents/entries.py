"""Entries that several models use: simple observation, comment, attached PDF, references to the narrative."""

from __future__ import annotations

from datetime import date, datetime

from lxml import etree

from simulators.documents.cda import BuiltCda, assemble_n3, encode
from simulators.documents.codes import LOINC, Code
from simulators.documents.copies import copy_of
from simulators.documents.header import Author, Header
from simulators.documents.header_xml import write_author, write_code
from simulators.documents.narrative import Media, paragraph
from simulators.documents.sections import Ids, Section
from simulators.documents.times import cda_time
from simulators.documents.xmltree import add

SIMPLE_OBSERVATION = ("1.3.6.1.4.1.19376.1.5.3.1.4.13", "1.2.250.1.213.1.1.3.48")
COMMENT = ("2.16.840.1.113883.10.20.1.40", "1.3.6.1.4.1.19376.1.5.3.1.4.2", "1.2.250.1.213.1.1.3.32")
COPY_MEDIA_ID = "copie-pdf"
_COPY_TEXT_ID = "copie-du-document"
_COPY_TYPE = Code("55108-5", LOINC, "Copie du document")


def templates(parent: etree._Element, *roots: str) -> None:
    """Write templateIds."""
    for root in roots:
        add(parent, "templateId", root=root)


def reference(parent: etree._Element, id_: str) -> None:
    """Write a reference to the narrative element that has this id."""
    add(parent, "reference", value=f"#{id_}")


def text_reference(parent: etree._Element, id_: str) -> None:
    """Write the `text` of an entry: a reference to the narrative."""
    reference(add(parent, "text"), id_)


def original_text(parent: etree._Element, id_: str) -> None:
    """Write the `originalText` of a code: a reference to the narrative."""
    reference(add(parent, "originalText"), id_)


def day(value: date) -> str:
    """Return a date as CDA writes it."""
    return f"{value:%Y%m%d}"


def typed_code(parent: etree._Element, name: str, code: Code, xsi_type: str = "CD") -> etree._Element:
    """Write a coded element whose type must be told (`value`)."""
    element = write_code(parent, name, code)
    element.set("{http://www.w3.org/2001/XMLSchema-instance}type", xsi_type)
    return element


def simple_observation(
    parent: etree._Element,
    ids: Ids,
    *,
    subtypes: tuple[str, ...],
    code: Code,
    text_id: str,
    time: datetime | date,
    value: bool | str | Code,
    author: Author | None = None,
) -> None:
    """Write an `observation` of the family FR-Simple-Observation.

    `subtypes` are the templateIds below `1.2.250.1.213.1.1.3.48`; a text value is an `ST`.
    """
    element = add(parent, "observation", classCode="OBS", moodCode="EVN")
    templates(element, *SIMPLE_OBSERVATION, *subtypes)
    add(element, "id", root=ids.next())
    write_code(element, "code", code)
    text_reference(element, text_id)
    add(element, "statusCode", code="completed")
    stamp = cda_time(time) if isinstance(time, datetime) else day(time)
    add(element, "effectiveTime", value=stamp)
    if isinstance(value, bool):
        add(element, "value", value="true" if value else "false", xsi_type="BL")
    elif isinstance(value, str):
        add(element, "value", value, xsi_type="ST")
    else:
        typed_code(element, "value", value)
    if author is not None:
        write_author(element, author)


def comment(parent: etree._Element, text_id: str) -> None:
    """Write a comment act about what holds it."""
    act = add(parent, "act", classCode="ACT", moodCode="EVN")
    templates(act, *COMMENT)
    write_code(act, "code", Code("48767-8", LOINC, "Commentaire"))
    text_reference(act, text_id)
    add(act, "statusCode", code="completed")


def build_with_pdf_section(header: Header, sections: tuple[Section, ...]) -> BuiltCda:
    """Build an N3 whose last section embeds the PDF copy; the same bytes are the mail's attachment."""
    copy = copy_of(header, (*sections, pdf_section(b"")))
    return assemble_n3(header, (*sections, pdf_section(copy)), copy)


def pdf_section(copy: bytes) -> Section:
    """Return the section FR-Document-PDF-copie around a PDF."""
    return Section(
        templates=("1.2.250.1.213.1.1.2.243",),
        code=_COPY_TYPE,
        title="Copie du document",
        narrative=(paragraph("Copie de ce document au format PDF/A-1", _COPY_TEXT_ID), Media(COPY_MEDIA_ID)),
        entries=(lambda section, ids: _attached_pdf(section, ids, copy),),
    )


def _attached_pdf(section: etree._Element, ids: Ids, copy: bytes) -> None:
    organizer = add(add(section, "entry"), "organizer", classCode="CLUSTER", moodCode="EVN")
    templates(organizer, "1.2.250.1.213.1.1.3.18")
    add(organizer, "id", root=ids.next())
    write_code(organizer, "code", Code("55107-7", LOINC, "Document attaché"))
    add(organizer, "statusCode", code="completed")
    kind = add(add(organizer, "component"), "observation", classCode="OBS", moodCode="EVN")
    templates(kind, *SIMPLE_OBSERVATION, "1.2.250.1.213.1.1.3.48.18")
    add(kind, "id", root=ids.next())
    write_code(kind, "code", Code("69764-9", LOINC, "Type de document"))
    text_reference(kind, _COPY_TEXT_ID)
    add(kind, "statusCode", code="completed")
    add(kind, "effectiveTime", nullFlavor="NA")
    typed_code(kind, "value", _COPY_TYPE)
    media = add(
        add(organizer, "component"), "observationMedia", classCode="OBS", moodCode="EVN", ID=COPY_MEDIA_ID
    )
    add(media, "value", encode(copy), mediaType="application/pdf", representation="B64")
