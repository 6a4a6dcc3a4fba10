"""Code lists of the CI-SIS nomenclatures (NOS) that the metadata of an archive draw on.

`xds_lists()` reads `xds.toml` once. A list is a snapshot with its version: a code that it lacks may be newer.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

__all__ = ["CodeList", "XdsLists", "xds_lists"]

_FILE = Path(__file__).parent / "xds.toml"
_MAPS = ("format_of_template", "class_of_type")


@dataclass(frozen=True, slots=True)
class CodeList:
    """One value set: `systems` gives the code systems of each code."""

    value_set: str
    oid: str
    version: str
    systems: Mapping[str, tuple[str, ...]]

    def __contains__(self, code: object) -> bool:
        return code in self.systems


@dataclass(frozen=True, slots=True)
class XdsLists:
    """The lists by metadata, and the two tables that link metadata to one another."""

    lists: Mapping[str, CodeList]
    format_of_template: Mapping[str, str]
    class_of_type: Mapping[str, tuple[str, ...]]

    def __getitem__(self, name: str) -> CodeList:
        return self.lists[name]


@cache
def xds_lists() -> XdsLists:
    """Return the code lists of the XDS metadata."""
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    formats, classes = (tables.pop(name) for name in _MAPS)
    return XdsLists(
        lists=MappingProxyType({name: _list(table) for name, table in tables.items()}),
        format_of_template=MappingProxyType(formats),
        class_of_type=MappingProxyType({name: tuple(text.split()) for name, text in classes.items()}),
    )


def _list(table: Mapping[str, object]) -> CodeList:
    systems: dict[str, tuple[str, ...]] = {}
    codes = table["codes"]
    assert isinstance(codes, dict)
    for system, text in codes.items():
        for code in str(text).split():
            systems[code] = (*systems.get(code, ()), system)
    return CodeList(
        str(table["value_set"]), str(table["oid"]), str(table["version"]), MappingProxyType(systems)
    )
