"""The published JSON Schemas (`schemas/json/*.json`, draft 2020-12) and validators made of them.

The name of a schema carries its version: `driver-1` is version 1 of the driver protocol and only ever grows;
a change that breaks a reader is a `driver-2` beside it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

__all__ = ["PublishedSchema", "UnknownSchemaError", "published", "schema", "validator"]

_DIRECTORY = Path(__file__).parent / "json"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class UnknownSchemaError(LookupError):
    """No published schema, or no definition in it, has this name."""


@dataclass(frozen=True, slots=True)
class PublishedSchema:
    """One published schema: `name` as in `driver-1`, `version` 1, `uri` its `$id`, `path` its file."""

    name: str
    version: int
    uri: str
    title: str
    path: Path


@cache
def published() -> tuple[PublishedSchema, ...]:
    """Return all published schemas, sorted by name."""
    found = []
    for path in sorted(_DIRECTORY.glob("*.json")):
        content = schema(path.stem)
        version = int(path.stem.rpartition("-")[2])
        found.append(PublishedSchema(path.stem, version, content["$id"], content["title"], path))
    return tuple(found)


@cache
def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema `name` (`driver-1`); read once, not to be changed.

    Raises `UnknownSchemaError`.
    """
    path = _DIRECTORY / f"{name}.json"
    if path.parent != _DIRECTORY or not path.is_file():
        known = ", ".join(sorted(file.stem for file in _DIRECTORY.glob("*.json")))
        raise UnknownSchemaError(f"No published JSON Schema {name!r}. Known: {known}.")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@cache
def validator(name: str, definition: str | None = None) -> Draft202012Validator:
    """Return the validator of a schema, or of one of its `$defs` (`validator("driver-1", "answer")`).

    Raises `UnknownSchemaError`.
    """
    content = schema(name)
    if definition is None:
        return Draft202012Validator(content)
    if definition not in content.get("$defs", {}):
        known = ", ".join(sorted(content.get("$defs", {})))
        raise UnknownSchemaError(f"JSON Schema {name!r} has no definition {definition!r}. Known: {known}.")
    return Draft202012Validator(
        {"$schema": _DIALECT, "$ref": f"#/$defs/{definition}", "$defs": content["$defs"]}
    )
