"""National identifiers of persons (PS_IdNat) and of structures (Struct_IdNat): a type digit, then a number.

Types from the FSH models of the ANS guide "Portabilité des données LGC" (`ps-IdNat`, `struct-Id-Nat`)
[official]. A person known only inside a structure has that structure's number, `/` and an internal number:
`500000001815646/CPAT00045`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from schemas.certainty import Certainty
from schemas.identifiers import finess, rpps, siret
from schemas.identifiers.common import IdentifierError, Problem, problem, shown

__all__ = [
    "PsIdNat",
    "PsIdNatError",
    "PsType",
    "StructIdNat",
    "StructIdNatError",
    "StructType",
    "check_ps",
    "check_struct",
    "parse_ps",
    "parse_struct",
]

_INTERNAL = re.compile(r"[!-.0-~]{1,64}", re.ASCII)
_TECHNICAL = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}", re.ASCII)


class PsIdNatError(IdentifierError):
    """A text is no PS_IdNat."""


class StructIdNatError(IdentifierError):
    """A text is no Struct_IdNat."""


class PsType(StrEnum):
    """First digit of a PS_IdNat."""

    ADELI = "0"
    CABINET_ADELI = "1"
    FINESS = "3"
    SIREN = "4"
    SIRET = "5"
    CABINET_RPPS = "6"
    RPPS = "8"


class StructType(StrEnum):
    """First digit of a Struct_IdNat; a technical number has none."""

    CABINET_ADELI = "0"
    FINESS = "1"
    SIREN = "2"
    SIRET = "3"
    RPPS_RANG = "4"
    TECHNICAL = ""


@dataclass(frozen=True, slots=True)
class PsIdNat:
    """A person: `number` without the type digit; `internal` follows `/` for one known inside a structure."""

    type: PsType
    number: str
    internal: str | None = None

    def __str__(self) -> str:
        return f"{self.type}{self.number}" + (f"/{self.internal}" if self.internal is not None else "")


@dataclass(frozen=True, slots=True)
class StructIdNat:
    """A structure: `number` without the type digit."""

    type: StructType
    number: str

    def __str__(self) -> str:
        return f"{self.type}{self.number}"


# The forms of ADELI, cabinet and RPPS-rang numbers are not published: kept wide on purpose [inferred].
_ADELI = r"[0-9AB]{9}"
_FINESS = r"[0-9][0-9A-Z][0-9]{7}"
_PS_FORMS = {
    PsType.ADELI: re.compile(_ADELI, re.ASCII),
    PsType.CABINET_ADELI: re.compile(r"[0-9A-Z]{1,15}", re.ASCII),
    PsType.FINESS: re.compile(_FINESS, re.ASCII),
    PsType.SIREN: re.compile(r"[0-9]{9}", re.ASCII),
    PsType.SIRET: re.compile(r"[0-9]{14}", re.ASCII),
    PsType.CABINET_RPPS: re.compile(r"[0-9]{11,15}", re.ASCII),
    PsType.RPPS: re.compile(r"[0-9]{11}", re.ASCII),
}
_ALONE = (PsType.ADELI, PsType.RPPS)
_STRUCT_FORMS = {
    StructType.FINESS: re.compile(_FINESS, re.ASCII),
    StructType.SIREN: re.compile(r"[0-9]{9}", re.ASCII),
    StructType.SIRET: re.compile(r"[0-9]{14}", re.ASCII),
    StructType.RPPS_RANG: re.compile(r"[0-9]{12,14}", re.ASCII),
    StructType.CABINET_ADELI: re.compile(r"[0-9A-Z]{8,14}", re.ASCII),
}


def parse_ps(text: str) -> PsIdNat:
    """Read a PS_IdNat; the keys of its numbers are not judged (`check_ps` does).

    Raises `PsIdNatError`.
    """
    head, slash, internal = text.partition("/")
    if not head or head[0] not in {each.value for each in PsType}:
        raise PsIdNatError(problem("idnat.ps_type", Certainty.OFFICIAL, found=shown(text)))
    kind = PsType(head[0])
    alone = kind in _ALONE
    whole = _PS_FORMS[kind].fullmatch(head[1:]) and alone is not bool(slash)
    if not whole or (slash and not _INTERNAL.fullmatch(internal)):
        key = "idnat.ps_number" if alone else "idnat.ps_internal"
        raise PsIdNatError(problem(key, Certainty.EXAMPLE, found=shown(text), type=kind.value))
    return PsIdNat(kind, head[1:], internal if slash else None)


def check_ps(text: str) -> tuple[Problem, ...]:
    """Return all that is wrong with a PS_IdNat: type, form, key of its number."""
    try:
        found = parse_ps(text)
    except PsIdNatError as error:
        return (error.problem,)
    judge = _PS_KEYS.get(found.type)
    return () if judge is None else judge(found.number)


def parse_struct(text: str) -> StructIdNat:
    """Read a Struct_IdNat; what fits no typed form is a technical number, which has no type digit.

    Raises `StructIdNatError` for blanks, separators and other signs, or nothing at all.
    """
    if not _TECHNICAL.fullmatch(text):
        raise StructIdNatError(problem("idnat.struct_form", Certainty.OFFICIAL, found=shown(text)))
    for kind, form in _STRUCT_FORMS.items():
        if text[0] == kind.value and form.fullmatch(text[1:]):
            return StructIdNat(kind, text[1:])
    return StructIdNat(StructType.TECHNICAL, text)


def check_struct(text: str) -> tuple[Problem, ...]:
    """Return all that is wrong with a Struct_IdNat: form, key; a technical number is doubtful."""
    try:
        found = parse_struct(text)
    except StructIdNatError as error:
        return (error.problem,)
    if found.type is StructType.TECHNICAL:
        return (problem("idnat.struct_technical", Certainty.INFERRED, found=shown(text)),)
    judge = _STRUCT_KEYS.get(found.type)
    return () if judge is None else judge(found.number)


def _rpps_of_rang(number: str) -> tuple[Problem, ...]:
    return rpps.check(number[:11])


_PS_KEYS: dict[PsType, Callable[[str], tuple[Problem, ...]]] = {
    PsType.RPPS: rpps.check,
    PsType.FINESS: finess.check,
    PsType.SIREN: siret.check_siren,
    PsType.SIRET: siret.check,
}
_STRUCT_KEYS: dict[StructType, Callable[[str], tuple[Problem, ...]]] = {
    StructType.FINESS: finess.check,
    StructType.SIREN: siret.check_siren,
    StructType.SIRET: siret.check,
    StructType.RPPS_RANG: _rpps_of_rang,
}
