"""`mssante check PATH...`: judges archives, CDA documents and mails, with no live product."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from harness.cli.console import Console
from harness.cli.listing import LevelName, console_of
from harness.errors import EnvironmentFault, UsageError
from schemas.messages import message
from schemas.text import Bilingual

if TYPE_CHECKING:
    from harness.checking.items import Item, Left
    from harness.checking.running import State, Totals
    from harness.checking.writing import Writer
    from harness.packs.judging import PackRef

_REFRESH_S = 0.2


class CheckFormat(StrEnum):
    """The writers."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    JUNIT = "junit"


class KindName(StrEnum):
    """What a file can be judged as."""

    CDA = "cda"
    XDM = "xdm"
    MAIL = "mail"
    MDN = "mdn"
    HL7 = "hl7"


def command(  # noqa: PLR0917  (options of a command line)
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="arg-check-paths")],
    form: Annotated[
        CheckFormat, typer.Option("--format", metavar="text|json|jsonl|junit", help="opt-format")
    ] = CheckFormat.TEXT,
    jobs: Annotated[int, typer.Option("--jobs", metavar="N", help="opt-check-jobs", min=0)] = 0,
    kind: Annotated[
        KindName | None, typer.Option("--as", metavar="cda|xdm|mail|mdn|hl7", help="opt-check-as")
    ] = None,
    level: Annotated[
        LevelName | None,
        typer.Option("--level", metavar="basic|intermediate|advanced", help="opt-check-level"),
    ] = None,
    resume: Annotated[Path | None, typer.Option("--resume", metavar="F", help="opt-check-resume")] = None,
    dask: Annotated[str | None, typer.Option("--dask", metavar="ADDRESS", help="opt-check-dask")] = None,
    official: Annotated[bool, typer.Option("--official", help="opt-check-official")] = False,
    pack: Annotated[list[str] | None, typer.Option("--pack", metavar="N", help="opt-check-pack")] = None,
    white_list: Annotated[
        Path | None, typer.Option("--white-list", metavar="F", help="opt-check-white-list")
    ] = None,
    annuaire: Annotated[
        Path | None, typer.Option("--annuaire", metavar="F", help="opt-check-annuaire")
    ] = None,
) -> None:
    """Judge artefacts."""
    from harness.checking import items, running  # noqa: PLC0415  `--help` must not load the checks
    from harness.checking.kinds import Kind  # noqa: PLC0415

    console = console_of(ctx)
    missing = [path for path in paths if not path.exists()]
    if missing:
        text = message("cli.check-missing").filled(path=missing[0])
        raise UsageError(text, fix=message("cli.check-missing-fix"))
    settings = running.Settings(
        level.value if level else None,
        _packs(pack or [], every=official),
        _domains(white_list),
        _directory(annuaire),
    )
    totals = running.Totals()
    state = _state(resume, totals) if resume else None
    writer = _writer(form, console)
    progress = _Progress(console, totals)
    found = items.find(paths, Kind(kind.value) if kind else None)
    todo = _todo(found, console, totals, state)
    if dask is None:
        lines = running.judged(todo, jobs, settings)
    else:
        from harness.checking.cluster import judged_on  # noqa: PLC0415  (dask is slow to load)

        lines = judged_on(dask, todo, settings)
    try:
        for item, line in lines:
            if isinstance(line, items.Left):
                _left(line, console, totals)
                continue
            totals.verdicts[line["verdict"]] += 1
            progress.hide()
            writer.add(line)
            if state:
                state.add(item, line["verdict"])
            progress.show(item.path)
    finally:
        progress.hide()
        if state:
            state.close()
    writer.close(totals)
    if totals.unknown:
        console.say(console.text("check-unknown-count", count=totals.unknown), error=True)
    if not totals.judged and not totals.unread:
        raise UsageError(message("cli.check-nothing"), fix=message("cli.check-nothing-fix"))
    raise typer.Exit(totals.exit_code)


def _directory(path: Path | None) -> str | None:
    """Return the absolute path of a directory store that opens, None without one."""
    if path is None:
        return None
    from harness.checking.published import lookup_in  # noqa: PLC0415
    from simulators.annuaire.store import StoreError  # noqa: PLC0415

    whole = str(path.resolve())
    try:
        lookup_in(whole)
    except StoreError as error:
        text = message("cli.check-annuaire").filled(path=path)
        raise UsageError(text, fix=message("cli.check-annuaire-fix")) from error
    return whole


