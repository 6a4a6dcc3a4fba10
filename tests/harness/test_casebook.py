"""The packaged cases: their ids never change, and every requirement that a machine can verify has one."""

from __future__ import annotations

from pathlib import Path

import pytest

import schemas
from harness import casebook
from harness.cases import case_text
from harness.drivers.protocol import ACTIONS
from harness.selftest.matrix import automated
from schemas.requirements import catalogue

LOCK = Path(schemas.__file__).parent / "locks" / "cases.txt"
CASES = casebook.packaged_cases()
BY_REQUIREMENT: dict[str, list] = {}
for _case in CASES:
    for _requirement in _case.info.requirements:
        BY_REQUIREMENT.setdefault(_requirement, []).append(_case.info)

WITHOUT_CASE: dict[str, str] = {}
"""Requirements of the basic level verified by machine that no case judges, with the reason: none."""
ONE_WAY = {
    "ECO.1.1.7": "The CRL cache is one, whichever protocol fills it.",
    "ECO.1.1.9": "One document configures both protocols.",
    "ECO.1.2.4": "SASL-IR is of IMAP.",
    "ECO.1.2.5": "The token is one.",
    "ECO.1.2.6": "One case looks at the sessions of both protocols.",
    "ECO.1.2.7": "Operators close idle IMAP sessions; SMTP is opened for each mail.",
    "ECO.1.0.1": "Is about SMTP.",
    "ECO.1.0.2": "Is about IMAP.",
    "ECO.1.1.8": "No public text.",
    "ECO.1.2.2": "No public text.",
}
"""Requirements on the link to the operator that are played one way only, with the reason."""


def lines(path):
    return [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]


def test_ids_of_cases_are_locked():
    """An id may be added (add it to the lock as well), never renamed nor withdrawn: reports name it."""
    locked = lines(LOCK)
    present = sorted(case.info.id for case in CASES)
    assert locked == sorted(set(locked)), "keep the lock sorted, each id once"
    assert set(locked) <= set(present), "these ids were in a release: bring them back"
    assert set(present) <= set(locked), "new cases: add their ids to schemas/locks/cases.txt"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.info.id)
def test_a_case_is_well_told(case):
    info = case.info
    prefix, _, name = info.id.partition("/")
    prefixes = {requirement.replace(":", "-").replace("/", "-") for requirement in info.requirements}
    # A care scenario serves no requirement: it demonstrates.
    assert prefix in (prefixes or {"scenario"})
    assert name
    assert name == name.lower()
    for requirement in info.requirements:
        assert requirement in catalogue()
        assert catalogue().get(requirement).level == info.level
        assert catalogue().get(requirement).in_force, "a withdrawn requirement is not tested"
    for text in (case.text.requirement, case.text.expectation, info.title):
        assert len(text.fr) > 5
        assert len(text.en) > 5
    assert case.text.requirement.fr != case.text.requirement.en
    for need in info.needs:
        assert set(need.split("|")) <= set(ACTIONS)
    assert info.mailboxes <= {"PER", "ORG", "APP"}
    assert info.roles <= {"send", "receive"}
    assert case.function.startswith("test_")


def test_titles_tell_cases_apart():
    titles = [case.info.title.fr for case in CASES]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("requirement", [one.id for one in automated("basic")])
def test_a_requirement_verified_by_machine_has_a_case(requirement):
    assert BY_REQUIREMENT.get(requirement) or requirement in WITHOUT_CASE


def test_exceptions_are_still_needed():
    assert not set(WITHOUT_CASE) & set(BY_REQUIREMENT)
    for requirement in ONE_WAY:
        infos = BY_REQUIREMENT.get(requirement, [])
        assert not {"send", "receive"} <= {role for info in infos for role in info.roles}, requirement


@pytest.mark.parametrize(
    "requirement",
    [
        one.id
        for one in automated("basic")
        if one.id.startswith(("ECO.1.0.", "ECO.1.1.", "ECO.1.2.", "ECO.1.3."))
    ],
)
def test_a_requirement_on_the_link_is_played_both_ways(requirement):
    roles = {role for info in BY_REQUIREMENT.get(requirement, []) for role in info.roles}
    assert roles == {"send", "receive"} or requirement in ONE_WAY


def test_a_mailbox_of_each_type_is_sent_from():
    """ECO.2.2.7 says something else of PER than of ORG and APP."""
    kinds = [info.mailboxes for info in BY_REQUIREMENT["ECO.2.2.7"]]
    assert frozenset() in kinds
    assert frozenset({"ORG", "APP"}) in kinds


@pytest.mark.parametrize("missing", ["EXIGENCE", "ATTENDU", "REQUIREMENT", "EXPECTED"])
def test_a_docstring_without_one_of_its_parts_is_refused(missing):
    parts = {"EXIGENCE": "a", "ATTENDU": "b", "REQUIREMENT": "c", "EXPECTED": "d"}
    del parts[missing]
    with pytest.raises(ValueError, match=missing):
        case_text("\n".join(f"    {name} : {text}" for name, text in parts.items()))


def test_a_docstring_may_go_over_lines():
    text = case_text(
        "T.\n\n    EXIGENCE : a\n      suite : b\n    ATTENDU : c\n    REQUIREMENT: d\n    EXPECTED: e\n"
    )
    assert (text.requirement.fr, text.expectation.en) == ("a suite : b", "e")


def test_two_cases_of_one_id_are_refused(monkeypatch):
    module = __import__(CASES[0].module, fromlist=["x"])
    monkeypatch.setattr(casebook, "_modules", lambda: iter([module, module]))
    with pytest.raises(ValueError, match="two cases are called"):
        casebook.packaged_cases.__wrapped__()
