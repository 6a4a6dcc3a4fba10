"""From the criteria of a search to SQL conditions, the same for both databases.

Each criterion becomes a `Condition`: as a *filter* on a row `t` of the searched table, and as *drivers*,
queries that give the `rid` of what it finds through an index. Token criteria over codes become a set of
dimensions instead (`simulators.annuaire.shared`), found in memory.
"""

# ruff: noqa: S608  every value goes by its place; the text is ours

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from simulators.annuaire import nos
from simulators.annuaire.model import key_of
from simulators.annuaire.parameters import ResourceType
from simulators.annuaire.query import (
    APPROXIMATE,
    Criterion,
    DateValue,
    ReferenceValue,
    StringValue,
    TokenValue,
    UriValue,
    fold,
)
from simulators.annuaire.shared import Token
from simulators.annuaire.tables import KIND, MAIN, VERSIONS, milliseconds


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with `?` places, and their values."""

    text: str
    values: tuple[Any, ...] = ()


class World(Protocol):
    """What conditions need of the store."""

    def containing(self, table: str, column: str, folded: str) -> Sql:
        """Return `table x … WHERE …`: its rows `x` of which an expression on `x` contains a text."""
        ...

    def narrowing(self, table: str, column: str, folded: str) -> Sql | None:
        """Return a cheap query for at least the rows that `containing` gives, or None."""
        ...

    def titled(self, said: Callable[[str], bool]) -> Sequence[int]:
        """Return the dimensions of professionals whose civility or title satisfies a test."""
        ...


@dataclass(frozen=True, slots=True)
class Condition:
    """One criterion: true where any of the alternatives is. Without alternatives it finds nothing.

    `bounds` are cheaper queries that find at least as much as the drivers; without them the drivers serve.
    `covered`: the one driver reads an index alone and gives no `rid` twice: counting it is exact and cheap.
    """

    filters: tuple[Sql, ...]
    drivers: tuple[Sql, ...]
    bounds: tuple[Sql, ...] = ()
    covered: bool = False

    @property
    def filter(self) -> Sql:
        """Return the whole condition on `t`."""
        if not self.filters:
            return Sql("1=0")
        values = tuple(value for one in self.filters for value in one.values)
        return Sql(balanced([one.text for one in self.filters], "OR"), values)


_STRINGS: Mapping[tuple[ResourceType, str], tuple[str, ...]] = {
    ("Practitioner", "family"): ("family_f",),
    ("Practitioner", "given"): ("given_f",),
    ("Practitioner", "name"): ("family_f", "given_f"),
    ("Practitioner", "number-smartcard"): ("card.number",),
    ("Practitioner", "mailbox-mss"): ("mailbox.address_f",),
    ("PractitionerRole", "mailbox-mss"): ("mailbox.address_f",),
    ("Organization", "mailbox-mss"): ("mailbox.address_f",),
    ("Organization", "name"): ("name_f",),
    ("Organization", "address"): ("line.line_f", "city_f", "postcode"),
    ("Organization", "address-line"): ("line.line_f",),
    ("Organization", "address-city"): ("city_f",),
    ("Organization", "address-postalcode"): ("postcode",),
    ("Organization", "pharmacy-licence"): ("licence",),
    ("Device", "manufacturer"): ("manufacturer_f",),
    ("Device", "model"): ("model_f",),
}
_RAW = {
    "family_f": "family",
    "given_f": "given",
    "name_f": "name",
    "line_f": "line",
    "city_f": "city",
    "address_f": "address",
    "manufacturer_f": "manufacturer",
    "model_f": "model",
}
"""The column with the text as it is, for `:exact`."""
_REFERENCES: Mapping[tuple[ResourceType, str], str] = {
    ("PractitionerRole", "practitioner"): "practitioner",
    ("PractitionerRole", "organization"): "organization",
    ("Organization", "partof"): "part_of",
    ("HealthcareService", "organization"): "organization",
    ("Device", "organization"): "organization",
}
_IDENTIFIERS: Mapping[ResourceType, tuple[tuple[str, str, str], ...]] = {
    "Practitioner": ((nos.IDNPS, "idnps", ""), (nos.RPPS, "idnps", "8")),
    "PractitionerRole": ((nos.RPPS, "identifier", ""),),
    "Organization": (
        (nos.IDNST, "idnst", ""),
        (nos.FINESS, "finess", ""),
        (nos.SIREN, "siren", ""),
        (nos.SIRET, "siret", ""),
        (nos.RPPS_RANG, "rang", ""),
    ),
    "HealthcareService": ((nos.ARHGOS, "arhgos", ""),),
    "Device": ((nos.ARHGOS, "arhgos", ""),),
}
"""System, column, and what the column has before the value."""


def balanced(parts: Sequence[str], word: str) -> str:
    """Join conditions as a balanced tree: databases bound its depth, clients send thousands of values."""
    if len(parts) == 1:
        return f"({parts[0]})"
    middle = len(parts) // 2
    return f"({balanced(parts[:middle], word)} {word} {balanced(parts[middle:], word)})"


def usable(text: str) -> bool:
    """Tell whether a text can stand in a database: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def reference_column(resource: ResourceType, parameter: str) -> str:
    """Return the column of a reference parameter; raises `KeyError` when there is none."""
    return _REFERENCES[resource, parameter]


