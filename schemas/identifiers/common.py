"""What all identifiers share: problems, errors, the Luhn sum."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.certainty import Certainty
from schemas.messages import message
from schemas.text import Bilingual

__all__ = ["IdentifierError", "Problem", "is_digits", "luhn_valid", "problem", "shown"]

SHOWN = 40
"""Longest piece of a wrong identifier that a text repeats."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an identifier.

    `code` is stable (`ins.key`). `certainty` says how firm the rule is: official samples break several keys,
    so what is not firm may only warn.
    """

    code: str
    text: Bilingual
    certainty: Certainty


class IdentifierError(ValueError):
    """A text has not the form of the identifier; the base of the errors of each kind."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.text.fr} / {problem.text.en}")
        self.problem = problem


def problem(code: str, certainty: Certainty, **values: object) -> Problem:
    """Return the problem of this code, its text from `identifiers.toml`."""
    return Problem(code, message(f"identifiers.{code}").filled(**values), certainty)


def shown(text: str) -> str:
    """Return a wrong identifier for a text: bounded, control characters made visible."""
    visible = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text[: SHOWN + 1])
    return visible if len(text) <= SHOWN else visible[:SHOWN] + "…"


def is_digits(text: str) -> bool:
    """Return whether there are only ASCII digits, at least one (`str.isdigit` accepts others)."""
    return text.isascii() and text.isdigit()


def luhn_valid(digits: str) -> bool:
    """Return whether the Luhn sum of the digits is a multiple of ten; the last one is the key.

    >>> luhn_valid("10001045367")
    True
    """
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
