"""The search of one request as a value: what the API has read and what a store answers.

A store sees no HTTP. Semantics it has to give (DOSSIER §2.1):

- criteria are joined by AND, the values of one criterion by OR; `not` on a token: none of the values;
- string: without modifier the folded field *starts with* the folded value, `contains`: it contains it,
  `exact`: the raw field equals the raw value; several fields (given names, address lines): any of them;
  fold with `fold` on both sides;
- `name` of a Practitioner looks in text, family, given, prefix and suffix; `address` of an Organization in
  lines, city, postcode; `mailbox-mss` in the addresses of BAL (telecom coded MSSANTE) that may be shown;
- token: `TokenValue`; `role`, `type`, `qualification-code`, … look in every coding of every concept;
- deleted resources (`active` false, Device `inactive`) are found like the others;
- matches come in the order of the technical id, included resources after the matches of their page, each
  once, and never as a repetition of a match of that page; they do not count in the total;
- liste rouge is never shown nor matched.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from simulators.annuaire.parameters import Kind, Modifier, ResourceType

DEFAULT_COUNT = 50
APPROXIMATE = timedelta(days=1)
"""How far `ap` reaches beyond its interval; FHIR leaves it to the server [inferred]."""
Total = Literal["none", "estimate", "accurate"]
Prefix = Literal["eq", "ne", "gt", "lt", "ge", "le", "ap", "sa", "eb"]


@dataclass(frozen=True, slots=True)
class TokenValue:
    """`code` (system None: any), `system|code`, `|code` (system empty: none), `system|` (code None: any)."""

    code: str | None
    system: str | None = None


@dataclass(frozen=True, slots=True)
class StringValue:
    """A text as given by the client, not folded."""

    text: str


@dataclass(frozen=True, slots=True)
class ReferenceValue:
    """The technical id of the target; `resource` when the client wrote `Type/id` or an absolute URL."""

    id: str
    resource: ResourceType | None = None


@dataclass(frozen=True, slots=True)
class DateValue:
    """The half-open interval [`low`, `high`) that the precision of the client's date covers (aware, UTC)."""

    prefix: Prefix
    low: datetime
    high: datetime


@dataclass(frozen=True, slots=True)
class UriValue:
    """A canonical URL, compared without its `|version`."""

    uri: str


Value = TokenValue | StringValue | ReferenceValue | DateValue | UriValue


@dataclass(frozen=True, slots=True)
class Criterion:
    """One parameter of the request; all `values` are of the class that goes with `kind`."""

    parameter: str
    kind: Kind
    values: tuple[Value, ...]
    modifier: Modifier = ""


@dataclass(frozen=True, slots=True)
class Include:
    """Follow the reference parameter `parameter` of `source`.

    Forward (`_include`), `source` is the searched resource and `other` what it points to; `reverse`
    (`_revinclude`), `source` is what points to the matches and `other` the searched resource.
    """

    source: ResourceType
    parameter: str
    other: ResourceType
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """One search.

    `total` None is the server's usual: given, unless costly. `elements` empty means whole resources (the API
    cuts them, a store returns them whole). `count` is the page size, already capped.
    """

    resource: ResourceType
    criteria: tuple[Criterion, ...] = ()
    includes: tuple[Include, ...] = ()
    elements: tuple[str, ...] = ()
    total: Total | None = None
    count: int = DEFAULT_COUNT


def fold(text: str) -> str:
    """Return a text without case nor accents, as strings are compared; ligatures and ß are opened."""
    opened = text.casefold().replace("œ", "oe").replace("æ", "ae")
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", opened) if not unicodedata.combining(letter)
    )


def within(value: DateValue, instant: datetime) -> bool:
    """Tell whether an instant satisfies a date value (FHIR R4 §3.1.1.5.8, an instant being a point)."""
    match value.prefix:
        case "eq":
            return value.low <= instant < value.high
        case "ne":
            return not value.low <= instant < value.high
        case "gt" | "sa":
            return instant >= value.high
        case "lt" | "eb":
            return instant < value.low
        case "ge":
            return instant >= value.low
        case "le":
            return instant < value.high
        case "ap":
            margin = max(value.high - value.low, APPROXIMATE)
            return value.low - margin <= instant < value.high + margin
