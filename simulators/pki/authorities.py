"""The authorities of the space: who signs whom, under which names.

Names follow IGC-Santé's own test hierarchy ("TEST AC …", OU "IGC-SANTE TEST"), with an organisation that
nobody can take for the real one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from cryptography import x509
from cryptography.x509 import ObjectIdentifier
from cryptography.x509.oid import NameOID

from simulators.pki.oids import (
    POLICY_COMMERCIAL,
    POLICY_ELEMENTAIRE_ORGANISATIONS,
    POLICY_ELEMENTAIRE_PERSONNES,
)

SIMULATED_ORGANISATION: Final = "TEST BANC MSSANTE - SANS VALEUR"
COMMON_NAME_MAX: Final = 64
"""ub-common-name (RFC 5280, appendix A)."""

ROOT: Final = "acr-el"
ORGANISATIONS: Final = "aci-el-org"
ORGANISATIONS_REVOKED: Final = "aci-el-org-revoquee"
PERSONNES: Final = "aci-el-pers"
COMMERCIAL_ROOT: Final = "racine-commerciale"
COMMERCIAL: Final = "aci-commerciale"
IMPOSTOR_ROOT: Final = "racine-imposteur"
IMPOSTOR: Final = "aci-imposteur"


def name(common_name: str, units: tuple[str, ...], organisation: str, state: str | None = None) -> x509.Name:
    """Return a DN in the order of IGC-Santé: C, ST, O, OU, CN (so `CN=…,OU=…,O=…,ST=…,C=FR` in text)."""
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "FR")]
    if state is not None:
        parts.append(x509.NameAttribute(NameOID.STATE_OR_PROVINCE_NAME, state))
    parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    parts += [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit) for unit in units]
    parts.append(x509.NameAttribute(NameOID.COMMON_NAME, common_name[:COMMON_NAME_MAX]))
    return x509.Name(parts)


@dataclass(frozen=True, slots=True)
class Authority:
    """One authority: `identifier` names its key and its files, `issuer` signs it (None: a root).

    `policy` goes into the certificates that it issues to end entities.
    """

    identifier: str
    subject: x509.Name
    issuer: str | None
    policy: ObjectIdentifier


def _igc(common_name: str) -> x509.Name:
    return name(common_name, ("IGC-SANTE TEST",), SIMULATED_ORGANISATION)


def _commercial(common_name: str) -> x509.Name:
    return name(common_name, ("TEST TLS",), SIMULATED_ORGANISATION)


_ALL: Final = (
    Authority(ROOT, _igc("TEST AC RACINE IGC-SANTE ELEMENTAIRE"), None, POLICY_ELEMENTAIRE_ORGANISATIONS),
    Authority(
        ORGANISATIONS,
        _igc("TEST AC IGC-SANTE ELEMENTAIRE ORGANISATIONS"),
        ROOT,
        POLICY_ELEMENTAIRE_ORGANISATIONS,
    ),
    Authority(
        ORGANISATIONS_REVOKED,
        _igc("TEST AC IGC-SANTE ELEMENTAIRE ORGANISATIONS 2"),
        ROOT,
        POLICY_ELEMENTAIRE_ORGANISATIONS,
    ),
    Authority(PERSONNES, _igc("TEST AC IGC-SANTE ELEMENTAIRE PERSONNES"), ROOT, POLICY_ELEMENTAIRE_PERSONNES),
    Authority(COMMERCIAL_ROOT, _commercial("TEST RACINE COMMERCIALE"), None, POLICY_COMMERCIAL),
    Authority(COMMERCIAL, _commercial("TEST AC COMMERCIALE TLS"), COMMERCIAL_ROOT, POLICY_COMMERCIAL),
    Authority(
        IMPOSTOR_ROOT, _igc("TEST AC RACINE IMPOSTEUR IGC-SANTE"), None, POLICY_ELEMENTAIRE_ORGANISATIONS
    ),
    # The very DN of the accepted range: only the signature tells them apart, so a product that compares
    # issuer texts (a defect seen in the field) accepts it.
    Authority(
        IMPOSTOR,
        _igc("TEST AC IGC-SANTE ELEMENTAIRE ORGANISATIONS"),
        IMPOSTOR_ROOT,
        POLICY_ELEMENTAIRE_ORGANISATIONS,
    ),
)

AUTHORITIES: Final[Mapping[str, Authority]] = MappingProxyType(
    {authority.identifier: authority for authority in _ALL}
)
"""Every authority of the space by identifier."""
