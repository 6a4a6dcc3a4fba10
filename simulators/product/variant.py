"""What a variant is: the reference product with one thing broken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from schemas.text import Bilingual
from simulators.product.behaviour import REFERENCE, Behaviour

INFERRED = "inferred"
"""Origin of a variant that no public report names, made so that a requirement has one that breaks it."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One defect.

    `breaks` are the requirements that fail with it, `warns` those that only get a warning; every other
    requirement keeps the verdict of the reference product. `origin` says where such a defect was seen.
    """

    name: str
    behaviour: Behaviour
    breaks: tuple[str, ...]
    title: Bilingual
    warns: tuple[str, ...] = ()
    origin: str = INFERRED


def variant(
    name: str,
    breaks: str,
    fr: str,
    en: str,
    *,
    warns: str = "",
    origin: str = INFERRED,
    **change: Any,
) -> Variant:
    """Return a variant that changes one field of the reference behaviour.

    `breaks` and `warns` are requirement ids separated by blanks. Raises `ValueError` unless exactly one field
    changes, and to another value than the reference's.
    """
    if len(change) != 1:
        raise ValueError(f"{name}: a variant changes exactly one thing, here {sorted(change)}")
    behaviour = replace(REFERENCE, **change)
    if behaviour == REFERENCE:
        raise ValueError(f"{name}: nothing differs from the reference product")
    return Variant(name, behaviour, tuple(breaks.split()), Bilingual(fr, en), tuple(warns.split()), origin)