def wanted_tokens(criterion: Criterion) -> Callable[[Token], bool]:
    """Return the test that a token satisfies a criterion on codes."""
    accepted: list[tuple[str | None, str | None]] = []
    for value in criterion.values:
        if isinstance(value, UriValue):
            accepted.append((None, value.uri.partition("|")[0]))
        elif isinstance(value, TokenValue):
            accepted.append((value.system, value.code))

    def satisfied(token: Token) -> bool:
        return token.parameter == criterion.parameter and any(
            system in {None, token.system} and code in {None, token.code} for system, code in accepted
        )

    return satisfied


def condition_of(resource: ResourceType, criterion: Criterion, world: World) -> Condition | None:
    """Return the condition of a criterion, None for one on codes (a set of dimensions).

    Raises `KeyError` for a parameter that the resource does not have.
    """
    name = criterion.parameter
    if name == "_id":
        return _ranges(resource, "rid", _ids(resource, criterion))
    if name == "_lastUpdated":
        return _ranges(resource, "updated", _instants(criterion))
    if name == "identifier":
        return _identifiers(resource, criterion)
    if name == "mailbox-mss-type":
        return _mailbox_types(resource, criterion)
    if criterion.kind == "reference":
        return _references(resource, criterion)
    if criterion.kind == "string":
        return _strings(resource, criterion, world)
    return None


def _self(resource: ResourceType, condition: str, values: tuple[Any, ...]) -> tuple[Sql, Sql]:
    """Return filter and driver of a condition on the searched table; `{x}` stands for its name."""
    driver = f"SELECT x.rid AS rid FROM {MAIN[resource].name} x WHERE {condition.format(x='x')}"
    return Sql(f"({condition.format(x='t')})", values), Sql(driver, values)


def _child(resource: ResourceType, table: str, condition: str, values: tuple[Any, ...]) -> tuple[Sql, Sql]:
    """Return filter and driver of a condition on a table of which the rows have an owner."""
    if table == "mailbox":
        condition = f"x.kind = {KIND[resource]} AND x.red = 0 AND {condition}"
    found = Sql(f"EXISTS (SELECT 1 FROM {table} x WHERE x.owner = t.rid AND {condition})", values)
    return found, Sql(f"SELECT x.owner AS rid FROM {table} x WHERE {condition}", values)


def _joined(pairs: Iterable[tuple[Sql, Sql]]) -> Condition:
    found = tuple(pairs)
    return Condition(tuple(one for one, _ in found), tuple(one for _, one in found))


def _ids(resource: ResourceType, criterion: Criterion) -> list[tuple[int | None, int | None]]:
    codes = [value.code or "" for value in criterion.values if isinstance(value, TokenValue)]
    keys = [key_of(resource, code) for code in codes]
    return [(key * VERSIONS, (key + 1) * VERSIONS) for key in keys if key is not None]


