"""`mssante check --official`: the verdict of a pack beside ours, executed by SaxonC."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import mini_pack
import pytest
from cda_documents import changed, report, self_presenting, unstructured

from harness.artefacts.cda import CdaDocument
from harness.checking.kinds import Kind
from harness.cli import run_command_line
from harness.packs import engine, registry
from harness.packs.judging import PackJudge, PackRef, official

saxon = pytest.mark.skipif(not engine.available(), reason="the extra `official` (saxonche) is not installed")


@pytest.fixture
def pack(tmp_path):
    source = mini_pack.write(tmp_path / "source")
    return registry.install(registry.prepare(source, "mini"))


@pytest.fixture
def check(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MSSANTE_LANG", raising=False)

    def run(*arguments):
        code = run_command_line(["check", *map(str, arguments)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


def failed(verdict) -> set[str]:
    return {each.id for each in verdict.failed}


@saxon
def test_a_good_document_passes(pack):
    verdict = PackJudge(pack).judge(report())
    assert (verdict.verdict, verdict.failed, verdict.notes) == ("passed", (), ())
    assert verdict.schematrons[-1] == mini_pack.MODEL
    assert len(verdict.schematrons) == 6


@saxon
@pytest.mark.parametrize(
    ("old", "new", "identity", "severity", "line"),
    [
        ("<title>Compte rendu", "<title>Rapport", "t1", "error", True),
        ('versionNumber value="2"', 'versionNumber value="deux"', "v1", "error", True),
        ('root="1.3.6.1.4.1.19376.1.3.3"/>', 'root="1.3.6.1.4.1.19376.1.3.9"/>', "k1", "error", True),
        ('languageCode code="fr-FR"', 'languageCode code="en-US"', "l1", "info", False),
        ("<title>Glycémie</title>", "<title> </title>", None, "warning", True),
        ('code="11502-2"', 'code="11502-9"', None, "error", True),
    ],
)
def test_what_fails_is_placed(pack, old, new, identity, severity, line):  # noqa: PLR0917
    content = changed(report(), old, new)
    verdict = PackJudge(pack).judge(content)
    (one,) = verdict.failed
    assert identity in (None, one.id)
    assert one.severity == severity
    assert verdict.verdict == {"error": "failed", "warning": "warning", "info": "passed"}[severity]
    document = CdaDocument.parse(content)
    assert document.select(one.xpath) is not None
    assert bool(one.line) is line
    # The id of an assertion that has none is the same at the next run
    assert failed(PackJudge(pack).judge(content)) == {one.id}


@saxon
def test_the_schema_of_the_pack_judges_too(pack):
    content = changed(report(), '<realmCode code="FR"/>', "")
    verdict = PackJudge(pack).judge(content)
    (one,) = verdict.failed
    assert (verdict.verdict, one.schematron) == ("failed", "infrastructure/cda/CDA_extended.xsd")
    assert one.line == 4


@saxon
def test_values_are_told_in_the_text(pack):
    verdict = PackJudge(pack).judge(changed(report(), "<title>Compte rendu", "<title>Rapport"))
    assert verdict.failed[0].text == "titre : Rapport d'examens biologiques"


@saxon
def test_the_schematron_is_that_of_the_model_and_version(pack):
    judge = PackJudge(pack)
    old = changed(report(), 'extension="2024.01"', 'extension="2021.01"')
    assert failed(judge.judge(old)) == {"old"}
    # Without a version, or with one that the pack lacks, the newest judges and it is told
    bare = judge.judge(changed(report(), ' extension="2024.01"', ""))
    assert (bare.verdict, bare.notes) == ("passed", ("version ∅ → 2024.01",))
    other = judge.judge(changed(report(), "1.2.250.1.213.1.1.1.55", "1.2.250.1.213.1.1.1.77"))
    assert "sans schématron" in other.notes[0]
    assert len(other.schematrons) == 5


@saxon
def test_an_n1_gets_two_schematrons(pack):
    verdict = PackJudge(pack).judge(unstructured())
    assert verdict.verdict == "passed"
    assert len(verdict.schematrons) == 2


@saxon
def test_what_cannot_be_compiled_is_no_verdict(pack):
    verdict = PackJudge(pack).judge(changed(report(), 'extension="2024.01"', 'extension="2023.01"'))
    assert verdict.verdict == "not-judged"
    assert "CI-SIS_BIO-CR-BIO_2023.01.sch" in verdict.notes[0]


@saxon
def test_a_document_in_a_stylesheet_keeps_its_places(pack):
    content = changed(self_presenting(), "<title>Compte rendu", "<title>Rapport")
    (one,) = PackJudge(pack).judge(content).failed
    assert one.line
    assert CdaDocument.parse(content).select(one.xpath) is not None


@saxon
def test_octets_that_are_no_document(pack):
    assert PackJudge(pack).judge(b"<a/>").verdict == "not-judged"
    bomb = b'<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><a>&b;</a>'
    assert PackJudge(pack).judge(bomb).verdict == "not-judged"


@saxon
def test_every_format_shows_it(check, pack, tmp_path):
    (tmp_path / "bad.xml").write_bytes(
        changed(report(), 'root="1.3.6.1.4.1.19376.1.3.3"/>', 'root="1.3.6"/>')
    )
    # jsonl and json
    _, out, _ = check("bad.xml", "--format", "jsonl", "--official")
    (verdict,) = json.loads(out)["official"]
    assert (verdict["pack"], verdict["verdict"], verdict["errors"]) == ("mini", "failed", 1)
    assert verdict["sha256"] == pack.sha256
    assert verdict["failed"][0]["id"] == "k1"
    assert verdict["failed"][0]["location"]["line"] == 2
    _, out, _ = check("bad.xml", "--format", "json", "--pack", "mini")
    assert json.loads(out)["artefacts"][0]["official"] == [verdict]
    # text
    _, out, _ = check("bad.xml", "--official")
    assert "officiel (mini) : refusé, 1 erreur(s)" in out
    assert "CI-SIS_BIO-CR-BIO_2024.01.sch#k1 XD-LAB" in out
    # junit
    _, out, _ = check("bad.xml", "--official", "--format", "junit")
    told = ElementTree.fromstring(out.encode()).find(".//system-out").text
    assert "official:mini failed" in told
    assert "#k1" in told


@saxon
def test_the_official_verdict_changes_neither_ours_nor_the_exit_code(check, pack, tmp_path):
    registry.install(
        registry.prepare(
            mini_pack.write(
                tmp_path / "strict",
                {mini_pack.MODEL: mini_pack.FILES[mini_pack.MODEL].replace("Compte rendu d", "Rapport d")},
            ),
            "strict",
        )
    )
    (tmp_path / "good.xml").write_bytes(report())
    code, out, _ = check("good.xml", "--official", "--format", "jsonl")
    line = json.loads(out)
    assert (code, line["verdict"]) == (0, "passed")
    assert {each["pack"]: each["verdict"] for each in line["official"]} == {
        "mini": "passed",
        "strict": "failed",
    }


@saxon
def test_documents_inside_mails_and_archives(pack):
    import random

    from simulators.clock import FrozenClock
    from simulators.documents import DocumentFactory, Envelope

    factory = DocumentFactory(random.Random(5), FrozenClock())
    sender = Envelope(sender="a@banc.mssante.fr", recipients=("b@banc.mssante.fr",), nil="1")
    mail = factory.mail(sender, factory.cr_bio())
    refs = (PackRef(str(pack.folder), pack.sha256),)
    (verdict,) = official(mail.content, Kind.MAIL, refs)
    assert verdict["part"].endswith("IHE_XDM/SUBSET01/DOC0001.XML")
    assert verdict["verdict"] == "passed"


@saxon
def test_two_processes_say_the_same(check, pack, tmp_path):
    for number in range(30):
        content = changed(report(), "<title>Compte rendu", "<title>Rapport") if number % 2 else report()
        (tmp_path / "many").mkdir(exist_ok=True)
        (tmp_path / "many" / f"{number:02}.xml").write_bytes(content)
    arguments = ("many", "--official", "--format", "jsonl")
    alone = [json.loads(each)["official"] for each in check(*arguments, "--jobs", "1")[1].splitlines()]
    together = [json.loads(each)["official"] for each in check(*arguments, "--jobs", "2")[1].splitlines()]
    assert alone == together
    assert [each[0]["verdict"] for each in alone] == ["passed", "failed"] * 15


@saxon
def test_an_altered_copy_is_not_executed(check, pack, tmp_path):
    (pack.content / mini_pack.MODEL).write_text("<schema/>", encoding="utf-8")
    (tmp_path / "good.xml").write_bytes(report())
    code, _, err = check("good.xml", "--official")
    assert code == 3
    assert mini_pack.MODEL in err


@saxon
def test_without_any_pack(check, tmp_path):
    (tmp_path / "good.xml").write_bytes(report())
    code, _, err = check("good.xml", "--official")
    assert code == 2
    assert "mssante pack add" in err
    assert check("good.xml", "--pack", "absent")[0] == 2


def test_without_the_extra(check, pack, tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "available", lambda: False)
    (tmp_path / "good.xml").write_bytes(report())
    code, _, err = check("good.xml", "--official")
    assert code == 3
    assert 'pip install "mssante-conformance[official]"' in err
