"""`mssante check --annuaire`: addresses beside the national directory."""

from __future__ import annotations

import json

import pytest

from harness.artefacts.mail import Mail
from harness.checks.publication import Published, check_publication
from harness.cli import run_command_line
from simulators.annuaire.building import fill
from simulators.annuaire.population import Population
from simulators.annuaire.sqlite import create_store


def mail(*to: str) -> bytes:
    text = (
        f"From: {to[0]}\nTo: {', '.join(to)}\nDate: Fri, 28 Feb 2025 16:00:00 +0100\nSubject: Avis\n"
        "Message-ID: <a-1@banc.mssante.fr>\nX-MSS-NIL: 1234\nMIME-Version: 1.0\n"
        "Content-Type: text/plain; charset=utf-8\n\nBonjour.\n"
    )
    return text.replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        (Published("PER", "10000000001", "", True), []),
        (Published("ORG", "", "750000001", True), []),
        (None, ["ADR-013"]),
        (Published("PER", "10000000001", "", False), ["ADR-014"]),
        (Published("PER", "", "750000001", True), ["ADR-015"]),
        (Published("APP", "10000000001", "", True), ["ADR-015"]),
    ],
)
def test_what_the_directory_says_of_an_address(said, rule):
    found = check_publication(Mail(mail("a@b.mssante.fr", "a@B.mssante.fr")), lambda address: said)
    assert [one.rule for one in found] == rule


def test_patients_are_in_no_directory():
    assert not list(check_publication(Mail(mail("279035121518989@patient.mssante.fr")), lambda address: None))


def test_against_a_store(tmp_path, capsys):
    # Given a directory of a hundred professionals, and a mail to one of its mailboxes and to nobody
    place = tmp_path / "annuaire.db"
    population = Population(100)
    with fill(create_store(place), population):
        pass
    people = {one.key: one for one in population.records() if type(one).__name__ == "Practitioner"}
    known = next(
        mailbox.address
        for one in population.records()
        if type(one).__name__ == "PractitionerRole" and one.active and people[one.practitioner].rpps
        for mailbox in one.mailboxes
        if not mailbox.liste_rouge and str(mailbox.type) == "PER"
    )
    (tmp_path / "avis.eml").write_bytes(mail(known.upper(), "personne@ailleurs.mssante.fr"))
    # When the mail is judged beside it
    code = run_command_line(
        ["check", str(tmp_path / "avis.eml"), "--format", "jsonl", "--annuaire", str(place)]
    )
    (line,) = [json.loads(one) for one in capsys.readouterr().out.splitlines()]
    # Then the unknown address alone is told, and as a warning
    assert code == 0
    assert [(one["rule"], one["found"]) for one in line["findings"]] == [
        ("ADR-013", "personne@ailleurs.mssante.fr")
    ]


def test_a_file_that_is_no_directory(tmp_path, capsys):
    (tmp_path / "avis.eml").write_bytes(mail("a@b.mssante.fr"))
    (tmp_path / "x.db").write_text("rien", encoding="utf-8")
    code = run_command_line(
        ["check", str(tmp_path / "avis.eml"), "--annuaire", str(tmp_path / "x.db"), "--lang", "fr"]
    )
    assert code == 2
    assert "mssante annuaire build" in capsys.readouterr().err