def _instants(criterion: Criterion) -> list[tuple[int | None, int | None]]:
    found: list[tuple[int | None, int | None]] = []
    for value in criterion.values:
        if not isinstance(value, DateValue):
            continue
        low, high = milliseconds(value.low), milliseconds(value.high)
        match value.prefix:
            case "eq":
                found.append((low, high))
            case "ne":
                found += [(None, low), (high, None)]
            case "gt" | "sa":
                found.append((high, None))
            case "lt" | "eb":
                found.append((None, low))
            case "ge":
                found.append((low, None))
            case "le":
                found.append((None, high))
            case "ap":
                margin = max(value.high - value.low, APPROXIMATE)
                wide = int(margin.total_seconds() * 1000)
                found.append((low - wide, high + wide))
    return found


def _ranges(
    resource: ResourceType, column: str, ranges: Iterable[tuple[int | None, int | None]]
) -> Condition:
    pairs = []
    for low, high in ranges:
        bounds = [(">=", low), ("<", high)]
        told = [(sign, bound) for sign, bound in bounds if bound is not None]
        condition = " AND ".join(f"{{x}}.{column} {sign} ?" for sign, _ in told)
        pairs.append(_self(resource, condition, tuple(bound for _, bound in told)))
    return _joined(pairs)


def _identifiers(resource: ResourceType, criterion: Criterion) -> Condition:
    wanted: dict[str, list[str]] = {}
    pairs = []
    for value in criterion.values:
        if not isinstance(value, TokenValue) or not usable(value.code or ""):
            continue
        for system, column, before in _IDENTIFIERS[resource]:
            if value.system not in {None, system}:
                continue
            if value.code is not None:
                wanted.setdefault(column, []).append(before + value.code)
            elif before:
                pairs.append(_self(resource, *starts(f"{{x}}.{column}", before)))
            else:
                pairs.append(_self(resource, f"{{x}}.{column} IS NOT NULL", ()))
    return _joined([*pairs, *(_any_of(resource, column, values) for column, values in wanted.items())])


def _any_of(resource: ResourceType, column: str, values: Sequence[Any]) -> tuple[Sql, Sql]:
    """Return the condition that a column is one of some values."""
    unique = tuple(dict.fromkeys(values))
    return _self(resource, f"{{x}}.{column} IN ({', '.join('?' * len(unique))})", unique)


def _mailbox_types(resource: ResourceType, criterion: Criterion) -> Condition:
    """Both systems that MSS-IG prints are accepted, R256 and R257 (DOSSIER §2.1, conflict)."""
    pairs = []
    for value in criterion.values:
        if not isinstance(value, TokenValue):
            continue
        if value.system not in {None, nos.BAL_TYPE, nos.MESSAGING_TYPE} or not usable(value.code or ""):
            continue
        told, values = ("1=1", ()) if value.code is None else ("x.type = ?", (value.code,))
        pairs.append(_child(resource, "mailbox", told, values))
    return _joined(pairs)


def _references(resource: ResourceType, criterion: Criterion) -> Condition:
    column = _REFERENCES[resource, criterion.parameter]
    target: ResourceType = "Practitioner" if column == "practitioner" else "Organization"
    values = [value for value in criterion.values if isinstance(value, ReferenceValue)]
    keys = [key_of(target, value.id) for value in values if value.resource in {None, target}]
    known = [key for key in keys if key is not None]
    return _joined([_any_of(resource, column, known)] if known else [])


def _strings(resource: ResourceType, criterion: Criterion, world: World) -> Condition:
    columns = _STRINGS[resource, criterion.parameter]
    pairs: list[tuple[Sql, Sql]] = []
    bounds: list[Sql | None] = []
    for value in criterion.values:
        if not isinstance(value, StringValue) or not usable(value.text):
            continue
        for place in columns:
            pairs.append(_string(resource, place, value.text, criterion.modifier, world))
            table, _, column = place.rpartition(".")
            table = table or MAIN[resource].name
            bounds.append(world.narrowing(table, f"x.{column}", fold(value.text)))
        if criterion.parameter == "name" and resource == "Practitioner":
            pairs += _full_names(value.text, criterion.modifier, world)
    condition = _joined(pairs)
    cheap = tuple(one for one in bounds if one is not None)
    if criterion.modifier == "contains" and len(cheap) == len(pairs):
        return replace(condition, bounds=cheap)
    covered = not criterion.modifier and len(pairs) == 1 and "." not in columns[0]
    return replace(condition, covered=covered)


