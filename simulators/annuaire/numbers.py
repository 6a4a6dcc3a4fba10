"""Identifiers of an invented population: valid keys, ranges that no real person or structure has.

RPPS begin with 99700, kept for tests; beyond 100,000 professionals with 99701, 99702… which no real number
does (they begin with 1) [inferred]. FINESS have a letter in second place (no key is known for those, DOSSIER
§2.5). SIREN begin with 0, which INSEE does not allot [inferred]. Each number follows from the key alone.
"""

from __future__ import annotations

_BLOCK = 100_000
_SCATTER = 61_803
"""Coprime with the block: scatters numbers over it without repeating one."""


def _luhn(payload: str) -> str:
    total = 0
    for place, digit in enumerate(map(int, reversed(payload))):
        doubled = digit if place % 2 else digit * 2
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def rpps(key: int) -> str:
    """Return the RPPS (11 digits) of the professional of a key."""
    block, inside = divmod(key, _BLOCK)
    payload = f"{99_700 + block:05d}{inside * _SCATTER % _BLOCK:05d}"
    return payload + _luhn(payload)


def siren(key: int) -> str:
    """Return the SIREN (9 digits) of the structure of a key."""
    payload = f"0{key:07d}"
    return payload + _luhn(payload)


def siret(number: str, establishment: int = 1) -> str:
    """Return the SIRET (14 digits) of an establishment of a SIREN."""
    payload = f"{number}{establishment:04d}"
    return payload + _luhn(payload)


def finess(key: int) -> str:
    """Return the FINESS (9 characters) of the structure of a key."""
    return f"{key // 10_000_000 % 10}B{key % 10_000_000:07d}"


def card(key: int) -> str:
    """Return the number of a CPx card (10 digits)."""
    return f"31{key:08d}"


def situation(key: int) -> str:
    """Return the number of a situation d'exercice (10 digits)."""
    return f"10{key:08d}"
