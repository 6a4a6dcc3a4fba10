"""Judges one element by what the table of models demands of it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from harness.artefacts.cda import HL7
from harness.checks.cda.nodes import has_template, is_null, kids, local, member, shown
from harness.checks.cda.walk import Reading
from schemas.models import Demand, Need

if TYPE_CHECKING:
    from lxml.etree import _Element


_PREFIXES = {"ps3-20": "urn:dicom-org:ps3-20", "lab": "urn:oid:1.3.6.1.4.1.19376.1.3.2"}


def _step(name: str) -> str:
    prefix, _, own = name.rpartition(":")
    return f"{{{_PREFIXES.get(prefix, HL7)}}}{own}"


@cache
def _clark(path: str) -> tuple[str, str | None]:
    """Return a path as lxml reads it, and the name of its attribute if it ends with one."""
    path, _, attribute = path.partition("@")
    deep = path.startswith("//")
    steps = [_step(name) for name in path.strip("/").split("/") if name]
    return (".//" if deep else "") + ("/".join(steps) or "."), attribute or None


def at(element: _Element, path: str) -> list[_Element]:
    """Return the elements at a path of the table, below an element."""
    return element.findall(_clark(path)[0])


def _counts(need: Need, element: _Element) -> bool:
    attribute = _clark(need.path)[1]
    if attribute is not None and not element.get(attribute):
        return False
    if need.template is not None and not has_template(element, need.template):
        return False
    if need.codes and element.get("code") not in need.codes:
        return False
    if need.system is not None and element.get("codeSystem") != need.system:
        return False
    return need.name is None or (element.get("displayName") or "").casefold() == need.name.casefold()


def _wanted(need: Need) -> str:
    most = "*" if need.most is None else str(need.most)
    parts = [need.path.lstrip("/"), need.template, " | ".join(need.codes), need.system, need.name]
    if need.filled:
        parts.append("sans / without nullFlavor")
    return f"{need.least}..{most} × " + " ".join(each for each in parts if each)


def meets(need: Need, element: _Element) -> bool:
    """Tell whether an element has what a need asks for."""
    number = sum(1 for each in at(element, need.path) if _counts(need, each))
    return number >= need.least and (need.most is None or number <= need.most)


def _judge(reading: Reading, demand: Demand, element: _Element) -> None:
    for need in demand.needs:
        _judge_need(reading, demand, need, element)


def _judge_need(reading: Reading, demand: Demand, need: Need, element: _Element) -> None:
    there = at(element, need.path)
    good = [each for each in there if _counts(need, each)]
    empty = next((each for each in good if is_null(each)), None) if need.filled else None
    expected = f"{_wanted(need)} ({demand.name})"
    if empty is not None:
        reading.fault(demand.rule, empty, expected, shown(empty), "nullFlavor")
    elif len(good) < need.least:
        # A coded element that is there with another code is the faulty one; else what should hold it is.
        wrong = there[0] if len(there) == 1 and (need.codes or need.system or need.name) else None
        found = shown(wrong) if wrong is not None else f"{len(good)} ×"
        reading.fault(demand.rule, element if wrong is None else wrong, expected, found)
    elif need.most is not None and len(good) > need.most:
        reading.fault(demand.rule, good[need.most], expected, f"{len(good)} ×")
    if need.value_set is not None:
        for each in good:
            member(reading, demand.rule, each, need.value_set)


def _concerned(reading: Reading, demand: Demand) -> list[_Element]:
    if demand.template is not None:
        bearers = reading.templates.get(demand.template, [])
    else:
        root = reading.document.root
        bearers = [root] if demand.path is None else at(root, demand.path)
    return [each for each in bearers if _is_concerned(demand, each)]


def _is_concerned(demand: Demand, element: _Element) -> bool:
    if demand.element is not None and local(element) != demand.element:
        return False
    if demand.within is not None:
        entry = element.getparent()
        section = entry.getparent() if entry is not None else None
        if section is None or not has_template(section, demand.within):
            return False
    if demand.unless:
        given = {each.get("root") for each in kids(element, "templateId")}
        if not given.isdisjoint(demand.unless):
            return False
    return demand.when is None or meets(demand.when, element)


def judge(reading: Reading, demand: Demand) -> None:
    """Judge every element that a demand concerns."""
    for element in _concerned(reading, demand):
        _judge(reading, demand, element)
