"""Narrative of a section: one value, written as the CDA `text` and as the lines of the PDF copy.

Both come from the same value, so the copy is a faithful transcription (ECO.2.1.5). What an entry refers to
has an `id`, written as `ID` and referred to as `#id`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from simulators.documents.xmltree import add


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text, with an `id` when an entry refers to it."""

    text: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of text."""

    content: Text


@dataclass(frozen=True, slots=True)
class Items:
    """A list, one piece of text an item."""

    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: column titles, then rows; each row has as many cells as there are titles."""

    titles: tuple[str, ...]
    rows: tuple[tuple[Text, ...], ...]


@dataclass(frozen=True, slots=True)
class Media:
    """A file of the section, shown where the block stands; `id` is that of its `observationMedia`."""

    id: str


Block = Paragraph | Items | Table | Media


def paragraph(text: str, id_: str | None = None) -> Paragraph:
    """Return a paragraph with an optional id."""
    return Paragraph(Text(text, id_))


def write_narrative(section: etree._Element, blocks: tuple[Block, ...]) -> etree._Element:
    """Write the `text` element of a section and return it."""
    element = add(section, "text")
    for block in blocks:
        match block:
            case Paragraph(content):
                _content(add(element, "paragraph"), content)
            case Items(items):
                listing = add(element, "list")
                for item in items:
                    _content(add(listing, "item"), item)
            case Table():
                _table(element, block)
            case Media(id_):
                add(element, "renderMultiMedia", referencedObject=id_)
    return element


def plain_lines(blocks: tuple[Block, ...]) -> Iterator[str]:
    """Yield the narrative in plain text: a paragraph, an item or a table row a line."""
    for block in blocks:
        match block:
            case Paragraph(content):
                yield content.text
            case Items(items):
                yield from (f"• {item.text}" for item in items)
            case Table(titles, rows):
                yield " | ".join(titles)
                yield from (" | ".join(cell.text for cell in row) for row in rows)
            case Media():
                pass


def _content(parent: etree._Element, content: Text) -> None:
    if content.id is None:
        parent.text = content.text
    else:
        add(parent, "content", content.text, ID=content.id)


def _table(parent: etree._Element, block: Table) -> None:
    table = add(parent, "table", border="1")
    heads = add(add(table, "thead"), "tr")
    for title in block.titles:
        add(heads, "th", title)
    body = add(table, "tbody")
    for row in block.rows:
        line = add(body, "tr")
        for cell in row:
            _content(add(line, "td"), cell)
