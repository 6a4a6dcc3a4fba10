"""From the fields of a request to a `Query`; what the server refuses is a `Refusal` (DOSSIER §2.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, get_args
from urllib.parse import parse_qsl

from simulators.annuaire.fhir.conduct import Conduct
from simulators.annuaire.fhir.dates import read_date
from simulators.annuaire.fhir.outcome import Refusal
from simulators.annuaire.parameters import (
    ALIASES,
    INCLUDES,
    RESOURCES,
    REVINCLUDES,
    Modifier,
    Parameter,
    ResourceType,
    parameters_of,
)
from simulators.annuaire.query import (
    DEFAULT_COUNT,
    Criterion,
    DateValue,
    Include,
    Query,
    ReferenceValue,
    StringValue,
    TokenValue,
    Total,
    UriValue,
    Value,
)

MAX_FIELDS = 100
MAX_VALUES = 500
"""Bounds on one request: fields, and values of one field. A real client stays far below [inferred]."""
IGNORED = frozenset({"_format", "_pretty"})
"""Read and without effect, as in the published server code: JSON is all there is."""

Fields = Sequence[tuple[str, str]]


def fields_of(encoded: str) -> Fields:
    """Return the fields of a query string or a form; raises `Refusal` when there are too many."""
    try:
        return parse_qsl(encoded, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="replace")
    except ValueError as error:
        raise Refusal(400, f"More than {MAX_FIELDS} parameters in one request") from error


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks, and the modifiers left out because the server does not know them."""

    query: Query
    ignored: tuple[str, ...] = ()


@dataclass(slots=True)
class _Draft:
    resource: ResourceType
    conduct: Conduct
    criteria: list[Criterion] = field(default_factory=list)
    includes: list[Include] = field(default_factory=list)
    elements: list[str] = field(default_factory=list)
    total: Total | None = None
    count: int = DEFAULT_COUNT
    ignored: list[str] = field(default_factory=list)

    def unknown(self, name: str) -> Refusal:
        text = f"Parameter {name} not found for resource {self.resource}"
        return Refusal(self.conduct.unknown_status, text)


def read_query(resource: ResourceType, fields: Fields, conduct: Conduct, now: datetime) -> Asked:
    """Return the search that the fields ask for; raises `Refusal`.

    A field without value is left out. A modifier that a parameter does not have is left out as well, as in
    the published server code, and named in the result.
    """
    draft = _Draft(resource, conduct, count=min(DEFAULT_COUNT, conduct.max_count))
    known = parameters_of(resource, mailbox_type=conduct.mailbox_type == "served")
    for full, raw in fields:
        name, _, modifier = full.partition(":")
        values = _split(raw)
        if name in IGNORED:
            continue
        if name in _CONTROLS:
            if values:
                _CONTROLS[name](draft, values)
            continue
        parameter = known.get(ALIASES.get(name, name))
        if parameter is None:
            raise draft.unknown(name)
        if values:
            draft.criteria.append(_criterion(draft, parameter, modifier, values))
    _remember_back_to(draft, now)
    query = Query(
        resource,
        tuple(draft.criteria),
        tuple(dict.fromkeys(draft.includes)),
        tuple(dict.fromkeys(draft.elements)),
        draft.total,
        draft.count,
    )
    return Asked(query, tuple(draft.ignored))


def _remember_back_to(draft: _Draft, now: datetime) -> None:
    """Bound a delta search: updates older than the history are not kept."""
    if any(one.parameter == "_lastUpdated" for one in draft.criteria):
        oldest = now - timedelta(days=draft.conduct.history_days)
        draft.criteria.append(Criterion("_lastUpdated", "date", (DateValue("ge", oldest, oldest),)))


# --- controls -------------------------------------------------------------------------------------


