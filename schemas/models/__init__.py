"""Models of documents of the CI-SIS: the templateId that announces one, its name, what it demands, our depth.

Source: the volets "modèles de contenus CDA" of the CI-SIS as the official test content of 2025-02-19 and the
association ASS_A11 (templateId, formatCode) of 2026-06-29 show them. `depth` says how much of a model the
rules judge: `full` all of it, `generic` the header, the generic section and entry rules and what the table
lists.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

__all__ = ["ROOT", "UNSTRUCTURED", "Depth", "Model", "Section", "models"]

ROOT = "1.2.250.1.213.1.1.1."
"""Every model's templateId is under this OID; `…1` is Structuration minimale itself."""
UNSTRUCTURED = "1.3.6.1.4.1.19376.1.2.20"
"""IHE XDS-SD, the templateId of an unstructured document (N1)."""


class Depth(StrEnum):
    """How far a document was judged."""

    FULL = "full"
    GENERIC = "generic"
    HEADER = "header"


@dataclass(frozen=True, slots=True)
class Section:
    """A section that a model asks for: any of `templates`, `least` to `most` times (None: no limit)."""

    name: str
    templates: tuple[str, ...]
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Model:
    """One model; `codes` are the type codes that its documents bear, empty when the table does not know."""

    root: str
    name: str
    depth: Depth
    codes: tuple[str, ...]
    templates: tuple[str, ...]
    """templateIds that the document bears beside the model's own."""
    title: str | None
    sections: tuple[Section, ...]


@cache
def models() -> Mapping[str, Model]:
    """Return the known models by templateId root."""
    raw = tomllib.loads((Path(__file__).parent / "models.toml").read_text(encoding="utf-8"))
    return MappingProxyType({root: _model(root, table) for root, table in raw.items()})


def _model(root: str, table: dict[str, Any]) -> Model:
    return Model(
        root=root,
        name=table["name"],
        depth=Depth(table.get("depth", "generic")),
        codes=tuple(table.get("codes", ())),
        templates=tuple(table.get("templates", ())),
        title=table.get("title"),
        sections=tuple(
            Section(each["name"], tuple(each["templates"]), each.get("least", 0), each.get("most"))
            for each in table.get("sections", ())
        ),
    )
