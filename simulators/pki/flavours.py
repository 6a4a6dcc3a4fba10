"""The certificates that a test may ask for, good and bad, by name.

A flavour breaks one thing only, so that a product which accepts it lacks one known check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal

from schemas.text import Bilingual

Revocation = Literal["crl", "ocsp"]
"""A way to learn of a revocation that a certificate points to: CRL (RFC 5280) or OCSP (RFC 6960)."""

BOTH_REVOCATIONS: Final[frozenset[Revocation]] = frozenset({"crl", "ocsp"})
"""What real IGC-Santé certificates carry: a CRL distribution point and an OCSP address."""


class ServerFlavour(StrEnum):
    """A server certificate of an operator's API LPS; all but `GOOD` have to be refused."""

    GOOD = "good"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    REVOKED = "revoked"
    REVOKED_CRL_ONLY = "revoked_crl_only"
    REVOKED_OCSP_ONLY = "revoked_ocsp_only"
    OTHER_AUTHORITY = "other_authority"
    IMPOSTOR_AUTHORITY = "impostor_authority"
    WRONG_RANGE = "wrong_range"
    WRONG_HOST = "wrong_host"
    WEAK_KEY = "weak_key"
    SELF_SIGNED = "self_signed"
    INTERMEDIATE_REVOKED = "intermediate_revoked"


class ClientFlavour(StrEnum):
    """A client certificate (ORG AUTH_CLI) of a structure; an operator refuses all but `GOOD`."""

    GOOD = "good"
    EXPIRED = "expired"
    REVOKED = "revoked"
    OTHER_AUTHORITY = "other_authority"
    SERVER_CERTIFICATE = "server_certificate"
    OTHER_STRUCTURE = "other_structure"


@dataclass(frozen=True, slots=True)
class FlavourNote:
    """What a flavour breaks, in the two languages, and the requirements that it serves."""

    requirements: tuple[str, ...]
    label: Bilingual


def _note(requirements: str, french: str, english: str) -> FlavourNote:
    return FlavourNote(tuple(requirements.split()), Bilingual(french, english))


SERVER_FLAVOURS: Final[Mapping[ServerFlavour, FlavourNote]] = MappingProxyType(
    {
        ServerFlavour.GOOD: _note("ECO.1.1.4", "certificat conforme", "conforming certificate"),
        ServerFlavour.EXPIRED: _note("ECO.1.1.5", "certificat expiré", "expired certificate"),
        ServerFlavour.NOT_YET_VALID: _note(
            "ECO.1.1.5", "certificat pas encore valide", "certificate not yet valid"
        ),
        ServerFlavour.REVOKED: _note(
            "ECO.1.1.6", "certificat révoqué (CRL et OCSP)", "revoked (CRL and OCSP)"
        ),
        ServerFlavour.REVOKED_CRL_ONLY: _note(
            "ECO.1.1.6", "révoqué dans la CRL seulement", "revoked in the CRL only"
        ),
        ServerFlavour.REVOKED_OCSP_ONLY: _note(
            "ECO.1.1.6", "révoqué selon OCSP seulement", "revoked according to OCSP only"
        ),
        ServerFlavour.OTHER_AUTHORITY: _note(
            "ECO.1.1.10", "émis par une autorité commerciale", "issued by a commercial authority"
        ),
        ServerFlavour.IMPOSTOR_AUTHORITY: _note(
            "ECO.1.1.10",
            "émis par une autorité qui porte le nom de l'IGC-Santé sans en être",
            "issued by an authority that bears the name of IGC-Santé without being it",
        ),
        ServerFlavour.WRONG_RANGE: _note(
            "ECO.1.1.10", "autre gamme de l'IGC-Santé (Personnes)", "another IGC-Santé range (Personnes)"
        ),
        ServerFlavour.WRONG_HOST: _note("ECO.1.1.4", "autre nom d'hôte", "another host name"),
        ServerFlavour.WEAK_KEY: _note("ECO.1.1.3", "clé RSA de 1024 bits", "RSA key of 1024 bits"),
        ServerFlavour.SELF_SIGNED: _note("ECO.1.1.10", "certificat autosigné", "self-signed certificate"),
        ServerFlavour.INTERMEDIATE_REVOKED: _note(
            "ECO.1.1.6", "autorité intermédiaire révoquée", "revoked intermediate authority"
        ),
    }
)
"""Each server flavour. ECO.1.1.4 for the host name and ECO.1.1.3 for the key size are inferred: no
requirement in the catalogue names them; they follow from "can connect to an operator" and "256 / 2048".
ECO.1.1.6 for `INTERMEDIATE_REVOKED` is inferred too: it speaks of the operator's certificate only."""

CLIENT_FLAVOURS: Final[Mapping[ClientFlavour, FlavourNote]] = MappingProxyType(
    {
        ClientFlavour.GOOD: _note(
            "ECO.1.3.1 X-OPE-03", "certificat ORG AUTH_CLI", "ORG AUTH_CLI certificate"
        ),
        ClientFlavour.EXPIRED: _note("X-OPE-03 X-OPE-LB6", "certificat expiré", "expired certificate"),
        ClientFlavour.REVOKED: _note("X-OPE-03 X-OPE-LB6", "certificat révoqué", "revoked certificate"),
        ClientFlavour.OTHER_AUTHORITY: _note(
            "X-OPE-03 X-OPE-LB6", "émis par une autorité commerciale", "issued by a commercial authority"
        ),
        ClientFlavour.SERVER_CERTIFICATE: _note(
            "X-OPE-03", "certificat serveur, sans usage client", "server certificate, without client usage"
        ),
        ClientFlavour.OTHER_STRUCTURE: _note(
            "X-OPE-03", "certificat d'une autre structure", "certificate of another structure"
        ),
    }
)
