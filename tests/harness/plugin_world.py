"""Conformance runs inside a test: in this process for speed, in one of their own where that is the point."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from harness.drivers import Driver
from harness.factory import DRIVER_KEY, RECORD_ONLY_KEY
from harness.outcomes import CaseOutcome
from harness.plugin.outcome import load_outcomes
from harness.reference import profile_path
from harness.selftest.inprocess import InProcessDriver
from simulators.product import Product


def _profile() -> str:
    """Return the reference product's profile without proofs, driven by a program that tests replace."""
    text = re.sub(r"(?m)^proof = .*\n", "", profile_path().read_text("utf-8"))
    text = re.sub(r'(?m)^level = ".*"$', 'level = "basic"', text)
    driver = (
        '[driver]\nkind = "command"\ncommand = ["python", "-m", "simulators.product"]\ntimeout_s = 10\n\n'
    )
    return re.sub(r"(?ms)^\[driver\]\n.*?(?=^# |^\[limits\])", lambda _: driver, text, count=1)


PROFILE = _profile()
LEAN = ("-q", "-p", "no:xdist", "-p", "no:faulthandler", "-p", "no:timeout", "-p", "no:hypothesispytest")
MESSAGE_ID, BODY, SENDER = "ECO.2.2.1/message-id", "ECO.2.2.4/body", "ECO.2.2.7/sender-label"
"""Cases that take a tenth of a second each."""
Drive = Callable[..., Driver]


@dataclass(frozen=True)
class Run:
    """What a run left: exit code, output, report folder."""

    code: int
    output: str
    folder: Path

    @property
    def record(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads((self.folder / "run.json").read_text("utf-8"))
        return found

    @property
    def results(self) -> dict[str, str]:
        return {case["id"]: case["result"] for case in self.record["cases"]}

    def case(self, identifier: str) -> Mapping[str, Any]:
        (found,) = (case for case in self.record["cases"] if case["id"] == identifier)
        return found

    @property
    def outcomes(self) -> list[CaseOutcome]:
        return load_outcomes(self.folder / "cases.jsonl")


@dataclass
class Bed:
    """An empty folder in which runs are made."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    text: str = PROFILE
    report: Path = field(init=False)

    def __post_init__(self) -> None:
        self.report = self.folder / "rapport"
        self.monkeypatch.chdir(self.folder)

    def profile(self, *, replace: Mapping[str, str] | None = None, more: str = "") -> Path:
        text = self.text
        for old, new in (replace or {}).items():
            assert old in text
            text = text.replace(old, new)
        path = self.folder / "profil.toml"
        path.write_text(f"{text}\n{more}\n", encoding="utf-8")
        return path

    def arguments(self, *args: str) -> list[str]:
        """Return the options of a run in this folder, with a profile if there is none yet."""
        path = self.folder / "profil.toml"
        if not path.exists():
            self.profile()
        return ["--vendor-profile", str(path), "--report-dir", str(self.report), *args]

    def run(self, *args: str, drive: Drive | None = None, cache: bool = False, reports: bool = False) -> Run:
        """Make a run in this process, on the reference product unless `drive` opens another."""
        output = io.StringIO()
        lean = LEAN if cache else (*LEAN, "-p", "no:cacheprovider")
        (self.folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        with redirect_stdout(output), redirect_stderr(output):
            code = pytest.main(
                [*lean, "--rootdir", str(self.folder), *self.arguments(*args)],
                plugins=[Driving(drive or reference, reports=reports)],
            )
        return Run(int(code), output.getvalue(), self.report)

    def command(self, *args: str, profile: bool = True) -> list[str]:
        """Return the command line of a run in a process of its own."""
        given = self.arguments(*args) if profile else list(args)
        return [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *given]

    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}

    def process(self, *args: str, profile: bool = True, timeout_s: float = 60) -> Run:
        """Make a run in a process of its own."""
        done = subprocess.run(
            self.command(*args, profile=profile),
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout_s,
            check=False,
        )
        return Run(done.returncode, done.stdout + done.stderr, self.report)


class Driving:
    """Hands a driver to the plugin."""

    def __init__(self, drive: Drive, *, reports: bool) -> None:
        self._drive = drive
        self._reports = reports

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[DRIVER_KEY] = self._drive
        config.stash[RECORD_ONLY_KEY] = not self._reports


def reference(profile: Any, journal: Any, worker: str) -> Driver:
    """Open the reference product in this process."""
    return InProcessDriver(Product(), journal, profile.driver.timeout_s, worker)


def only(*cases: str) -> list[str]:
    """Return the options that leave these cases alone."""
    return [word for case in cases for word in ("--case", case)]
