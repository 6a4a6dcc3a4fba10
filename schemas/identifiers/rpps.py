"""RPPS number of a professional: 11 digits, the last a Luhn key.

Real numbers begin with 1, the fictitious ones of ANS tests with 99700. Numbers printed in ANS documentation
often have a wrong key, so the key may only warn. Form seen on samples [example]; key and ranges [inferred].
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.certainty import Certainty
from schemas.identifiers.common import IdentifierError, Problem, is_digits, luhn_valid, problem, shown

__all__ = ["FICTITIOUS_PREFIX", "Rpps", "RppsError", "check", "parse"]

FICTITIOUS_PREFIX = "99700"


class RppsError(IdentifierError):
    """A text is no RPPS number."""


@dataclass(frozen=True, slots=True)
class Rpps:
    """An RPPS number of 11 digits, without the leading 8 of the PS_IdNat."""

    number: str

    def __str__(self) -> str:
        return self.number

    @property
    def fictitious(self) -> bool:
        """Whether it is a test identity."""
        return self.number.startswith(FICTITIOUS_PREFIX)

    @property
    def key_is_valid(self) -> bool:
        """Whether the Luhn sum holds."""
        return luhn_valid(self.number)


def parse(text: str) -> Rpps:
    """Read an RPPS number; the key is read, not judged (`check` does).

    Raises `RppsError`.
    """
    if len(text) != 11 or not is_digits(text):
        raise RppsError(_form_problem(text))
    return Rpps(text)


def check(text: str) -> tuple[Problem, ...]:
    """Return all that is wrong with an RPPS number: form, range, key."""
    try:
        rpps = parse(text)
    except RppsError as error:
        return (error.problem,)
    found = []
    if not rpps.fictitious and not text.startswith("1"):
        found.append(problem("rpps.range", Certainty.INFERRED, found=text))
    if not rpps.key_is_valid:
        found.append(problem("rpps.key", Certainty.INFERRED, found=text))
    return tuple(found)


def _form_problem(text: str) -> Problem:
    return problem("rpps.form", Certainty.EXAMPLE, found=shown(text))
