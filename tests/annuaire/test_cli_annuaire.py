"""`mssante annuaire build | load` as a person calls them."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cli import run_command_line
from simulators.annuaire.extraction import mssante_zip
from simulators.annuaire.extraction.columns import MSSANTE
from simulators.annuaire.population import CREATED
from simulators.annuaire.sqlite import open_store


def test_build_then_load(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Given a directory of 60 professionals
    place = tmp_path / "a.db"
    assert run_command_line(["annuaire", "build", "--size", "60", "--seed", "3", "--out", str(place)]) == 0
    assert "60 professionnels" in capsys.readouterr().out
    with open_store(place) as store:
        assert (store.about.size, store.about.seed) == (60, 3)
        archive = mssante_zip(store, CREATED)
        path = tmp_path / archive.name
        path.write_bytes(b"".join(archive.stream()))
        boxes = sum(store.counts(CREATED).mailboxes.values())
    # When its extraction is loaded
    other = tmp_path / "b.db"
    assert run_command_line(["annuaire", "load", str(path), "--out", str(other), "--lang", "en"]) == 0
    # Then
    assert f"{boxes} lines, 0 refused" in capsys.readouterr().out
    with open_store(other) as store:
        assert sum(store.counts(CREATED).mailboxes.values()) == boxes


def test_lines_that_cannot_be_used_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.txt"
    path.write_text("|".join(MSSANTE.columns) + "\nPER|rien\n", encoding="utf-8")
    assert run_command_line(["annuaire", "load", str(path), "--out", str(tmp_path / "x.db")]) == 1
    out = capsys.readouterr().out
    assert "ligne 2 : 2 columns of 31" in out and "Aucune ligne" in out
    assert not (tmp_path / "x.db").exists() and not list(tmp_path.glob("*.partial"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["build"], "--out"),
        (["build", "--out", "{folder}"], "dossier"),
        (["build", "--out", "{folder}/no/x.db"], "dossier"),
        (["build", "--size", "3", "--out", "{folder}/x.db"], "--size 3"),
        (["build", "{folder}/some.zip", "--out", "{folder}/x.db"], "annuaire load"),
        (["load", "--out", "{folder}/x.db"], "Aucun fichier"),
        (["load", "{folder}/missing.zip", "--out", "{folder}/x.db"], "missing.zip"),
        (["serve", "{folder}/a", "{folder}/b"], "Un seul"),
        (["serve", "{folder}/none.db"], "none.db"),
        (["nothing"], "build, load, serve"),
    ],
)
def test_wrong_usage_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    words = [word.replace("{folder}", str(tmp_path)) for word in arguments]
    assert run_command_line(["annuaire", *words]) == 2
    error = capsys.readouterr().err
    assert told in error and "Traceback" not in error


@pytest.mark.parametrize("language", ["fr", "en"])
def test_help_is_worth_reading(capsys: pytest.CaptureFixture[str], language: str) -> None:
    assert run_command_line(["annuaire", "--help", "--lang", language]) == 0
    out = capsys.readouterr().out
    assert all(word in out for word in ("build", "load", "serve", "--size", "PS_LibreAcces"))
