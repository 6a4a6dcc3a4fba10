"""`mssante pack`: what is recognised, copied, repaired, refused, and what a change tells."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import mini_pack
import pytest

from harness.cli import run_command_line
from harness.packs import engine, registry
from harness.packs.home import data_folder


@pytest.fixture
def pack(capsys, monkeypatch):
    """Return a function: arguments -> (exit code, output, error output)."""
    monkeypatch.delenv("MSSANTE_LANG", raising=False)

    def run(*arguments):
        code = run_command_line(["pack", *map(str, arguments)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


@pytest.fixture
def source(tmp_path):
    return mini_pack.write(tmp_path / "TestContenuCDA-3-0")


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_copy_is_made_repaired_and_pinned(pack, source, home):
    # Given the miniature, broken as the official content is
    before = hashes(source)
    # When it is added
    code, out, _ = pack("add", source, "--name", "ans")
    # Then the folder given is untouched
    assert code == 0
    assert hashes(source) == before
    # And the copy has what takes part in a verdict, each file pinned
    added = registry.load("ans")
    assert added.folder == home / "packs" / "ans"
    assert "README.md" not in added.files
    for path, digest in added.files.items():
        assert hashlib.sha256((added.content / path).read_bytes()).hexdigest() == digest
    # And each repair is named
    done = {(one.name, one.path) for one in added.repairs if one.done}
    vocabulary = "schematrons/profils/structurationMinimale/include/voc-1.2.250.1.213.1.1.5.471-DYNAMIC.xml"
    assert done == {("rebuilt-vocabulary", vocabulary), ("letter-case", "schematrons/profils/IHE.sch")}
    assert "include/sections/title.sch" in (added.content / "schematrons/profils/IHE.sch").read_text("utf-8")
    assert 'code="11502-2"' in (added.content / vocabulary).read_text("utf-8")
    left = {(one.name, one.path) for one in added.repairs if not one.done}
    assert left == {
        ("empty-include", "schematrons/regles2023/corps.sch"),
        ("empty-value-set", "jeuxDeValeurs/JDV_vide.xml"),
        ("missing-file", "schematrons/profils/terminologies/schematron/terminologie.sch"),
        ("unsatisfiable", "schematrons/profils/CI-SIS_Modeles_ANS.sch"),
    }
    assert all(name in out for name, _ in done | left)
    assert "2 réparation(s)" in out


def test_what_is_recognised(pack, source):
    pack("add", source, "--name", "ans")
    contents = registry.load("ans").contents
    assert contents.schema == "infrastructure/cda/CDA_extended.xsd"
    assert len(contents.generic) == 5
    assert [each.rpartition("/")[2] for each in contents.for_n1] == [
        "ASIP-STRUCT-MIN-StrucMin.sch",
        "terminologie.sch",
    ]
    routes = {each.schematron.rpartition("/")[2]: (each.root, each.version) for each in contents.models}
    assert routes["CI-SIS_BIO-CR-BIO_2024.01.sch"] == ("1.2.250.1.213.1.1.1.55", "2024.01")
    assert routes["CI-SIS_INCONNU_2020.01.sch"] == (None, "2020.01")


def test_list_and_remove(pack, source):
    assert "Aucun pack" in pack("list")[1]
    pack("add", source)
    code, out, _ = pack("list", "--format", "json")
    (listed,) = json.loads(out)
    assert (code, listed["name"]) == (0, "TestContenuCDA-3-0")
    assert listed["sha256"] == registry.load("TestContenuCDA-3-0").sha256
    assert "TestContenuCDA-3-0" in pack("list")[1]
    assert pack("remove", "TestContenuCDA-3-0")[0] == 0
    assert registry.names() == []
    code, _, err = pack("remove", "TestContenuCDA-3-0")
    assert code == 2
    assert "pack list" in err


def test_same_content_same_hash(pack, source, tmp_path):
    other = mini_pack.write(tmp_path / "other")
    pack("add", source, "--name", "one")
    pack("add", other, "--name", "two")
    assert registry.load("one").sha256 == registry.load("two").sha256
    assert "rien n'a changé" in pack("add", other, "--name", "one")[1]


def test_drift_is_told(pack, source, tmp_path):
    # Given a pack and a newer content: one file more, one less, one changed so that no title is right
    pack("add", source, "--name", "ans")
    changed = mini_pack.FILES[mini_pack.MODEL].replace("Compte rendu d", "Rapport d")
    newer = mini_pack.write(
        tmp_path / "newer",
        {mini_pack.MODEL: changed, "jeuxDeValeurs/JDV_vide.xml": None, "jeuxDeValeurs/JDV_new.xml": "<a/>"},
    )
    # When it is added under the same name
    code, out, _ = pack("add", newer, "--name", "ans")
    # Then the files are told
    assert code == 0
    told = out.split("ans :")[0]
    assert "jeuxDeValeurs/JDV_new.xml" in told
    assert "jeuxDeValeurs/JDV_vide.xml" in told
    assert mini_pack.MODEL in told
    # And so is the generated document that is judged otherwise
    if engine.available():
        assert "1 document(s) générés jugés autrement" in out
        assert "CR-BIO : passed → failed" in out
        assert f"+ {mini_pack.MODEL}#t1" in out
    else:
        assert "verdicts non comparés" in out
    assert "jeuxDeValeurs/JDV_new.xml" in registry.load("ans").files


def test_a_folder_of_something_else_is_refused(pack, tmp_path, home):
    (tmp_path / "empty").mkdir()
    code, _, err = pack("add", tmp_path / "empty")
    assert code == 2
    assert "CDA_extended.xsd" in err
    assert pack("add", tmp_path / "absent")[0] == 2
    assert pack("add")[0] == 2
    assert [*(home / "packs").iterdir()] == []


@pytest.mark.parametrize("name", ["..", "a/b", ".hidden", "", "x" * 65])
def test_names_that_would_leave_the_folder(pack, source, name):
    assert pack("add", source, f"--name={name}")[0] == (2 if name else 0)


def test_links_are_refused(pack, source, tmp_path, home):
    (tmp_path / "secret.xml").write_text("<a/>", encoding="utf-8")
    try:
        (source / "jeuxDeValeurs" / "link.xml").symlink_to(tmp_path / "secret.xml")
    except OSError:
        pytest.skip("links cannot be made here")
    code, _, err = pack("add", source)
    assert code == 2
    assert "link.xml" in err
    assert [*(home / "packs").iterdir()] == []


@pytest.mark.parametrize(("limit", "value"), [("MAX_FILES", 3), ("MAX_FILE", 100), ("MAX_TOTAL", 1000)])
def test_what_is_too_large_is_refused(pack, source, monkeypatch, limit, value):
    monkeypatch.setattr(registry, limit, value)
    assert pack("add", source)[0] == 2


def test_a_refused_copy_leaves_the_old_one(pack, source, monkeypatch):
    pack("add", source, "--name", "ans")
    old = registry.load("ans")
    monkeypatch.setattr(registry, "MAX_FILES", 1)
    assert pack("add", source, "--name", "ans")[0] == 2
    assert registry.load("ans") == old


def test_where_packs_are_kept(tmp_path):
    given = {"MSSANTE_HOME": str(tmp_path)}
    assert data_folder(given, "linux") == tmp_path
    assert data_folder({"XDG_DATA_HOME": str(tmp_path)}, "linux") == tmp_path / "mssante"
    assert data_folder({"XDG_DATA_HOME": "relative"}, "linux") == Path.home() / ".local" / "share" / "mssante"
    assert data_folder({"LOCALAPPDATA": str(tmp_path)}, "win32") == tmp_path / "mssante"
    assert data_folder({}, "darwin").parts[-3:] == ("Library", "Application Support", "mssante")


def test_a_damaged_manifest_is_told(pack, source, home):
    pack("add", source, "--name", "ans")
    (home / "packs" / "ans" / "manifest.json").write_text("{", encoding="utf-8")
    code, _, err = pack("list")
    assert code == 3
    assert "pack add" in err
