"""Identifier algorithms of the field: INS, RPPS, FINESS, SIREN and SIRET, OID, PS_IdNat and Struct_IdNat.

In each module `parse(text)` gives a value or raises the module's own error when the form is wrong, and
`check(text)` gives everything that is wrong, keys included, each with its certainty: most keys may only warn,
since official samples and documentation break them.

Errors::

    IdentifierError (a ValueError; .problem says why in both languages)
    ├── InsError
    ├── RppsError
    ├── FinessError
    ├── SirenError
    ├── SiretError
    ├── OidError
    ├── PsIdNatError
    └── StructIdNatError
"""

from __future__ import annotations

from schemas.identifiers.common import IdentifierError, Problem, luhn_valid
from schemas.identifiers.finess import Finess, FinessError
from schemas.identifiers.idnat import (
    PsIdNat,
    PsIdNatError,
    PsType,
    StructIdNat,
    StructIdNatError,
    StructType,
)
from schemas.identifiers.ins import InsError, InsOid, Matricule
from schemas.identifiers.oid import Oid, OidError
from schemas.identifiers.rpps import Rpps, RppsError
from schemas.identifiers.siret import Siren, SirenError, Siret, SiretError

__all__ = [
    "Finess",
    "FinessError",
    "IdentifierError",
    "InsError",
    "InsOid",
    "Matricule",
    "Oid",
    "OidError",
    "Problem",
    "PsIdNat",
    "PsIdNatError",
    "PsType",
    "Rpps",
    "RppsError",
    "Siren",
    "SirenError",
    "Siret",
    "SiretError",
    "StructIdNat",
    "StructIdNatError",
    "StructType",
    "luhn_valid",
]
