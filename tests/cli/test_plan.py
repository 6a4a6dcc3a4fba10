"""The plan: what each case becomes, given the profile and what the driver announces."""

import pytest

from harness.cases import CaseInfo
from harness.drivers import Capabilities
from harness.plan import plan_run
from harness.profile import load_profile
from schemas.requirements import catalogue
from schemas.text import Bilingual

PROFILE = """\
schema = "vendor-profile/1"
[product]
name = "P"
version = "1"
vendor = "V"
nil = "12"
corridor = "LGC"
[claims]
level = "basic"
roles = ["send"]
mailboxes = ["PER"]
integration = "client"
[driver]
kind = "manual"
[declarations."SC.PSC.02"]
statement = "Oui, par le RPPS"
"""
EVERYTHING = Capabilities(frozenset({"configure", "connect", "send", "list"}))


def case(identifier="ECO.1.1.5/x", requirements=("ECO.1.1.5",), **more):
    given = {"level": "basic", "needs": {"connect"}, "mailboxes": (), "roles": ()} | more
    return CaseInfo(
        identifier,
        given["level"],
        tuple(requirements),
        frozenset(given["needs"]),
        frozenset(given["mailboxes"]),
        frozenset(given["roles"]),
        Bilingual("Titre", "Title"),
    )


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "p.toml"
    path.write_text(PROFILE, encoding="utf-8")
    profile = load_profile(path)
    return lambda *cases, capabilities=EVERYTHING: plan_run(cases, catalogue(), profile, capabilities)


def test_a_case_that_can_be_played_is_automatic(plan):
    made = plan(case())
    assert made.concerns("ECO.1.1.5/x")
    assert made.impossible("ECO.1.1.5/x") is None
    assert made.to_json()[0] == {
        "case": "ECO.1.1.5/x",
        "requirements": ["ECO.1.1.5"],
        "mode": "automatic",
        "reason": None,
    }


@pytest.mark.parametrize(
    ("capabilities", "words"),
    [
        (Capabilities(frozenset({"configure", "send"})), "connect"),
        (Capabilities(frozenset({"connect"})), "configure"),
        (Capabilities(frozenset({"send"}), means="files"), "fichiers"),
    ],
)
def test_a_case_without_its_actions_is_impossible_and_says_why(plan, capabilities, words):
    made = plan(case(), capabilities=capabilities)
    assert made.of_mode("impossible")[0].case == "ECO.1.1.5/x"
    assert words in made.impossible("ECO.1.1.5/x").fr


def test_a_person_makes_it_manual(plan):
    capabilities = Capabilities(frozenset({"configure", "connect"}), means="person")
    (item,) = plan(case(), capabilities=capabilities).of_mode("manual")
    assert "personne" in item.reason.fr


def test_without_an_answer_of_the_driver_the_plan_says_so(plan):
    made = plan(case(), capabilities=None)
    assert not made.asked
    assert made.items[0].mode == "manual"
    assert "confirmer" in made.items[0].reason.fr


@pytest.mark.parametrize(
    "other",
    [
        {"level": "advanced"},
        {"mailboxes": {"APP"}},
        {"roles": {"receive"}},
        {"requirements": ("ECO.1.3.1",)},
        {"requirements": ("SC.MSS.04",)},
    ],
)
def test_a_case_about_something_else_is_left_out_with_its_reason(plan, other):
    made = plan(case(**other))
    assert not made.concerns("ECO.1.1.5/x")
    assert made.left_out["ECO.1.1.5/x"].fr


def test_requirements_without_a_case_are_declared_missing_or_uncovered(plan):
    items = {item.case: item for item in plan(case()).items}
    assert items["SC.PSC.02/declaration"].mode == "declaration"
    assert "RPPS" in items["SC.PSC.02/declaration"].reason.fr
    assert "[declarations." in items["SC.PSC.10/declaration"].reason.en
    assert items["ECO.1.1.6/declaration"].mode == "impossible"
    assert "ECO.1.1.5/declaration" not in items
    assert "SC.MSS.04/declaration" not in items
