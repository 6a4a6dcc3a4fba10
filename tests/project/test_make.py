"""`make.py` prepares the environment once, again when what it was made from changed, and never more."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Return make.py as a module whose commands are kept instead of run, and its environment in tmp_path."""
    spec = importlib.util.spec_from_file_location("make_under_test", ROOT / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setenv("MSSANTE_VENV", str(tmp_path))
    module.ran = []
    monkeypatch.setattr(module, "run", lambda command: module.ran.append(command[-1]))
    monkeypatch.setattr(module, "create", lambda: module.ran.append("create"))
    monkeypatch.setattr(module, "works", lambda interpreter: True)
    return module


def test_prepared_once(make):
    make.prepare("dev")
    make.prepare("dev")
    make.prepare("parallel")
    assert make.ran == [".[dev]"]


def test_a_first_run_waits_for_no_development_tool(make):
    make.prepare("parallel")
    make.prepare("parallel")
    assert make.ran == [".[parallel]"]
    make.prepare("dev")
    make.prepare("parallel")
    assert make.ran == [".[parallel]", ".[dev]"]


def test_prepared_again_when_the_project_changed(make, monkeypatch):
    make.prepare("dev")
    monkeypatch.setattr(make, "fingerprint", lambda: "other 3.13 ")
    make.prepare("parallel")
    assert make.ran == [".[dev]", ".[parallel]"]


def test_a_broken_environment_is_made_again(make, monkeypatch):
    make.prepare("dev")
    monkeypatch.setattr(make, "works", lambda interpreter: False)
    make.prepare("dev")
    assert make.ran == [".[dev]", "create", ".[dev]"]


def test_an_interpreter_that_does_not_start_does_not_work(make, monkeypatch):
    monkeypatch.undo()
    assert make.works(sys.executable) == bool(importlib.util.find_spec("pip"))
    assert not make.works(str(ROOT / "no" / "such" / "python"))


def test_without_a_target_they_are_listed():
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, str(ROOT / "make.py")],
        capture_output=True,
        encoding="utf-8",
        env=environment,
        check=False,
    )
    assert done.returncode == 2
    listed = set(re.findall(r"^  ([a-z]+) ", done.stdout, re.MULTILINE))
    assert {"conformance", "test", "lint", "bench"} <= listed
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert listed == set(re.search(r"\.PHONY: (.*)", makefile)[1].split())
