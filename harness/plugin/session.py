"""One conformance run inside a pytest session: opens what is needed, keeps outcomes, writes the record.

With pytest-xdist each worker has its own space, driver and journal file; outcomes travel to the controller
on the test reports, and the controller alone judges and writes.
"""

from __future__ import annotations

import platform
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pytest

from harness.bench import Bench
from harness.casebook import packaged_cases, testcases_folder
from harness.doctor import ask_driver
from harness.drivers import Capabilities, DriverFault, ManualDriver
from harness.errors import MssanteError, ProfileError
from harness.factory import DRIVER_KEY, WATCH_KEY, BenchFactory, open_from_profile
from harness.findings import Bilingual, FaultClass
from harness.outcomes import CaseOutcome, NotTested
from harness.plan import Plan, plan_run
from harness.plugin.outcome import case_of, judged_call, outcome_of, put_outcome
from harness.profile import VendorProfile, load_profile
from harness.recorder import RunRecorder
from schemas.requirements import Level, catalogue
from schemas.text import Language

_JUDGED: pytest.StashKey[CaseOutcome] = pytest.StashKey()
DEFAULT_REPORT_DIR = "mssante-report"


def prefer_grouped_distribution(config: pytest.Config) -> None:
    """Under xdist, send every case to one worker when the product exists only once."""
    if getattr(config.option, "numprocesses", None) and config.option.dist in {"no", "load"}:
        config.option.dist = "loadgroup"


