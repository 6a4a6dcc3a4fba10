"""FINESS number of a structure: 9 characters, the last a Luhn key.

All-digit numbers pass Luhn (299 of 299 in the signed white list of 2025-02-28 [example]). The second
character may be a letter: A or B after a 2 for Corsica [inferred], another such pair for fictitious
structures (0B0172805); no key is known for those.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from schemas.certainty import Certainty
from schemas.identifiers.common import IdentifierError, Problem, is_digits, luhn_valid, problem, shown

__all__ = ["Finess", "FinessError", "check", "parse"]

_FORM = re.compile(r"[0-9][0-9A-Z][0-9]{7}", re.ASCII)


class FinessError(IdentifierError):
    """A text is no FINESS number."""


@dataclass(frozen=True, slots=True)
class Finess:
    """A FINESS number of 9 characters."""

    number: str

    def __str__(self) -> str:
        return self.number

    @property
    def department(self) -> str:
        """The first two characters: `75`, `2A`; of no meaning for a fictitious structure."""
        return self.number[:2]

    @property
    def fictitious(self) -> bool:
        """Whether it has a letter that is not that of Corsica: a test structure."""
        return not self.number[1].isdigit() and self.department not in ("2A", "2B")

    @property
    def key_is_valid(self) -> bool | None:
        """Whether the Luhn sum holds; None with a letter, no key being known then."""
        return luhn_valid(self.number) if is_digits(self.number) else None


def parse(text: str) -> Finess:
    """Read a FINESS number; the key is read, not judged (`check` does).

    Raises `FinessError`.
    """
    if not _FORM.fullmatch(text):
        raise FinessError(problem("finess.form", Certainty.EXAMPLE, found=shown(text)))
    return Finess(text)


def check(text: str) -> tuple[Problem, ...]:
    """Return all that is wrong with a FINESS number: form, key."""
    try:
        finess = parse(text)
    except FinessError as error:
        return (error.problem,)
    if finess.key_is_valid is False:
        return (problem("finess.key", Certainty.EXAMPLE, found=text),)
    return ()
