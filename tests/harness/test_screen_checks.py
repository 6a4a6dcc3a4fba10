"""What the product shows: each rule once kept and once broken."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from harness.artefacts.mail import Mail
from harness.checks import screen
from harness.drivers import Answer
from schemas.rules import rules

BAL = "claire.testut@banc.mssante.fr"
OTHER = "jean.testut@ailleurs.mssante.fr"


def mail(*lines: str) -> Mail:
    return Mail("\r\n".join((*lines, "", "Bonjour.", "")).encode())


def sent(*lines: str, to: tuple[str, ...] = (OTHER,)):
    return SimpleNamespace(mail=mail(*lines), mail_from=BAL, recipients=to)


def answer(status: str = "done", **result) -> Answer:
    return Answer(status, result, "")


def line(**state):
    return {"message_id": "<m-1@banc.mssante.fr>", "delivery": "sent", **state}


M1 = mail("Message-ID: <m-1@banc.mssante.fr>")
M2 = mail("Message-ID: <m-2@banc.mssante.fr>")
ASKED = f"Disposition-Notification-To: <{BAL}>"
FAILED = {"recipient": OTHER, "status": "5.1.1"}
KEPT = {
    "SHOW-001": lambda: screen.prefix_hidden("CR-BIO ESSAI", M1, "CR-BIO ESSAI"),
    "SHOW-002": lambda: screen.prefix_hidden("Document : cr-bio  essai", M1, "CR-BIO ESSAI"),
    "SHOW-003": lambda: screen.own_mailbox([line()], M1, M2),
    "SHOW-004": lambda: screen.receipt_asked(sent(ASKED), BAL, wanted=True),
    "SHOW-005": lambda: screen.receipt_asked(sent("Subject: x"), BAL, wanted=False),
    "SHOW-006": lambda: screen.receipt_left([sent("Subject: Lu")], answer(), M1),
    "SHOW-007": lambda: screen.receipt_kept_back([]),
    "SHOW-008": lambda: screen.receipt_not_automatic([], "…"),
    "SHOW-009": lambda: screen.delivery_shown([line(delivery="delivered")], [], M1),
    "SHOW-010": lambda: screen.reading_shown([line(read_by=[OTHER])], M1, OTHER, [M2]),
    "SHOW-011": lambda: screen.failures_shown(
        [line(delivery="failed", failures=[FAILED])], M1, [OTHER], ["failed"]
    ),
    "SHOW-012": lambda: screen.returns_to(sent("Reply-To: <a@banc.mssante.fr>"), "a@banc.mssante.fr"),
    "SHOW-013": lambda: screen.goes_to(sent("Subject: x"), [OTHER.upper()]),
    "SHOW-014": lambda: screen.refusal_told(answer(refused=["x@y.example"]), "", "x@y.example", None),
}
BROKEN = {
    "SHOW-001": [lambda: screen.prefix_hidden("xdm/1.0/ddm+CR-BIO ESSAI", M1, "CR-BIO ESSAI")],
    "SHOW-002": [lambda: screen.prefix_hidden("", M1, "CR-BIO ESSAI")],
    "SHOW-003": [
        lambda: screen.own_mailbox([], M1, M2),
        lambda: screen.own_mailbox([line(), line(message_id=M2.message_id)], M1, M2),
    ],
    "SHOW-004": [
        lambda: screen.receipt_asked(sent("Subject: x"), BAL, wanted=True),
        lambda: screen.receipt_asked(sent(ASKED, ASKED), BAL, wanted=True),
        lambda: screen.receipt_asked(sent(ASKED), OTHER, wanted=True),
    ],
    "SHOW-005": [lambda: screen.receipt_asked(sent(ASKED), BAL, wanted=False)],
    "SHOW-006": [lambda: screen.receipt_left([], answer(receipt="sent"), M1)],
    "SHOW-007": [lambda: screen.receipt_kept_back([sent("Subject: Lu")])],
    "SHOW-008": [lambda: screen.receipt_not_automatic([sent("Subject: Lu")], "…")],
    "SHOW-009": [
        lambda: screen.delivery_shown([line()], [], M1),
        lambda: screen.delivery_shown([], [{"subject": "x", "report": None}], M1),
    ],
    "SHOW-010": [
        lambda: screen.reading_shown([line()], M1, OTHER),
        lambda: screen.reading_shown([], M1, OTHER),
        lambda: screen.reading_shown(
            [line(read_by=[OTHER]), line(message_id=M2.message_id, read_by=[OTHER])], M1, OTHER, [M2]
        ),
    ],
    "SHOW-011": [
        lambda: screen.failures_shown([line()], M1, [OTHER], ["failed"]),
        lambda: screen.failures_shown(
            [line(delivery="failed", failures=[{"recipient": OTHER}])], M1, [OTHER], ["failed"]
        ),
        lambda: screen.failures_shown([line(delivery="failed", failures="?")], M1, [OTHER], ["failed"]),
        lambda: screen.failures_shown([], M1, [], ["sent"]),
    ],
    "SHOW-012": [
        lambda: screen.returns_to(sent("Subject: x"), BAL),
        lambda: screen.returns_to(sent(f"Reply-To: <{OTHER}>"), BAL),
    ],
    "SHOW-013": [
        lambda: screen.goes_to(sent("Subject: x"), [OTHER, BAL]),
        lambda: screen.goes_to(sent("Subject: x", to=(OTHER, BAL)), [OTHER]),
    ],
    "SHOW-014": [lambda: screen.refusal_told(answer(), "", "x@y.example", None)],
}


@pytest.mark.parametrize("rule", KEPT)
def test_kept(rule):
    assert list(KEPT[rule]()) == []


@pytest.mark.parametrize(
    ("rule", "broken"), [(rule, one) for rule, several in BROKEN.items() for one in several]
)
def test_broken(rule, broken):
    assert {found.rule for found in broken()} == {rule}


def test_every_rule_of_the_family_is_here():
    family = {rule.id for rule in rules() if rule.id.startswith("SHOW-")}
    assert family == set(KEPT) == set(BROKEN)


def test_a_delivery_told_in_the_list_counts():
    told = {"subject": "Remis", "report": {"action": "delivered", "original_message_id": M1.message_id}}
    assert list(screen.delivery_shown([], [told], M1)) == []


@pytest.mark.parametrize("status", ["refused", "failed"])
def test_a_mail_that_did_not_leave_was_told(status):
    assert list(screen.refusal_told(answer(status), "", "x@y.example", None)) == []


def test_an_alert_tells_the_refusal():
    assert list(screen.refusal_told(answer(), "X@Y.example n'a pas été accepté", "x@y.example", None)) == []
