"""Acknowledgements: each rule on its own examples, and beside the mail that is acknowledged."""

from __future__ import annotations

import pytest

from harness.artefacts.mail import Mail
from harness.artefacts.mdn import is_error_mail, read_mdn
from harness.checks.acknowledgement import check_against, check_error_mail, check_mdn, check_several
from harness.findings import Severity
from schemas.rules import rules

BY_ITSELF = [f"MDN-{number:03}" for number in (*range(1, 21), 30)]
ERROR_MAIL = ["MDN-021", "MDN-022", "MDN-023"]


def mail(text: str) -> Mail:
    return Mail(text.replace("\n", "\r\n").encode())


def judged(rule_id: str, text: str) -> set[str]:
    edition = None if rule_id == "MDN-030" else "1.1.3"
    found = [*check_mdn(mail(text), edition), *check_error_mail(mail(text))]
    return {one.rule for one in found}


@pytest.mark.parametrize("rule_id", [*BY_ITSELF, *ERROR_MAIL])
def test_the_passing_example_passes(rule_id):
    assert judged(rule_id, rules()[rule_id].passing) == set()


@pytest.mark.parametrize("rule_id", [*BY_ITSELF, *ERROR_MAIL])
def test_the_failing_example_fails_on_its_rule_alone(rule_id):
    assert judged(rule_id, rules()[rule_id].failing) == {rule_id}


OK = rules()["MDN-001"].passing
KO = rules()["MDN-014"].passing
OLD = rules()["MDN-030"].failing
RECEIVED = """Return-Path: <dr.envoi@ailleurs.mssante.fr>
From: dr.envoi@ailleurs.mssante.fr
To: labo@banc.mssante.fr
Message-ID: <m-1@ailleurs.mssante.fr>
Disposition-Notification-To: dr.envoi@Ailleurs.mssante.fr

Bonjour.
"""


def against(text: str, received: str = RECEIVED, mail_from: str = "") -> set[str]:
    return {one.rule for one in check_against(mail(text), mail(received), mail_from)}


def test_an_acknowledgement_asked_for_is_right_beside_its_mail():
    assert against(OK) == set()


@pytest.mark.parametrize(
    ("rule", "received"),
    [
        ("MDN-024", "Content-Type: multipart/report; boundary=x\n" + RECEIVED),
        ("MDN-024", RECEIVED.replace("<dr.envoi@ailleurs.mssante.fr>\nFrom", "<>\nFrom")),
        ("MDN-025", RECEIVED.replace("Disposition-Notification-To", "X-Nothing")),
        ("MDN-026", RECEIVED.replace("dr.envoi", "dr.autre")),
        ("MDN-027", RECEIVED.replace("Return-Path: <dr.envoi", "Return-Path: <liste")),
        ("MDN-027", RECEIVED.replace("Return-Path: <dr.envoi@ailleurs.mssante.fr>\n", "")),
        ("MDN-007", RECEIVED.replace("<m-1@", "<m-2@")),
    ],
)
def test_what_only_the_answered_mail_tells(rule, received):
    assert against(OK, received) == {rule}


def test_a_person_may_acknowledge_to_another_address():
    manual = OK.replace("automatic-action/MDN-sent-automatically", "manual-action/MDN-sent-manually")
    assert against(manual, RECEIVED.replace("Return-Path: <dr.envoi", "Return-Path: <liste")) == set()


def test_the_envelope_of_an_acknowledgement_is_empty():
    assert against(OK, mail_from="labo@banc.mssante.fr") == {"MDN-028"}


def test_one_acknowledgement_for_one_recipient():
    assert [one.rule for one in check_several([mail(OK), mail(OK)])] == ["MDN-029"]
    assert not list(check_several([mail(OK), mail(OK.replace("labo@banc", "autre@banc"))]))


def test_the_archive_comes_back_as_it_was():
    whole = OK.partition("Content-Type: message/rfc822\n\n")[2].removesuffix("\n--b--\n")
    assert against(OK, whole) == set()
    assert against(OK, whole.replace("UEsDBA==", "UEsDBAA=")) == {"MDN-019"}


def test_the_old_form_of_the_error_is_right_in_the_old_editions():
    beside = "--b\nContent-Type: application/zip\nContent-Transfer-Encoding: base64\n\nUEsDBA==\n"
    old = OLD[: OLD.index("--o\nContent-Type: application/zip")] + "--o--\n" + beside + "--b--\n"
    assert [one.rule for one in check_mdn(mail(old), "1.1.2")] == []
    assert [one.rule for one in check_mdn(mail(KO), "1.1.2")] == ["MDN-012", "MDN-020"]


def test_without_a_claimed_edition_the_volet_warns_and_the_rfc_does_not():
    wrong = OK.replace("Subject: XDM", "Subject: Lu : XDM").replace("Final-Recipient: rfc822; ", "X: ")
    severities = {one.rule: one.severity for one in check_mdn(mail(wrong))}
    assert severities == {"MDN-004": Severity.ERROR, "MDN-013": Severity.WARNING}


def test_a_read_receipt_of_a_person_is_not_an_integration():
    read = OK.replace(
        "automatic-action/MDN-sent-automatically; processed", "manual-action/MDN-sent-manually; displayed"
    )
    assert list(check_mdn(mail(read.replace("Subject: XDM", "Subject: Lu : XDM", 1)), "1.1.3")) == []


@pytest.mark.parametrize(
    "written",
    [
        "AUTOMATIC-ACTION/mdn-sent-automatically;PROCESSED",
        "automatic-action / MDN-sent-automatically ;\n processed",
    ],
)
def test_case_blanks_and_folding_are_tolerated(written):
    text = OK.replace("automatic-action/MDN-sent-automatically; processed", written)
    assert list(check_mdn(mail(text), "1.1.3")) == []


def test_an_ordinary_mail_is_neither():
    ordinary = mail(RECEIVED)
    assert read_mdn(ordinary) is None
    assert not is_error_mail(ordinary)
    assert [*check_mdn(ordinary), *check_error_mail(ordinary)] == []
