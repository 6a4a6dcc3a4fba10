"""What `mssante run` shows: the case being played, what came of it, and at the end levels and blockers.

Takes the place of pytest's own terminal reporter. On a terminal one line moves; elsewhere, and where a
person is asked to act, each case leaves a line.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console as Terminal
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.text import Text

from harness.casebook import packaged_cases
from harness.drivers import open_driver
from harness.factory import DRIVER_KEY
from harness.plugin.outcome import case_of, outcome_of
from harness.plugin.session import ConformanceSession

if TYPE_CHECKING:
    from harness.cli.console import Console
    from harness.drivers import Driver
    from harness.outcomes import CaseOutcome, Result
    from harness.profile import VendorProfile
    from simulators.journal import Journal

BLOCKERS_SHOWN = 12
_SIGN = {
    "passed": "ok",
    "warning": "warning",
    "failed": "error",
    "not-tested": "info",
    "not-applicable": "info",
}
_STYLE = {
    "passed": "green",
    "warning": "yellow",
    "failed": "red",
    "not-tested": "dim",
    "not-applicable": "dim",
}


class Progress:
    """A pytest plugin that shows a conformance run as it goes."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.terminal = Terminal(file=sys.stdout, highlight=False, soft_wrap=True)
        self.titles = {case.info.id: case.info.title.in_(console.language) for case in packaged_cases()}
        self.results: dict[str, Result] = {}
        self.total = 0
        self._names: dict[str, str] = {}
        self._session: ConformanceSession | None = None
        self._bar: Bar | None = None
        self._started = False

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Take the reporter's place, and let a person be asked in the language of the command line."""
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            config.pluginmanager.unregister(reporter)
        self._session = config.pluginmanager.get_plugin("mssante-session")
        language = self.console.language

        def open_in_language(profile: VendorProfile, journal: Journal, worker: str) -> Driver:
            return open_driver(profile, journal, worker=worker, language=language)

        config.stash.setdefault(DRIVER_KEY, open_in_language)

    def pytest_sessionstart(self) -> None:
        """Note that from here on nobody but this plugin speaks."""
        self._started = True

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Say why the run could not begin, or that it was stopped."""
        if not self._started:
            return  # pytest itself says so
        stopped = isinstance(excinfo.value, KeyboardInterrupt)
        text = self.console.text("interrupted") if stopped else str(excinfo.value)
        self.console.say(
            f"mssante : {text}" if self.console.language == "fr" else f"mssante: {text}", error=True
        )

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Learn how many cases there are."""
        for item in session.items:
            info = case_of(item)
            self._names[item.nodeid] = info.id if info else item.nodeid
        self._begin(len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        """Learn it from a worker, where the cases are collected in a parallel run."""
        self._begin(len(ids))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Show the case that begins."""
        name = self._names.get(nodeid, "")
        if self._bar is not None:
            self._bar.update(self._task, case=f"{name} {self.titles.get(name, '')}".strip())
        elif self._asks_a_person:
            self._say(f"[{len(self.results) + 1}/{self.total}] {name} — {self.titles.get(name, '')}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Show what came of a case."""
        outcome = outcome_of(report)
        if outcome is None:
            return
        again = self.results.get(outcome.id) == outcome.result  # the same told by the case's teardown
        self.results[outcome.id] = outcome.result
        if self._bar is not None:
            self._bar.update(self._task, completed=len(self.results), counts=self._counts())
        if not again and (self._bar is None or outcome.result in {"failed", "warning"}):
            self._line(outcome)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Take the moving line away, also when the run is stopped."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def pytest_unconfigure(self) -> None:
        """Show the levels, what blocks them, and where the report is."""
        session = self._session
        if session is None or session.exit_code is None:
            return
        self._say()
        self._say(f"{len(self.results)}/{self.total} · {self._counts()}")
        record = json.loads((session.folder / "run.json").read_text("utf-8"))
        level = record["required_level"] or record["claims"]["level"]
        blockers = record["levels"][level]["blockers"]
        # Of a run that left cases out, what was not tested says nothing: only failures are shown.
        partial = record["status"] == "partial"
        self._blockers([one for one in blockers if one["verdict"] == "failed" or not partial])
        for line in session.recorder.summary(self.console.language):
            self._say(line)

    # --- showing ----------------------------------------------------------------------------------

    @property
    def _asks_a_person(self) -> bool:
        return self._session is not None and self._session.profile.driver.kind == "manual"

    def _begin(self, total: int) -> None:
        if self.total or not total:
            return
        self.total = total
        if not self.terminal.is_terminal or self._asks_a_person:
            return
        self._bar = Bar(
            MofNCompleteColumn(),
            BarColumn(24),
            TextColumn("{task.fields[counts]}"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[case]}", style="dim", markup=False),
            console=self.terminal,
            transient=True,
        )
        self._task = self._bar.add_task("", total=total, counts="", case="")
        self._bar.start()

    def _line(self, outcome: CaseOutcome) -> None:
        language = self.console.language
        sign = self.console.sign(_SIGN[outcome.result])
        place = f"[{len(self.results)}/{self.total}] "
        self._say(f"{place}{sign} {outcome.id} — {outcome.title.in_(language)}", _STYLE[outcome.result])
        if outcome.reason is not None:
            self._say(f"      {outcome.reason.in_(language)}")
        for finding in outcome.findings:
            self._say(f"      {finding.rule} {finding.message.in_(language)}")
            self._say(f"      {self.console.text('run-found', found=finding.found)}")

    def _blockers(self, blockers: list[Mapping[str, Any]]) -> None:
        if not blockers:
            return
        language = self.console.language
        self._say(self.console.text("run-blockers", count=len(blockers)))
        for blocker in blockers[:BLOCKERS_SHOWN]:
            verdict = self.console.text(f"verdict-{blocker['verdict']}")
            self._say(f"  {blocker['requirement']} ({verdict}) {blocker['why'][language]}")
        if len(blockers) > BLOCKERS_SHOWN:
            self._say(f"  … {len(blockers) - BLOCKERS_SHOWN}")

    def _counts(self) -> str:
        counts: Counter[str] = Counter(self.results.values())
        return ", ".join(
            f"{self.console.text(f'run-{result}')} {counts[result]}"
            for result in _SIGN
            if counts[result] or result == "passed"
        )

    def _say(self, text: str = "", style: str = "") -> None:
        if self.terminal.is_terminal:
            self.terminal.print(Text(text, style=style))
        else:
            self.console.say(text)
            sys.stdout.flush()
