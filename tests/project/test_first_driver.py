"""The first driver of the README does what the README says: some cases pass, others find what it lacks."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from harness.cli import run_command_line

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "first-driver"
EXPECTED = {
    "ECO.1.1.5/expired-smtp": "passed",
    "ECO.1.1.6/revoked-smtp": "failed",
    "ECO.1.0.1/several-recipients": "passed",
    "ECO.2.2.1/message-id": "passed",
    "ECO.2.2.5/automatic-mail": "failed",
}


@pytest.fixture
def results(tmp_path, monkeypatch, capfd):
    """Play some cases on the first driver; return case id -> result, and the exit code."""
    monkeypatch.chdir(tmp_path)
    cases = [word for case in EXPECTED for word in ("--case", case)]
    code = run_command_line(["run", str(EXAMPLE / "profil.toml"), "--seed", "4", *cases])
    capfd.readouterr()
    record = json.loads((tmp_path / "mssante-report" / "run.json").read_text("utf-8"))
    return {case["id"]: case["result"] for case in record["cases"]}, code


def test_the_first_driver_is_judged_as_the_readme_says(results):
    found, code = results
    assert found == EXPECTED
    assert code == 1


def test_the_readme_shows_the_driver_as_it_is():
    readme = (EXAMPLE.parents[1] / "README.md").read_text("utf-8")
    lines = (EXAMPLE / "pilote.py").read_text("utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("def send("))
    end = next(number for number in range(start, len(lines)) if lines[number].startswith("    return"))
    assert "\n".join(lines[start : end + 1]) in readme


def test_contributing_shows_a_case_as_it_is():
    root = EXAMPLE.parents[1]
    shown = (root / "CONTRIBUTING.md").read_text("utf-8").partition("```python\n")[2].partition("```")[0]
    assert shown.startswith(("@case(", "@link_cases("))
    assert shown in (root / "testcases" / "basic" / "test_eco_1_1_4_validity.py").read_text("utf-8")


@pytest.mark.parametrize("name", ["README.md", "README.en.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_links_between_documents_lead_somewhere(name):
    root = EXAMPLE.parents[1]
    links = re.findall(r"\]\((?!https?:)([^)#]+)", (root / name).read_text("utf-8"))
    assert links
    missing = [link for link in links if not (root / link).exists()]
    assert not missing
