"""`kind = "artefacts"`: a folder of what the product made, judged by the cases that files tell of."""

from __future__ import annotations

import mailbox
import random
import re
from dataclasses import replace

import pytest
from plugin_world import PROFILE, Bed

from harness.drivers import open_driver
from simulators.clock import FrozenClock
from simulators.documents import CR_BIO, LDL_SES, Action, DocumentFactory, Envelope

SENDER = "labo@banc.mssante.fr"
TO = Envelope(SENDER, ("jeanne.martin@autre.mssante.fr",), "1234")
PLAIN = (
    b"From: Laboratoire <labo@banc.mssante.fr>\r\nTo: jeanne.martin@autre.mssante.fr\r\n"
    b"Date: Thu, 15 Jan 2026 10:00:00 +0100\r\nSubject: Bonjour\r\n"
    b"Message-ID: <bonjour-1@banc.mssante.fr>\r\nX-MSS-NIL: 1234\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nBonjour.\r\n"
)
ORDINARY = ("ECO.2.1.1", "ECO.2.1.3", "ECO.2.1.5", "ECO.2.1.6", "ECO.2.4.1", "ECO.2.4.2", "X-XDM-01")
"""Requirements that a folder with one of each tells of."""


@pytest.fixture
def bed(tmp_path, monkeypatch):
    made = Bed(tmp_path, monkeypatch)
    (tmp_path / "envois").mkdir()
    made.text = re.sub(
        r"(?ms)^\[driver\]\n.*?(?=^\[)", '[driver]\nkind = "artefacts"\npath = "envois"\n\n', PROFILE, count=1
    ).replace('level = "basic"', 'level = "advanced"')
    return made


def builder():
    return DocumentFactory(random.Random(7), FrozenClock())


def fill(bed, **mails):
    for name, content in mails.items():
        (bed.folder / "envois" / f"{name}.eml").write_bytes(content)


def right(bed):
    """Put one mail of each kind in the folder, all as they have to be."""
    build = builder()
    patient, other = build.patient(), build.patient(qualified=False)
    n3 = build.cr_bio(patient)
    fill(
        bed,
        n1=build.mail(TO, build.n1(LDL_SES, patient)).content,
        n3=build.mail(TO, n3).content,
        deux=build.mail(TO, build.cr_bio(patient), build.n1(LDL_SES, patient)).content,
        version=build.mail(
            replace(TO, text="Ce document annule et remplace le précédent."), build.cr_bio(replacing=n3)
        ).content,
        suppression=build.mail(TO, n3, action=Action.DELETE).content,
        nonqualifie=build.mail(TO, build.n1(CR_BIO, other)).content,
        patient=build.mail(
            replace(TO, recipients=(f"{patient.matricule}@patient.mssante.fr",)), build.n1(CR_BIO, patient)
        ).content,
        simple=PLAIN,
    )


def play(bed, *args):
    return bed.run(*args, drive=lambda profile, journal, worker: open_driver(profile, journal, worker=worker))


def verdicts(run):
    return {name: one["verdict"] for name, one in run.record["requirements"].items()}


def test_what_is_right_passes_and_nothing_listens(bed, monkeypatch):
    # Given a folder with one mail of each kind, and a space that must not start
    right(bed)
    monkeypatch.setattr("simulators.space.Space.start", lambda self: pytest.fail("the space was started"))

    # When the run is made on files alone
    run = play(bed)

    # Then what files tell is judged and passes
    found = verdicts(run)
    wrong = [case for case in run.record["cases"] if case["result"] in {"failed", "warning"}]
    assert wrong == [], run.output
    told = (*ORDINARY, "ECO.2.2.1", "ECO.2.2.3", "ECO.2.2.4", "ECO.2.4.3", "X-XDM-62", "X-XDM-63", "X-XDM-65")
    assert {name: found[name] for name in told} == dict.fromkeys(told, "passed")
    assert {name for name in found if name.startswith("X-XDM") and found[name] == "not-tested"} == {
        "X-XDM-16",
        "X-XDM-64",
    }
    # And what they do not tell is not tested, nor the level reached
    assert found["ECO.1.1.1"] == "not-tested"
    assert run.record["levels"]["advanced"]["outcome"] == "not-demonstrated"
    assert run.code == 1

    # And the plan says on what each case is judged
    plan = {item["case"]: item for item in run.record["plan"]}
    assert plan["X-XDM-14/hash"]["mode"] == "automatic"
    assert "les courriels de documents" in plan["X-XDM-14/hash"]["reason"]["fr"]
    assert plan["ECO.2.2.1/message-id"]["mode"] == "automatic"
    assert plan["ECO.1.0.1/send-starttls"]["mode"] == "impossible"
    assert "ECO.2.1.1/draft" not in plan, "another case judges the requirement; this one needs a product"


