"""Body: payload of an N1, generic section and entry rules of an N3 (CDA-B).

Sources: Structuration minimale v1.16.8 (nonXMLBody, sections), CDA R2 narrative block, HL7 ActStatus;
nothing official tests the payload of an N1, an empty narrative or lost references.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from harness.checks.cda.nodes import XSI_TYPE, is_null, kid, kids, local, shown, words
from harness.checks.cda.payload import PayloadError, decoded, of_type
from harness.checks.cda.ucum import is_unit
from harness.checks.cda.walk import Book, Reading

if TYPE_CHECKING:
    from lxml.etree import _Element

book = Book()
_DOSES = ("doseQuantity", "rateQuantity")
_BEARERS = (
    *("ClinicalDocument", "section", "observation", "act", "organizer", "procedure"),
    *("substanceAdministration", "supply"),
)
_LABORATORY_REPORT = "1.2.250.1.213.1.1.1.55"
_N1_TYPES = ("application/pdf", "image/jpeg", "image/tiff", "text/plain", "text/rtf")
_STATUS = frozenset(
    "normal aborted active cancelled completed held new suspended nullified obsolete".split()  # noqa: SIM905
)
_SHOWS = frozenset({"renderMultiMedia", "linkHtml", "footnoteRef"})


@book.element("nonXMLBody")
def unstructured(reading: Reading, element: _Element) -> None:
    """CDA-B-001 to CDA-B-005: the file of an N1."""
    text = kid(element, "text")
    if text is None:
        return
    media_type = text.get("mediaType")
    if media_type not in _N1_TYPES:
        reading.fault("CDA-B-001", text, " | ".join(_N1_TYPES), shown(text), "mediaType")
    if text.get("representation") != "B64":
        reading.fault("CDA-B-002", text, 'representation="B64"', shown(text), "representation")
    else:
        _judge(reading, text, media_type or "", "CDA-B-003", "CDA-B-004")
    language = kid(element, "languageCode")
    if language is not None and language.get("code", "").startswith("fr"):
        reading.fault("CDA-B-005", language, "absent", shown(language), "code")


def _judge(reading: Reading, element: _Element, media_type: str, not_base64: str, not_type: str) -> None:
    try:
        content = decoded(element)
    except PayloadError as error:
        reading.fault(not_base64, element, "base64", str(error))
        return
    try:
        of_type(content, media_type)
    except PayloadError as error:
        reading.fault(not_type, element, media_type, str(error))


@book.element("observationMedia")
def media(reading: Reading, element: _Element) -> None:
    """CDA-B-006: a file embedded in an N3 is what it says."""
    value = kid(element, "value")
    if value is None or is_null(value) or kid(value, "reference") is not None:
        return
    if not value.get("mediaType") or value.get("representation") != "B64":
        reading.fault("CDA-B-006", value, '@mediaType, representation="B64"', shown(value))
        return
    _judge(reading, value, value.get("mediaType", ""), "CDA-B-006", "CDA-B-006")


@book.element("section")
def section(reading: Reading, element: _Element) -> None:
    """CDA-B-010 to CDA-B-012: a section has code, title and a text that says what its entries hold."""
    code, title, text = (kid(element, name) for name in ("code", "title", "text"))
    if code is None or not (code.get("code") and code.get("codeSystem")):
        reading.fault("CDA-B-010", element if code is None else code, "code, codeSystem", shown(code))
    if title is None or not words(title):
        reading.fault("CDA-B-010", element if title is None else title, "title", shown(title))
    entries = kid(element, "entry") is not None
    if text is None and entries:
        reading.fault("CDA-B-012", element, "<text>…</text>", "absent")
    elif text is None and kid(element, "component") is None:
        reading.fault("CDA-B-012", element, "text | component", "absent")
    elif text is not None and not is_null(text) and not _says_something(text):
        reading.fault("CDA-B-011", text, "texte / text", "vide / empty")


def _says_something(text: _Element) -> bool:
    return any(
        (each.text and each.text.strip())
        or (each.tail and each.tail.strip())
        or str(each.tag).rpartition("}")[2] in _SHOWS
        for each in text.iter("*")
    )


@book.element("statusCode")
def status(reading: Reading, element: _Element) -> None:
    """CDA-B-020: statuses are those of HL7."""
    code = element.get("code")
    if not is_null(element) and code not in _STATUS:
        reading.fault("CDA-B-020", element, " | ".join(sorted(_STATUS)), shown(element), "code")


@book.element("value", "low", "high", *_DOSES)
def unit(reading: Reading, element: _Element) -> None:
    """CDA-B-021: quantities are in units of UCUM."""
    given = element.get("unit")
    if given is not None and _is_measured(element) and not is_unit(given):
        reading.fault("CDA-B-021", element, "unité UCUM / UCUM unit", given, "unit")


def _is_measured(element: _Element) -> bool:
    kind = (element.get(XSI_TYPE) or "").rpartition(":")[2]
    if kind == "PQ":
        return True
    if local(element) in _DOSES:
        return True
    parent = element.getparent()
    if parent is not None and local(parent) in _DOSES:
        return True
    return parent is not None and (parent.get(XSI_TYPE) or "").rpartition(":")[2] == "IVL_PQ"


@book.element("value")
def quantity(reading: Reading, element: _Element) -> None:
    """CDA-B-022: a result has a value, or says why not."""
    kind = (element.get(XSI_TYPE) or "").rpartition(":")[2]
    if is_null(element):
        return
    if (kind in ("PQ", "INT", "REAL", "TS", "BL") and element.get("value") is None) or (
        kind in ("CD", "CE", "CV")
        and element.get("code") is None
        and kid(element, "originalText") is None
        and kid(element, "translation") is None
    ):
        reading.fault("CDA-B-022", element, "valeur ou/or nullFlavor", shown(element))


@book.element(*_BEARERS)
def twice(reading: Reading, element: _Element) -> None:
    """CDA-B-023: one declaration of conformity is made once."""
    given = Counter((each.get("root"), each.get("extension")) for each in kids(element, "templateId"))
    repeated = next((root for (root, _), number in given.items() if number > 1), None)
    if repeated is not None:
        reading.fault("CDA-B-023", element, "1 × templateId", repeated)


_DERIVED = {
    "1.2.250.1.213.1.1.2.70": "1.3.6.1.4.1.19376.1.3.3.2.1",
    "1.2.250.1.213.1.1.2.71": "1.3.6.1.4.1.19376.1.3.3.2.2",
    "1.2.250.1.213.1.1.3.21": "1.3.6.1.4.1.19376.1.3.1",
    "1.2.250.1.213.1.1.3.77": "1.3.6.1.4.1.19376.1.3.1.2",
    "1.2.250.1.213.1.1.3.107": "1.3.6.1.4.1.19376.1.3.1.3",
    "1.2.250.1.213.1.1.3.78": "1.3.6.1.4.1.19376.1.3.1.4",
    "1.2.250.1.213.1.1.3.79": "1.3.6.1.4.1.19376.1.3.1.5",
    "1.2.250.1.213.1.1.3.80": "1.3.6.1.4.1.19376.1.3.1.6",
    "1.2.250.1.213.1.1.3.32": "1.3.6.1.4.1.19376.1.5.3.1.4.2",
    "1.2.250.1.213.1.1.3.48": "1.3.6.1.4.1.19376.1.5.3.1.4.13",
    "1.2.250.1.213.1.1.3.48.18": "1.2.250.1.213.1.1.3.48",
}
_LABORATORY = {
    parent: french for french, parent in _DERIVED.items() if parent.startswith("1.3.6.1.4.1.19376.1.3.")
}


@book.template(*_DERIVED, *_LABORATORY)
def derived(reading: Reading, element: _Element) -> None:
    """CDA-B-024: a French templateId beside the one that it derives from; in a CR-BIO the reverse too."""
    given = {each.get("root", "") for each in kids(element, "templateId")}
    wanted = {_DERIVED[root] for root in given if root in _DERIVED}
    if reading.model == _LABORATORY_REPORT:
        wanted |= {_LABORATORY[root] for root in given if root in _LABORATORY}
    if wanted - given and reading.is_new(f"{id(element)}"):
        reading.fault("CDA-B-024", element, " + ".join(sorted(wanted | given)), ", ".join(sorted(given)))
