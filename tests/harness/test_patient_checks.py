"""Rules on exchanges with patients: each passing and failing."""

from __future__ import annotations

import random
from dataclasses import replace
from types import SimpleNamespace

import pytest

from harness.artefacts.mail import Mail
from harness.artefacts.sent import SentMail
from harness.checks.patients import (
    answer_read,
    bounce_shown,
    label_shown,
    nothing_leaves,
    reading_matched,
    subject_kept,
    told_apart,
    traits_shown,
)
from harness.findings import Severity
from harness.outcomes import NotTested
from harness.patients import line_of, need_on_purpose, shown
from simulators.clock import SimulatedClock
from simulators.documents.patients import PatientGenerator
from simulators.journal import Event

PATIENT = replace(
    PatientGenerator(random.Random(5), SimulatedClock()).patient(),
    birth_family="DE LA TOUR",
    given_names=("ANNE-MARIE", "EVE"),
    used_family="MARTIN",
    matricule="279035121518989",
)
ADDRESS = PATIENT.mss_address
KEY = "patient-1"


def mail(subject: str = "Avis", to: str = ADDRESS) -> Mail:
    head = f"From: a@b.mssante.fr\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <m-1@b.fr>\r\n"
    return Mail(f"{head}\r\nBonjour.\r\n".encode())


def sent(*recipients: str, subject: str = "Avis") -> SentMail:
    event = Event.__new__(Event)
    return SentMail(mail(subject), "a@b.mssante.fr", recipients or (ADDRESS,), "a@b.mssante.fr", event)


def said(found) -> list[str]:
    return [one.rule for one in found]


@pytest.mark.parametrize("rule", ["PAT-001", "PAT-002", "PAT-003", "PAT-004"])
def test_nothing_leaves(rule):
    assert said(nothing_leaves([], rule)) == []
    assert said(nothing_leaves([sent()], rule)) == [rule]
    assert said(nothing_leaves([sent("c@d.mssante.fr")], rule, to=[ADDRESS])) == []
    assert said(nothing_leaves([sent("c@d.mssante.fr", ADDRESS.upper())], rule, to=[ADDRESS])) == [rule]


def test_a_derogation_makes_a_warning_of_an_unqualified_address():
    (found,) = nothing_leaves([sent()], "PAT-002")
    assert found.severity is Severity.WARNING
    (found,) = nothing_leaves([sent()], "PAT-001")
    assert found.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("origin", "shown", "rules"),
    [
        ("patient", "patient", []),
        ("patient", "professional", ["PAT-005"]),
        ("patient", "other", ["PAT-005"]),
        ("professional", "professional", []),
        ("professional", "other", []),
        ("professional", "patient", ["PAT-005"]),
    ],
)
def test_told_apart(origin, shown, rules):
    assert said(told_apart({"origin": shown}, mail(), origin)) == rules


GOOD = {"family": "de la Tour", "given": "Anne Marie", "ins": PATIENT.matricule}


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        ({"from": ADDRESS, "patient_traits": GOOD}, []),
        ({"from": f"Anne-Marie de la Tour <{ADDRESS}>", "label": None}, []),
        ({"label": f"DE LA TOUR Anne-Marie ({PATIENT.matricule})", "patient": KEY}, []),
        ({"label": f"DE LA TOUR Anne-Marie ({PATIENT.matricule})", "patient": "patient-2"}, ["PAT-006"]),
        ({"from": ADDRESS}, ["PAT-006"]),
        ({"from": ADDRESS, "patient_traits": {**GOOD, "family": "Martin"}}, ["PAT-006"]),
        ({"from": ADDRESS, "patient_traits": {**GOOD, "ins": "191057511501234"}}, ["PAT-006"]),
        ({"label": "DE LA TOUR Anne-Marie"}, ["PAT-006"]),
        ({"from": ADDRESS, "label": "DE LA TOURNELLE Anne-Marie"}, ["PAT-006"]),
    ],
)
def test_traits_shown(line, rules):
    assert said(traits_shown(line, mail(), PATIENT, KEY)) == rules


def test_label_shown():
    assert said(label_shown({"label": "Anne-Marie de la Tour"}, mail(), PATIENT)) == []
    assert said(label_shown({"from": ADDRESS, "label": ADDRESS}, mail(), PATIENT)) == ["PAT-007"]


