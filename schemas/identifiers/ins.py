"""INS matricule: 13 characters and a key of two digits, the OIDs that qualify it, the patient's address.

Sex (1), year (2), month (2), department (2), commune (3), order (3), key (2). Sex 1 and 2 are those of a NIR;
3, 4, 7 and 8 of a number given for a time (NIA). Sources: ECO.2.2.6 and ECO.2.4.2; form and key of the
NIR are general knowledge [inferred]; the matricules of official samples often have a wrong key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from schemas.certainty import Certainty
from schemas.identifiers.common import IdentifierError, Problem, is_digits, problem, shown

__all__ = [
    "INS_C_OID",
    "PATIENT_DOMAIN",
    "InsError",
    "InsOid",
    "Matricule",
    "check",
    "key_of",
    "parse",
    "parse_address",
    "patient_address",
]

PATIENT_DOMAIN = "patient.mssante.fr"
INS_C_OID = "1.2.250.1.213.1.4.2"
"""Computed INS, abandoned in 2021: a document that still carries it is refused (X-XDM-61)."""

_FORM = re.compile(r"[123478][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{6}", re.ASCII)
_CORSICA = {"2A": "19", "2B": "18"}


class InsError(IdentifierError):
    """A text is no INS matricule."""


class InsOid(StrEnum):
    """OID that says which authority gave the matricule."""

    NIR = "1.2.250.1.213.1.4.8"
    NIA = "1.2.250.1.213.1.4.9"
    NIR_TEST = "1.2.250.1.213.1.4.10"
    NIR_DEMO = "1.2.250.1.213.1.4.11"

    @property
    def for_test(self) -> bool:
        """Whether it marks a test identity, never seen in production."""
        return self in (InsOid.NIR_TEST, InsOid.NIR_DEMO)


@dataclass(frozen=True, slots=True)
class Matricule:
    """A matricule: `number` of 13 characters (`2A` and `2B` stay letters), `key` of two digits."""

    number: str
    key: str

    def __str__(self) -> str:
        return self.number + self.key

    @property
    def temporary(self) -> bool:
        """Whether it was given for a time (NIA), until the NIR is known."""
        return self.number[0] in "3478"

    @property
    def sex(self) -> str:
        """`M` or `F`, by the first digit."""
        return "M" if self.number[0] in "137" else "F"

    @property
    def year(self) -> int:
        """Year of birth, the last two digits only."""
        return int(self.number[1:3])

    @property
    def month(self) -> int:
        """Month of birth; beyond 12 it says that the civil status is not complete."""
        return int(self.number[3:5])

    @property
    def department(self) -> str:
        """Department of birth: `75`, `2A`; `99` for abroad."""
        return self.number[5:7]

    @property
    def key_is_valid(self) -> bool:
        """Whether the key is the one that the number gives."""
        return self.key == key_of(self.number)


def parse(text: str) -> Matricule:
    """Read a matricule of 15 characters without blanks; the key is read, not judged (`check` does).

    Raises `InsError`.
    """
    fault = _form_problem(text)
    if fault is not None:
        raise InsError(fault)
    return Matricule(text[:13], text[13:])


def check(text: str) -> tuple[Problem, ...]:
    """Return all that is wrong with a matricule: form, month, key."""
    fault = _form_problem(text)
    if fault is not None:
        return (fault,)
    matricule = Matricule(text[:13], text[13:])
    found = []
    if not _month_is_valid(matricule.month):
        found.append(problem("ins.month", Certainty.INFERRED, month=f"{matricule.month:02}"))
    if not matricule.key_is_valid:
        expected = key_of(matricule.number)
        found.append(problem("ins.key", Certainty.INFERRED, found=matricule.key, expected=expected))
    return tuple(found)


def key_of(number: str) -> str:
    """Return the key of a number of 13 characters: 97 - (number mod 97), 2A counted as 19 and 2B as 18.

    Raises `InsError` when the number has not the form.

    >>> key_of("2790351215189")
    '89'
    """
    if not _FORM.fullmatch(number):
        raise InsError(problem("ins.form", Certainty.OFFICIAL, found=shown(number)))
    department = number[5:7]
    digits = number[:5] + _CORSICA.get(department, department) + number[7:]
    return f"{97 - int(digits) % 97:02}"


def patient_address(matricule: Matricule) -> str:
    """Return the MSSanté address of the patient (ECO.2.2.6, X-ENS-01)."""
    return f"{matricule}@{PATIENT_DOMAIN}"


def parse_address(address: str) -> Matricule:
    """Return the matricule of a patient's address; the domain in any case.

    Raises `InsError` for another domain or a local part that is no matricule.
    """
    local, _, domain = address.rpartition("@")
    if domain.lower() != PATIENT_DOMAIN:
        raise InsError(
            problem("ins.domain", Certainty.OFFICIAL, found=shown(address), expected=PATIENT_DOMAIN)
        )
    return parse(local)


def _form_problem(text: str) -> Problem | None:
    if len(text) != 15 or not _FORM.fullmatch(text[:13]) or not is_digits(text[13:]):
        return problem("ins.form", Certainty.OFFICIAL, found=shown(text))
    return None


def _month_is_valid(month: int) -> bool:
    return 1 <= month <= 12 or 20 <= month <= 42 or 50 <= month <= 99
