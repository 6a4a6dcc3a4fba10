"""Sections of a structured body: titles, narrative, entries, sub-sections."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from simulators.documents.codes import Code
from simulators.documents.header_xml import write_code
from simulators.documents.narrative import Block, plain_lines, write_narrative
from simulators.documents.xmltree import add


class Ids:
    """Gives the identifiers of the entries of one document: the same document, the same identifiers."""

    def __init__(self, document_id: str) -> None:
        self._rng = random.Random(document_id)  # noqa: S311  # identifiers of test entries, no secret

    def next(self) -> str:
        """Return a new UUID in capitals, as official samples write them."""
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4)).upper()


EntryWriter = Callable[[etree._Element, Ids], None]
"""Writes one `entry`, given its section element."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section: `templates` in the order written; `narrative` is none for a section of sections only."""

    templates: tuple[str, ...]
    code: Code | None
    title: str
    narrative: tuple[Block, ...] = ()
    entries: tuple[EntryWriter, ...] = ()
    sections: tuple[Section, ...] = ()


def write_section(parent: etree._Element, section: Section, ids: Ids) -> None:
    """Write a section in a `component` of `parent`."""
    element = add(add(parent, "component"), "section")
    for template in section.templates:
        add(element, "templateId", root=template)
    add(element, "id", root=ids.next())
    if section.code is not None:
        write_code(element, "code", section.code)
    add(element, "title", section.title)
    if section.narrative:
        write_narrative(element, section.narrative)
    for entry in section.entries:
        entry(element, ids)
    for child in section.sections:
        write_section(element, child, ids)


def section_lines(sections: tuple[Section, ...]) -> Iterator[tuple[str, bool]]:
    """Yield the text of the sections in reading order; the flag says that a line is a title."""
    for section in sections:
        yield section.title, True
        for line in plain_lines(section.narrative):
            yield line, False
        yield from section_lines(section.sections)
