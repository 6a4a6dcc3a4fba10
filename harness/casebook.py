"""All packaged conformance cases, without running pytest: for the plan, the doctor and the documentation."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

import testcases
from harness.cases import CaseInfo, CaseText, case_infos, case_text


@dataclass(frozen=True, slots=True)
class PackagedCase:
    """A case, its texts and where it is written."""

    info: CaseInfo
    text: CaseText
    module: str
    function: str


def testcases_folder() -> Path:
    """Return the folder that pytest collects when no path is given."""
    return Path(testcases.__path__[0])


@cache
def packaged_cases() -> tuple[PackagedCase, ...]:
    """Return every packaged case, ordered by module then by place in the file.

    Raises `ValueError` when two cases bear one id or a docstring lacks a part.
    """
    found: dict[str, PackagedCase] = {}
    for module in _modules():
        for packaged in _cases_of(module):
            if packaged.info.id in found:
                raise ValueError(f"two cases are called {packaged.info.id}")
            found[packaged.info.id] = packaged
    return tuple(found.values())


def _modules() -> Iterator[ModuleType]:
    for info in sorted(pkgutil.walk_packages(testcases.__path__, "testcases."), key=lambda item: item.name):
        if not info.ispkg and info.name.rpartition(".")[2].startswith("test_"):
            yield importlib.import_module(info.name)


def _cases_of(module: ModuleType) -> Iterator[PackagedCase]:
    for name, value in vars(module).items():
        for info in case_infos(value):
            yield PackagedCase(info, case_text(value.__doc__), module.__name__, name)
