"""Value sets (JDV of the NOS) that the rules on documents need, restated with their source and version.

A code belongs to a value set together with its code system; display names are given for people and never
compared. A value set may have grown since its `version`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

__all__ = ["UnknownValueSetError", "ValueSet", "value_set"]

_DIRECTORY = Path(__file__).parent / "data"


class UnknownValueSetError(LookupError):
    """No published value set has this name."""


@dataclass(frozen=True, slots=True)
class ValueSet:
    """One value set: `codes` maps each code system to its codes and their display names."""

    name: str
    oid: str
    version: str
    source: str
    codes: Mapping[str, Mapping[str, str]]

    def holds(self, code: str | None, system: str | None) -> bool:
        """Tell whether the code of this system belongs to it."""
        return code in self.codes.get(system or "", ())

    def systems_of(self, code: str | None) -> tuple[str, ...]:
        """Return the systems under which it knows the code, none for an unknown code."""
        return tuple(system for system, codes in self.codes.items() if code in codes)


@cache
def value_set(name: str) -> ValueSet:
    """Return a value set by the name of its file, `JDV_J07_XdsTypeCode`. Raises `UnknownValueSetError`."""
    try:
        raw = json.loads((_DIRECTORY / f"{name}.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UnknownValueSetError(name) from error
    codes = {system: MappingProxyType(of_system) for system, of_system in raw["codes"].items()}
    return ValueSet(raw["name"], raw["oid"], raw["version"], raw["source"], MappingProxyType(codes))
