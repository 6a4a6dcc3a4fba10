"""ANN rules: each passes on what is right and fails on one fault, on calls and answers made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from harness.artefacts.directory import DirectoryCall, directory_calls
from harness.artefacts.mail import Mail
from harness.artefacts.sent import SentMail
from harness.checks import directory as checks
from harness.checks.directory import Offered, offered
from harness.drivers import Answer
from harness.findings import Severity
from schemas.rules import rules
from simulators.journal import Event

START = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
KEY = "cle-de-test"


def event(number, name="search-request", data=None, *, source="product", connection="http-1", at=START):
    target = "directory" if source == "product" else "product"
    return Event(
        number, at.isoformat(), 0.0, "t", "", "http", connection, source, target, name, "", data or {}
    )


def call(number=1, **changes):
    made = DirectoryCall(
        event(number), "search", "GET", "Practitioner", (("family", "MARTIN"),), START, START, 200, "product"
    )
    return replace(made, **changes)


def page(number, page_id, issued=None):
    return call(number, operation="page", target="_page", page_id=page_id, issued=issued)


def shown(*addresses, complete=True, told="", **more):
    return Offered(tuple({"address": one, **more} for one in addresses), complete, told)


def sent(*recipients):
    return SentMail(Mail(b"\r\n"), "a@x", recipients, "a@x", event(9))


def every(count, seconds):
    return [call(number, at=START + timedelta(seconds=number * seconds)) for number in range(count)]


HURRIED = [call(1, status=429, retry_after_s=30.0), call(2, at=START + timedelta(seconds=1))]
PATIENT = [HURRIED[0], call(2, at=START + timedelta(seconds=30))]
ALIKE = Offered(({"address": "a@x", "name": "N"}, {"address": "b@x", "name": "N"}), True, "")
APART = Offered(
    ({"address": "a@x", "name": "N", "city": "Orléans"}, {"address": "b@x", "name": "N", "city": "Nîmes"}),
    True,
    "",
)
LOADING = call(operation="extraction", target="PS_LibreAcces", key="missing")
UPDATED = Answer(
    "done",
    {
        "changes": [
            {"kind": kind, "identifier": "99700000013", "structure": "Maison de Santé"}
            for kind in ("user", "correspondent")
        ]
    },
)
UNCHANGED = Answer("done", {"changes": []})

# rule: what passes, what fails
EXAMPLES = {
    "ANN-001": (lambda: checks.asked_at_all([call()]), lambda: checks.asked_at_all([])),
    "ANN-002": (lambda: checks.is_offered(shown("A@x"), "a@x"), lambda: checks.is_offered(shown(), "a@x")),
    "ANN-003": (
        lambda: checks.sent_to_chosen(sent("A@x"), "a@x"),
        lambda: checks.sent_to_chosen(sent("a@x", "b@x"), "a@x"),
    ),
    "ANN-004": (
        lambda: checks.is_offered(shown("a@x"), "a@x", "ANN-004"),
        lambda: checks.is_offered(shown("b@x"), "a@x", "ANN-004"),
    ),
    "ANN-005": (
        lambda: checks.told_apart(APART, ["a@x", "b@x"]),
        lambda: checks.told_apart(ALIKE, ["a@x", "b@x"]),
    ),
    "ANN-006": (
        lambda: checks.only_offered(shown("a@x"), ["a@x"]),
        lambda: checks.only_offered(shown("a@x", "b@x"), ["a@x"]),
    ),
    "ANN-010": (
        lambda: checks.key_in_header([call(), LOADING], KEY),
        lambda: checks.key_in_header([call(), call(key="missing")], KEY),
    ),
    "ANN-011": (
        lambda: checks.key_in_header([call()], KEY),
        lambda: checks.key_in_header([call(parameters=(("k", KEY),))], KEY),
    ),
    "ANN-012": (
        lambda: checks.reads_only([call(), call(method="POST", target="Practitioner/_search")]),
        lambda: checks.reads_only([call(method="POST")]),
    ),
    "ANN-020": (
        lambda: checks.links_as_given([call(issued="u1"), page(2, "u1")]),
        lambda: checks.links_as_given([call(issued="u1"), page(2, "2")]),
    ),
    "ANN-021": (
        lambda: checks.pages_read([call(issued="u1"), page(2, "u1")], shown("a@x")),
        lambda: checks.pages_read([call(issued="u1")], shown("a@x")),
    ),
    "ANN-030": (
        lambda: checks.trouble_told(shown(complete=False), "503"),
        lambda: checks.trouble_told(shown(), "503"),
    ),
    "ANN-031": (lambda: checks.works_again(shown("a@x"), "a@x"), lambda: checks.works_again(shown(), "a@x")),
    "ANN-032": (lambda: checks.keeps_quiet(PATIENT), lambda: checks.keeps_quiet(HURRIED)),
    "ANN-033": (lambda: checks.no_double(shown("a@x", "b@x")), lambda: checks.no_double(shown("a@x", "A@x"))),
    "ANN-034": (
        lambda: checks.none_offered(shown("b@x"), ["a@x"], "ANN-034"),
        lambda: checks.none_offered(shown("a@x"), ["a@x"], "ANN-034"),
    ),
    "ANN-040": (lambda: checks.within_rate(every(40, 1 / 17)), lambda: checks.within_rate(every(18, 0.01))),
    "ANN-050": (
        lambda: checks.none_offered(shown("bal@x"), ["contact@y"], "ANN-050"),
        lambda: checks.none_offered(shown("contact@y"), ["contact@y"], "ANN-050"),
    ),
    "ANN-051": (
        lambda: checks.is_offered(shown("bal@hopital.example"), "bal@hopital.example", "ANN-051"),
        lambda: checks.is_offered(shown(), "bal@hopital.example", "ANN-051"),
    ),
    "ANN-060": (
        lambda: checks.types_as_given(shown("a@x", type="APP"), {"a@x": "APP"}),
        lambda: checks.types_as_given(shown("a@x", type="PER"), {"a@x": "APP"}),
    ),
    "ANN-061": (
        lambda: checks.types_as_given(shown("a@x", type="CAB"), {"a@x": "CAB"}),
        lambda: checks.types_as_given(shown(), {"a@x": "CAB"}),
    ),
    "ANN-062": (
        lambda: checks.in_order(shown("1@x", "2@x"), ["1@x", "2@x"]),
        lambda: checks.in_order(shown("2@x", "1@x"), ["1@x", "2@x"]),
    ),
    "ANN-070": (
        lambda: checks.none_offered(shown(), ["rouge@x"], "ANN-070"),
        lambda: checks.none_offered(shown("Rouge@x"), ["rouge@x"], "ANN-070"),
    ),
    "ANN-080": (
        lambda: checks.loaded([LOADING], "ANN-080", "GET"),
        lambda: checks.loaded([replace(LOADING, status=503)], "ANN-080", "GET"),
    ),
    "ANN-081": (
        lambda: checks.change_taken(UPDATED, "user", "99700000013", "MAISON DE SANTE"),
        lambda: checks.change_taken(UNCHANGED, "user", "99700000013", "MAISON DE SANTE"),
    ),
    "ANN-082": (
        lambda: checks.change_taken(UPDATED, "correspondent", "99700000013", "MAISON DE SANTE"),
        lambda: checks.change_taken(Answer("done", {"correspondents": 0}), "correspondent", "1", "M"),
    ),
    "ANN-083": (lambda: checks.not_loaded([call()]), lambda: checks.not_loaded([LOADING])),
}


def test_every_published_rule_has_its_examples():
    assert sorted(EXAMPLES) == sorted(rule.id for rule in rules().of_family("ann"))


@pytest.mark.parametrize("rule", EXAMPLES)
def test_a_rule_passes_on_what_is_right_and_fails_on_its_fault(rule):
    passing, failing = EXAMPLES[rule]
    assert list(passing()) == []
    found = list(failing())
    assert [one.rule for one in found] == [rule]
    may_fail = rules()[rule].certainty not in {"inferred", "secondary"}
    assert found[0].severity is (Severity.ERROR if may_fail else Severity.WARNING)


def test_what_the_user_is_told_excuses_a_list_that_is_not_whole():
    assert list(checks.pages_read([call(issued="u1")], shown("a@x", told="précisez"))) == []
    assert list(checks.whole_or_told(shown(complete=False), ["a@x"])) == []
    assert [one.rule for one in checks.whole_or_told(shown(), ["a@x"], "ANN-030")] == ["ANN-030"]


def test_an_answer_is_read_as_the_user_sees_it():
    failed = offered(Answer("failed", {}, "L'annuaire ne répond pas."))
    assert (failed.complete, failed.told, str(failed)) == (False, "L'annuaire ne répond pas.", "∅")
    assert offered(Answer("done", {"entries": [], "problem": "coupé"})).says_trouble
    assert offered(Answer("done", {"entries": []}), ["Annuaire indisponible"]).says_trouble
    assert not offered(Answer("done", {"entries": []})).says_trouble
    odd = offered(Answer("done", {"entries": ["?", {"address": "A@x"}], "complete": None}))
    assert odd.addresses == ("a@x",)


def test_a_product_that_tells_no_changes_is_judged_on_its_counts():
    assert list(checks.change_taken(Answer("done", {"users": 1}), "user", "1", "M")) == []
    assert [one.rule for one in checks.change_taken(Answer("done", {"users": 0}), "user", "1", "M")] == [
        "ANN-081"
    ]


def test_calls_are_read_back_with_their_answers_by_connection():
    # Given two connections whose answers cross, one call without an answer, and other traffic
    asked = {"method": "GET", "tail": "Practitioner", "parameters": [["family", "X"]]}
    events = [
        event(1, data=asked),
        event(2, "page-request", {"method": "GET", "tail": "_page", "page_id": "u0"}, connection="http-2"),
        event(3, "page-response", {"status": 500}, source="directory", connection="http-2"),
        event(
            4,
            "search-response",
            {
                "status": 429,
                "key": "product",
                "headers": {"retry-after": "30"},
                "next": "https://x/_page?id=u9",
            },
            source="directory",
        ),
        event(5, "extraction-request", {"method": "GET", "extraction": "PS_LibreAcces"}),
        replace(event(6), protocol="smtp"),
    ]
    # When they are read
    first, second, third = directory_calls(events)
    # Then each has its own answer
    assert (first.status, first.retry_after_s, first.issued, first.key) == (429, 30.0, "u9", "product")
    assert (second.status, second.page_id) == (500, "u0")
    assert (third.status, third.target, third.api) == (None, "PS_LibreAcces", False)
