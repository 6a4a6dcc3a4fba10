"""The message catalogue: every text that a user reads, in French and in English.

Files `schemas/messages/<area>.toml`, one table per message::

    [unknown]
    fr = "L'exigence « {id} » n'existe pas."
    en = "Requirement '{id}' does not exist."

and `message("catalogue.unknown").filled(id="ECO.9")`. Both languages have the same `{places}`.

Errors::

    MessageError                an area is missing or wrong
    └── MissingMessageError     no message has this key (also a LookupError)
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from types import MappingProxyType

from schemas.text import Bilingual

__all__ = ["MessageError", "MissingMessageError", "areas", "load_area", "message", "messages", "places"]

_DIRECTORY = Path(__file__).parent


class MessageError(Exception):
    """A message file is missing or wrong. A fault of the program, hence told in English only."""


class MissingMessageError(MessageError, LookupError):
    """No message has this key."""


def message(key: str) -> Bilingual:
    """Return the message `area.key`; its places are filled with `.filled(name=value)`.

    Raises `MissingMessageError` when there is no such area or no such key in it.
    """
    area, _, name = key.partition(".")
    if not name:
        raise MissingMessageError(
            f"Message key {key!r} has no area: write it 'area.key', e.g. 'catalogue.unknown'."
        )
    known = messages(area)
    try:
        return known[name]
    except KeyError:
        raise MissingMessageError(
            f"No message {name!r} in schemas/messages/{area}.toml (it has {len(known)} messages). "
            f"Add a table [{name}] with 'fr' and 'en', or correct the key."
        ) from None


@cache
def messages(area: str) -> Mapping[str, Bilingual]:
    """Return all messages of one area, by name.

    Raises `MissingMessageError` when the area has no file, `MessageError` when its file is wrong.
    """
    path = _DIRECTORY / f"{area}.toml"
    if not area.isidentifier() or not path.is_file():
        raise MissingMessageError(
            f"No message area {area!r}: schemas/messages/{area}.toml does not exist. "
            f"Known areas: {', '.join(areas())}."
        )
    return MappingProxyType(load_area(path))


def areas() -> tuple[str, ...]:
    """Return the names of all areas, sorted."""
    return tuple(sorted(path.stem for path in _DIRECTORY.glob("*.toml")))


def load_area(path: Path) -> dict[str, Bilingual]:
    """Read one message file and check it.

    Raises `MessageError` that names file and message when TOML is wrong, a language is missing or empty,
    a key is unknown, or the two languages have different places.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MessageError(f"{path.name} cannot be read: {error}") from error
    return {name: _bilingual(path.name, name, table) for name, table in _flat(tables)}


def places(text: str) -> frozenset[str]:
    """Return the names of the `{places}` of a text.

    Raises `ValueError` when a brace is not closed.
    """
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def _flat(tables: dict[str, object], prefix: str = "") -> list[tuple[str, object]]:
    """Flatten `[group.name]` tables to `group.name` keys; a table with `fr` or `en` is a message."""
    found: list[tuple[str, object]] = []
    for name, table in tables.items():
        key = f"{prefix}{name}"
        if isinstance(table, dict) and table and all(isinstance(inner, dict) for inner in table.values()):
            found.extend(_flat(table, f"{key}."))
        else:
            found.append((key, table))
    return found


def _bilingual(file: str, name: str, table: object) -> Bilingual:
    if not isinstance(table, dict) or set(table) != {"fr", "en"}:
        raise MessageError(f"{file}: message [{name}] must have exactly the keys 'fr' and 'en'.")
    french, english = table["fr"], table["en"]
    if not (isinstance(french, str) and isinstance(english, str) and french.strip() and english.strip()):
        raise MessageError(f"{file}: message [{name}] has an empty text or one that is not a string.")
    try:
        same = places(french) == places(english)
    except ValueError as error:
        raise MessageError(f"{file}: message [{name}] has a brace that is not closed: {error}.") from error
    if not same:
        raise MessageError(
            f"{file}: message [{name}] has places {sorted(places(french))} in French "
            f"and {sorted(places(english))} in English; they must be the same."
        )
    return Bilingual(french, english)
