"""Models of documents of the CI-SIS: the templateId that announces one, its name, what it demands, our depth.

Source: the volets "modèles de contenus CDA" of the CI-SIS as the official test content of 2025-02-19 and the
association ASS_A11 (templateId, formatCode) of 2026-06-29 show them. `depth` says how much of a model the
rules judge: `full` all of it, `generic` the header, the generic section and entry rules and what the table
lists: type code, templateIds, sections and demands. A model with no section and no demand here is judged by
its generic part only; none but CR-BIO is `full`, because the value sets of most entries are not at hand.

A demand that only one stored version of the official content bears (not the facts of CDA.md) has a rule that
warns; the others have one that is an error.
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

__all__ = ["ROOT", "UNSTRUCTURED", "Demand", "Depth", "Model", "Need", "Section", "entries", "models"]

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
    """A section that a model asks for: any of `templates`, `least` to `most` times (None: no limit).

    It stands directly in the body, or `anywhere`. With `one_kind` it is enough that one of the templates is
    borne once. Older versions than `since` do not ask for it.
    """

    name: str
    templates: tuple[str, ...]
    least: int
    most: int | None
    anywhere: bool
    one_kind: bool
    since: str | None


@dataclass(frozen=True, slots=True)
class Need:
    """What must stand below an element: `least` to `most` elements at `path` (names joined by `/`, HL7).

    Only those count that bear `template`, have one of `codes`, the code `system`, and, where `name` is given,
    that displayName (letter case apart). `path` may begin with `//` (at any depth) and end with `@name`: the
    element must have the attribute. With `filled` none of them may have a nullFlavor. With `value_set` each
    of them that has no nullFlavor is a code of that value set. An empty path is the element itself.
    """

    path: str
    least: int
    most: int | None
    template: str | None
    codes: tuple[str, ...]
    system: str | None
    name: str | None
    filled: bool
    value_set: str | None


@dataclass(frozen=True, slots=True)
class Demand:
    """What a model asks of each element that it concerns, and the rule that is broken otherwise.

    The elements: those that bear `template` and are called `element`, those at `path` from the root, or
    the root itself. `within`: only entries directly in a section of that templateId; `unless`: not those that
    bear one of these templateIds; `when`: only those that meet this need.
    """

    rule: str
    name: str
    template: str | None
    element: str | None
    path: str | None
    within: str | None
    unless: tuple[str, ...]
    when: Need | None
    since: str | None
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """One model; `codes` are the type codes that its documents bear, empty when the table does not know."""

    root: str
    name: str
    depth: Depth
    codes: tuple[str, ...]
    system: str | None
    """Code system of the type code, None when the table does not know."""
    label: str | None
    """displayName of the type code, where the model fixes it."""
    templates: tuple[str, ...]
    """templateIds that the document bears beside the model's own."""
    title: str | None
    sections: tuple[Section, ...]
    only: tuple[str, ...]
    """templateIds of which each section of the body must bear one; empty when others are allowed."""
    demands: tuple[Demand, ...]


@cache
def models() -> Mapping[str, Model]:
    """Return the known models by templateId root."""
    raw = tomllib.loads((Path(__file__).parent / "models.toml").read_text(encoding="utf-8"))
    return MappingProxyType({root: _model(root, table) for root, table in raw.items()})


@cache
def entries() -> tuple[Demand, ...]:
    """Return what sections and entries hold in every model, by their templateId (IHE PCC, CI-SIS)."""
    raw = tomllib.loads((Path(__file__).parent / "entries.toml").read_text(encoding="utf-8"))
    derived = (
        {"rule": "CDA-M-020", "name": french, "template": french, "needs": [{"path": "", "template": parent}]}
        for french, parent in raw["derived"].items()
    )
    return tuple(_demand(each) for each in (*raw["demands"], *derived))


def _model(root: str, table: dict[str, Any]) -> Model:
    return Model(
        root=root,
        name=table["name"],
        depth=Depth(table.get("depth", "generic")),
        codes=tuple(table.get("codes", ())),
        system=table.get("system"),
        label=table.get("label"),
        templates=tuple(table.get("templates", ())),
        title=table.get("title"),
        sections=tuple(_section(each) for each in table.get("sections", ())),
        only=tuple(table.get("only", ())),
        demands=tuple(_demand(each) for each in table.get("demands", ())),
    )


def _section(table: dict[str, Any]) -> Section:
    return Section(
        name=table["name"],
        templates=tuple(table["templates"]),
        least=table.get("least", 0),
        most=table.get("most"),
        anywhere=table.get("anywhere", False),
        one_kind=table.get("one_kind", False),
        since=table.get("since"),
    )


def _demand(table: dict[str, Any]) -> Demand:
    when = table.get("when")
    return Demand(
        rule=table["rule"],
        name=table["name"],
        template=table.get("template"),
        element=table.get("element"),
        path=table.get("path"),
        within=table.get("within"),
        unless=tuple(table.get("unless", ())),
        when=None if when is None else _need(when),
        since=table.get("since"),
        needs=tuple(_need(each) for each in table["needs"]),
    )


def _need(table: dict[str, Any]) -> Need:
    return Need(
        path=table["path"],
        least=table.get("least", 1),
        most=table.get("most"),
        template=table.get("template"),
        codes=tuple(table.get("codes", ())),
        system=table.get("system"),
        name=table.get("name"),
        filled=table.get("filled", False),
        value_set=table.get("value_set"),
    )