def _domains(path: Path | None) -> frozenset[str] | None:
    """Return the domains of a white list, None without one; its signature is not judged here."""
    if path is None:
        return None
    from simulators.whitelist import WhiteListError, read_white_list  # noqa: PLC0415

    if not path.is_file():
        raise UsageError(message("cli.check-missing").filled(path=path), fix=message("cli.check-missing-fix"))
    try:
        listed = read_white_list(path.read_bytes())
    except WhiteListError as error:
        text = message("cli.check-white-list")
        told = Bilingual(
            text.fr.format(path=path, detail=error.message.fr),
            text.en.format(path=path, detail=error.message.en),
        )
        raise UsageError(told, fix=message("cli.check-white-list-fix")) from error
    return frozenset(entry.nom.lower() for entry in listed.domaines)


def _packs(wanted: list[str], *, every: bool) -> tuple[PackRef, ...]:
    """Return the packs asked for by name, all of them with `--official`; the extra is needed only then."""
    if not wanted and not every:
        return ()
    from harness.packs import engine, registry  # noqa: PLC0415
    from harness.packs.judging import PackRef  # noqa: PLC0415

    engine.need()
    known = [*dict.fromkeys([*wanted, *(registry.names() if every else [])])]
    if not known:
        raise UsageError(message("cli.pack-none"), fix=message("cli.pack-none-fix"))
    packs = [registry.load(each) for each in known]
    for each in packs:
        changed = registry.altered(each)
        if changed:
            text = message("cli.pack-altered").filled(name=each.name, path=changed[0])
            raise EnvironmentFault(text, fix=message("cli.pack-damaged-fix"))
    return tuple(PackRef(str(each.folder), each.sha256) for each in packs)


def _state(path: Path, totals: Totals) -> State:
    from harness.checking.running import State  # noqa: PLC0415

    state = State(path)
    try:
        state.load(totals)
    except OSError as error:
        detail = error.strerror or str(error)
        raise EnvironmentFault(message("cli.check-state").filled(path=path, detail=detail)) from error
    return state


def _writer(form: CheckFormat, console: Console) -> Writer:
    from harness.checking import writing  # noqa: PLC0415

    if form is CheckFormat.JSONL:
        return writing.JsonLines(_utf8())
    if form is CheckFormat.JSON:
        return writing.Json(_utf8())
    if form is CheckFormat.JUNIT:
        return writing.Junit(_utf8(), console.language)
    return writing.Text(console.say, console.sign, console.text, console.language)


def _utf8() -> TextIO:
    """Return standard output in UTF-8, which JSON and XML are in whatever the terminal's encoding."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8", newline="\n")
    return sys.stdout


def _todo(
    found: Iterator[Item | Left], console: Console, totals: Totals, state: State | None
) -> Iterator[Item]:
    from harness.checking.items import Left  # noqa: PLC0415

    for each in found:
        if isinstance(each, Left):
            _left(each, console, totals)
        elif state is None or not state.knows(each):
            yield each


def _left(left: Left, console: Console, totals: Totals) -> None:
    if left.harmless:
        totals.unknown += 1
        return
    totals.unread += 1
    key = "check-too-large" if left.reason == "too-large" else "check-unread"
    console.say(console.text(key, path=left.path, detail=left.reason), error=True)


class _Progress:
    """One moving line on a terminal's standard error; nothing elsewhere."""

    def __init__(self, console: Console, totals: Totals) -> None:
        self.console = console
        self.totals = totals
        self.shown = ""
        self.last = 0.0
        self.active = sys.stderr.isatty()

    def show(self, path: str) -> None:
        """Show how far the run is, a few times a second."""
        now = time.monotonic()
        if not self.active or now - self.last < _REFRESH_S:
            return
        self.last = now
        counts = self.console.text("check-progress", judged=self.totals.judged, **self.totals.verdicts)
        self.shown = f"{counts} · {path}"[:100]
        sys.stderr.write(f"\r{self.shown}")
        sys.stderr.flush()

    def hide(self) -> None:
        """Take the line away before something else is written."""
        if self.shown:
            sys.stderr.write("\r" + " " * len(self.shown) + "\r")
            sys.stderr.flush()
            self.shown = ""
