from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import schemas
from schemas.requirements import (
    Actor,
    CatalogueError,
    Certainty,
    Level,
    Strength,
    UnknownRequirementError,
    Verification,
    catalogue,
    levels_up_to,
)
from schemas.requirements.catalogue import load

SCHEMAS = Path(schemas.__file__).parent
DATA = SCHEMAS / "requirements" / "data"
SEED = Path(__file__).parents[3] / "shared" / "domain" / "requirements.json"


def test_every_requirement_has_its_texts_in_both_languages():
    for requirement in catalogue():
        for text in (requirement.title, requirement.text, requirement.source, requirement.level_basis):
            assert text.fr.strip(), requirement.id
            assert text.en.strip(), requirement.id


def test_locked_ids_never_change_nor_disappear():
    locked = (SCHEMAS / "locks" / "requirements.txt").read_text(encoding="utf-8").split()

    missing = [requirement_id for requirement_id in locked if requirement_id not in catalogue()]

    assert len(locked) == len(set(locked)) >= 288
    assert not missing, f"ids of published requirements must stay: {missing}"


def test_new_ids_are_locked_at_once():
    locked = set((SCHEMAS / "locks" / "requirements.txt").read_text(encoding="utf-8").split())

    assert [r.id for r in catalogue() if r.id not in locked] == []


def test_levels_count_what_the_sources_give():
    assert Counter(r.level.value for r in catalogue()) == {
        "basic": 49,
        "intermediate": 54,
        "advanced": 170,
        "operator": 15,
    }


@pytest.mark.skipif(not SEED.is_file(), reason="the seed of the catalogue is not beside this checkout")
def test_catalogue_keeps_every_judgement_of_its_seed():
    seed = {row["id"]: row for row in json.loads(SEED.read_text(encoding="utf-8"))}
    certainty = {
        Certainty.OFFICIAL: "official text seen",
        Certainty.SECONDARY: "secondary source",
        Certainty.EXAMPLE: "example seen",
        Certainty.INFERRED: "inferred",
    }

    assert set(seed) == {r.id for r in catalogue()}
    for r in catalogue():
        row = seed[r.id]
        assert (r.level, r.strength, r.actor, r.direction, r.verified) == (
            row["level"],
            row["strength"],
            row["actor"],
            row["direction"],
            row["automatable"],
        ), r.id
        assert certainty[r.certainty] == row["certainty"], r.id
        assert list(r.aliases) == row["other_ids"], r.id
        assert r.duplicate_of == row.get("duplicate_of"), r.id
        assert list(r.superseded_by) == row.get("superseded_by", []), r.id
        book = row.get("workbook")
        assert (r.edition is None) == (book is None), r.id
        if r.edition and book:
            assert r.edition.reference == book["ref"]
            assert list(r.edition.corridors) == book["corridors"]
            assert r.edition.mailboxes == book["profile"]
            assert (
                r.edition.status.replace("wave1-", "wave 1, ")
                .replace("-", " ")
                .startswith(book["status"][:12])
            )


def test_one_requirement_reads_whole():
    r = catalogue().get("ECO.1.1.3")

    assert r.title.fr == "Suites cryptographiques et tailles de clé"
    assert "0xC030" in r.text.fr
    assert "0xC030" in r.text.en
    assert (r.level, r.strength, r.actor, r.verified) == (
        Level.BASIC,
        Strength.MUST,
        Actor.CLIENT,
        Verification.FULL,
    )
    assert r.theme.name.fr == "Connexion et TLS"
    assert r.edition is not None
    assert r.edition.corridors == ("LGC", "RIS", "BIO", "PFI")
    assert (r.may_fail, r.in_force, r.mandatory) == (True, True, True)


@pytest.mark.parametrize(
    ("requirement_id", "may_fail"),
    [
        ("ECO.1.1.5", True),  # official
        ("X-PSC-02", True),  # example
        ("ECO.1.1.4", False),  # inferred
        ("ECO.2.1.6", False),  # secondary
        ("SC.PSC.03", False),  # official, withdrawn
        ("ECO.1.1.8", False),  # text unknown
    ],
)
def test_only_firm_requirements_in_force_may_fail_a_product(requirement_id, may_fail):
    assert catalogue().get(requirement_id).may_fail is may_fail


