"""What the table of models says of the announced one (CDA-M).

`schemas/models/models.toml` holds type code, templateIds, sections and demands of each model, and names the
rule of each demand; here they are compared with the document. Sources: the volets of the CI-SIS as the
official rules restate them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checks.cda.demands import judge
from harness.checks.cda.nodes import has_template, kid, kids, local, parent_name, shown
from harness.checks.cda.walk import Book, Reading
from schemas.models import Model, Section, entries, models

if TYPE_CHECKING:
    from lxml.etree import _Element

book = Book()


@book.element("ClinicalDocument")
def declared(reading: Reading, root: _Element) -> None:
    """CDA-M-001 to CDA-M-003: is the model known, do type code and templateIds agree with it."""
    if reading.unstructured or reading.model is None:
        return
    model = models().get(reading.model)
    if model is None:
        reading.fault("CDA-M-001", root, "modèle du CI-SIS / model of the CI-SIS", reading.model)
        return
    _type(reading, model, kid(root, "code"))
    for wanted in model.templates:
        if not has_template(root, wanted):
            reading.fault("CDA-M-003", root, f"templateId {wanted} ({model.name})", "absent")


def _type(reading: Reading, model: Model, code: _Element | None) -> None:
    if code is None or not model.codes:
        return
    if code.get("code") not in model.codes:
        reading.fault("CDA-M-002", code, f"{' | '.join(model.codes)} ({model.name})", shown(code), "code")
    elif model.system is not None and code.get("codeSystem") != model.system:
        reading.fault("CDA-M-002", code, f"{model.system} ({model.name})", shown(code), "codeSystem")
    elif model.label is not None and code.get("displayName") != model.label:
        reading.fault("CDA-M-002", code, f"« {model.label} » ({model.name})", shown(code), "displayName")


def _is_asked(since: str | None, version: str | None) -> bool:
    """Tell whether a version asks for something; a document that gives none is given the benefit."""
    return since is None or (version is not None and version >= since)


def _is_level_1(section: _Element) -> bool:
    component = section.getparent()
    return component is not None and parent_name(component) == "structuredBody"


@book.end
def demands(reading: Reading) -> None:
    """CDA-M-004 and what follows: sections that the model asks for, and what it asks of its elements."""
    model = models().get(reading.model or "")
    if model is None or reading.unstructured:
        return
    for section in model.sections:
        if _is_asked(section.since, reading.version):
            _section(reading, section)
    for demand in model.demands:
        if _is_asked(demand.since, reading.version):
            judge(reading, demand)


@book.end
def entry_demands(reading: Reading) -> None:
    """CDA-M-020: what entries hold in every model."""
    for demand in entries():
        judge(reading, demand)


def _section(reading: Reading, section: Section) -> None:
    """CDA-M-004: a section, as often as the model asks for it."""
    bearers: dict[int, _Element] = {}
    kinds = []
    for template in section.templates:
        found = [
            each
            for each in reading.templates.get(template, ())
            if local(each) == "section" and (section.anywhere or _is_level_1(each))
        ]
        kinds.append(len(found))
        bearers |= {id(each): each for each in found}
    number = len(bearers)
    if section.one_kind:
        good = 1 in kinds
    else:
        good = number >= section.least and (section.most is None or number <= section.most)
    if good:
        return
    limits = f"{section.least}..{'*' if section.most is None else section.most}"
    wanted = f"{section.name} {limits} ({' | '.join(section.templates)})"
    body = kid(reading.document.root, "component", "structuredBody")
    place = [*bearers.values()][-1] if bearers else (reading.document.root if body is None else body)
    reading.fault("CDA-M-004", place, wanted, f"{number} ×")


@book.element("structuredBody")
def only(reading: Reading, body: _Element) -> None:
    """CDA-M-009: sections that the model does not allow directly in the body."""
    model = models().get(reading.model or "")
    if model is None or not model.only:
        return
    for component in kids(body, "component"):
        for section in kids(component, "section"):
            if not any(has_template(section, root) for root in model.only):
                given = ", ".join(each.get("root", "") for each in kids(section, "templateId"))
                found = given or "sans / without templateId"
                reading.fault("CDA-M-009", section, f"{' | '.join(model.only)} ({model.name})", found)
