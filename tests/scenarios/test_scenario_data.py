"""The sheets as data: whole, coherent, and the same facts as those that were read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import schemas.scenarios as loader
from harness.scenarios.part import MODELS
from schemas.scenarios import UnknownScenarioError, scenario, scenarios

FACTS = Path(__file__).parents[2].parent / "shared" / "domain" / "usecases.json"
ALL = tuple(scenarios().values())


def test_there_are_19_scenarios_and_44_steps():
    assert len(ALL) == 19
    assert sum(len(sheet.steps) for sheet in ALL) == 44


@pytest.mark.parametrize("sheet", ALL, ids=lambda sheet: sheet.id)
def test_a_sheet_is_well_told(sheet):
    texts = [sheet.title, sheet.why, *(party.name for party in sheet.parties.values())]
    texts += [step.says for step in sheet.steps] + [event.text for event in sheet.events]
    assert all(text.fr and text.en for text in texts)
    assert {key for step in sheet.steps for key in (step.source, *step.targets)} == set(sheet.parties)
    for party in sheet.parties.values():
        assert set(party.mailboxes) <= {"PER", "ORG", "APP"}
    for step in sheet.steps:
        assert not step.patient_copy or step.documents, "the copy is one of documents"
        for document in step.documents:
            assert document.model is None or document.model in MODELS


def test_who_sends_and_who_receives():
    sheet = scenario("lab-report-to-hospital")
    assert sheet.sends("laboratory")
    assert not sheet.receives("laboratory")
    assert sheet.receives("ward")
    assert [party.key for party in scenario("maia-case-management-roundtable").played] == [
        *("field", "assistant", "coordinator", "esa")
    ]


def test_an_unknown_scenario_is_said():
    with pytest.raises(UnknownScenarioError, match="no-such"):
        scenario("no-such")


def test_a_report_of_suspected_abuse_is_not_copied_to_the_child():
    steps = scenario("ime-child-protection-report-to-department").steps
    assert not any(step.patient_copy for step in steps)


@pytest.mark.skipif(
    not FACTS.is_file(), reason="the facts read from the catalogue are not beside the repository"
)
def test_facts_are_those_of_the_catalogue():
    facts = {item["id"]: item for item in json.loads(FACTS.read_text("utf-8"))}
    assert list(facts) == [sheet.id for sheet in ALL]
    for sheet in ALL:
        for step, fact in zip(sheet.steps, facts[sheet.id]["steps"], strict=True):
            assert (step.structured, step.reply_to) == (fact["structured"], fact["reply_to_step"])
            assert (step.optional, step.bidirectional) == (fact["optional"], fact["bidirectional"])
            assert step.reply_expected == bool(fact["reply_expected"])
            assert len(step.documents) == len(fact["documents"])
            assert len(step.targets) == len(fact["to"])
            for key, who in zip((step.source, *step.targets), (fact["from"], *fact["to"]), strict=True):
                assert set(who["mailbox_options"]) <= set(sheet.parties[key].mailboxes)
        assert len(sheet.events) == len(facts[sheet.id]["off_channel"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"to": ["nobody"]}, "unknown party"),
        ({"to": ["hospital"]}, "writes to itself"),
        ({"reply_to": 1}, "answers no earlier step"),
    ],
)
def test_data_that_do_not_hold_together_are_refused(change, said):
    two = {"fr": "a", "en": "b"}
    step = {"from": "hospital", "to": ["doctor"], "says": two, **change}
    party = {"name": two, "place": two}
    item = {
        "id": "x",
        "sector": "liberal",
        "title": two,
        "why": two,
        "source": "s",
        "actors": {"hospital": party, "doctor": party},
        "steps": [step],
    }
    with pytest.raises(ValueError, match=said):
        loader._scenario(item, {})
