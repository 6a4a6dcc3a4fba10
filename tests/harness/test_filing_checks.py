"""The rules on documents received (RECV-…), each once passing and once failing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from harness.checks import filing
from harness.checks.filing import Sent
from harness.checks.traces import read_traces
from harness.drivers import Answer

DOCUMENT = Sent(
    id="2.25.1",
    set_id="2.25.9",
    version=1,
    title="CR d'imagerie",
    code="18748-4",
    date=datetime(2026, 1, 5, 10, 0, tzinfo=UTC),
    act=datetime(2026, 1, 4, 9, 0, tzinfo=UTC),
    author="TESTUT",
    organisation="Cabinet fictif",
    sha1="a" * 40,
)
NEXT = replace(DOCUMENT, id="2.25.2", version=2)
OTHER = replace(DOCUMENT, id="2.25.3", code="11490-0")
ACCENTED = replace(DOCUMENT, title="Échographie")
MAIL = "<m-1@correspondant.mssante.fr>"
LINE = {
    "id": "2.25.1",
    "version": 1,
    "status": "current",
    "title": "CR d'imagerie",
    "code": "18748-4",
    "date": "2026-01-05T10:00:00+00:00",
    "author": "Docteur Claire TESTUT, Cabinet fictif",
    "hash": "A" * 40,
    "source": "MSSanté",
    "lines": 1,
    "abnormal": True,
    "critical": True,
}
ITEM = {"message_id": MAIL, "patient": "patient-1", "traits": {"family": "ESSAI"}, "documents": [LINE]}
SECOND = {"message_id": "<m-2@x.fr>", "patient": "patient-2"}
FILED = {"outcome": "integrated", "patient": "patient-1"}
WAITS = {"outcome": "waiting", "patient": "patient-1", "reason": "à vérifier"}
DONE, BROKEN = Answer("done"), Answer("failed")
NEW = {**LINE, "id": "2.25.2", "version": 2}
OLD = {**LINE, "status": "replaced"}
APART = {**LINE, "id": "2.25.3", "code": "11490-0"}
RETURNED = {"message_id": MAIL, "integrated_by": ["a@x.fr"], "rejected_by": []}
REJECTED = {"message_id": MAIL, "integrated_by": [], "rejected_by": [{"recipient": "a@x.fr", "code": "902"}]}
TRACE = {"at": "2026-01-05T10:00:00+01:00", "event": "integrate", "message_id": MAIL}
ROW = {"code": "18748-4", "automatic": 1, "manual": 0, "not_integrated": 0}
ONE = {"automatic": 1, "manual": 0, "not_integrated": 0}
WANTED = (DOCUMENT,)

JUDGED = {
    "RECV-001": (filing.taken(FILED, [LINE], WANTED), filing.taken(FILED, [], WANTED)),
    "RECV-002": (filing.ordinary({"outcome": "ordinary"}), filing.ordinary(WAITS)),
    "RECV-003": (filing.faithful([LINE], WANTED), filing.faithful([{**LINE, "hash": "b" * 40}], WANTED)),
    "RECV-004": (filing.not_in([], WANTED, "patient-2"), filing.not_in([LINE], WANTED, "patient-2")),
    "RECV-005": (
        filing.proposed(WAITS, [], MAIL, "patient-1"),
        filing.proposed({"outcome": "waiting"}, [], MAIL, "patient-1"),
    ),
    "RECV-006": (filing.filed_alone(FILED, [LINE], WANTED), filing.filed_alone(WAITS, [], WANTED)),
    "RECV-007": (
        filing.not_alone(WAITS, [], WANTED, "sexe"),
        filing.not_alone(FILED, [LINE], WANTED, "sexe"),
    ),
    "RECV-008": (
        filing.found_known(WAITS, [], MAIL, "patient-1"),
        filing.found_known({}, [], MAIL, "patient-1"),
    ),
    "RECV-009": (
        filing.identified({"outcome": "waiting"}, [ITEM], MAIL, "patient-1"),
        filing.identified(FILED, [], MAIL, "patient-2"),
    ),
    "RECV-010": (filing.damage_told(WAITS, True, "ZIP"), filing.damage_told({}, False, "ZIP")),
    "RECV-011": (
        filing.damaged_kept_out(WAITS, [], [], WANTED, "hash"),
        filing.damaged_kept_out(FILED, [LINE], [], WANTED, "hash"),
    ),
    "RECV-012": (
        filing.others_treated(DONE, [LINE], FILED, WANTED, "ZIP"),
        filing.others_treated(BROKEN, [], {}, WANTED, "ZIP"),
    ),
    "RECV-013": (filing.nothing_leaked("secret", ["rien"]), filing.nothing_leaked("secret", ["un secret"])),
    "RECV-014": (filing.nothing_outside([]), filing.nothing_outside(["/tmp/evade.txt"])),
    "RECV-015": (filing.nothing_left([]), filing.nothing_left(["DOC0001.XML"])),
    "RECV-020": (filing.waits([ITEM], MAIL), filing.waits([], MAIL)),
    "RECV-021": (filing.filed_by_hand(DONE, [LINE], WANTED), filing.filed_by_hand(DONE, [], WANTED)),
    "RECV-022": (filing.done_waiting([], MAIL), filing.done_waiting([ITEM], MAIL)),
    "RECV-023": (
        filing.listed_well([ITEM], MAIL, DOCUMENT, "Essai"),
        filing.listed_well([{**ITEM, "documents": [{**LINE, "author": ""}]}], MAIL, DOCUMENT, "Essai"),
    ),
    "RECV-025": (filing.taken_over([LINE], WANTED), filing.taken_over([{**LINE, "code": ""}], WANTED)),
    "RECV-026": (filing.listed_unread([ITEM], MAIL), filing.listed_unread([], MAIL)),
    "RECV-027": (
        filing.newest_first([ITEM, SECOND], MAIL, "<m-2@x.fr>"),
        filing.newest_first([SECOND, ITEM], MAIL, "<m-2@x.fr>"),
    ),
    "RECV-028": (
        filing.filtered([ITEM], MAIL, "<m-2@x.fr>", "patient"),
        filing.filtered([ITEM, SECOND], MAIL, "<m-2@x.fr>", "patient"),
    ),
    "RECV-029": (
        filing.transversal([ITEM, SECOND], (MAIL, "<m-2@x.fr>")),
        filing.transversal([ITEM], (MAIL, "<m-2@x.fr>")),
    ),
    "RECV-030": (filing.once([LINE], DOCUMENT), filing.once([LINE, LINE], DOCUMENT)),
    "RECV-031": (filing.duplicate_told(WAITS, True), filing.duplicate_told({}, False)),
    "RECV-032": (filing.same_version_refused([], DOCUMENT), filing.same_version_refused([LINE], DOCUMENT)),
    "RECV-033": (
        filing.highest_current([OLD, NEW], DOCUMENT, NEXT),
        filing.highest_current([LINE, NEW], DOCUMENT, NEXT),
    ),
    "RECV-034": (filing.replaced([OLD, NEW], DOCUMENT, NEXT), filing.replaced([LINE, NEW], DOCUMENT, NEXT)),
    "RECV-035": (
        filing.deletion_seen([{**LINE, "status": "deleted"}], DOCUMENT, FILED, informed=False),
        filing.deletion_seen([LINE], DOCUMENT, FILED, informed=False),
    ),
    "RECV-036": (
        filing.spared([OLD], DOCUMENT),
        filing.spared([{**LINE, "status": "deleted"}], DOCUMENT),
    ),
    "RECV-037": (
        filing.not_replaced_alone(WAITS, [], [LINE], DOCUMENT),
        filing.not_replaced_alone(FILED, [], [OLD, NEW], DOCUMENT),
    ),
    "RECV-040": (
        filing.flagged([LINE], DOCUMENT, "H"),
        filing.flagged([{**LINE, "abnormal": False}], DOCUMENT, "H"),
    ),
    "RECV-041": (
        filing.not_flagged([{**LINE, "abnormal": False}], DOCUMENT),
        filing.not_flagged([LINE], DOCUMENT),
    ),
    "RECV-042": (
        filing.critical_told([LINE], DOCUMENT, "HH"),
        filing.critical_told([{**LINE, "critical": False}], DOCUMENT, "HH"),
    ),
    "RECV-043": (filing.one_line([LINE], DOCUMENT), filing.one_line([{**LINE, "lines": 2}], DOCUMENT)),
    "RECV-044": (
        filing.grouped([LINE, NEW, APART], (DOCUMENT, NEXT), OTHER),
        filing.grouped([LINE, APART, NEW], (DOCUMENT, NEXT), OTHER),
    ),
    "RECV-045": (
        filing.origin_shown([LINE], DOCUMENT),
        filing.origin_shown([{**LINE, "source": ""}], DOCUMENT),
    ),
    "RECV-046": (filing.counted([ROW], "18748-4", ONE), filing.counted([], "18748-4", ONE)),
    "RECV-047": (
        filing.traced(read_traces({"traces": [TRACE]}), (MAIL,)),
        filing.traced(read_traces({"traces": [{**TRACE, "event": "receive"}]}), (MAIL,)),
    ),
    "RECV-048": (
        filing.legible([{**LINE, "title": "Échographie"}], (ACCENTED,)),
        filing.legible([{**LINE, "title": "Ã\x89chographie"}], (ACCENTED,)),
    ),
    "RECV-050": (
        filing.integration_shown([RETURNED], MAIL, "a@x.fr", None),
        filing.integration_shown([RETURNED], MAIL, "a@x.fr", "902"),
    ),
    "RECV-051": (
        filing.tolerated([REJECTED], MAIL, "a@x.fr", "902"),
        filing.tolerated([REJECTED], MAIL, "a@x.fr", None),
    ),
}
CASES = {rule: (list(passing), list(failing)) for rule, (passing, failing) in JUDGED.items()}


@pytest.mark.parametrize("rule", CASES)
def test_what_is_right_passes(rule):
    assert CASES[rule][0] == []


@pytest.mark.parametrize("rule", CASES)
def test_what_is_wrong_fails_on_the_rule(rule):
    assert {found.rule for found in CASES[rule][1]} == {rule}


def test_the_order_of_dates_is_judged():
    assert not list(filing.sorted_by([NEW, LINE], (NEXT, DOCUMENT), "date"))
    assert [found.rule for found in filing.sorted_by([LINE, NEW], (NEXT, DOCUMENT), "date")] == ["RECV-044"]


def test_a_date_may_be_that_of_the_act_and_written_in_french():
    assert filing.same_day("2026-01-04", DOCUMENT)
    assert filing.same_day("le 05/01/2026 à 10:00", DOCUMENT)
    assert not filing.same_day("2026-01-09", DOCUMENT)
    assert not filing.same_day(None, DOCUMENT)


def test_the_user_learns_by_reason_alert_or_line():
    assert filing.told(WAITS, [], [], MAIL)
    assert filing.told({}, ["archive endommagée"], [], MAIL)
    assert filing.told({}, [], [ITEM], MAIL)
    assert not filing.told({"outcome": "refused", "reason": ""}, [], [], MAIL)
