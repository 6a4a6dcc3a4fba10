"""The examples that `mssante explain` shows are judged by the very checks of their rules."""

from __future__ import annotations

import pytest

from harness.artefacts.mail import Mail
from harness.checks import mail as checks
from harness.checks.mail_fields import fields
from schemas.rules import rules

PERSON = checks.Sender(
    "claire.testut@banc.mssante.fr", "PER", "Docteur Claire TESTUT", family="TESTUT", given="Claire"
)
ROBOT = checks.Sender(
    "robot@banc.mssante.fr", "APP", "Laboratoire des Tests", contact="secretariat@banc.mssante.fr"
)
QUESTION = Mail(
    b"From: accueil@banc.mssante.fr\r\nMessage-ID: <question-1@banc.mssante.fr>\r\n\r\nQuestion ?\r\n"
)

CHECKS = {
    "MAIL-001": checks.message_id,
    "MAIL-002": lambda mail: checks.reply_threading(mail, QUESTION),
    "MAIL-003": checks.utf8_text,
    "MAIL-004": checks.body_type,
    "MAIL-005": checks.same_wording,
    "MAIL-006": lambda mail: checks.automatic_mention(mail, ROBOT),
    "MAIL-007": lambda mail: checks.from_label(mail, PERSON),
    "MAIL-008": lambda mail: checks.receipt_requested(mail, PERSON),
    "MAIL-009": lambda mail: checks.nil(mail, "1234"),
    "MAIL-010": checks.nil_form,
    "MAIL-011": checks.header_words,
    "MAIL-012": fields,
    "MAIL-013": fields,
}


def judged(rule_id, example):
    mail = Mail(example.replace("\n", "\r\n").encode())
    return {finding.rule for finding in CHECKS[rule_id](mail)}


@pytest.mark.parametrize("rule_id", CHECKS)
def test_the_passing_example_passes(rule_id):
    assert judged(rule_id, rules()[rule_id].passing) == set()


@pytest.mark.parametrize("rule_id", CHECKS)
def test_the_failing_example_fails_on_its_rule_alone(rule_id):
    assert judged(rule_id, rules()[rule_id].failing) == {rule_id}
