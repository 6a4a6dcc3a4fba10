"""The first driver of the README does what the README says: some cases pass, others find what it lacks."""

from __future__ import annotations

import json
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
