"""`mssante run`: the run of pytest with its progress; short runs of the reference product."""

from __future__ import annotations

import io
import json

import pytest

from harness.cli import run_command_line
from harness.profile import load_profile


@pytest.fixture
def run(monkeypatch, tmp_path, capfd):
    """Return a function: arguments -> (exit code, output, error output), from an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MSSANTE_LANG", raising=False)

    def call(*arguments):
        code = run_command_line(["run", *map(str, arguments)])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return call


@pytest.fixture(scope="module")
def case():
    """Return one quick packaged case of the mail format."""
    from harness.casebook import packaged_cases

    return next(item.info.id for item in packaged_cases() if item.info.id.startswith("ECO.2.2.3"))


def test_one_case_of_the_reference_product(run, tmp_path, case):
    code, out, err = run("reference", "--case", case, "--seed", 5)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith(f"[1/1] ✓ {case} — ")
    assert "1/1 · réussis 1" in lines
    assert lines[-1] == f"Rapport : {tmp_path / 'mssante-report' / 'index.html'}"
    assert sum(line.startswith("Niveau ") for line in lines) == 3
    record = json.loads((tmp_path / "mssante-report" / "run.json").read_text("utf-8"))
    assert (record["status"], record["tool"]["seed"], record["exit_code"]) == ("partial", 5, 0)
    assert record["product"]["name"] == "Produit de référence"


def test_a_partial_run_does_not_reach_an_asked_level(run, case):
    code, out, _ = run("reference", "--case", case, "--require-level", "basic", "--lang", "en")
    assert code == 1
    assert "passed 1" in out
    assert "Report: " in out


def test_a_broken_product_is_told_what_is_wrong(run, tmp_path, case):
    packaged = load_profile("reference")
    source = tmp_path / "profil.toml"
    text = (
        'schema = "vendor-profile/1"\n[product]\nname = "Cas"\nversion = "1.0"\nvendor = "V"\nnil = "1234"\n'
        'corridor = "AUTRE"\n[claims]\nlevel = "basic"\nroles = ["send"]\nmailboxes = ["PER"]\n'
        'integration = "client"\n[driver]\nkind = "http"\nurl = "http://127.0.0.1:{port}"\n'
        'command = ["{python}", "-m", "simulators.product", "--variant", "latin-1", "--port", "{port}"]\n'
    )
    from simulators.product import VARIANTS

    broken = next(name for name, variant in VARIANTS.items() if "ECO.2.2.3" in variant.breaks)
    source.write_text(text.replace("latin-1", broken), encoding="utf-8")
    code, out, _ = run(source, "--case", case, "--report-dir", "rapport")
    assert code == 1
    assert f"✕ {case}" in out
    assert "constaté : " in out
    assert "Ce qui bloque (1) :" in out
    assert "ECO.2.2.3 (en échec)" in out
    assert (tmp_path / "rapport" / "index.html").is_file()
    assert packaged.path.name == "reference"


def test_a_manual_product_with_nobody_to_ask_is_not_tested(run, tmp_path, case, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    source = tmp_path / "profil.toml"
    source.write_text(
        'schema = "vendor-profile/1"\n[product]\nname = "Main"\nversion = "1.0"\nvendor = "V"\nnil = "1234"\n'
        'corridor = "AUTRE"\n[claims]\nlevel = "basic"\nroles = ["send"]\nmailboxes = ["PER"]\n'
        'integration = "client"\n[driver]\nkind = "manual"\n',
        encoding="utf-8",
    )
    code, out, _ = run(source, "--case", case, "--jobs", 2)
    assert code == 1
    assert out.startswith("--jobs sans effet")
    assert out.count(f"· {case}") == 1
    assert "pas de terminal" in out
    assert "1/1 · réussis 0, non joués 1" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.toml"], "n'existe pas"),
        (["reference", "--case", "ECO.9.9.9/none"], "cas inconnu"),
        (["reference", "--require-level", "expert"], "basic, intermediate, advanced"),
        (["reference", "--jobs", "0"], "--jobs"),
    ],
)
def test_usage_errors_exit_with_2(run, arguments, said):
    code, out, err = run(*arguments)
    assert code == 2
    assert said in out + err


def test_a_file_called_reference_comes_first(tmp_path, monkeypatch):
    from harness.errors import ProfileError

    monkeypatch.chdir(tmp_path)
    assert load_profile("reference").product.vendor == "mssante-conformance"
    (tmp_path / "reference").write_text("not toml at all", encoding="utf-8")
    with pytest.raises(ProfileError):
        load_profile("reference")


def test_the_reference_profile_declares_what_it_must_with_proof():
    profile = load_profile("reference")
    assert not profile.warnings
    assert profile.driver.parallel
    assert all(declaration.proof_sha256 for declaration in profile.declarations.values())
    assert not any(declaration.denies for declaration in profile.declarations.values())
