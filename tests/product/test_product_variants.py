"""The variants as data: one thing each, known requirements, every automated requirement served."""

from __future__ import annotations

from dataclasses import fields

import pytest

from harness.selftest.matrix import automated, unproved
from schemas.requirements import catalogue
from simulators.product import REFERENCE, VARIANTS, Variant
from simulators.product.variant import variant


@pytest.mark.parametrize("one", VARIANTS.values(), ids=VARIANTS)
def test_a_variant_changes_one_field(one: Variant) -> None:
    changed = [
        f.name for f in fields(REFERENCE) if getattr(REFERENCE, f.name) != getattr(one.behaviour, f.name)
    ]
    assert len(changed) == 1
    assert one.breaks or one.warns
    assert one.title.fr and one.title.en and one.origin


def test_a_variant_that_changes_nothing_or_two_things_is_refused() -> None:
    with pytest.raises(ValueError, match="exactly one"):
        variant("x", "", "", "", nil="absent", reopens=False)
    with pytest.raises(ValueError, match="nothing differs"):
        variant("x", "", "", "", nil="once")


def test_every_field_has_a_variant() -> None:
    changed = {
        f.name
        for one in VARIANTS.values()
        for f in fields(REFERENCE)
        if getattr(REFERENCE, f.name) != getattr(one.behaviour, f.name)
    }
    assert changed == {f.name for f in fields(REFERENCE)}


def test_every_automated_basic_requirement_has_a_variant() -> None:
    served = {one for each in VARIANTS.values() for one in each.breaks + each.warns}
    assert served <= set(catalogue().by_id)
    basic = {requirement.id for requirement in automated("basic")}
    assert basic - served == basic & set(unproved())
