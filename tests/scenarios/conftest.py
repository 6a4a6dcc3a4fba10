"""Plays scenarios on the reference product, or on one with a defect, inside this process."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.factory import DRIVER_KEY
from harness.reference import profile_path
from harness.selftest.inprocess import InProcessDriver
from simulators.product import Product
from simulators.product.behaviour import REFERENCE


class _Driving:
    def __init__(self, behaviour: Any, without: frozenset[str]) -> None:
        self._behaviour = behaviour
        self._without = without

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        def drive(profile: Any, journal: Any, worker: str) -> Any:
            driver = InProcessDriver(Product(self._behaviour), journal, profile.driver.timeout_s, worker)
            if self._without:
                known = driver.describe()
                driver.describe = lambda: replace(known, actions=known.actions - self._without)  # type: ignore[method-assign]
            return driver

        config.stash[DRIVER_KEY] = drive


@pytest.fixture
def play_scenarios(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Return a function that plays scenarios and returns the run record."""

    def play(
        *names: str,
        changes: dict[str, str] | None = None,
        without: frozenset[str] = frozenset(),
        **defect: Any,
    ) -> dict[str, Any]:
        folder = tmp_path / "profile"
        shutil.copytree(profile_path().parent, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        profile = folder / profile_path().name
        text = profile.read_text("utf-8")
        for old, new in (changes or {}).items():
            assert old in text
            text = text.replace(old, new)
        profile.write_text(text, encoding="utf-8")
        (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        words = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", str(tmp_path)]
        words += ["-c", str(tmp_path / "pytest.ini"), "--vendor-profile", str(profile)]
        words += ["--report-dir", str(tmp_path / "report"), "--seed", "7"]
        words += [word for name in names for word in ("--case", f"scenario/{name}")]
        output = io.StringIO()
        with redirect_stdout(output), redirect_stderr(output):
            pytest.main(words, plugins=[_Driving(REFERENCE.but(**defect), without)])
        path = tmp_path / "report" / "run.json"
        assert path.is_file(), output.getvalue()[-3000:]
        record: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return record

    return play
