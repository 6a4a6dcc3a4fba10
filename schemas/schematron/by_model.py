"""The rules on models (CDA-M) in XPath, from the table of models."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.models import Demand, Model, Need, Section, models

_ROOT = "h:ClinicalDocument"


def model_tests() -> Iterator[tuple[str, str, str]]:
    """Yield rule, context and test of everything that the table asks for."""
    names = "|".join(models())
    known = f"contains('|{names}|', concat('|', $model, '|'))"
    yield "CDA-M-001", _ROOT, f"$unstructured or $model = '' or {known}"
    for model in models().values():
        gate = f"$unstructured or $model != '{model.root}'"
        yield from _declared(model, gate)
        for section in model.sections:
            yield "CDA-M-004", _ROOT, f"{gate}{_since(section.since)} or ({_section(section)})"
        if model.only:
            wanted = _any("@root", model.only)
            yield (
                "CDA-M-009",
                "h:structuredBody/h:component/h:section",
                (f"$model != '{model.root}' or h:templateId[{wanted}]"),
            )
        for demand in model.demands:
            for need in demand.needs:
                yield demand.rule, _context(demand), f"{gate}{_since(demand.since)} or ({_met(need)})"


def _declared(model: Model, gate: str) -> Iterator[tuple[str, str, str]]:
    if model.codes:
        test = _any("@code", model.codes)
        if model.system is not None:
            test = f"({test}) and @codeSystem = '{model.system}'"
        if model.label is not None:
            test = f"({test}) and @displayName = {quoted(model.label)}"
        yield "CDA-M-002", f"{_ROOT}/h:code[1]", f"{gate} or ({test})"
    if model.templates:
        wanted = " and ".join(f"h:templateId/@root = '{each}'" for each in model.templates)
        yield "CDA-M-003", _ROOT, f"{gate} or ({wanted})"


def _since(since: str | None) -> str:
    return "" if since is None else f" or not($year >= {since})"


def _any(attribute: str, values: tuple[str, ...]) -> str:
    return " or ".join(f"{attribute} = {quoted(each)}" for each in values)


def quoted(text: str) -> str:
    """Return a text as an XPath 1.0 literal. Raises `ValueError` when it has both kinds of quotes."""
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    raise ValueError(text)


def _section(section: Section) -> str:
    path = ".//h:section" if section.anywhere else ".//h:structuredBody/h:component/h:section"
    if section.one_kind:
        return " or ".join(f"count({path}[h:templateId/@root = '{each}']) = 1" for each in section.templates)
    bearers = f"count({path}[h:templateId[{_any('@root', section.templates)}]])"
    limits = f"{bearers} >= {section.least}"
    return limits if section.most is None else f"{limits} and {bearers} <= {section.most}"


def _context(demand: Demand) -> str:
    if demand.template is not None:
        context = f"*[h:templateId/@root = '{demand.template}']"
    elif demand.path is None:
        context = _ROOT
    else:
        context = f"{_ROOT}/{_path(demand.path)}"
    if demand.element is not None:
        context += f"[local-name() = '{demand.element}']"
    if demand.within is not None:
        context += f"[parent::*/parent::*[h:templateId/@root = '{demand.within}']]"
    if demand.unless:
        context += f"[not(h:templateId[{_any('@root', demand.unless)}])]"
    if demand.when is not None:
        context += f"[{_met(demand.when)}]"
    return context


def _path(path: str) -> str:
    """Return a path of the table as XPath; its attribute is the matter of `_met`."""
    path = path.partition("@")[0]
    steps = "/".join(each if ":" in each else f"h:{each}" for each in path.strip("/").split("/") if each)
    return (".//" if path.startswith("//") else "") + (steps or ".")


def _met(need: Need) -> str:
    """Return the test of a need; a nullFlavor counts against `filled` only."""
    found = _path(need.path)
    found = "self::*" if found == "." else found
    attribute = need.path.partition("@")[2]
    for test in (
        f"@{attribute} != ''" if attribute else "",
        f"h:templateId/@root = '{need.template}'" if need.template else "",
        _any("@code", need.codes),
        f"@codeSystem = '{need.system}'" if need.system is not None else "",
        f"lower-case(@displayName) = {quoted(need.name.lower())}" if need.name is not None else "",
    ):
        found += f"[{test}]" if test else ""
    limits = f"count({found}) >= {need.least}"
    if need.most is not None:
        limits += f" and count({found}) <= {need.most}"
    if need.filled:
        limits += f" and not({found}[@nullFlavor])"
    if need.value_set is not None:
        known = f"contains(${need.value_set}, concat('|', @codeSystem, '#', @code, '|'))"
        limits += f" and not({found}[not(@nullFlavor)][not({known})])"
    return limits
