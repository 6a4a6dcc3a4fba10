"""`mssante selftest`: the suite proved by the reference product and its variants."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.console import Console
from harness.cli.listing import console_of

if TYPE_CHECKING:
    from harness.selftest.matrix import Matrix


def command(  # noqa: PLR0917 (Typer reads the options from the parameters)
    ctx: typer.Context,
    level: Annotated[str, typer.Option("--level", help="arg-selftest-level")] = "advanced",
    variant: Annotated[list[str] | None, typer.Option("--variant", help="arg-selftest-variant")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="arg-selftest-json")] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", help="arg-selftest-jobs", min=1)] = None,
    thorough: Annotated[bool, typer.Option("--thorough", help="arg-selftest-thorough")] = False,
    seed: Annotated[int, typer.Option("--seed", help="arg-selftest-seed")] = 0,
) -> None:
    """Prove the suite."""
    from harness.errors import UsageError  # noqa: PLC0415  `--help` must not load the simulators
    from harness.selftest.playing import Play  # noqa: PLC0415
    from harness.selftest.running import run  # noqa: PLC0415
    from schemas.messages import message  # noqa: PLC0415
    from simulators.product import VARIANTS  # noqa: PLC0415

    console = console_of(ctx)
    names = list(variant or ())
    for name in names:
        if name not in VARIANTS:
            known = ", ".join(sorted(VARIANTS))
            raise UsageError(message("cli.selftest-variant-unknown").filled(name=name, known=known))

    def progress(done: int, total: int, played: Play) -> None:
        cases, time = len(played.results), f"{played.duration_s:.1f} s"
        sys.stderr.write(f"[{done}/{total}] {played.name} ({cases} cas / cases, {time})\n")

    found = run(level, names=names, jobs=jobs, seed=seed, thorough=thorough, progress=progress)
    if json_file is not None:
        json_file.write_text(
            json.dumps(found.to_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    _tell(console, found, whole=not names)
    complete = found.complete if not names else not found.differences
    raise typer.Exit(0 if complete else 1)


def _tell(console: Console, found: Matrix, *, whole: bool) -> None:
    for requirement, variants in sorted(found.kills.items()):
        console.tell("selftest-kill", requirement=requirement, variants=", ".join(variants))
    if found.reference_holds:
        console.tell("selftest-reference-holds", level=found.level)
    else:
        for played in found.references:
            broken = played.trouble or ", ".join(sorted(played.broken)) or "–"
            place = f"{found.level} ({played.corridor})"
            console.tell("selftest-reference-fails", level=place, broken=broken)
    for one in found.differences:
        if one.trouble:
            console.tell("selftest-trouble", name=one.variant, trouble=one.trouble)
        else:
            console.tell(
                "selftest-difference",
                name=one.variant,
                missing=", ".join(one.missing) or "–",
                unexpected=", ".join(one.unexpected) or "–",
            )
    if whole:
        for requirement in found.survivors:
            console.tell("selftest-survivor", requirement=requirement)
        for requirement, reason in found.unproved.items():
            console.tell("selftest-unproved", requirement=requirement, reason=reason)
    console.say(found.closing_line)
