"""`mssante requirements`: the catalogue as a list."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from harness.cli.listing import Format, LevelName, console_of, write_json
from schemas.requirements import Requirement, catalogue

LEVELS = "basic|intermediate|advanced|operator"


def command(
    ctx: typer.Context,
    level: Annotated[LevelName | None, typer.Option("--level", metavar=LEVELS, help="opt-only-level")] = None,
    form: Annotated[Format, typer.Option("--format", metavar="text|json", help="opt-format")] = Format.TEXT,
) -> None:
    """List the requirements."""
    console = console_of(ctx)
    known = catalogue()
    chosen = known.of_level(level.value) if level else known.requirements
    if form is Format.JSON:
        listed = [_as_json(requirement) for requirement in chosen]
        write_json(console, {"catalogue": known.version, "sha256": known.sha256, "requirements": listed})
        return
    language = console.language
    console.table([(r.id, r.level, r.strength, r.verified, r.title.in_(language)) for r in chosen])
    console.tell("requirements-count", count=len(chosen), version=known.version)


def _as_json(requirement: Requirement) -> dict[str, Any]:
    return {
        "id": requirement.id,
        "level": requirement.level.value,
        "strength": requirement.strength.value,
        "verified": requirement.verified.value,
        "certainty": requirement.certainty.value,
        "title": {"fr": requirement.title.fr, "en": requirement.title.en},
        "text": {"fr": requirement.text.fr, "en": requirement.text.en},
        "source": {"fr": requirement.source.fr, "en": requirement.source.en},
        "section": requirement.section,
        "other_ids": list(requirement.aliases),
    }