class ConformanceSession:
    """State of the run in this process (the only one, a controller, or a worker)."""

    def __init__(self, config: pytest.Config, profile: VendorProfile) -> None:
        self.config = config
        self.profile = profile
        self.language: Language = config.getoption("lang") or "fr"
        workerinput = getattr(config, "workerinput", None)
        self.worker = workerinput["workerid"] if workerinput else "main"
        self.is_worker = workerinput is not None
        self.is_controller = not self.is_worker and bool(getattr(config.option, "numprocesses", None))
        self.folder = Path(config.getoption("report_dir") or DEFAULT_REPORT_DIR).resolve()
        self.seed: int = workerinput["mssante_seed"] if workerinput else _seed(config)
        self.started = datetime.now(UTC)
        self.outcomes: dict[str, CaseOutcome] = {}
        self.problems: list[tuple[FaultClass, Bilingual]] = []
        self.deselected = False
        self.interrupted = False
        self.exit_code: int | None = None
        self._refused = False
        self._factory: BenchFactory | None = None
        self._benches: dict[str, Bench] = {}
        self._cases = {case.info.id: case for case in packaged_cases()}
        self._plan: Plan | None = None
        self._capabilities: Capabilities | None = None
        self.recorder = RunRecorder(self.folder, self.worker, fresh=not self.is_worker)

    @classmethod
    def open(cls, config: pytest.Config) -> ConformanceSession:
        """Load the profile; a mistake in it ends the run with exit code 2 and the list of mistakes."""
        try:
            profile = load_profile(Path(config.getoption("vendor_profile")))
        except ProfileError as error:
            pytest.exit(str(error), returncode=2)
        if config.args_source is not pytest.Config.ArgsSource.ARGS:
            config.args[:] = [str(testcases_folder())]
        _check_cases(config.getoption("case"))
        try:
            session = cls(config, profile)
        except MssanteError as error:
            pytest.exit(str(error), returncode=error.exit_code)
        if session.is_controller:
            session.ask_once()
        return session

    def ask_once(self) -> None:
        """Ask the product before workers start: one answer, or one refusal instead of one a worker."""
        answer = ask_driver(self.profile)
        if isinstance(answer, DriverFault):
            self.recorder.close()
            pytest.exit(answer.text(self.language), returncode=answer.exit_code)
        self._capabilities = answer

    # --- collection -------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the cases that apply, lowest level first; tell apart what was left out on purpose."""
        asked = set(config.getoption("case"))
        kept, dropped = [], []
        for item in items:
            info = case_of(item)
            if info is None:
                kept.append(item)
                continue
            item.extra_keyword_matches.update({info.id, *info.requirements})
            if (asked and info.id not in asked) or not self.plan.concerns(info.id):
                dropped.append(item)
                continue
            kept.append(item)
            if not self.parallel and config.pluginmanager.hasplugin("xdist"):
                item.add_marker(pytest.mark.xdist_group("product"))
        items[:] = sorted(kept, key=_rank)
        if dropped:
            config.hook.pytest_deselected(items=dropped)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Give every worker the same seed."""
        node.workerinput["mssante_seed"] = self.seed

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Learn from a worker what the product can do: the controller does not drive it."""
        announced = getattr(node, "workeroutput", {}).get("mssante_capabilities")
        if announced is not None:
            self._capabilities = Capabilities(
                frozenset(announced["actions"]), clock=announced["clock"], means=announced["means"]
            )
            self._plan = None

    @property
    def parallel(self) -> bool:
        """Tell whether several workers can play at once: a product each, and no fixed port or domain."""
        network = self.profile.network
        return self.profile.driver.parallel and not network.ports() and network.domain is None

    @property
    def plan(self) -> Plan:
        """Return what will be automatic, manual or impossible, known before the first case."""
        if self._plan is None:
            self._plan = plan_run(
                [case.info for case in self._cases.values()], catalogue(), self.profile, self.capabilities
            )
            self._announce_steps(self._plan)
        return self._plan

    @property
    def capabilities(self) -> Capabilities | None:
        """Return what the product can do; None in a controller whose workers did not tell yet."""
        if self._capabilities is None and not self.is_controller:
            try:
                self._capabilities = self.factory.capabilities
            except MssanteError as error:
                self._refused = True
                pytest.exit(error.text(self.language), returncode=error.exit_code)
        return self._capabilities

    def _announce_steps(self, plan: Plan) -> None:
        """Tell a manual driver how many steps are to come: the configuration and the needs of each case."""
        if self._factory is not None and isinstance(self._factory.driver, ManualDriver):
            manual = [
                self._cases[item.case].info for item in plan.of_mode("manual") if item.case in self._cases
            ]
            # A scene is played once, whatever the number of cases that judge it.
            steps = {info.scenes or info.id: 1 + len(info.needs) for info in manual}
            self._factory.driver.planned_steps = sum(steps.values())

    def actions(self) -> list[str]:
        """Return the actions that the product announces."""
        return sorted(self.capabilities.actions) if self.capabilities else []

    # --- one case ---------------------------------------------------------------------------------

    @property
    def factory(self) -> BenchFactory:
        """Return the space and the driver of this process, opened at first use."""
        if self._factory is None:
            self._factory = BenchFactory(
                self.profile,
                self.recorder.journal,
                self.seed,
                self.worker,
                self.config.stash.get(DRIVER_KEY, open_from_profile),
                watch=self.config.stash.get(WATCH_KEY, None),
            )
        return self._factory

    @contextmanager
    def bench_for(self, item: pytest.Item) -> Iterator[Bench]:
        """Open a bench (tenant and product) for a case and close it after."""
        info = case_of(item)
        if info is None:
            raise TypeError(f"{item.nodeid} uses the bench without a @case mark")
        if reason := self.plan.impossible(info.id):
            raise NotTested(reason)
        bench = self.factory.open(info)
        self._benches[item.nodeid] = bench
        try:
            yield bench
        finally:
            bench.close()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        """Turn what happened into an outcome and put it on the report."""
        wrapped = yield
        report: pytest.TestReport = wrapped.get_result()  # type: ignore[attr-defined]
        info = case_of(item)
        if info is None:
            return
        decisive = report.when == "call" or (call.excinfo is not None and report.when == "setup")
        late_fault = report.when == "teardown" and call.excinfo is not None
        if not (decisive or late_fault):
            return
        outcome = judged_call(
            self._cases[info.id], item.nodeid, call, self._benches.get(item.nodeid), self.profile.path
        )
        if late_fault and (before := item.stash.get(_JUDGED, None)) is not None and before.result == "failed":
            # What was found against the product stands; the fault of the closing is told beside it.
            outcome = replace(before, reason=outcome.reason)
        item.stash[_JUDGED] = outcome
        put_outcome(report, outcome, item.path, self.language)

    # --- the end ----------------------------------------------------------------------------------

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep (and write at once) each outcome where the judging will be done."""
        outcome = outcome_of(report)
        if outcome is not None and not self.is_worker:
            self.outcomes[outcome.id] = outcome
            self.recorder.keep(outcome)

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """Note that cases on which requirements of the product rest were left out."""
        for item in items:
            info = case_of(item)
            if info is not None and info.requirements and self.plan.concerns(info.id):
                self.deselected = True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note that a file of cases could not be read."""
        if report.failed:
            text = f"{report.nodeid} : {' '.join(report.longreprtext.strip().splitlines()[-1:])}"
            self.problems.append(
                (FaultClass.HARNESS, Bilingual(f"Cas illisibles : {text}", f"Unreadable cases: {text}"))
            )

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note that the run broke: it must not end as if it had judged."""
        text = f"{excinfo.typename}: {excinfo.value}"
        self.problems.append(
            (FaultClass.HARNESS, Bilingual(f"Défaut du banc : {text}", f"Fault of the bench: {text}"))
        )

    def pytest_keyboard_interrupt(self) -> None:
        """Note that the run was stopped by hand."""
        self.interrupted = True

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Close the space; judge, write the record and set the exit code where this is to be done.

        Nothing is judged when the product or the space could not be opened, or the command line is wrong.
        """
        try:
            if self._factory is not None:
                self._factory.close()
        finally:
            self.recorder.close()
        if self.is_worker:
            self._tell_controller(session.config)
        if self.is_worker or self._refused or session.config.option.collectonly:
            return
        if exitstatus == pytest.ExitCode.USAGE_ERROR:
            return
        self.exit_code = self.recorder.finish(self)
        session.exitstatus = self.exit_code

    def _tell_controller(self, config: pytest.Config) -> None:
        known = self._capabilities
        if known is not None:
            config.workeroutput["mssante_capabilities"] = {  # type: ignore[attr-defined]
                "actions": sorted(known.actions),
                "clock": known.clock,
                "means": known.means,
            }

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the levels and where the report is."""
        if self.exit_code is None:
            return
        terminalreporter.section("MSSanté")
        for line in self.recorder.summary(self.language):
            terminalreporter.write_line(line)

    def environment(self) -> dict[str, str]:
        """Return what the record says of the machine: nothing that names it or its user."""
        return {
            "python": platform.python_version(),
            "implementation": sys.implementation.name,
            "system": platform.system(),
            "machine": platform.machine(),
            "pytest": pytest.__version__,
        }

    def expected_cases(self) -> set[str]:
        """Return the cases that a complete run of this product plays.

        A case that serves no requirement (a care scenario) demonstrates: no level waits for it.
        """
        judging = (case.info for case in self._cases.values() if case.info.requirements)
        return {info.id for info in judging if self.plan.concerns(info.id)}


def _rank(item: pytest.Item) -> int:
    """Return where a case comes in a run: by level, care scenarios last; other tests stay first."""
    info = case_of(item)
    if info is None:
        return -1
    return len(Level) if not info.requirements else list(Level).index(Level(info.level))


def _check_cases(asked: list[str]) -> None:
    """End the run with exit code 2 when a case is asked for that does not exist."""
    known = sorted(case.info.id for case in packaged_cases())
    if unknown := sorted(set(asked) - set(known)):
        near = [match for name in unknown for match in get_close_matches(name, known, n=2)]
        text, some = ", ".join(unknown), ", ".join(near or known[:3])
        pytest.exit(f"--case : cas inconnu / unknown case: {text} ({some}…)", returncode=2)


def _seed(config: pytest.Config) -> int:
    asked = config.getoption("seed")
    return asked if asked is not None else random.SystemRandom().randrange(2**31)
