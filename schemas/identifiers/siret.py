"""SIREN (9 digits) of an enterprise and SIRET (14 digits) of one of its establishments, with Luhn keys.

43 of 43 SIRET in the signed white list of 2025-02-28 pass [example]. Those of La Poste (SIREN 356000000) are
the known exception: the sum of their digits is a multiple of 5, only the head office passes Luhn [inferred].
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.certainty import Certainty
from schemas.identifiers.common import IdentifierError, Problem, is_digits, luhn_valid, problem, shown

__all__ = [
    "LA_POSTE",
    "Siren",
    "SirenError",
    "Siret",
    "SiretError",
    "check",
    "check_siren",
    "parse",
    "parse_siren",
]

LA_POSTE = "356000000"


class SirenError(IdentifierError):
    """A text is no SIREN."""


class SiretError(IdentifierError):
    """A text is no SIRET."""


@dataclass(frozen=True, slots=True)
class Siren:
    """A SIREN of 9 digits."""

    number: str

    def __str__(self) -> str:
        return self.number

    @property
    def key_is_valid(self) -> bool:
        """Whether the Luhn sum holds."""
        return luhn_valid(self.number)


@dataclass(frozen=True, slots=True)
class Siret:
    """A SIRET of 14 digits: the SIREN, then the number of the establishment (NIC) of 5 digits."""

    siren: Siren
    nic: str

    def __str__(self) -> str:
        return f"{self.siren}{self.nic}"

    @property
    def key_is_valid(self) -> bool:
        """Whether the Luhn sum holds, or the sum of La Poste for its own."""
        digits = str(self)
        return luhn_valid(digits) or (
            self.siren.number == LA_POSTE and sum(int(digit) for digit in digits) % 5 == 0
        )


def parse(text: str) -> Siret:
    """Read a SIRET; the keys are read, not judged (`check` does).

    Raises `SiretError`.
    """
    if len(text) != 14 or not is_digits(text):
        raise SiretError(problem("siret.form", Certainty.EXAMPLE, found=shown(text)))
    return Siret(Siren(text[:9]), text[9:])


def check(text: str) -> tuple[Problem, ...]:
    """Return all that is wrong with a SIRET: form, its key, the key of its SIREN."""
    try:
        siret = parse(text)
    except SiretError as error:
        return (error.problem,)
    found = list(check_siren(siret.siren.number))
    if not siret.key_is_valid:
        found.append(problem("siret.key", Certainty.EXAMPLE, found=text))
    return tuple(found)


def parse_siren(text: str) -> Siren:
    """Read a SIREN; the key is read, not judged (`check_siren` does).

    Raises `SirenError`.
    """
    if len(text) != 9 or not is_digits(text):
        raise SirenError(problem("siren.form", Certainty.EXAMPLE, found=shown(text)))
    return Siren(text)


def check_siren(text: str) -> tuple[Problem, ...]:
    """Return all that is wrong with a SIREN: form, key."""
    try:
        siren = parse_siren(text)
    except SirenError as error:
        return (error.problem,)
    return () if siren.key_is_valid else (problem("siren.key", Certainty.EXAMPLE, found=text),)
