"""The kill matrix itself: what it calls complete, and what it does not."""

from __future__ import annotations

import pytest

from harness.selftest.matrix import automated, compare, matrix, unproved
from harness.selftest.playing import REFERENCE_NAME, Play
from schemas.requirements import Verification, catalogue
from simulators.product import VARIANTS, variant_named

HTML = variant_named("html-seul")
GOOD = Play(REFERENCE_NAME, "AUTRE", {"ECO.2.2.4": "passed"}, ("basic",), {}, 1.0)


def played(variant, verdicts, trouble=""):
    return Play(variant.name, "AUTRE", verdicts, (), {}, 1.0, trouble)


def as_declared(variant):
    return played(
        variant, {**dict.fromkeys(variant.breaks, "failed"), **dict.fromkeys(variant.warns, "warning")}
    )


def test_a_variant_that_breaks_what_it_declares_is_killed():
    assert compare(HTML, as_declared(HTML)) is None


@pytest.mark.parametrize(
    ("verdicts", "missing", "unexpected"),
    [
        ({}, ("ECO.2.2.4",), ()),
        ({"ECO.2.2.4": "passed"}, ("ECO.2.2.4",), ()),
        ({"ECO.2.2.4": "not-tested"}, ("ECO.2.2.4",), ()),
        ({"ECO.2.2.4": "warning"}, ("ECO.2.2.4",), ("ECO.2.2.4",)),
        ({"ECO.2.2.4": "failed", "ECO.2.2.1": "failed"}, (), ("ECO.2.2.1",)),
        ({"ECO.2.2.4": "failed", "ECO.2.2.1": "warning"}, (), ("ECO.2.2.1",)),
    ],
)
def test_no_more_and_no_fewer(verdicts, missing, unexpected):
    assert (set(HTML.breaks), set(HTML.warns)) == ({"ECO.2.2.4"}, set())
    difference = compare(HTML, played(HTML, verdicts))
    assert difference
    assert (difference.missing, difference.unexpected) == (missing, unexpected)


def test_a_run_that_broke_kills_nothing():
    assert compare(HTML, played(HTML, {"ECO.2.2.4": "failed"}, trouble="exit 3"))


def whole(*references, **changed):
    references = references or (GOOD,)
    plays = [changed.get(variant.name, as_declared(variant)) for variant in VARIANTS.values()]
    return matrix("basic", tuple(VARIANTS.values()), [*references, *plays], 1.0)


def test_all_as_declared_is_complete():
    """Also says that the declarations of the variants cover every requirement verified by machine."""
    found = whole()
    assert found.survivors == ()
    assert found.complete
    assert found.closing_line.endswith(" 0 survivors")
    assert found.to_json()["complete"] is True


@pytest.mark.parametrize(
    "reference",
    [
        Play(REFERENCE_NAME, "AUTRE", {}, (), {}, 1.0),
        Play(REFERENCE_NAME, "AUTRE", {"ECO.2.2.4": "warning"}, ("basic",), {}, 1.0),
        Play(REFERENCE_NAME, "AUTRE", {}, (), {}, 0.0, "exit 3"),
    ],
)
def test_a_reference_that_does_not_hold_is_not_complete(reference):
    assert not whole(reference).complete
    assert not whole(GOOD, reference).complete, "each corridor counts"


def test_a_requirement_on_which_no_variant_dies_survives():
    spared = {
        variant.name: played(variant, {}) for variant in VARIANTS.values() if "ECO.2.2.4" in variant.breaks
    }
    found = whole(**spared)
    assert "ECO.2.2.4" in found.survivors
    assert {difference.variant for difference in found.differences} == set(spared)
    assert not found.complete
    assert not found.closing_line.endswith(" 0 survivors")


def test_what_is_exempt_exists_and_says_why():
    names = {requirement.id for requirement in automated("advanced")}
    for requirement, reason in unproved().items():
        assert requirement in names
        assert len(reason) > 20


def test_declarations_and_what_is_withdrawn_are_not_to_be_proved():
    for requirement in automated("advanced"):
        assert requirement.in_force
        assert requirement.verified is not Verification.DECLARATION
    assert {one.id for one in automated("basic")} < {one.id for one in catalogue()}


def test_without_a_reference_nothing_holds():
    assert not matrix("basic", (), [], 1.0).reference_holds
