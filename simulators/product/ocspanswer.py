"""One OCSP question and the checks of its answer (RFC 6960, RFC 9654)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import Enum

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from simulators.product.deadline import Deadline
from simulators.product.errors import Failed
from simulators.product.web import Web

SKEW = timedelta(minutes=5)
REVOCATION_WAIT_S = 1.5
"""Longest wait for a CRL or an OCSP answer: the other source and the kept CRL remain."""


class Knowledge(Enum):
    """What is known of a certificate."""

    GOOD = "good"
    REVOKED = "revoked"
    NONE = "none"


def fingerprint(certificate: x509.Certificate) -> bytes:
    """Return the SHA-256 of the certificate, to tell issuers apart in a cache."""
    return certificate.fingerprint(hashes.SHA256())


def ask_ocsp(
    web: Web,
    url: str,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    now: datetime,
    *,
    deadline: Deadline,
    verify: bool,
) -> tuple[Knowledge, datetime]:
    """Return the status and the instant until which it may be used again.

    `NONE` covers everything that proves nothing: tryLater, unknown, forged, out of date, for another
    certificate. `verify` false is the variant that does not look at the signature. Raises `Failed` when the
    responder cannot be reached.
    """
    nonce = secrets.token_bytes(16)
    request = (
        ocsp.OCSPRequestBuilder()
        .add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303 - an identifier, not a proof
        .add_extension(x509.OCSPNonce(nonce), critical=False)
        .build()
    )
    response = web.request(
        "POST",
        url,
        deadline,
        headers={"content-type": "application/ocsp-request"},
        content=request.public_bytes(serialization.Encoding.DER),
        max_wait_s=REVOCATION_WAIT_S,
    )
    if response.status != 200:
        raise Failed(f"Le service OCSP répond {response.status}.")
    try:
        answer = ocsp.load_der_ocsp_response(response.body)
        if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return Knowledge.NONE, now
        if verify and not _proves(answer, request, issuer, nonce, now):
            return Knowledge.NONE, now
        until = answer.next_update_utc or now
        status = answer.certificate_status
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Failed(f"Réponse OCSP illisible : {error}.") from error
    if status is ocsp.OCSPCertStatus.GOOD:
        return Knowledge.GOOD, until
    return (Knowledge.REVOKED if status is ocsp.OCSPCertStatus.REVOKED else Knowledge.NONE), until


def _proves(
    answer: ocsp.OCSPResponse,
    request: ocsp.OCSPRequest,
    issuer: x509.Certificate,
    nonce: bytes,
    now: datetime,
) -> bool:
    same = (
        answer.serial_number == request.serial_number
        and isinstance(answer.hash_algorithm, hashes.SHA1)
        and answer.issuer_key_hash == request.issuer_key_hash
        and answer.issuer_name_hash == request.issuer_name_hash
    )
    if not same or answer.this_update_utc > now + SKEW:
        return False
    if answer.next_update_utc is None or now >= answer.next_update_utc:
        return False
    try:
        shown = answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
        if shown != nonce:
            return False
    except x509.ExtensionNotFound:
        pass  # RFC 9654: a responder may leave the nonce out; thisUpdate and nextUpdate then bound a replay
    return any(_signed_by(answer, signer) for signer in _signers(answer, issuer, now))


def _signers(answer: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime) -> list[x509.Certificate]:
    """Return who may sign: the issuer, or a responder that it delegates to (RFC 6960 §4.2.2.2)."""
    return [issuer, *(c for c in answer.certificates[:5] if _delegated(c, issuer, now))]


def _delegated(candidate: x509.Certificate, issuer: x509.Certificate, now: datetime) -> bool:
    try:
        candidate.verify_directly_issued_by(issuer)
        usages = candidate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return (
        ExtendedKeyUsageOID.OCSP_SIGNING in usages
        and candidate.not_valid_before_utc - SKEW <= now <= candidate.not_valid_after_utc
    )


def _signed_by(answer: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    key = signer.public_key()
    digest = answer.signature_hash_algorithm
    if digest is None or isinstance(digest, (hashes.MD5, hashes.SHA1)):
        return False
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(digest))
        else:
            return False
    except InvalidSignature:
        return False
    return True