FAILED = {
    "message_id": "<m-1@b.fr>",
    "delivery": "failed",
    "failures": [{"recipient": ADDRESS, "status": "5.2.1"}],
}
REPORT = {"action": "failed", "status": "5.2.1", "original_message_id": "<m-1@b.fr>"}


@pytest.mark.parametrize(
    ("outbox", "listed", "rules"),
    [
        ([FAILED], [], []),
        ([], [{"kind": "delivery-report", "report": REPORT}], []),
        ([], [], ["PAT-008"]),
        ([{**FAILED, "delivery": "delivered"}], [], ["PAT-008"]),
        ([{**FAILED, "failures": [{"recipient": ADDRESS}]}], [], ["PAT-008"]),
        ([{**FAILED, "failures": [{"recipient": "c@d.fr", "status": "5.2.1"}]}], [], ["PAT-008"]),
        ([{**FAILED, "message_id": "<m-2@b.fr>"}], [], ["PAT-008"]),
        ([], [{"kind": "mail", "report": REPORT}], ["PAT-008"]),
        ([], [{"kind": "delivery-report", "report": {**REPORT, "status": ""}}], ["PAT-008"]),
        ([], [{"kind": "delivery-report", "report": {**REPORT, "action": "delayed"}}], ["PAT-008"]),
        ([], [{"kind": "delivery-report", "report": {**REPORT, "original_message_id": "<x>"}}], ["PAT-008"]),
    ],
)
def test_bounce_shown(outbox, listed, rules):
    assert said(bounce_shown(outbox, listed, sent(), ADDRESS)) == rules


def test_reading_matched():
    line = {"message_id": "<m-1@b.fr>", "read_by": [ADDRESS]}
    assert said(reading_matched([line], sent(), ADDRESS)) == []
    for wrong in (
        [],
        [{**line, "read_by": []}],
        [{**line, "read_by": None}],
        [{**line, "message_id": "<x>"}],
    ):
        assert said(reading_matched(wrong, sent(), ADDRESS)) == ["PAT-009"]


def test_subject_kept():
    assert said(subject_kept(sent(subject="[FIN] Avis"), "[FIN]")) == []
    assert said(subject_kept(sent(subject="Avis"), "[FIN]")) == ["PAT-010"]


def test_answer_read():
    assert said(answer_read(mail(to="Accueil@b.mssante.fr"), sent(), ["accueil@b.mssante.fr"])) == []
    assert said(answer_read(mail(to="robot@b.mssante.fr"), sent(), ["accueil@b.mssante.fr"])) == ["PAT-011"]


@pytest.mark.parametrize(
    "found", [list(bounce_shown([], [], sent(), ADDRESS)), list(reading_matched([], sent(), ADDRESS))]
)
def test_what_a_secondary_source_says_only_warns(found):
    assert [one.severity for one in found] == [Severity.WARNING]


def bench(messages, *, outbox=None):
    """Return what `line_of` and `shown` ask of a bench: a product that shows these mails."""
    product = SimpleNamespace(
        can=lambda action: action == "list" or outbox is not None,
        messages=lambda: messages,
        outbox=lambda: outbox,
    )
    return SimpleNamespace(product=product)


def test_what_a_driver_does_not_tell_is_no_fault_of_the_product():
    line = {"message_id": "<m-1@b.fr>", "subject": "Avis"}
    told = {**line, "origin": "professional"}
    assert line_of(bench([told]), mail(), "origin") == told
    for messages in ([], [line], [{**told, "message_id": "<other@b.fr>"}]):
        with pytest.raises(NotTested):
            line_of(bench(messages), mail(), "origin")


def test_lists_that_tell_no_kind_show_no_bounce():
    assert shown(bench([{"subject": "x", "kind": "mail"}])) == ((), [{"subject": "x", "kind": "mail"}])
    assert shown(bench([])) == ((), [])
    assert shown(bench([{"subject": "x"}], outbox=[FAILED]))[0] == [FAILED]
    with pytest.raises(NotTested):
        shown(bench([{"subject": "Non remis"}]))


def test_a_refusal_on_purpose_needs_no_other_proof():
    need_on_purpose(SimpleNamespace(), SimpleNamespace(status="refused"), KEY, ADDRESS)
