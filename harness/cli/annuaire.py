"""`mssante annuaire build | load FILE... | serve [FILE]`: the directory, invented or from its extractions."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.listing import console_of
from harness.errors import EnvironmentFault, UsageError
from schemas.messages import message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.cli.console import Console
    from simulators.annuaire.extraction import FileReport
    from simulators.annuaire.sql_store import SqlStore

LARGEST = 8_000_000
"""Most professionals of a built directory: technical ids sort as their numbers up to there."""
_REFRESH_S = 0.2


class Action(StrEnum):
    """What can be done with a directory."""

    BUILD = "build"
    LOAD = "load"
    SERVE = "serve"


def command(  # noqa: PLR0917  (options of a command line)
    ctx: typer.Context,
    action: Annotated[Action, typer.Argument(metavar="build|load|serve", help="arg-annuaire-action")],
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE...", help="arg-annuaire-files")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="opt-annuaire-out")] = None,
    size: Annotated[int, typer.Option("--size", metavar="N", help="opt-annuaire-size")] = 10_000,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="opt-seed")] = 0,
    domain: Annotated[str, typer.Option("--domain", metavar="D", help="opt-annuaire-domain")] = "",
    port: Annotated[int, typer.Option("--port", metavar="N", help="opt-annuaire-port")] = 0,
    write: Annotated[bool, typer.Option("--write", help="opt-annuaire-write")] = False,
    no_limit: Annotated[bool, typer.Option("--no-limit", help="opt-annuaire-no-limit")] = False,
) -> None:
    """Build, load or serve a directory."""
    console = console_of(ctx)
    given = files or []
    if action is Action.BUILD:
        _build(console, given, out, size, seed, domain)
    elif action is Action.LOAD:
        _load(console, given, out)
    else:
        _serve(console, given, port, write=write, limited=not no_limit)


def _build(  # noqa: PLR0917
    console: Console, files: Sequence[Path], out: Path | None, size: int, seed: int, domain: str
) -> None:
    from simulators.annuaire.building import fill  # noqa: PLC0415  `--help` must not load the directory
    from simulators.annuaire.population import Population  # noqa: PLC0415

    if files:
        raise UsageError(message("cli.annuaire-build-files").filled(path=files[0]))
    place = _place(out)
    if not 10 <= size <= LARGEST:
        raise UsageError(message("cli.annuaire-size").filled(size=size, largest=LARGEST))
    began = time.monotonic()
    line = _Line(console)
    with _created(place) as store:
        fill(
            store,
            Population(size, seed, domain=domain),
            lambda done: line.show(f"{_number(done)} / {_number(size)}"),
            lambda index: line.show(f"index {index}", now=True),
        )
        line.hide()
        _summary(console, store, place, time.monotonic() - began)


def _load(console: Console, files: Sequence[Path], out: Path | None) -> None:
    from simulators.annuaire.extraction import UnknownFileError, load  # noqa: PLC0415
    from simulators.clock import SystemClock  # noqa: PLC0415

    if not files:
        raise UsageError(message("cli.annuaire-load-nothing"))
    place = _place(out)
    began = time.monotonic()
    line = _Line(console)
    with _created(place) as store:
        try:
            reports = load(
                files,
                store,
                now=SystemClock().now(),
                progress=lambda name, done: line.show(f"{name or place.name} {_number(done)}"),
            )
        except UnknownFileError as error:
            text = message("cli.annuaire-file").filled(detail=error)
            raise UsageError(text, fix=message("cli.annuaire-file-fix")) from error
        finally:
            line.hide()
        _reported(console, reports)
        if not store.about.origin:
            console.tell("annuaire-load-empty")
            raise typer.Exit(1)
        _summary(console, store, place, time.monotonic() - began)


def _serve(console: Console, files: Sequence[Path], port: int, *, write: bool, limited: bool) -> None:
    from harness.cli.annuaire_serve import Asked, serve  # noqa: PLC0415

    if len(files) > 1:
        raise UsageError(message("cli.annuaire-serve-one").filled(path=files[1]))
    serve(console, Asked(files[0] if files else None, port, write=write, limited=limited))


def _place(out: Path | None) -> Path:
    if out is None:
        raise UsageError(message("cli.annuaire-out"))
    if out.is_dir() or not out.absolute().parent.is_dir():
        raise UsageError(message("cli.annuaire-out-wrong").filled(path=out))
    return out


def _created(place: Path) -> SqlStore:
    from simulators.annuaire.sqlite import create_store  # noqa: PLC0415
    from simulators.annuaire.store import StoreError  # noqa: PLC0415

    try:
        return create_store(place)
    except StoreError as error:
        raise EnvironmentFault(message("cli.annuaire-file").filled(detail=error)) from error


def _reported(console: Console, reports: Sequence[FileReport]) -> None:
    """Tell what was read of each file, and of the lines refused the first ones."""
    for report in reports:
        sign = console.sign("warning" if report.refused or report.recoded else "ok")
        told = {
            "name": report.name,
            "lines": _number(report.lines),
            "refused": _number(report.refused),
        }
        console.say(f"{sign} {console.text('annuaire-load-file', **told)}")
        if report.recoded:
            console.say(f"    {console.text('annuaire-load-recoded', count=report.recoded)}")
        for number, reason in report.reasons:
            console.say(f"    {console.text('annuaire-load-line', number=number, reason=reason)}")


def _summary(console: Console, store: SqlStore, place: Path, took: float) -> None:
    counts = store.counts(store.about.created)
    boxes = ", ".join(f"{name} {_number(counts.mailboxes[name])}" for name in sorted(counts.mailboxes)) or "0"
    console.tell(
        "annuaire-made",
        path=place,
        people=_number(counts.resources["Practitioner"]),
        roles=_number(counts.resources["PractitionerRole"]),
        places=_number(counts.resources["Organization"]),
        boxes=boxes,
        size=f"{place.stat().st_size / 1e6:.0f}",
        seconds=f"{took:.1f}",
    )
    console.say(f"  mssante annuaire serve {place}")


def _number(value: int) -> str:
    """Return a number with thin groups, read the same in both languages."""
    return f"{value:,}".replace(",", " ")


class _Line:
    """One moving line on a terminal; elsewhere nothing."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = 0.0
        self._shown = 0

    def show(self, text: str, *, now: bool = False) -> None:
        """Show what has been done, not too often unless it has to be `now`."""
        moment = time.monotonic()
        if not sys.stderr.isatty() or (moment - self._last < _REFRESH_S and not now):
            return
        self._last = moment
        sys.stderr.write("\r" + text.ljust(self._shown))
        sys.stderr.flush()
        self._shown = len(text)

    def hide(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r" + " " * self._shown + "\r")
            sys.stderr.flush()
            self._shown = 0
