"""`mssante report RUN`: the reports of a recorded run again."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.listing import console_of
from harness.errors import EnvironmentFault, UsageError
from schemas.messages import message


class ReportFormat(StrEnum):
    """The report writers."""

    HTML = "html"
    JUNIT = "junit"
    JSON = "json"


_NAMES = {ReportFormat.HTML: "index.html", ReportFormat.JUNIT: "junit.xml", ReportFormat.JSON: "report.json"}


def command(
    ctx: typer.Context,
    run: Annotated[Path, typer.Argument(metavar="RUN", help="arg-run")],
    form: Annotated[
        ReportFormat, typer.Option("--format", metavar="html|junit|json", help="opt-format")
    ] = ReportFormat.HTML,
    out: Annotated[Path | None, typer.Option("--out", metavar="F", help="opt-report-out")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="opt-clear")] = False,
) -> None:
    """Write a report."""
    import reports  # noqa: PLC0415

    record = run / "run.json" if run.is_dir() else run
    if not record.is_file():
        raise UsageError(
            message("cli.report-missing").filled(path=run), fix=message("cli.report-missing-fix")
        )
    target = out or record.parent / _NAMES[form]
    writers = {
        ReportFormat.HTML: reports.write_html,
        ReportFormat.JUNIT: reports.write_junit,
        ReportFormat.JSON: reports.write_json,
    }
    try:
        writers[form](record, target, clear=clear)
    except reports.RecordError as error:
        raise UsageError(error.text) from error
    except OSError as error:
        detail = error.strerror or str(error)
        raise EnvironmentFault(message("cli.init-cannot-write").filled(path=target, detail=detail)) from error
    console_of(ctx).tell("report-written", path=target)
