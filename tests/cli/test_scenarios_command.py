"""`mssante scenarios`, and one played by its name."""

from __future__ import annotations

import json

import pytest

from schemas.scenarios import scenarios


def test_list(mssante):
    code, out, err = mssante("scenarios")
    assert (code, err) == (0, "")
    for sheet in scenarios().values():
        assert f"{sheet.id}\n  {sheet.title.fr}\n" in out
    assert "Biologiste (Laboratoire de ville) →, Service du prescripteur (Centre hospitalier) ←" in out
    assert out.rstrip().splitlines()[-1].startswith("19 scénarios")


@pytest.mark.parametrize("name", ["lab-report-to-hospital", "scenario/lab-report-to-hospital"])
def test_sheet(mssante, name):
    code, out, _ = mssante("scenarios", name, "--lang", "en")
    assert code == 0
    assert "Why: Results reach the ward that ordered them" in out
    assert (
        "  1. Biology report\n       Biologist (City laboratory) → Ward of the prescriber (Hospital)" in out
    )
    assert "(CR-BIO N3)" in out
    assert "copy to the patient (Mon espace santé)" in out
    assert "mssante run PROFILE --scenario lab-report-to-hospital" in out


def test_every_sheet_is_shown(mssante):
    for name in scenarios():
        code, out, err = mssante("scenarios", name)
        assert (code, err) == (0, "")
        assert "None" not in out


def test_what_a_product_will_play(mssante, tmp_path):
    profile = tmp_path / "profil.toml"
    profile.write_text(
        'schema = "vendor-profile/1"\n'
        '[product]\nname = "P"\nversion = "1"\nvendor = "V"\nnil = "1234"\ncorridor = "AUTRE"\n'
        '[claims]\nlevel = "basic"\nroles = ["send"]\nmailboxes = ["PER"]\nintegration = "client"\n'
        '[driver]\nkind = "command"\ncommand = ["true"]\n',
        encoding="utf-8",
    )
    _, out, _ = mssante("scenarios", "lab-report-to-hospital", "--profile", str(profile))
    assert "Biologiste (Laboratoire de ville) – le produit joue ce rôle" in out
    assert "BAL ORG – non joué : type de BAL non revendiqué" in out
    _, out, _ = mssante("scenarios", "--profile", str(profile))
    assert "Le produit joue : Biologiste (Laboratoire de ville) →\n" in out


def test_json(mssante):
    code, out, _ = mssante("scenarios", "cancer-care-pathway", "--format", "json")
    assert code == 0
    (sheet,) = json.loads(out)
    assert sheet["case"] == "scenario/cancer-care-pathway"
    assert len(sheet["steps"]) == 4
    assert {"party": "gp", "roles": ["send", "receive"], "played": None} in sheet["parts"]


@pytest.mark.parametrize(
    "words", [["scenarios", "lab-report"], ["run", "reference", "--scenario", "lab-report"]]
)
def test_an_unknown_name_is_explained(mssante, words):
    code, _, err = mssante(*words)
    assert code == 2
    assert "Aucun scénario ne s'appelle lab-report. Proches : lab-report-to-hospital" in err
