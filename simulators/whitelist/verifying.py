"""Deciding whether a white list may be used: structure, signature, signer (X-OPE-LB1, X-OPE-LB2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509 import Certificate, ObjectIdentifier

from simulators.pki import POLICY_ELEMENTAIRE_ORGANISATIONS, SPACE_TENANT, Pki
from simulators.whitelist.entries import WhiteList
from simulators.whitelist.errors import Refusal, WhiteListError
from simulators.whitelist.reading import parse, white_list_of
from simulators.whitelist.xmldsig import verify_enveloped

RevokedAt = Callable[[Certificate, datetime], bool]
"""Tells whether a certificate was revoked at an instant."""

_CHAIN_MAX = 5


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom an operator believes: the root, the intermediates that it knows, the policy of the signer.

    `revoked` is asked about the signer at the date of generation.
    """

    root: Certificate
    intermediates: tuple[Certificate, ...]
    policy: ObjectIdentifier = POLICY_ELEMENTAIRE_ORGANISATIONS
    revoked: RevokedAt = lambda certificate, at: False


def trust_in(pki: Pki, tenant: str = SPACE_TENANT) -> Trust:
    """Return the trust of a simulated operator in the authorities of its space."""
    chain = x509.load_pem_x509_certificates(pki.igc_sante_chain_pem)

    def revoked(certificate: Certificate, at: datetime) -> bool:
        entries = pki.register(tenant).revoked("aci-el-org")
        return any(entry.serial == certificate.serial_number and entry.at <= at for entry in entries)

    return Trust(chain[-1], tuple(chain[:-1]), revoked=revoked)


def verify_white_list(document: bytes, trust: Trust) -> WhiteList:
    """Return what a list says once everything about it was checked; raises `WhiteListError`.

    The signer is judged at the date of generation, not now: a list stays good after its signer's
    certificate has ended (DOSSIER §3.2). No server-type usage is asked of it, only digital signature.
    """
    root = parse(document)
    white_list = white_list_of(root)
    signer = verify_enveloped(root)
    _check_chain(signer, trust, white_list.generated)
    _check_signer(signer, trust)
    if trust.revoked(signer, white_list.generated):
        raise WhiteListError(
            Refusal.SIGNER_REVOKED,
            "le certificat du signataire était révoqué à la génération",
            "the signer's certificate was revoked at the date of generation",
        )
    return white_list


def _check_chain(signer: Certificate, trust: Trust, at: datetime) -> None:
    link, below = signer, 0
    _check_dates(link, at)
    while below < _CHAIN_MAX:
        issuer = next((one for one in (trust.root, *trust.intermediates) if _issued(link, one, below)), None)
        if issuer is None:
            break
        _check_dates(issuer, at)
        if issuer == trust.root:
            return
        link, below = issuer, below + 1
    raise WhiteListError(
        Refusal.SIGNER_CHAIN,
        f"« {link.subject.rfc4514_string()} » ne remonte pas à la racine de l'IGC-Santé",
        f"{link.subject.rfc4514_string()!r} does not lead to the root of IGC-Santé",
    )


def _issued(certificate: Certificate, issuer: Certificate, below: int) -> bool:
    """Tell whether `issuer` may issue and did issue `certificate`; `below` intermediates stand under it."""
    try:
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
        certificate.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, InvalidSignature, ValueError, TypeError):
        return False
    depth = constraints.path_length
    return constraints.ca and usage.key_cert_sign and (depth is None or below <= depth)


def _check_dates(certificate: Certificate, at: datetime) -> None:
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise WhiteListError(
            Refusal.SIGNER_DATES,
            f"« {certificate.subject.rfc4514_string()} » n'était pas valide le {at:%Y-%m-%d}",
            f"{certificate.subject.rfc4514_string()!r} was not valid on {at:%Y-%m-%d}",
        )


def _check_signer(signer: Certificate, trust: Trust) -> None:
    try:
        usage = signer.extensions.get_extension_for_class(x509.KeyUsage).value
        policies = signer.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except (x509.ExtensionNotFound, ValueError) as error:
        raise WhiteListError(
            Refusal.SIGNER_CHAIN,
            "le certificat du signataire n'a ni usage ni politique",
            "the signer's certificate has no usage or no policy",
        ) from error
    in_range = any(policy.policy_identifier == trust.policy for policy in policies)
    if not usage.digital_signature or not in_range:
        raise WhiteListError(
            Refusal.SIGNER_CHAIN,
            f"le signataire n'a pas l'usage de signature ou la politique {trust.policy.dotted_string}",
            f"the signer lacks the signature usage or the policy {trust.policy.dotted_string}",
        )
