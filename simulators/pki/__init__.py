"""A public key infrastructure like IGC-Santé, made for one run and worth nothing outside it.

`Pki.build` makes the authorities, `Pki.server` and `Pki.client` issue certificates by flavour (good,
expired, revoked, other authority...), `revocation_app` serves CRL, OCSP and authority certificates per
tenant. Sources: DOSSIER §3.2, §3.5, §5 (TLS), RFC 5280, RFC 6960, RFC 9654.
"""

from simulators.pki.credential import Credential
from simulators.pki.crl import operator_crls_pem
from simulators.pki.faults import (
    NORMAL,
    CrlFault,
    ForgedCrl,
    GarbageCrl,
    OcspExpired,
    OcspFault,
    OcspForged,
    OcspOtherSerial,
    OcspSigner,
    OcspTryLater,
    OcspUndelegated,
    OcspUnknown,
    OcspWrongNonce,
    Outage,
    RevocationBehaviour,
    StaleCrl,
    Unreachable,
)
from simulators.pki.flavours import (
    CLIENT_FLAVOURS,
    SERVER_FLAVOURS,
    ClientFlavour,
    FlavourNote,
    Revocation,
    ServerFlavour,
)
from simulators.pki.hierarchy import SPACE_TENANT
from simulators.pki.oids import (
    POLICY_COMMERCIAL,
    POLICY_ELEMENTAIRE_ORGANISATIONS,
    POLICY_ELEMENTAIRE_PERSONNES,
)
from simulators.pki.pki import OPERATOR_STRUCTURE, OTHER_STRUCTURE, WRONG_HOST, Pki
from simulators.pki.revocation import revocation_app

__all__ = [
    "CLIENT_FLAVOURS",
    "NORMAL",
    "OPERATOR_STRUCTURE",
    "OTHER_STRUCTURE",
    "POLICY_COMMERCIAL",
    "POLICY_ELEMENTAIRE_ORGANISATIONS",
    "POLICY_ELEMENTAIRE_PERSONNES",
    "SERVER_FLAVOURS",
    "SPACE_TENANT",
    "WRONG_HOST",
    "ClientFlavour",
    "Credential",
    "CrlFault",
    "FlavourNote",
    "ForgedCrl",
    "GarbageCrl",
    "OcspExpired",
    "OcspFault",
    "OcspForged",
    "OcspOtherSerial",
    "OcspSigner",
    "OcspTryLater",
    "OcspUndelegated",
    "OcspUnknown",
    "OcspWrongNonce",
    "Outage",
    "Pki",
    "Revocation",
    "RevocationBehaviour",
    "ServerFlavour",
    "StaleCrl",
    "Unreachable",
    "operator_crls_pem",
    "revocation_app",
]
