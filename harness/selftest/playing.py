"""Plays the suite on the reference product or one of its variants, inside this process."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Collection, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from harness.factory import DRIVER_KEY, RECORD_ONLY_KEY, UNCHECKED_KEY, WATCH_KEY
from harness.plugin.outcome import case_of
from harness.reference import name_for, profile_path
from harness.selftest.inprocess import InProcessDriver
from harness.selftest.reads import Reads
from simulators.product import Product, variant_named
from simulators.product.behaviour import REFERENCE
from simulators.product.watched import WatchedBehaviour

if TYPE_CHECKING:
    from harness.drivers import Driver
    from harness.factory import OpenDriver
    from harness.profile import VendorProfile
    from simulators.journal import Journal

REFERENCE_NAME = "référence"
_NOT_NEEDED = (
    *("cacheprovider", "xdist", "faulthandler", "timeout", "hypothesispytest", "junitxml", "doctest"),
    *("unraisableexception", "threadexception"),
)
"""Plugins of pytest or beside it that a play can do without; the last two collect all garbage at its end."""


@dataclass(frozen=True, slots=True)
class Play:
    """What came of playing the suite on one product.

    `verdicts` is requirement id → verdict, `reached` the levels reached, `killers` requirement id → the
    cases that failed or warned on it, `trouble` what kept the run from being one. `results` is case id → its
    result, for each case that was played, in that order; `judged` the requirements of these cases; `reads`
    (of the reference product alone) case id → the fields of `Behaviour` that the product read.
    """

    name: str
    corridor: str
    verdicts: Mapping[str, str]
    reached: tuple[str, ...]
    killers: Mapping[str, tuple[str, ...]]
    duration_s: float
    trouble: str = ""
    results: Mapping[str, str] = field(default_factory=dict)
    judged: frozenset[str] = frozenset()
    reads: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def broken(self) -> dict[str, str]:
        """Return the requirements that failed or warned, with their verdict."""
        return {
            requirement: verdict
            for requirement, verdict in self.verdicts.items()
            if verdict in {"failed", "warning"}
        }


def play(
    name: str, level: str, corridor: str = "AUTRE", seed: int = 0, *, only: Collection[str] | None = None
) -> Play:
    """Play the cases of `level` and below on the reference product or on the variant of this name.

    `corridor` is the one that the profile names: some requirements are asked of one corridor alone. `only`
    are the ids of the cases to play, None for all.
    """
    reads = Reads()
    is_reference = name == REFERENCE_NAME
    behaviour = WatchedBehaviour.of(REFERENCE, reads.note) if is_reference else variant_named(name).behaviour

    def drive(profile: VendorProfile, journal: Journal, worker: str) -> Driver:
        return InProcessDriver(Product(behaviour), journal, profile.driver.timeout_s, worker)

    with TemporaryDirectory(prefix="mssante-selftest-") as folder:
        report = Path(folder) / "report"
        profile = _profile(Path(folder) / "profile", level, corridor)
        output = io.StringIO()
        with redirect_stdout(output), redirect_stderr(output):
            code = pytest.main(
                [
                    *("-q", "--no-header", "--rootdir", folder, "-c", str(_empty_ini(Path(folder)))),
                    *(word for plugin in _NOT_NEEDED for word in ("-p", f"no:{plugin}")),
                    *("--assert=plain", "--vendor-profile", str(profile), "--report-dir", str(report)),
                    *("--seed", str(seed)),
                    *(word for case in only or () for word in ("--case", case)),
                ],
                plugins=[_Driving(drive, reads, checked=is_reference)],
            )
        record = report / "run.json"
        if int(code) > 1 or not record.is_file():
            return Play(
                name, corridor, {}, (), {}, 0.0, trouble=f"exit {int(code)}\n{output.getvalue()[-4000:]}"
            )
        played = _read(name, corridor, record)
        return replace(played, reads=reads.by_case()) if is_reference else played


def _read(name: str, corridor: str, path: Path) -> Play:
    record = json.loads(path.read_text("utf-8"))
    killers: dict[str, list[str]] = {}
    for case in record["cases"]:
        if case["result"] in {"failed", "warning"}:
            for requirement in case["requirements"]:
                killers.setdefault(requirement, []).append(case["id"])
    return Play(
        name,
        corridor,
        {key: value["verdict"] for key, value in record["requirements"].items()},
        tuple(level for level, verdict in record["levels"].items() if verdict["outcome"] == "reached"),
        {key: tuple(cases) for key, cases in killers.items()},
        record["duration_s"],
        results={case["id"]: case["result"] for case in record["cases"]},
        judged=frozenset(key for key, value in record["requirements"].items() if value["cases"]),
    )


def _profile(folder: Path, level: str, corridor: str) -> Path:
    """Write the packaged profile of the reference product, its proofs beside it, so changed.

    In the corridor of PFI that of the reference PFI: another product as far as the wire shows, of the same
    variants.
    """
    packaged = profile_path(name_for(corridor))
    shutil.copytree(packaged.parent, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    path = folder / packaged.name
    text = re.sub(r'(?m)^level = ".*"$', f'level = "{level}"', path.read_text("utf-8"))
    path.write_text(re.sub(r'(?m)^corridor = ".*"$', f'corridor = "{corridor}"', text), encoding="utf-8")
    return path


def _empty_ini(folder: Path) -> Path:
    """Write a configuration of our own, so that a project around the current folder changes nothing."""
    path = folder / "pytest.ini"
    path.write_text("[pytest]\n", encoding="utf-8")
    return path


class _Driving:
    """Hands the in-process driver to the plugin, and who notes what the product reads."""

    def __init__(self, drive: OpenDriver, reads: Reads, *, checked: bool) -> None:
        self._drive = drive
        self._checked = checked
        self._reads = reads

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Leave the driver where the session looks for it."""
        config.stash[DRIVER_KEY] = self._drive
        config.stash[WATCH_KEY] = self._reads
        config.stash[RECORD_ONLY_KEY] = True
        config.stash[UNCHECKED_KEY] = not self._checked

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what serves no requirement: scenarios demonstrate, and prove nothing of the suite."""
        items[:] = [item for item in items if (info := case_of(item)) is None or info.requirements]
