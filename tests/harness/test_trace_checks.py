"""Functional traces: each rule once kept and once broken, as fields and as lines of a log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from harness.checks.traces import Deed, failure_traced, five_facts, read_traces, traced
from schemas.rules import rules

NOW = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
OTHER = "jean.testut@ailleurs.mssante.fr"
SENDING = Deed("send", ("<m-1@banc.mssante.fr>", OTHER), ("899700123456", "TESTUT-ÉLÈVE"), NOW)
READING = Deed("read", ("<m-2@ailleurs.mssante.fr>",), ("TESTUT-ÉLÈVE",), NOW)
LINE = (
    "2026-01-15T10:30:02+01:00 Claire TESTUT-ELEVE envoi <m-1@banc.mssante.fr> "
    f"RCPT TO:<{OTHER}> 250 2.0.0 Ok"
)


def fields(**changed):
    return {
        "at": "2026-01-15T10:30:02+01:00",
        "event": "send",
        "user": "Claire Testut-Eleve",
        "message_id": "<m-1@banc.mssante.fr>",
        "to": [OTHER],
        "reply": "250 2.0.0 Ok",
        "outcome": "success",
        **changed,
    }


def judged(check, deed, *given, lines=()):
    return {found.rule for found in check(read_traces({"traces": list(given), "lines": list(lines)}), deed)}


def test_a_complete_trace():
    for check in (traced, five_facts):
        assert judged(check, SENDING, fields()) == set()
        assert judged(check, SENDING, lines=[LINE]) == set()


def test_a_reading():
    one = fields(event="read", message_id="<m-2@ailleurs.mssante.fr>", to=[])
    assert judged(traced, READING, one) == judged(five_facts, READING, one) == set()
    assert judged(traced, READING, fields(message_id="<m-2@ailleurs.mssante.fr>")) == {"TRACE-001"}


@pytest.mark.parametrize(
    ("rule", "changed"),
    [
        ("TRACE-002", {"user": None}),
        ("TRACE-002", {"user": "POSTE-12\\accueil"}),
        ("TRACE-003", {"at": "2026-01-15T09:30:00"}),
        ("TRACE-003", {"at": "2026-01-15"}),
        ("TRACE-003", {"at": "hier"}),
        ("TRACE-003", {"at": "2026-01-15T10:30:00+04:00"}),
        ("TRACE-004", {"event": "other"}),
        ("TRACE-005", {"to": []}),
        ("TRACE-006", {"reply": None}),
    ],
)
def test_a_fact_is_missing(rule, changed):
    assert judged(five_facts, SENDING, fields(**changed)) == {rule}


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("TRACE-002", LINE.replace("Claire TESTUT-ELEVE", "POSTE-12")),
        ("TRACE-003", LINE.replace("+01:00", "")),
        ("TRACE-004", LINE.replace("envoi", "").replace("RCPT TO:", "")),
        ("TRACE-006", LINE.replace("250 2.0.0 Ok", "")),
    ],
)
def test_a_fact_is_missing_in_a_line(rule, line):
    assert judged(five_facts, SENDING, lines=[line]) == {rule}


def test_without_a_trace():
    assert judged(traced, SENDING) == {"TRACE-001"}
    assert judged(five_facts, SENDING) == set(), "only ECO.4.1.1 fails"
    assert judged(failure_traced, SENDING) == {"TRACE-007"}


def test_another_deed_is_no_trace_of_this_one():
    assert judged(traced, SENDING, fields(event="receive")) == {"TRACE-001"}
    assert judged(traced, SENDING, fields(message_id="<m-9@x.fr>", to=[])) == {"TRACE-001"}


def test_a_failure():
    refused = fields(outcome="failure", reply="554 5.7.1 Refused")
    assert judged(failure_traced, SENDING, refused) == set()
    assert judged(failure_traced, SENDING, fields()) == {"TRACE-007"}
    assert judged(failure_traced, SENDING, fields(outcome="failure", reply=None)) == {"TRACE-006"}
    assert (
        judged(failure_traced, SENDING, lines=[LINE.replace("250 2.0.0 Ok", "échec 554 5.7.1 Refused")])
        == set()
    )
    assert judged(failure_traced, SENDING, lines=[LINE]) == {"TRACE-007"}


def test_nobody_acts_on_an_applicative_mailbox():
    deed = Deed("send", SENDING.marks, (), NOW + timedelta(minutes=5))
    assert judged(five_facts, deed, fields(user=None)) == set()


def test_garbage_is_no_trace():
    found = read_traces({"traces": [1, None, {"at": 3, "to": "x", "event": None}], "lines": [2, ""]})
    assert len(found) == 2
    assert read_traces({"traces": None}) == ()


def test_every_rule_of_the_family_is_broken_here():
    family = {rule.id for rule in rules() if rule.id.startswith("TRACE-")}
    assert family == {f"TRACE-00{number}" for number in range(1, 8)}