def _string(resource: ResourceType, place: str, text: str, modifier: str, world: World) -> tuple[Sql, Sql]:
    table, _, column = place.rpartition(".")
    folded = fold(text)
    values: tuple[str, ...]
    own = MAIN[resource].name
    if modifier == "exact":
        raw = _RAW.get(column)
        told, values = f"{{x}}.{column} = ?", (folded,)
        if raw:
            told, values = f"{told} AND {{x}}.{raw} = ?", (folded, text)
    elif modifier == "contains":
        if not table:
            inside = world.containing(own, f"x.{column}", folded)
            driver = Sql(f"SELECT x.rid AS rid FROM {inside.text}", inside.values)
            return Sql(f"({POSITION.format(column=f't.{column}')})", (folded,)), driver
        found, _ = _child(resource, table, POSITION.format(column=f"x.{column}"), (folded,))
        inside = world.containing(table, f"x.{column}", folded)
        extra = f" AND x.kind = {KIND[resource]} AND x.red = 0" if table == "mailbox" else ""
        return found, Sql(f"SELECT x.owner AS rid FROM {inside.text}{extra}", inside.values)
    else:
        told, values = starts(f"{{x}}.{column}", folded)
    if table:
        return _child(resource, table, told.format(x="x"), values)
    return _self(resource, told, values)


MOST_WORDS = 10
"""So many spaces of a full name may part family and given names."""
POSITION = "instr({column}, ?) > 0"
"""Substring test; in PostgreSQL it is called `strpos`."""


def starts(column: str, folded: str) -> tuple[str, tuple[str, ...]]:
    """Return the condition that a column begins with a text: a range that an index answers."""
    after = _after(folded)
    if after is None:
        return f"{column} >= ?", (folded,)
    return f"{column} >= ? AND {column} < ?", (folded, after)


def _after(text: str) -> str | None:
    """Return the least text greater than all that begin with `text`, None when there is none."""
    for at in range(len(text) - 1, -1, -1):
        code = ord(text[at]) + 1
        if code == 0xD800:  # surrogates are no characters
            code = 0xE000
        if code <= 0x10FFFF:
            return text[:at] + chr(code)
    return None


def _full_names(text: str, modifier: str, world: World) -> Iterable[tuple[Sql, Sql]]:
    """Look in civility and title, and in the name as one text, `FAMILY Given`, where it spans both."""
    folded = fold(text)

    def said(word: str) -> bool:
        if modifier == "exact":
            return word == text
        return folded in fold(word) if modifier == "contains" else fold(word).startswith(folded)

    dims = ", ".join(str(number) for number in world.titled(said))
    if dims:
        yield _self("Practitioner", f"{{x}}.dim IN ({dims})", ())
    if " " not in folded:
        return
    if modifier == "contains":
        whole = "{x}.family_f || ' ' || {x}.given_f"
        inside = world.containing("practitioner", whole.format(x="x"), folded)
        filtered = Sql(f"({POSITION.format(column=whole.format(x='t'))})", (folded,))
        yield filtered, Sql(f"SELECT x.rid AS rid FROM {inside.text}", inside.values)
        return
    for at, letter in enumerate(folded):
        if letter != " " or folded.count(" ", 0, at) >= MOST_WORDS:
            continue
        family, given = folded[:at], folded[at + 1 :]
        if modifier == "exact":
            told = "{x}.family_f = ? AND {x}.given_f = ? AND {x}.family || ' ' || {x}.given = ?"
            yield _self("Practitioner", told, (family, given, text))
        else:
            told, values = starts("{x}.given_f", given)
            yield _self("Practitioner", "{x}.family_f = ? AND " + told, (family, *values))
