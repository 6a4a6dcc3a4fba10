"""Small readers of elements that all rules share."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from harness.artefacts.cda import HL7, XSI
from schemas.valuesets import value_set

if TYPE_CHECKING:
    from lxml.etree import _Element

    from harness.checks.cda.walk import Reading

XSI_TYPE = f"{{{XSI}}}type"
DOCUMENT_NULLS = frozenset({"UNK", "NASK", "ASKU", "NAV", "MSK"})
"""nullFlavors that the volet allows in the header."""
_TS = re.compile(r"(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:\.\d+)?([+-]\d{1,4})?")
_PREFIX = f"{{{HL7}}}"


def kid(element: _Element | None, *path: str) -> _Element | None:
    """Return the first HL7 child of each name in turn, None where one is missing."""
    for name in path:
        if element is None:
            return None
        element = element.find(_PREFIX + name)
    return element


def kids(element: _Element | None, name: str) -> list[_Element]:
    """Return the HL7 children of a name."""
    return [] if element is None else element.findall(_PREFIX + name)


def local(element: _Element) -> str:
    """Return the local name."""
    return str(element.tag).rpartition("}")[2]


def parent_name(element: _Element) -> str:
    """Return the local name of the parent, empty at the root."""
    parent = element.getparent()
    return "" if parent is None else local(parent)


def words(element: _Element | None) -> str:
    """Return all the text inside an element, blanks collapsed."""
    return "" if element is None else " ".join("".join(map(str, element.itertext())).split())


def shown(element: _Element | None) -> str:
    """Return an element as a person writes it, without its content."""
    if element is None:
        return "absent"
    pairs = [(str(name).rpartition("}")[2], str(value)) for name, value in element.attrib.items()]
    attributes = "".join(f' {name}="{value}"' for name, value in pairs)
    return f"<{local(element)}{attributes}>"


def lost(names: list[str]) -> str:
    """Return what is missing, for the `found` of a fault."""
    return f"sans / without {', '.join(names)}"


def is_null(element: _Element | None) -> bool:
    """Tell whether the element says that its value is missing."""
    return element is not None and element.get("nullFlavor") is not None


def identified(element: _Element) -> bool:
    """Tell whether an II has both root and extension."""
    return bool(element.get("root")) and bool(element.get("extension"))


def has_template(element: _Element, root: str) -> bool:
    """Tell whether an element bears a templateId."""
    return any(each.get("root") == root for each in kids(element, "templateId"))


def moment(value: str | None) -> datetime | None:
    """Return the instant that a TS designates, its missing parts at their least, None if it is no date.

    Without an offset the time is read as UTC: good enough to compare days.
    """
    match = _TS.fullmatch(value or "")
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups()[:6])
    month, day = month if month is not None else 1, day if day is not None else 1
    if not year or not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    if (hour or 0) > 23 or (minute or 0) > 59 or (second or 0) > 59:
        return None
    found = datetime(year, month, day, hour or 0, minute or 0, second or 0, tzinfo=UTC)
    offset = match[7]
    if offset and len(offset) == 5:
        shift = timedelta(hours=int(offset[1:3]), minutes=int(offset[3:]))
        try:
            found = found - shift if offset[0] == "+" else found + shift
        except OverflowError:
            return None
    return found


def member(reading: Reading, rule_id: str, element: _Element | None, name: str) -> None:
    """Fault a coded element whose code and codeSystem are not of a value set; a nullFlavor passes."""
    if element is None or is_null(element):
        return
    codes = value_set(name)
    code, system = element.get("code"), element.get("codeSystem")
    if codes.holds(code, system):
        return
    known = codes.systems_of(code)
    if known:
        found = f"{code} / codeSystem {system}"
        reading.fault(rule_id, element, f"codeSystem {' | '.join(known)} ({name})", found, "codeSystem")
    else:
        reading.fault(rule_id, element, f"{name} ({codes.version})", f"{code} / {system}", "code")
