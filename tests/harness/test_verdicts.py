"""Each rule at the head of `harness.verdicts`, with what satisfies it and what does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from harness.findings import Bilingual
from harness.outcomes import CaseOutcome
from harness.verdicts import Declaration, Waiver, judge, levels, requirement_verdict
from schemas.requirements import Claims, Level, Strength, Verification, catalogue
from schemas.requirements.model import Certainty

BASIC = Claims(level=Level.BASIC, corridor="AUTRE")
PLAIN = Declaration("Oui : le produit le fait.")
PROVED = Declaration("Oui.", "preuves/p.txt", "ab" * 32)
TESTED = "ECO.1.0.1"  # MUST, official, verified by machine
DECLARED = "SC.PSC.02"  # MUST, official, verified by declaration
INFERRED = "ECO.1.1.4"  # MUST, inferred
SHOULD = "X-DSN-01"
WITHDRAWN = "SC.PSC.03"
UNKNOWN = "ECO.1.1.8"
TEXT = Bilingual("t", "t")


def outcome(result, requirement=TESTED, case="cas/1", reason=None):
    return CaseOutcome(
        id=case,
        nodeid=case,
        title=TEXT,
        requirement_text=TEXT,
        expectation=TEXT,
        level="basic",
        requirements=(requirement,),
        tenant="",
        result=result,
        started="",
        duration_ms=0,
        rerun="",
        reason=reason,
    )


def waiver(requirement=TESTED):
    return Waiver(requirement, "Mme Qualité", "corrigé en 4.3", date(2027, 3, 31))


def verdict_of(requirement, *results, claims=BASIC, declaration=None, waived=None):
    outcomes = [outcome(result, requirement, f"cas/{i}") for i, result in enumerate(results)]
    return requirement_verdict(catalogue().get(requirement), claims, outcomes, declaration, waived)


# --- 1. applicability ----------------------------------------------------------------------------


def test_what_does_not_apply_is_not_applicable_with_its_reason_even_when_a_case_failed():
    only_app = replace(BASIC, mailboxes=frozenset({"APP"}))
    found = verdict_of("ECO.1.2.1", "failed", claims=only_app)
    assert (found.verdict, found.applicable, found.blocks) == ("not-applicable", False, False)
    assert found.reason
    assert found.reason.fr != found.reason.en


def test_the_same_requirement_counts_once_it_applies():
    found = verdict_of("ECO.1.2.1", "failed")
    assert (found.verdict, found.applicable, found.blocks) == ("failed", True, True)


def test_what_every_case_finds_not_to_be_about_the_product_is_not_applicable():
    why = Bilingual("aucune CRL", "no CRL")
    other = outcome("not-applicable", reason=why)
    found = requirement_verdict(catalogue().get(TESTED), BASIC, [other, other], None, None)
    assert (found.verdict, found.reason, found.blocks) == ("not-applicable", why, False)


@pytest.mark.parametrize(
    ("result", "expected"),
    [("passed", "passed"), ("warning", "warning"), ("failed", "failed"), ("not-tested", "not-tested")],
)
def test_one_case_that_is_about_the_product_decides(result, expected):
    assert verdict_of(TESTED, "not-applicable", result).verdict == expected


@pytest.mark.parametrize("requirement", [WITHDRAWN, UNKNOWN])
def test_withdrawn_and_unknown_are_listed_and_never_block(requirement):
    found = verdict_of(requirement, "failed")
    assert not found.in_force
    assert not found.blocks
    judged = judged_with({requirement: "failed"})
    assert requirement in judged.requirements
    assert judged.levels["basic"].outcome == "reached"


# --- 2. failures ---------------------------------------------------------------------------------


@pytest.mark.parametrize("results", [["failed"], ["passed", "failed"], ["not-tested", "failed", "warning"]])
def test_one_failed_case_fails_the_requirement(results):
    found = verdict_of(TESTED, *results)
    assert (found.verdict, found.blocks) == ("failed", True)
    assert found.cases == tuple(f"cas/{i}" for i in range(len(results)))


def test_a_waiver_in_force_turns_a_failure_into_waived_and_is_kept():
    found = verdict_of(TESTED, "failed", waived=waiver())
    assert (found.verdict, found.blocks, found.waiver) == ("waived", False, waiver())


def test_a_waiver_is_not_shown_on_what_passed():
    found = verdict_of(TESTED, "passed", waived=waiver())
    assert (found.verdict, found.waiver) == ("passed", None)


def test_a_declaration_never_covers_a_failure():
    assert verdict_of(TESTED, "failed", declaration=PROVED).verdict == "failed"


@pytest.mark.parametrize("requirement", [INFERRED, "SC.SSI/IE.58"])
def test_what_is_only_inferred_or_second_hand_warns_instead_of_failing_and_never_blocks(requirement):
    assert not catalogue().get(requirement).may_fail
    found = verdict_of(requirement, "failed")
    assert (found.verdict, found.blocks) == ("warning", False)
    assert not verdict_of(requirement).blocks


# --- 3. what could not be played -----------------------------------------------------------------


def test_a_case_that_could_not_be_played_leaves_not_tested_with_its_reason():
    why = Bilingual("pas d'action advance", "no advance action")
    found = requirement_verdict(
        catalogue().get(TESTED), BASIC, [outcome("passed"), outcome("not-tested", reason=why)], None, None
    )
    assert (found.verdict, found.reason, found.blocks) == ("not-tested", why, True)


def test_a_declaration_with_proof_covers_what_could_not_be_played():
    found = verdict_of(TESTED, "not-tested", declaration=PROVED)
    assert (found.verdict, found.declaration, found.blocks) == ("declared", PROVED, False)


def test_without_proof_what_can_be_tested_stays_not_tested_and_the_reason_asks_for_the_proof():
    found = verdict_of(TESTED, declaration=PLAIN)
    assert (found.verdict, found.blocks) == ("not-tested", True)
    assert found.reason
    assert "proof" in found.reason.fr
    assert "proof" in found.reason.en


def test_a_waiver_covers_what_could_not_be_played_but_a_valid_declaration_comes_first():
    assert verdict_of(TESTED, "not-tested", waived=waiver()).verdict == "waived"
    assert verdict_of(TESTED, "not-tested", waived=waiver(), declaration=PROVED).verdict == "declared"


# --- 4. passed, warned ---------------------------------------------------------------------------


def test_every_case_passed():
    assert verdict_of(TESTED, "passed", "passed").verdict == "passed"


def test_one_warning_warns_and_does_not_block():
    found = verdict_of(TESTED, "passed", "warning")
    assert (found.verdict, found.blocks) == ("warning", False)


# --- 5. no case ----------------------------------------------------------------------------------


def test_verified_by_declaration_a_statement_is_enough():
    assert catalogue().get(DECLARED).verified is Verification.DECLARATION
    assert verdict_of(DECLARED, declaration=PLAIN).verdict == "declared"


def test_verified_by_declaration_and_not_declared_is_not_tested_and_says_how():
    found = verdict_of(DECLARED)
    assert (found.verdict, found.blocks) == ("not-tested", True)
    assert found.reason
    assert "[declarations" in found.reason.fr


def test_without_case_nor_declaration_a_waiver_counts():
    assert verdict_of(DECLARED, waived=waiver(DECLARED)).verdict == "waived"


@pytest.mark.parametrize(
    "statement",
    ["Non", "non.", "  NON : prévu en 5.0", "No", "no, planned", "Faux", "false", "Pas encore", "Not yet",
     "Non conforme", "Non, le produit garde le jeton", "Pas respecté", "Not implemented"],
)  # fmt: skip
def test_a_declaration_that_says_no_fails(statement):
    found = verdict_of(DECLARED, declaration=Declaration(statement))
    assert (found.verdict, found.blocks) == ("failed", True)
    assert found.reason
    assert "déclaration" in found.reason.fr
    assert "declaration" in found.reason.en


@pytest.mark.parametrize(
    "statement",
    ["Oui", "Yes", "Nous n'utilisons que PSC", "Notre produit le fait", "Nominal", "Passé en revue",
     "Pas de jeton sur le disque : tout est en mémoire", "No token is ever written to disk",
     "Aucun autre moyen d'identification", "Non-répudiation assurée par la signature",
     "Not a single call to the DST interfaces"],
)  # fmt: skip
def test_a_statement_that_only_begins_with_a_negative_word_is_no_denial(statement):
    assert verdict_of(DECLARED, declaration=Declaration(statement)).verdict == "declared"


def test_a_denial_counts_even_when_every_case_passed_and_a_waiver_covers_it():
    denial = Declaration("Non", "preuves/p.txt", "ab" * 32)
    assert verdict_of(TESTED, "passed", declaration=denial).verdict == "failed"
    assert verdict_of(TESTED, "passed", declaration=denial, waived=waiver()).verdict == "waived"


@pytest.mark.parametrize("statement", ["Non applicable", "Sans objet : pas de PSC.", "Not applicable", "N/A"])
def test_a_statement_that_evades_declares_nothing(statement):
    found = verdict_of(DECLARED, declaration=Declaration(statement))
    assert found.verdict == "not-tested"
    assert found.reason is not None and "[claims]" in found.reason.fr
    assert verdict_of(TESTED, "passed", declaration=Declaration(statement)).verdict == "passed"


def test_a_failure_seen_is_not_explained_by_the_declaration():
    assert verdict_of(TESTED, "failed", declaration=Declaration("Non")).reason is None


# --- levels --------------------------------------------------------------------------------------


def judged_with(results, *, complete=True, claims=BASIC, waivers=(), declared=None):
    """Judge a run in which all that is in force passed, except `results`: requirement → result or None."""
    played = []
    for requirement in catalogue():
        result = results.get(requirement.id, "passed")
        if result is not None:
            played.append(outcome(result, requirement.id, f"{requirement.id}/cas"))
    return judge(catalogue(), claims, played, declarations=declared or {}, waivers=waivers, complete=complete)


def test_all_passed_reaches_the_three_levels_and_tells_which_are_claimed():
    found = judged_with({}).levels
    assert {name: verdict.outcome for name, verdict in found.items()} == dict.fromkeys(found, "reached")
    assert [found[name].claimed for name in ("basic", "intermediate", "advanced")] == [True, False, False]
    assert found["basic"].sentence == Bilingual("Niveau basique atteint.", "Basic level reached.")


def test_one_failure_keeps_the_level_and_those_above_from_being_reached():
    found = judged_with({TESTED: "failed"}).levels
    for verdict in found.values():
        assert verdict.outcome == "not-reached"
        assert [blocker.requirement.id for blocker in verdict.blockers] == [TESTED]
    assert found["basic"].sentence == Bilingual(
        "Niveau basique non atteint : 1 exigence en échec.", "Basic level not reached: 1 requirement failed."
    )


def test_a_failure_above_leaves_the_level_below_reached():
    above = next(r for r in catalogue() if r.level == "advanced" and verdict_of(r.id, "failed").blocks)
    found = judged_with({above.id: "failed"}).levels
    assert [found[name].outcome for name in ("basic", "intermediate", "advanced")] == [
        "reached",
        "reached",
        "not-reached",
    ]


def test_what_was_not_tested_is_not_demonstrated_never_reached():
    found = judged_with({TESTED: None, "ECO.1.0.2": None}).levels["basic"]
    assert found.outcome == "not-demonstrated"
    assert found.sentence == Bilingual(
        "Niveau basique non démontré : 2 non testées.", "Basic level not demonstrated: 2 not tested."
    )


def test_failures_come_first_among_the_blockers_and_both_are_counted():
    found = judged_with({TESTED: None, "ECO.1.2.1": "failed", "ECO.2.2.1": "failed"}).levels["basic"]
    assert [blocker.verdict for blocker in found.blockers] == ["failed", "failed", "not-tested"]
    assert found.sentence.fr == "Niveau basique non atteint : 2 exigences en échec, 1 non testée."
    assert found.sentence.en == "Basic level not reached: 2 requirements failed, 1 not tested."
    assert found.counts["failed"] == 2


def test_a_partial_run_reaches_nothing():
    found = judged_with({}, complete=False).levels["basic"]
    assert found.outcome == "not-demonstrated"
    assert found.sentence == Bilingual(
        "Niveau basique non démontré : exécution partielle.", "Basic level not demonstrated: partial run."
    )


def test_a_partial_run_with_a_failure_is_not_reached():
    assert judged_with({TESTED: "failed"}, complete=False).levels["basic"].outcome == "not-reached"


@pytest.mark.parametrize("requirement", [SHOULD, "ECO.1.1.2"])
def test_should_and_may_never_block(requirement):
    assert catalogue().get(requirement).strength in {Strength.SHOULD, Strength.MAY}
    assert judged_with({requirement: "failed"}).levels["basic"].outcome == "reached"
    assert judged_with({requirement: None}).levels["basic"].outcome == "reached"


def test_a_waived_failure_lets_the_level_be_reached_and_is_counted_as_waived():
    found = judged_with({TESTED: "failed"}, waivers=[waiver()])
    assert found.levels["basic"].outcome == "reached"
    assert found.levels["basic"].counts["waived"] == 1
    assert found.unused_waivers == ()


def test_a_level_without_any_requirement_in_force_is_not_demonstrated_and_says_why():
    only_basic = [
        v for v in judged_with({}).requirements.values() if v.requirement.level == "basic"
    ]  # fmt: skip
    found = levels(only_basic, "basic", complete=True)["advanced"]
    assert found.outcome == "not-demonstrated"
    assert found.sentence.fr == "Niveau avancé non démontré : aucune exigence applicable."
    assert found.sentence.en == "Advanced level not demonstrated: no applicable requirement."


# --- waivers -------------------------------------------------------------------------------------


def test_a_waiver_on_what_passed_is_unused():
    assert judged_with({}, waivers=[waiver()]).unused_waivers == (waiver(),)


def test_a_waiver_on_what_does_not_apply_is_unused():
    only_app = replace(BASIC, mailboxes=frozenset({"APP"}))
    useless = waiver("ECO.1.2.1")
    assert judged_with({"ECO.1.2.1": "failed"}, claims=only_app, waivers=[useless]).unused_waivers == (
        useless,
    )


def test_a_partial_run_cannot_tell_that_a_waiver_is_unused():
    assert judged_with({}, waivers=[waiver()], complete=False).unused_waivers == ()


def test_certainty_is_what_makes_the_difference():
    official = catalogue().get(TESTED)
    weak = replace(official, certainty=Certainty.SECONDARY)
    failed = [outcome("failed")]
    assert requirement_verdict(official, BASIC, failed, None, None).verdict == "failed"
    assert requirement_verdict(weak, BASIC, failed, None, None).verdict == "warning"