def test_superseded_and_unknown_are_listed_but_not_in_force():
    out = {r.id for r in catalogue() if not r.in_force}

    assert {"SC.MSS/CONF.13", "ECO.1.1.8", "X-OPE-07"} <= out
    assert len(out) == 40


@pytest.mark.parametrize(
    ("number", "ids"),
    [
        ("ECO.1.0.1", ["ECO.1.0.1"]),
        ("eco.1.0.1 ", ["ECO.1.0.1"]),
        ("SC.MSS/CONF.05", ["ECO.1.0.1"]),
        ("mss/conf.05", ["ECO.1.0.1"]),
        ("MSS/va1.25", ["MSS/va1.25"]),
        ("LGC.MSS/va1.27", ["LGC.MSS.01"]),
    ],
)
def test_a_requirement_is_found_by_any_of_its_numbers(number, ids):
    assert [r.id for r in catalogue().find(number)] == ids


@pytest.mark.parametrize("lookup", ["get", "find"])
def test_an_unknown_number_is_named_with_its_neighbours(lookup):
    with pytest.raises(UnknownRequirementError, match=r"ECO\.1\.1\.99.*ECO\.1\.1\.9") as caught:
        getattr(catalogue(), lookup)("ECO.1.1.99")

    assert "Vouliez-vous dire" in caught.value.text.fr
    assert "Did you mean" in caught.value.text.en


def test_levels_contain_those_below():
    assert levels_up_to("advanced") == (Level.BASIC, Level.INTERMEDIATE, Level.ADVANCED)
    assert levels_up_to(Level.BASIC) == (Level.BASIC,)
    assert levels_up_to("operator") == (Level.OPERATOR,)
    assert len(catalogue().up_to("intermediate")) == 49 + 54
    assert len(catalogue().of_level("operator")) == 15


def test_every_theme_has_requirements():
    assert sum(len(catalogue().of_theme(theme.id)) for theme in catalogue().themes) == len(catalogue())
    assert all(catalogue().of_theme(theme.id) for theme in catalogue().themes)


def test_reading_takes_less_than_thirty_milliseconds():
    # processor time: what other programs of the machine do must not fail this
    code = (
        "import schemas.requirements as r, time; t = time.process_time(); r.catalogue();"
        "print(time.process_time() - t)"
    )
    best = min(
        float(
            subprocess.run(
                [sys.executable, "-c", code], capture_output=True, check=True, cwd=SCHEMAS.parent
            ).stdout
        )
        for _ in range(3)
    )

    assert best < 0.030


def test_the_fingerprint_does_not_depend_on_line_ends(tmp_path):
    # Given: the same catalogue checked out with CRLF
    for path in DATA.iterdir():
        tmp_path.joinpath(path.name).write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    # When / Then
    assert load(tmp_path).sha256 == load(DATA).sha256


@pytest.fixture
def copy(tmp_path):
    for path in DATA.iterdir():
        shutil.copy(path, tmp_path)
    return tmp_path


def _edit(copy: Path, change):
    path = copy / "tls.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content["requirements"])
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows.append(dict(rows[0])), "deux fois"),
        (lambda rows: rows[0].update(duplicate_of="ECO.9.9.9"), r"ECO\.9\.9\.9"),
        (lambda rows: rows[1].update(level="expert"), r"après ECO\.1\.0\.1.*expert"),
        (lambda rows: rows[0].pop("title"), "title"),
        (lambda rows: rows[0].update(source="nowhere"), "nowhere"),
    ],
)
def test_a_wrong_row_is_named(copy, change, words):
    _edit(copy, change)

    with pytest.raises(CatalogueError, match=words):
        load(copy)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"schema": "requirement-catalogue/9"}'])
def test_a_file_that_is_no_catalogue_is_refused(copy, content):
    (copy / "catalogue.json").write_text(content, encoding="utf-8")

    with pytest.raises(CatalogueError):
        load(copy)


def test_a_missing_theme_file_is_refused(copy):
    (copy / "psc.json").unlink()

    with pytest.raises(CatalogueError, match=r"psc\.json"):
        load(copy)
