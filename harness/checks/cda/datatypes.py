"""Data types wherever they occur: II, TS, IVL, coded values, nullFlavor (CDA-020 to CDA-032).

Sources: HL7 v3 data types release 1 and the data type rules of the official test content; Structuration
minimale v1.16.8 §3.4 for offsets and nullFlavors of the header.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.checks.cda.nodes import DOCUMENT_NULLS, XSI_TYPE, kid, local, moment, shown
from harness.checks.cda.walk import Book, Reading
from schemas.identifiers import luhn_valid

if TYPE_CHECKING:
    from lxml.etree import _Element

book = Book()
OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*))+")
UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
LOINC = "2.16.840.1.113883.6.1"
SNOMED = "2.16.840.1.113883.6.96"
_SNOMED = re.compile(r"(?:={3}|<{3})?\s*[1-9][0-9]{5,17}(?![0-9-])")
_LOINC = re.compile(r"[0-9]{1,7}-[0-9]")
_LOINC_PART = re.compile(r"L[AGLP][0-9]+-[0-9]")
"""Answers, groups, lists and parts of LOINC, numbered apart."""
_WITH_TIME = re.compile(r"\d{9,}(?:\.\d+)?")
_OFFSET = re.compile(r"[+-]\d{4}$")
_TIMES = ("effectiveTime", "time", "birthTime", "copyTime", "low", "high", "center", "value")
_INTERVALS = (
    *("effectiveTime", "time", "expectedUseTime", "comp", "value", "phase"),
    *("doseQuantity", "rateQuantity"),
)
_CODED = (
    *("code", "translation", "value", "interpretationCode", "methodCode", "targetSiteCode"),
    *("approachSiteCode", "routeCode", "priorityCode", "functionCode", "administrativeGenderCode"),
    "confidentialityCode",
    *("standardIndustryClassCode", "dischargeDispositionCode", "administrationUnitCode", "maritalStatusCode"),
)


def is_unique(root: str | None) -> bool:
    """Tell whether a root is an OID or a UUID."""
    return root is not None and bool(OID.fullmatch(root) or UUID.fullmatch(root))


@book.element("id", "setId", "templateId")
def identifier(reading: Reading, element: _Element) -> None:
    """CDA-020: an II has a root, or says why not, never both."""
    root, null = element.get("root"), element.get("nullFlavor")
    if (root is None) == (null is None):
        reading.fault("CDA-020", element, "@root ou/or @nullFlavor", shown(element))


@book.element("id", "setId", "templateId")
def root_form(reading: Reading, element: _Element) -> None:
    """CDA-021: the root is an OID or a UUID; other names pass the schema but designate nothing."""
    root = element.get("root")
    if root is not None and not is_unique(root):
        reading.fault("CDA-021", element, "OID (1.2.250.1…) ou/or UUID", root, "root")


@book.element(*_TIMES)
def real_time(reading: Reading, element: _Element) -> None:
    """CDA-022, CDA-023: a date exists in the calendar; one with a time says its offset."""
    value = element.get("value")
    if value is None or not _is_time(element):
        return
    if not re.fullmatch(r"\d{1,14}(?:\.\d+)?(?:[+-]\d{1,4})?", value):
        return  # the schema says it
    if len(value) > 3 and moment(value) is None:
        reading.fault("CDA-022", element, "AAAAMMJJ[hhmm[ss]+ZZzz]", value, "value")
    elif _OFFSET.search(value) and not _is_offset(value):
        reading.fault("CDA-029", element, "-1200 … +1400", value, "value")
    elif _WITH_TIME.fullmatch(value) or re.search(r"[+-]\d{1,3}$", value):
        reading.fault("CDA-023", element, f"{re.split('[+-]', value)[0]}+0100", value, "value")


def _is_offset(value: str) -> bool:
    hours, minutes = int(value[-4:-2]), int(value[-2:])
    return minutes < 60 and hours * 60 + minutes <= (14 * 60 if value[-5] == "+" else 12 * 60)


def _is_time(element: _Element) -> bool:
    name = local(element)
    kind = (element.get(XSI_TYPE) or "").rpartition(":")[2]
    if name in ("effectiveTime", "time", "birthTime", "copyTime"):
        return True
    if name == "value":
        return kind in ("TS", "IVL_TS")
    parent = element.getparent()
    return parent is not None and _is_time_interval(parent)


def _is_time_interval(element: _Element) -> bool:
    kind = (element.get(XSI_TYPE) or "").rpartition(":")[2]
    if local(element) in ("effectiveTime", "time", "expectedUseTime", "phase"):
        return True
    return kind == "IVL_TS"


@book.element(*_INTERVALS)
def order(reading: Reading, element: _Element) -> None:
    """CDA-024: the low end of an interval is not above its high end."""
    low, high = kid(element, "low"), kid(element, "high")
    if low is None or high is None:
        return
    first, last = low.get("value"), high.get("value")
    if first is None or last is None:
        return
    if _is_time_interval(element):
        begin, end = moment(first), moment(last)
        # A day alone is at midnight: compare with the precision of the coarser value.
        width = min(len(re.split("[+-]", first)[0]), len(re.split("[+-]", last)[0]))
        reversed_ = begin is not None and end is not None and begin > end and first[:width] > last[:width]
    else:
        reversed_ = low.get("unit") == high.get("unit") and _number(first) > _number(last)
    if reversed_:
        reading.fault("CDA-024", element, "low ≤ high", f"{first} > {last}")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


@book.element(*_CODED)
def coded(reading: Reading, element: _Element) -> None:
    """CDA-025: a code is given with its code system."""
    if element.get("code") is not None and element.get("codeSystem") is None:
        reading.fault("CDA-025", element, "@codeSystem", shown(element))


@book.element(*_CODED, *_TIMES, "telecom")
def null_with_value(reading: Reading, element: _Element) -> None:
    """CDA-026: what is said to be missing is not given beside."""
    if element.get("nullFlavor") is None or local(element) == "telecom":
        return
    given = next((name for name in ("value", "code", "root") if element.get(name) is not None), None)
    if given is not None:
        reading.fault("CDA-026", element, f"@{given} ou/or @nullFlavor", shown(element), given)


@book.element("ClinicalDocument")
def header_nulls(reading: Reading, root: _Element) -> None:
    """CDA-027: nullFlavors of the header."""
    for part in root:
        if not isinstance(part.tag, str) or local(part) == "component":
            continue
        for element in part.iter("*"):
            null = element.get("nullFlavor")
            if null is not None and null not in DOCUMENT_NULLS:
                reading.fault(
                    "CDA-027", element, " | ".join(sorted(DOCUMENT_NULLS)), shown(element), "nullFlavor"
                )


@book.element("code", "translation", "value")
def loinc(reading: Reading, element: _Element) -> None:
    """CDA-028: a LOINC number ends with its check digit, which betrays a mistyped code."""
    code = element.get("code")
    if code is None or element.get("codeSystem") != LOINC:
        return
    if not _LOINC_PART.fullmatch(code) and not is_loinc(code):
        reading.fault("CDA-028", element, "LOINC 1234-5", code, "code")


@book.element(*_CODED)
def code_system(reading: Reading, element: _Element) -> None:
    """CDA-030, CDA-031: the code system is designated, and a SNOMED CT code is one."""
    system = element.get("codeSystem")
    if system is None:
        return
    if not is_unique(system):
        reading.fault("CDA-030", element, "OID (2.16.840.1…)", system, "codeSystem")
    code = element.get("code")
    # A post-coordinated expression begins with an identifier too.
    if system == SNOMED and code is not None and not _SNOMED.match(code):
        reading.fault("CDA-031", element, "SNOMED CT : 6-18 chiffres / digits", code, "code")


def is_loinc(code: str) -> bool:
    """Tell whether a text has the form of a LOINC number and its check digit (mod 10)."""
    if not _LOINC.fullmatch(code):
        return False
    return luhn_valid(code.replace("-", ""))
