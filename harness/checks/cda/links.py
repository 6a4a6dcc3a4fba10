"""Links inside the document: unique IDs (CDA-017), IDREFs (CDA-018), references to the text (CDA-B-013).

The XSD types `@ID` as xs:ID, but libxml2 tells a repeated ID from a malformed one only in words and never
looks at IDREFs: both are done here. `text/reference/@value="#x"` is a URI for XML, so no schema checks it;
official samples leave one in ten without target, hence a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checks.cda.walk import Book, Reading

if TYPE_CHECKING:
    from lxml.etree import _Element

book = Book()
_BEARERS = {
    *(
        "content",
        "linkHtml",
        "sub",
        "sup",
        "footnote",
        "footnoteRef",
        "renderMultiMedia",
        "paragraph",
        "list",
    ),
    *("item", "table", "caption", "thead", "tfoot", "tbody", "tr", "th", "td", "col", "colgroup"),
    *("section", "observationMedia", "regionOfInterest", "text"),
}


@book.element(*_BEARERS)
def identity(reading: Reading, element: _Element) -> None:
    """CDA-017: an ID designates one element."""
    given = element.get("ID")
    if given is None:
        return
    if given in reading.ids:
        first = reading.ids[given]
        reading.fault("CDA-017", element, "ID unique", f"{given} (ligne / line {first.sourceline})", "ID")
    else:
        reading.ids[given] = element


@book.element("renderMultiMedia")
def media(reading: Reading, element: _Element) -> None:
    """Keep what renderMultiMedia designates."""
    reading.idrefs.extend((element, each) for each in (element.get("referencedObject") or "").split())


@book.element("footnoteRef")
def footnote(reading: Reading, element: _Element) -> None:
    """Keep what a footnote reference designates."""
    reading.idrefs.extend((element, each) for each in (element.get("IDREF") or "").split())


@book.element("td", "th")
def headers(reading: Reading, element: _Element) -> None:
    """Keep the column headings that a cell designates."""
    given = element.get("headers")
    if given:
        reading.idrefs.extend((element, each) for each in given.split())


@book.element("reference")
def reference(reading: Reading, element: _Element) -> None:
    """Keep the references into the document (`#x`)."""
    if element.get("value", "").startswith("#"):
        reading.references.append(element)


@book.end
def resolve(reading: Reading) -> None:
    """CDA-018, CDA-B-013: what is designated is there."""
    known = reading.ids
    for element, target in reading.idrefs:
        if target not in known:
            reading.fault("CDA-018", element, f'ID="{target}"', "aucun élément / no element")
    for element in reading.references:
        target = element.get("value", "#")[1:]
        if target not in known:
            shown = f"#{target}"
            reading.fault(
                "CDA-B-013", element, f'ID="{target}"', f"{shown} : aucun élément / no element", "value"
            )
