"""`mssante doctor P`: everything that can be checked before a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.console import Console
from harness.cli.listing import console_of


def command(
    ctx: typer.Context, profile: Annotated[Path, typer.Argument(metavar="PROFIL", help="arg-profile")]
) -> None:
    """Check before a run."""
    from harness.doctor import Check, examine, exit_code  # noqa: PLC0415  `--help` must not load the drivers
    from harness.profile import load_profile  # noqa: PLC0415
    from schemas.messages import message  # noqa: PLC0415
    from simulators.clock import SystemClock  # noqa: PLC0415

    console = console_of(ctx)
    loaded = load_profile(profile)
    checks: list[Check] = []
    for check in examine(loaded, SystemClock(), Path.cwd()):
        checks.append(check)
        console.say(f"{console.sign(check.state)} {check.text.in_(console.language)}")
        if check.fix and check.state != "ok":
            _indented(console, check.fix.in_(console.language))
    errors = sum(check.state == "error" for check in checks)
    console.say()
    key = "doctor.not-ready" if errors else "doctor.ready"
    console.say(message(key).filled(errors=errors, path=profile))
    raise typer.Exit(exit_code(checks))


def _indented(console: Console, text: str) -> None:
    console.say(f"    → {text}" if console.sign("ok") == "✓" else f"    -> {text}")
