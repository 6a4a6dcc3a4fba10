"""Reader of the requirement catalogue (`schemas/requirements/data/*.json`).

One file per theme, and `catalogue.json` with the version, the themes, the sources and the reasons for the
levels. Texts are in French and in English. JSON rather than TOML because the command line reads the whole
catalogue at each start: about four milliseconds from JSON, over twenty from TOML.

Errors::

    CatalogueError                 a catalogue file is missing or wrong
    └── UnknownRequirementError    nothing has this id (also a LookupError)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from schemas.certainty import Certainty
from schemas.messages import message
from schemas.requirements.model import (
    Actor,
    Direction,
    Edition,
    EditionStatus,
    Level,
    Requirement,
    Strength,
    Theme,
    Verification,
    levels_up_to,
)
from schemas.text import Bilingual

__all__ = ["Catalogue", "CatalogueError", "UnknownRequirementError", "catalogue", "load"]

_DATA = Path(__file__).parent / "data"
_SCHEMA = "requirement-catalogue/1"


class CatalogueError(Exception):
    """A catalogue file is missing or wrong."""

    def __init__(self, text: Bilingual) -> None:
        super().__init__(f"{text.fr} / {text.en}")
        self.text = text


class UnknownRequirementError(CatalogueError, LookupError):
    """No requirement has this id."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All requirements, in the order of the themes.

    `sha256` is that of the files with line ends normalised, the same on every system.
    """

    version: str
    sha256: str
    themes: tuple[Theme, ...]
    requirements: tuple[Requirement, ...]
    by_id: Mapping[str, Requirement]
    by_alias: Mapping[str, tuple[Requirement, ...]]

    def __iter__(self) -> Iterator[Requirement]:
        return iter(self.requirements)

    def __len__(self) -> int:
        return len(self.requirements)

    def __contains__(self, requirement_id: object) -> bool:
        return requirement_id in self.by_id

    def get(self, requirement_id: str) -> Requirement:
        """Return the requirement that has exactly this id.

        Raises `UnknownRequirementError`.
        """
        try:
            return self.by_id[requirement_id]
        except KeyError:
            raise UnknownRequirementError(_unknown(self, requirement_id)) from None

    def find(self, number: str) -> tuple[Requirement, ...]:
        """Return what has this id or this other number; one number may have several meanings in the lists.

        Case and outer blanks do not matter. Raises `UnknownRequirementError` when nothing has it.
        """
        wanted = number.strip()
        found = self._matching(wanted) or self._matching(wanted.upper()) or self._folded(wanted.casefold())
        if not found:
            raise UnknownRequirementError(_unknown(self, number))
        return found

    def of_level(self, level: Level | str) -> tuple[Requirement, ...]:
        """Return the requirements of exactly this level."""
        wanted = Level(level)
        return tuple(r for r in self.requirements if r.level is wanted)

    def up_to(self, level: Level | str) -> tuple[Requirement, ...]:
        """Return the requirements of this level and of those below it."""
        wanted = levels_up_to(level)
        return tuple(r for r in self.requirements if r.level in wanted)

    def of_theme(self, theme_id: str) -> tuple[Requirement, ...]:
        """Return the requirements of one theme."""
        return tuple(r for r in self.requirements if r.theme.id == theme_id)

    def _matching(self, number: str) -> tuple[Requirement, ...]:
        own = (self.by_id[number],) if number in self.by_id else ()
        return own + tuple(r for r in self.by_alias.get(number, ()) if r not in own)

    def _folded(self, folded: str) -> tuple[Requirement, ...]:
        return tuple(
            r for r in self.requirements if folded in (r.id.casefold(), *(a.casefold() for a in r.aliases))
        )


@cache
def catalogue() -> Catalogue:
    """Return the published catalogue, read once.

    Raises `CatalogueError` when its files are missing or wrong (a damaged installation).
    """
    return load(_DATA)


def load(directory: Path) -> Catalogue:
    """Read a catalogue directory; `catalogue()` is what others should call."""
    digest = hashlib.sha256()
    head = _read(directory / "catalogue.json", digest)
    if head.get("schema") != _SCHEMA:
        raise CatalogueError(
            message("catalogue.wrong_schema").filled(found=head.get("schema"), expected=_SCHEMA)
        )
    requirements: list[Requirement] = []
    try:
        themes = tuple(Theme(t["id"], Bilingual(t["fr"], t["en"])) for t in head["themes"])
        sources = {key: Bilingual(**text) for key, text in head["sources"].items()}
        bases = {key: Bilingual(**text) for key, text in head["level_bases"].items()}
        version = str(head["version"])
        for theme in themes:
            rows = _read(directory / f"{theme.id}.json", digest)["requirements"]
            requirements.extend(_requirement(row, theme, sources, bases) for row in rows)
        # Who is asked what decides verdicts as much as the texts do, so the fingerprint covers it.
        digest.update(_bytes(directory / "applicability.toml"))
    except (KeyError, TypeError, ValueError) as error:
        after = requirements[-1].id if requirements else "catalogue.json"
        raise CatalogueError(message("catalogue.wrong_row").filled(after=after, error=repr(error))) from error
    by_id = _unique(requirements)
    _check_references(requirements, by_id)
    return Catalogue(
        version=version,
        sha256=digest.hexdigest(),
        themes=themes,
        requirements=tuple(requirements),
        by_id=MappingProxyType(by_id),
        by_alias=MappingProxyType(_aliases(requirements)),
    )


def _read(path: Path, digest: hashlib._Hash) -> dict[str, Any]:
    try:
        raw = _bytes(path)
        digest.update(raw)
        value = json.loads(raw)
    except ValueError as error:
        raise CatalogueError(message("catalogue.unreadable").filled(path=path, error=error)) from error
    if not isinstance(value, dict):
        raise CatalogueError(message("catalogue.unreadable").filled(path=path, error=type(value).__name__))
    return value


def _bytes(path: Path) -> bytes:
    try:
        # Git may check text files out with CRLF: the fingerprint must not depend on it.
        return path.read_bytes().replace(b"\r\n", b"\n")
    except OSError as error:
        raise CatalogueError(message("catalogue.unreadable").filled(path=path, error=error)) from error


def _requirement(
    row: dict[str, Any], theme: Theme, sources: dict[str, Bilingual], bases: dict[str, Bilingual]
) -> Requirement:
    return Requirement(
        id=row["id"],
        title=Bilingual(**row["title"]),
        text=Bilingual(**row["text"]),
        theme=theme,
        level=Level(row["level"]),
        level_basis=bases[row["level_basis"]],
        strength=Strength(row["strength"]),
        certainty=Certainty(row["certainty"]),
        actor=Actor(row["actor"]),
        direction=Direction(row["direction"]),
        verified=Verification(row["verified"]),
        source=sources[row["source"]],
        section=row["section"],
        observation=row["observation"],
        aliases=tuple(row["aliases"]),
        edition=_edition(row["edition"]) if "edition" in row else None,
        duplicate_of=row.get("duplicate_of"),
        superseded_by=tuple(row.get("superseded_by", ())),
    )


def _edition(row: dict[str, Any]) -> Edition:
    return Edition(
        reference=row["reference"],
        status=EditionStatus(row["status"]),
        state=row["state"],
        mailboxes=row["mailboxes"],
        corridors=tuple(row["corridors"]),
    )


def _unique(requirements: list[Requirement]) -> dict[str, Requirement]:
    by_id: dict[str, Requirement] = {}
    for requirement in requirements:
        if requirement.id in by_id:
            raise CatalogueError(message("catalogue.twice").filled(id=requirement.id))
        by_id[requirement.id] = requirement
    return by_id


def _check_references(requirements: list[Requirement], by_id: dict[str, Requirement]) -> None:
    for requirement in requirements:
        for other in (requirement.duplicate_of, *requirement.superseded_by):
            if other is not None and other not in by_id:
                raise CatalogueError(message("catalogue.dangling").filled(id=requirement.id, other=other))


def _aliases(requirements: list[Requirement]) -> dict[str, tuple[Requirement, ...]]:
    aliases: dict[str, tuple[Requirement, ...]] = {}
    for requirement in requirements:
        for alias in requirement.aliases:
            aliases[alias] = (*aliases.get(alias, ()), requirement)
    return aliases


def _unknown(known: Catalogue, number: str) -> Bilingual:
    import difflib  # noqa: PLC0415  only an error pays for it

    near = difflib.get_close_matches(number, [*known.by_id, *known.by_alias], n=3, cutoff=0.6)
    if near:
        return message("catalogue.unknown_near").filled(id=number, near=", ".join(near))
    return message("catalogue.unknown").filled(id=number)