FAULTS = {
    "X-MSS-CODECDA lost": (lambda raw: raw.replace(b"X-MSS-CODECDA: 11502-2\r\n", b""), "ECO.2.4.1/codes"),
    "INS said not qualified": (
        lambda raw: raw.replace(b"X-MSS-INS: O", b"X-MSS-INS: N"),
        "ECO.2.4.2/qualified",
    ),
    "other product reference": (
        lambda raw: raw.replace(b"X-MSS-NIL: 1234", b"X-MSS-NIL: 99"),
        "ECO.2.4.3/new-mail",
    ),
    "subject without prefix": (lambda raw: raw.replace(b"XDM/1.0/DDM+", b"DDM+"), "ECO.2.1.3/subject"),
    "another name of archive": (
        lambda raw: raw.replace(b"IHE_XDM.ZIP", b"DOSSIER.ZIP"),
        "X-XDM-01/attachment",
    ),
    "no Message-ID": (lambda raw: re.sub(rb"Message-ID: [^\r]*\r\n", b"", raw), "ECO.2.2.1/message-id"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_one_file_is_named_with_its_file(bed, fault):
    # Given a right mail and one with a fault
    change, identifier = FAULTS[fault]
    build = builder()
    raw = build.mail(TO, build.cr_bio()).content
    assert change(raw) != raw
    fill(bed, juste=raw, faux=change(raw))

    # When
    run = play(bed, "--case", identifier)

    # Then the requirement fails on that file alone, kept as evidence
    case = run.case(identifier)
    assert case["result"] == "failed", run.output
    assert verdicts(run)[identifier.partition("/")[0]] == "failed"
    assert {finding["found"].partition(" : ")[0] for finding in case["findings"]} == {"faux.eml"}
    assert case["findings"][0]["evidence"] in run.record["evidence"]


def test_every_kind_of_folder_is_read(bed):
    # Given an mbox, a maildir, a bare archive and a bare document
    build = builder()
    patient = build.patient()
    folder = bed.folder / "envois"
    box = mailbox.mbox(folder / "boite.mbox")
    box.add(build.mail(TO, build.n1(LDL_SES, patient)).content)
    box.close()
    maildir = mailbox.Maildir(folder / "maildir")
    maildir.add(build.mail(TO, build.cr_bio(patient)).content)
    cda = build.cr_bio(patient)
    (folder / "IHE_XDM.ZIP").write_bytes(build.archive([build.submission(cda)]).content)
    (folder / "document.xml").write_bytes(cda.content)

    # When
    run = play(bed, "--case", "X-XDM-65/header", "--case", "X-XDM-14/hash", "--case", "ECO.2.1.1/content")

    # Then each is judged by the cases that it tells something of
    names = {case["id"]: len(case["steps"]) for case in run.record["cases"]}
    assert names == {"X-XDM-65/header": 4, "X-XDM-14/hash": 3, "ECO.2.1.1/content": 2}
    assert run.results == dict.fromkeys(names, "passed"), run.output


def test_an_empty_folder_says_what_to_put(bed):
    run = play(bed, "--case", "X-XDM-62/replacement")
    case = run.case("X-XDM-62/replacement")
    assert case["result"] == "not-tested"
    assert "envois" in case["reason"]["fr"]
    assert "remplace un document" in case["reason"]["fr"]


def test_what_a_product_may_do_is_not_tested_where_no_file_shows_it(bed):
    fill(bed, simple=PLAIN)
    case = play(bed, "--case", "SC.MSS-va1.30/deletion").case("SC.MSS-va1.30/deletion")
    assert case["result"] == "not-tested"
    assert "supprime un document" in case["reason"]["fr"]


def test_files_that_are_too_large_are_told(bed, monkeypatch):
    monkeypatch.setattr("harness.specimens.files.LARGEST_FILE", 100)
    fill(bed, grand=PLAIN)
    case = play(bed, "--case", "ECO.2.2.1/message-id").case("ECO.2.2.1/message-id")
    assert case["result"] == "not-tested"
    assert "1 fichiers" in case["reason"]["fr"]


def test_an_archive_that_does_not_read_is_not_passed_over(bed):
    build = builder()
    raw = build.mail(TO, build.cr_bio()).content
    head, mark, tail = raw.partition(b"UEsDB")
    fill(bed, casse=head + mark + tail[:40] + b"\r\n" + tail[tail.index(b"--=_") :])
    cases = ("X-XDM-02/root-files", "X-XDM-14/hash", "ECO.2.4.1/codes")
    run = play(bed, *(word for case in cases for word in ("--case", case)))
    assert run.results == dict(zip(cases, ("failed", "not-tested", "not-tested"), strict=True))
