"""`mssante check --white-list`: addresses outside the Espace de Confiance."""

from __future__ import annotations

import json

import pytest

from harness.cli import run_command_line

LIST = """<?xml version="1.0" encoding="UTF-8"?>
<ListeBlancheMSSante xmlns="https://listeblanche.mssante.fr/schema">
<DateDeGeneration>2025-02-28T15:42:07Z</DateDeGeneration>
<ListeDomaines>{domains}</ListeDomaines>
</ListeBlancheMSSante>
"""
DOMAIN = """<Domaine><Nom>{name}</Nom><Description>d</Description>
<DNCertificatOperateur>CN=smtp.{name},OU=318003502400041,O=TEST,C=FR</DNCertificatOperateur>
<ResponsableContact>r</ResponsableContact><SupportContact>s</SupportContact>
<DateMAJ>2024-03-06T16:34:01Z</DateMAJ></Domaine>"""
MAIL = (
    "From: Accueil <accueil@Banc.mssante.fr>\nTo: a@liste.mssante.fr, b@ailleurs.example\n"
    "Date: Fri, 28 Feb 2025 16:00:00 +0100\nSubject: Avis\nMessage-ID: <a-1@banc.mssante.fr>\n"
    "X-MSS-NIL: 1234\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nBonjour.\n"
)


@pytest.fixture
def check(capsys, monkeypatch, tmp_path):
    """Return a function: octets of the list -> exit code, rules and what was found, standard error."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "avis.eml").write_bytes(MAIL.replace("\n", "\r\n").encode())

    def run(content, *more):
        if content is not None:
            (tmp_path / "liste.xml").write_bytes(content)
        code = run_command_line(["check", "avis.eml", "--format", "jsonl", *more])
        out, err = capsys.readouterr()
        found = [one for line in out.splitlines() for one in json.loads(line)["findings"]]
        return code, [(one["rule"], one["found"]) for one in found], err

    return run


def white_list(*names):
    return LIST.format(domains="".join(DOMAIN.format(name=name) for name in names)).encode()


def test_an_address_outside_the_list_is_told(check):
    option = ("--white-list", "liste.xml")
    code, found, _ = check(white_list("banc.mssante.fr", "LISTE.mssante.fr"), *option)
    assert (code, found) == (0, [("ADR-011", "b@ailleurs.example")])
    code, found, _ = check(white_list("banc.mssante.fr", "liste.mssante.fr", "ailleurs.example"), *option)
    assert (code, found) == (0, [])


def test_without_a_list_no_domain_is_held_against_a_mail(check):
    assert check(None)[:2] == (0, [])


@pytest.mark.parametrize(
    "content", [None, b"", b"<ListeBlancheMSSante/>", b"From: a@b.fr\r\n\r\n", white_list("a b")]
)
def test_a_list_that_cannot_be_read_is_a_usage_error(check, content):
    code, found, err = check(content, "--white-list", "liste.xml")
    assert (code, found) == (2, [])
    assert "liste.xml" in err
    assert "Traceback" not in err