def _count(draft: _Draft, values: list[str]) -> None:
    said = values[0].strip()
    if not (said.isascii() and said.isdigit()):
        text = 'The _count parameter must be in the FHIR format with an integer value : "_count=30"'
        raise Refusal(400, text)
    asked = int(said[:12])
    if len(said) > 12 or asked > draft.conduct.refused_count:
        raise Refusal(400, f"The _count parameter must not be greater than {draft.conduct.refused_count}")
    draft.count = min(asked, draft.conduct.max_count)


def _total(draft: _Draft, values: list[str]) -> None:
    for known in get_args(Total):
        if values[0] == known:
            draft.total = known
            return
    raise Refusal(400, "Bad value for the _total parameter. Allowed values are : accurate, none, estimate")


def _elements(draft: _Draft, values: list[str]) -> None:
    draft.elements += [value.strip() for value in values if value.strip()]


def _include(draft: _Draft, values: list[str]) -> None:
    allowed = INCLUDES[draft.resource]
    for value in values:
        source, _, name = value.partition(":")
        name = name.partition(":")[0]
        if value == "*":
            draft.includes += [_followed(draft.resource, one) for one in allowed]
        elif source == draft.resource and name in allowed:
            draft.includes.append(_followed(draft.resource, name))
        else:
            raise draft.unknown(value)


def _revinclude(draft: _Draft, values: list[str]) -> None:
    for value in values:
        for source, name in REVINCLUDES[draft.resource]:
            if value in {f"{source}:{name}", f"{source}:{name}:{draft.resource}"}:
                draft.includes.append(Include(source, name, draft.resource, reverse=True))
                break
        else:
            raise draft.unknown(value)


def _followed(resource: ResourceType, name: str) -> Include:
    target = parameters_of(resource)[name].target
    assert target is not None  # INCLUDES lists references alone
    return Include(resource, name, target)


_CONTROLS: dict[str, Any] = {
    "_count": _count,
    "_total": _total,
    "_elements": _elements,
    "_include": _include,
    "_revinclude": _revinclude,
}


# --- criteria -------------------------------------------------------------------------------------


def _criterion(draft: _Draft, parameter: Parameter, modifier: str, values: list[str]) -> Criterion:
    used: Modifier = ""
    if modifier and modifier not in parameter.modifiers:
        draft.ignored.append(f"{parameter.name}:{modifier}")
    elif modifier in {"contains", "exact", "not"}:
        used = modifier  # type: ignore[assignment]  # narrowed by the line above
    read = _READERS[parameter.kind]
    return Criterion(parameter.name, parameter.kind, tuple(read(value) for value in values), used)


def _token(text: str) -> Value:
    if "|" not in text:
        return TokenValue(_plain(text))
    system, _, code = text.partition("|")
    return TokenValue(_plain(code) or None, _plain(system))


def _reference(text: str) -> Value:
    pieces = text.rstrip("/").split("/")
    if len(pieces) > 1:
        for resource in RESOURCES:
            if pieces[-2] == resource:
                return ReferenceValue(pieces[-1], resource)
        raise Refusal(400, f"Bad reference format: {text[:200]}")
    return ReferenceValue(pieces[0])


def _uri(text: str) -> Value:
    return UriValue(text.partition("|")[0])


def _string(text: str) -> Value:
    return StringValue(_plain(text))


_READERS: dict[str, Any] = {
    "token": _token,
    "string": _string,
    "reference": _reference,
    "date": read_date,
    "uri": _uri,
}


def _split(text: str) -> list[str]:
    r"""Return the values joined by commas; `\,` is a comma of the value (FHIR R4 §3.1.1.5.7)."""
    values = [value for value in re.split(r"(?<!\\),", text) if value.strip()]
    if len(values) > MAX_VALUES:
        raise Refusal(400, f"More than {MAX_VALUES} values in one parameter")
    return values


def _plain(text: str) -> str:
    return re.sub(r"\\([,|$\\])", r"\1", text)


def names_of(fields: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Return the fields as the journal keeps them: in order, repetitions included."""
    return [[name, value[:500]] for name, value in fields]
