"""OID (ISO/IEC 9834-1, X.660): arcs of digits separated by dots, and those of the field that we need."""

from __future__ import annotations

import re
from dataclasses import dataclass

from schemas.certainty import Certainty
from schemas.identifiers.common import IdentifierError, Problem, problem, shown

__all__ = [
    "ANS_ROOT",
    "MAX_CHARS",
    "PS_IDNAT_AUTHORITY",
    "STRUCT_IDNAT_AUTHORITY",
    "Oid",
    "OidError",
    "check",
    "parse",
]

MAX_CHARS = 64
"""Longest OID that the exchange profiles of IHE bear."""

ANS_ROOT = "1.2.250.1.213"
PS_IDNAT_AUTHORITY = "1.2.250.1.71.4.2.1"
"""Authority of the PS_IdNat, in XCN and CDA ids."""
STRUCT_IDNAT_AUTHORITY = "1.2.250.1.71.4.2.2"
"""Authority of the Struct_IdNat, in XON and CDA ids."""

_PARSED = 1_000
_FORM = re.compile(r"(?:[01]\.[1-3]?[0-9]|2\.(?:0|[1-9][0-9]*))(?:\.(?:0|[1-9][0-9]*))*", re.ASCII)


class OidError(IdentifierError):
    """A text is no OID."""


@dataclass(frozen=True, slots=True)
class Oid:
    """An OID as written, without leading zeros in its arcs."""

    dotted: str

    def __str__(self) -> str:
        return self.dotted

    @property
    def arcs(self) -> tuple[str, ...]:
        """The arcs, as digits: an arc may be larger than any machine integer (those made from a UUID are)."""
        return tuple(self.dotted.split("."))

    @property
    def urn(self) -> str:
        """The OID as a URN (RFC 3061)."""
        return f"urn:oid:{self.dotted}"

    def under(self, root: Oid) -> bool:
        """Return whether it is `root` or below it."""
        return self.arcs[: len(root.arcs)] == root.arcs


def parse(text: str) -> Oid:
    """Read an OID, with or without `urn:oid:`.

    Raises `OidError`.
    """
    dotted = text.removeprefix("urn:oid:")
    if len(dotted) > _PARSED or not _FORM.fullmatch(dotted):
        raise OidError(problem("oid.form", Certainty.OFFICIAL, found=shown(text)))
    return Oid(dotted)


def check(text: str) -> tuple[Problem, ...]:
    """Return all that is wrong with an OID: form, length."""
    try:
        oid = parse(text)
    except OidError as error:
        return (error.problem,)
    if len(oid.dotted) > MAX_CHARS:
        return (problem("oid.length", Certainty.INFERRED, found=len(oid.dotted), maximum=MAX_CHARS),)
    return ()
