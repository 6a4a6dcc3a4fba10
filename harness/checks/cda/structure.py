"""Envelope and structure: encoding, DOCTYPE, then our XSD, each failure told in words at its node.

Source: Structuration minimale v1.16.8 §3.2.1, §3.3.1; the XSD says where it comes from.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING

from lxml import etree

from harness.artefacts.cda import XSI, CdaDocument, CdaError, Form, Unreadable
from harness.checks.cda.faults import Faults
from harness.checks.rulebook import finding
from harness.findings import Finding, Location
from schemas.xsd.cda import SCHEMA

if TYPE_CHECKING:
    from lxml.etree import _Element, _LogEntry

_NCNAME = re.compile(r"[^\W\d][\w.·-]*")
_STEP = re.compile(r"/(?:\*|[\w:.-]+)(?:\[(\d+)\])?")
_ATTRIBUTE = re.compile(r", attribute '([^']+)':")
_EXPECTED = re.compile(r"Expected is (?:one of )?\( (.*) \)\.?$")
_QUOTED = re.compile(r"(?:The value |: )'([^']*)'")
_SET = re.compile(r"element of the set \{(.*)\}")
_FIXED = re.compile(r"fixed value constraint '([^']*)'")
_TYPE = re.compile(r"type '(?:\{[^}]*\})?(?:xs:)?([^'}]+)'")
_NAMESPACE = re.compile(r"\{[^}]*\}")
_MAX_SHOWN = 5_000
_MAX_EXPLAINED = 100
"""Lines of the log that are explained: a hostile document can make a million of them."""
_VALIDATING = Lock()
FORMS = {
    "uid": "OID (1.2.250.1…), UUID",
    "oid": "OID (1.2.250.1…)",
    "ts": "AAAAMMJJhhmmss+ZZzz",
    "cs": "code sans espace / without blank",
    "bl": "true | false",
    "int": "entier / integer",
    "real": "nombre / number",
    "ID": "nom XML unique / unique XML name",
    "st": "texte non vide / not empty",
}


def unreadable(error: CdaError, evidence: str | None) -> Finding:
    """Return the finding on octets that hold no document: CDA-001, CDA-004 or CDA-005."""
    rule_id = {Unreadable.NO_DOCUMENT: "CDA-004", Unreadable.TOO_LARGE: "CDA-005"}.get(
        error.reason, "CDA-001"
    )
    expected = {
        Unreadable.NO_DOCUMENT: "{urn:hl7-org:v3}ClinicalDocument",
        Unreadable.TOO_LARGE: "≤ 64 Mo, 256 niveaux / levels, 10 Mo / texte, 5 000 frères / siblings",
        Unreadable.UNSAFE: "sans DOCTYPE externe ni entité imbriquée / no external DOCTYPE, no nested entity",
        Unreadable.MALFORMED: "XML 1.0 bien formé, UTF-8 / well-formed",
    }[error.reason]
    return finding(
        rule_id,
        expected=expected,
        found=error.detail,
        location=Location(line=error.line, column=error.column),
        evidence=evidence,
    )


def envelope(document: CdaDocument, faults: Faults) -> None:
    """CDA-002, CDA-003, CDA-006: encoding, DOCTYPE, xsi:schemaLocation."""
    root = document.root
    if document.encoding != "utf-8":
        faults.add("CDA-002", root, "UTF-8", document.encoding)
    if document.doctype:
        faults.add("CDA-003", root, "sans DOCTYPE / no DOCTYPE", "DOCTYPE")
    location = root.get(f"{{{XSI}}}schemaLocation")
    if location is not None:
        faults.add("CDA-006", root, "sans / without xsi:schemaLocation", location, f"{{{XSI}}}schemaLocation")


def structure(document: CdaDocument, faults: Faults) -> bool:
    """CDA-010 to CDA-016: validate with the XSD; return whether the document is valid."""
    schema = _schema()
    root = document.root
    judged = root
    if document.form is not Form.PLAIN:
        # libxml2 looks for the prefixes of xsi:type in the validated tree only: give it one of its own.
        judged = etree.fromstring(etree.tostring(root, with_tail=False))
    # The validator keeps its log until its next use: two threads must not share it.
    with _VALIDATING:
        if schema.validate(judged):
            return True
        entries = [*schema.error_log]  # type: ignore[misc]
    seen: set[tuple[str, str]] = set()
    for entry in entries[:_MAX_EXPLAINED]:
        attribute = _ATTRIBUTE.search(entry.message)
        key = (entry.path or "", attribute[1] if attribute else "")
        if key in seen:
            continue
        seen.add(key)
        element = _resolve(root, entry.path or "/*")
        if _is_repeated_id(entry.message, element):
            continue
        rule_id, expected, found = _explain(entry, element)
        faults.add(rule_id, element, expected, found, _attribute_name(attribute))
    return False


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(SCHEMA)))


def _resolve(root: _Element, path: str) -> _Element:
    """Follow a path of libxml2 (`/*/*[27]/*`) from the validated root; stop where it leads nowhere."""
    element = root
    for position in [match[1] for match in _STEP.finditer(path)][1:]:
        index = int(position) - 1 if position else 0
        child = next(islice(element.iterchildren("*"), index, None), None)
        if child is None:
            break
        element = child
    return element


def _is_repeated_id(message: str, element: _Element) -> bool:
    """Tell a repeated xs:ID, which CDA-017 reports with the place of the first, from a malformed one."""
    return "type 'xs:ID'" in message and _NCNAME.fullmatch(element.get("ID", "")) is not None


def _attribute_name(match: re.Match[str] | None) -> str | None:
    return match[1] if match else None


def _explain(entry: _LogEntry, element: _Element) -> tuple[str, str, str]:
    """Return rule, expected and found for one line of the log of libxml2."""
    text = entry.message[:_MAX_SHOWN]
    name = etree.QName(element).localname
    kind = entry.type_name
    expected = _names(_first(_EXPECTED, text))
    if kind == "SCHEMAV_ELEMENT_CONTENT" and "Missing child" in text:
        return "CDA-011", expected, f"<{name}> incomplet / incomplete"
    if kind == "SCHEMAV_ELEMENT_CONTENT":
        return "CDA-010", expected or "fin de l'élément / end of the element", f"<{name}>"
    if kind == "SCHEMAV_CVC_COMPLEX_TYPE_4":
        return "CDA-012", f"@{_names(_quoted_attribute(text))}", f"<{name}> sans / without"
    if kind.startswith("SCHEMAV_CVC_COMPLEX_TYPE_3_2"):
        return "CDA-013", "attribut du modèle / of the model", f"<{name} {_attribute_of(text)}>"
    if kind in ("SCHEMAV_CVC_ELT_4_2", "SCHEMAV_CVC_ELT_4_3", "SCHEMAV_CVC_TYPE_2"):
        shown = element.get(f"{{{XSI}}}type")
        return "CDA-015", "xsi:type HL7 (PQ, CD, IVL_PQ…)", f'<{name} xsi:type="{shown}">' if shown else name
    if kind.startswith("SCHEMAV_CVC_COMPLEX_TYPE_2"):
        return "CDA-016", f"<{name}> sans texte / without text", (element.text or "").strip() or "<…>"
    return "CDA-014", _form_expected(text), _first(_QUOTED, text) or f"<{name}>"


def _form_expected(text: str) -> str:
    """Say which form a value should have."""
    words = _first(_SET, text)
    if words:
        return words.replace("'", "").replace(", ", " | ")
    fixed = _FIXED.search(text)
    if fixed:
        return fixed[1]
    kind = _TYPE.search(text.rpartition("is not a valid value of")[2])
    return FORMS.get(kind[1], kind[1]) if kind else "forme du type / form of the type"


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""


def _names(text: str) -> str:
    return _NAMESPACE.sub("", text)


def _quoted_attribute(text: str) -> str:
    match = re.search(r"The attribute '([^']+)' is required", text)
    return match[1] if match else ""


def _attribute_of(text: str) -> str:
    match = _ATTRIBUTE.search(text)
    return _names(match[1]) if match else ""
