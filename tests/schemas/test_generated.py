from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from schemas.requirements import catalogue
from schemas.rules import rules

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools" / "generate_docs.py"


def test_files_made_from_published_data_are_in_step():
    run = subprocess.run(
        [sys.executable, str(TOOL), "--check"], capture_output=True, check=False, encoding="utf-8", cwd=ROOT
    )

    assert run.returncode == 0, run.stdout + run.stderr


@pytest.fixture
def tool(monkeypatch):
    import importlib.util

    spec = importlib.util.spec_from_file_location("generate_docs", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(sys, "path", list(sys.path))
    spec.loader.exec_module(module)
    return module


def test_check_names_what_is_out_of_step_and_writes_nothing(tool, tmp_path, monkeypatch, capsys):
    stale = tmp_path / "stale.md"
    stale.write_text("old", encoding="utf-8")
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    monkeypatch.setattr(tool, "made_files", lambda: {stale: "new"})

    assert tool.main(["--check"]) == 1
    assert "stale.md" in capsys.readouterr().out
    assert stale.read_text(encoding="utf-8") == "old"

    assert tool.main([]) == 0
    assert stale.read_text(encoding="utf-8") == "new"
    assert tool.main(["--check"]) == 0


def test_a_locked_id_is_never_removed(tool, tmp_path):
    path = tmp_path / "rules.txt"
    path.write_text("MAIL-001\nMAIL-000\n", encoding="utf-8")

    assert tool.locked(path, ["MAIL-001", "MAIL-002"]) == "MAIL-000\nMAIL-001\nMAIL-002\n"
    assert tool.locked(tmp_path / "none.txt", ["A-001"]) == "A-001\n"


def test_every_requirement_and_every_rule_is_on_its_page(tool):
    requirements = tool.requirements_page(catalogue(), rules())
    published = tool.rules_page(rules())

    assert all(f"| `{r.id}` |" in requirements for r in catalogue())
    assert all(f"## {rule.id}\n" in published for rule in rules())
    assert "[MAIL-001](regles.md#mail-001)" in requirements


def test_an_example_with_a_fence_does_not_break_the_page(tool):
    assert tool.example("x", "a\n```\nb")[2] == "````text"
