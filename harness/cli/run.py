"""`mssante run P`: a conformance run with its progress shown; the run itself is pytest's."""

from __future__ import annotations

import importlib.util
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.console import Console
from harness.cli.listing import console_of
from harness.errors import UsageError
from schemas.messages import message

if TYPE_CHECKING:
    from harness.profile import VendorProfile


class ClaimedLevel(StrEnum):
    """The levels of compatibility."""

    BASIC = "basic"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


def command(  # noqa: PLR0917  the parameters are the options
    ctx: typer.Context,
    profile: Annotated[Path, typer.Argument(metavar="PROFIL", help="arg-run-profile")],
    report_dir: Annotated[Path, typer.Option("--report-dir", metavar="D", help="opt-report-dir")] = Path(
        "mssante-report"
    ),
    require_level: Annotated[
        ClaimedLevel | None,
        typer.Option("--require-level", metavar="basic|intermediate|advanced", help="opt-require-level"),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", help="opt-seed")] = None,
    keyword: Annotated[str, typer.Option("-k", metavar="EXPR", help="opt-keyword")] = "",
    case: Annotated[list[str] | None, typer.Option("--case", metavar="ID", help="opt-case")] = None,
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", metavar="NOM", help="opt-scenario")
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", metavar="N", min=1, max=64, help="opt-jobs")] = 1,
) -> None:
    """Run the cases."""
    import pytest  # noqa: PLC0415  `--help` must not load pytest

    from harness.cli.progress import Progress  # noqa: PLC0415
    from harness.profile import load_profile  # noqa: PLC0415

    console = console_of(ctx)
    loaded = load_profile(profile)
    wanted = [f"--case={identifier}" for identifier in case or ()]
    if scenario:
        from harness.cli.scenarios import PREFIX, named  # noqa: PLC0415

        wanted += [f"--case={PREFIX}{named(name).id}" for name in scenario]
    wanted += [f"--require-level={require_level.value}"] if require_level else []
    wanted += [f"--seed={seed}"] if seed is not None else []
    wanted += [f"-k={keyword}"] if keyword else []
    wanted += _workers(console, loaded, jobs)
    with TemporaryDirectory(prefix="mssante-") as folder:
        settings = Path(folder) / "pytest.ini"  # the run must not depend on the folder it is started from
        settings.write_text("[pytest]\n", encoding="utf-8")
        code = pytest.main(
            [
                *("-c", str(settings), "--rootdir", folder, "-p", "no:cacheprovider", "--capture=no"),
                "--assert=plain",  # a case judges with checks, not with assert: nothing to rewrite
                *("--vendor-profile", str(profile), "--report-dir", str(report_dir)),
                *("--lang", console.language),
                *wanted,
            ],
            plugins=[Progress(console)],
        )
    raise typer.Exit(int(code))


def _workers(console: Console, profile: VendorProfile, jobs: int) -> list[str]:
    """Return the options of a parallel run; a product that exists once is driven by one worker."""
    if jobs == 1:
        return []
    if not profile.driver.parallel:
        console.tell("run-not-parallel")
        return []
    if importlib.util.find_spec("xdist") is None:
        raise UsageError(message("cli.run-no-xdist"), fix=message("cli.run-no-xdist-fix"))
    return ["-n", str(jobs)]
