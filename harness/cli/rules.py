"""`mssante rules`: the checking rules as a list."""

from __future__ import annotations

from typing import Annotated

import typer

from harness.cli.listing import Format, console_of, write_json
from schemas.rules import rules


def command(
    ctx: typer.Context,
    form: Annotated[Format, typer.Option("--format", metavar="text|json", help="opt-format")] = Format.TEXT,
) -> None:
    """List the rules."""
    console = console_of(ctx)
    known = rules()
    if form is Format.JSON:
        listed = [
            {
                "id": rule.id,
                "severity": rule.effective_severity.value,
                "artefact": rule.artefact.value,
                "requirements": list(rule.requirements),
                "title": {"fr": rule.title.fr, "en": rule.title.en},
            }
            for rule in known
        ]
        write_json(console, {"pack": known.version, "sha256": known.sha256, "rules": listed})
        return
    language = console.language
    console.table([(r.id, r.effective_severity, r.artefact, r.title.in_(language)) for r in known])
    console.tell("rules-count", count=len(known), version=known.version)
