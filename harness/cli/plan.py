"""`mssante plan P`: what a run will do, before it does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.console import Console
from harness.cli.listing import Format, console_of, write_json

if TYPE_CHECKING:
    from harness.plan import Mode, Plan


def command(
    ctx: typer.Context,
    profile: Annotated[Path, typer.Argument(metavar="PROFIL", help="arg-profile")],
    form: Annotated[Format, typer.Option("--format", metavar="text|json", help="opt-format")] = Format.TEXT,
    no_driver: Annotated[bool, typer.Option("--no-driver", help="opt-no-driver")] = False,
) -> None:
    """Show the plan."""
    from harness.casebook import packaged_cases  # noqa: PLC0415  `--help` must not load the cases
    from harness.doctor import ask_driver  # noqa: PLC0415
    from harness.drivers import DriverFault  # noqa: PLC0415
    from harness.plan import plan_run  # noqa: PLC0415
    from harness.profile import load_profile  # noqa: PLC0415
    from schemas.requirements import catalogue  # noqa: PLC0415

    console = console_of(ctx)
    loaded = load_profile(profile)
    answer = None if no_driver else ask_driver(loaded)
    capabilities = None if isinstance(answer, DriverFault) else answer
    plan = plan_run([case.info for case in packaged_cases()], catalogue(), loaded, capabilities)
    if isinstance(answer, DriverFault):
        console.say(f"{console.sign('warning')} {answer.text(console.language)}", error=True)
    if form is Format.JSON:
        write_json(console, plan.to_json())
        return
    if not plan.asked:
        console.tell("plan-not-asked")
        console.say()
    _show(console, plan)


def _show(console: Console, plan: Plan) -> None:
    language = console.language
    modes: tuple[Mode, ...] = ("automatic", "manual", "impossible", "declaration")
    for mode in modes:
        items = plan.of_mode(mode)
        if not items:
            continue
        console.tell(f"plan-{mode}", count=len(items))
        for item in items:
            name = item.case.removesuffix("/declaration")
            console.say(f"  {name} — {item.title.in_(language)}")
            if item.reason and (plan.asked or mode not in {"automatic", "manual"}) and mode != "manual":
                console.say(f"      {item.reason.in_(language)}")
        console.say()
    if plan.left_out:
        console.tell("plan-left-out", count=len(plan.left_out))
        for case, reason in plan.left_out.items():
            console.say(f"  {case} — {reason.in_(language)}")
