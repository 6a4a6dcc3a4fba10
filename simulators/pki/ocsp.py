"""OCSP answers of one tenant (RFC 6960), good and faulty.

One certificate a request, as the lightweight profile asks (RFC 5019 §2.1.1): a request for several is
answered malformedRequest. producedAt is always real time (the library writes it); thisUpdate and nextUpdate
follow the tenant's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import Certificate
from cryptography.x509.ocsp import (
    OCSPCertStatus,
    OCSPResponderEncoding,
    OCSPResponse,
    OCSPResponseBuilder,
    OCSPResponseStatus,
    load_der_ocsp_request,
)

from simulators.pki.authorities import AUTHORITIES
from simulators.pki.faults import (
    BACKDATED_S,
    OcspExpired,
    OcspFault,
    OcspForged,
    OcspOtherSerial,
    OcspSigner,
    OcspTryLater,
    OcspUndelegated,
    OcspUnknown,
    OcspWrongNonce,
)
from simulators.pki.pki import Pki
from simulators.pki.register import RevokedEntry

NONCE_MAX = 128
"""Octets of a nonce above which a request is malformed, as an empty one is (RFC 9654 §2.1)."""
SERIAL_BITS_MAX = 160
"""A serial number is positive and of at most 20 octets (RFC 5280 §4.1.2.2); 0 is passed over."""
REQUEST_MAX = 16 * 1024
"""Octets of a request above which it is not even read; a real one has about a hundred."""


@dataclass(frozen=True, slots=True)
class OcspQuery:
    """What was asked: the certificate (issuer by hashes, serial number) and the nonce, if any."""

    name_hash: bytes
    key_hash: bytes
    serial: int
    algorithm: hashes.HashAlgorithm
    nonce: bytes | None


@dataclass(frozen=True, slots=True)
class OcspAnswer:
    """What is sent, and what it says.

    `response_status` is RFC 6960's (`successful`, `tryLater`...), `status` that of the certificate (`good`,
    `revoked`, `unknown`), absent when there is none.
    """

    body: bytes
    response_status: str
    query: OcspQuery | None = None
    authority: str | None = None
    status: str | None = None


def read_query(der: bytes) -> OcspQuery | None:
    """Read a DER request; None when it is not one that can be answered."""
    if len(der) > REQUEST_MAX:
        return None
    try:
        request = load_der_ocsp_request(der)
        nonces = [
            extension.value.nonce
            for extension in request.extensions
            if isinstance(extension.value, x509.OCSPNonce)
        ]
        query = OcspQuery(
            request.issuer_name_hash,
            request.issuer_key_hash,
            request.serial_number,
            request.hash_algorithm,
            nonces[0] if nonces else None,
        )
    except (
        ValueError,
        TypeError,
        OverflowError,
        NotImplementedError,
        UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    ):
        return None
    bad_nonce = query.nonce is not None and not 1 <= len(query.nonce) <= NONCE_MAX
    bad_serial = not 0 <= query.serial < 1 << SERIAL_BITS_MAX
    return None if bad_nonce or bad_serial else query


def _failure(status: OCSPResponseStatus, query: OcspQuery | None = None) -> OcspAnswer:
    body = OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
    names = {
        OCSPResponseStatus.MALFORMED_REQUEST: "malformedRequest",
        OCSPResponseStatus.TRY_LATER: "tryLater",
        OCSPResponseStatus.UNAUTHORIZED: "unauthorized",
    }
    return OcspAnswer(body, names[status], query)


def ocsp_answer(pki: Pki, tenant: str, der: bytes, now: datetime) -> OcspAnswer:
    """Answer a request at the instant `now`; any octets get an answer, none raise.

    An issuer that is not of the space is `unauthorized`; a serial number that its issuer never gave to this
    tenant is `unknown`.
    """
    query = read_query(der)
    if query is None:
        return _failure(OCSPResponseStatus.MALFORMED_REQUEST)
    fault = pki.behaviour(tenant).ocsp
    if isinstance(fault, OcspTryLater):
        return _failure(OCSPResponseStatus.TRY_LATER, query)
    authority = _authority(pki, query)
    if authority is None:
        return _failure(OCSPResponseStatus.UNAUTHORIZED, query)
    revocation = pki.register(tenant).ocsp_revocation(authority, query.serial)
    if revocation is not None and revocation.at > now:
        revocation = None
    status = _status(fault, revocation, pki.register(tenant).issued(authority, query.serial))
    response = _signed(pki, tenant, authority, _Said(query, status, revocation, now))
    body = response.public_bytes(Encoding.DER)
    if isinstance(fault, OcspForged):
        body = _forged(response, body, pki.rogue_key)
    return OcspAnswer(body, "successful", query, authority, status.name.lower())


def _forged(response: OCSPResponse, body: bytes, rogue: RSAPrivateKey) -> bytes:
    """Put a stranger's signature in place of the responder's (both of 2048 bits: the DER stays right)."""
    signature = rogue.sign(response.tbs_response_bytes, PKCS1v15(), hashes.SHA256())
    return body.replace(response.signature, signature)


@dataclass(frozen=True, slots=True)
class _Said:
    query: OcspQuery
    status: OCSPCertStatus
    revocation: RevokedEntry | None
    now: datetime


def _status(fault: OcspFault | None, revocation: RevokedEntry | None, issued: bool) -> OCSPCertStatus:
    match fault:
        case OcspForged() | OcspUndelegated() | OcspOtherSerial() | OcspExpired():
            return OCSPCertStatus.GOOD
        case OcspUnknown():
            return OCSPCertStatus.UNKNOWN
        case _:
            if revocation is not None:
                return OCSPCertStatus.REVOKED
            return OCSPCertStatus.GOOD if issued else OCSPCertStatus.UNKNOWN


def _authority(pki: Pki, query: OcspQuery) -> str | None:
    for identifier in pki.authorities_in_use():
        issuer = pki.issuer_of(identifier)
        key = issuer.key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
        if (
            _digest(query.algorithm, AUTHORITIES[identifier].subject.public_bytes()) == query.name_hash
            and _digest(query.algorithm, key) == query.key_hash
        ):
            return identifier
    return None


def _digest(algorithm: hashes.HashAlgorithm, content: bytes) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(content)
    return digest.finalize()


def _signed(pki: Pki, tenant: str, authority: str, said: _Said) -> OCSPResponse:
    behaviour = pki.behaviour(tenant)
    fault, query = behaviour.ocsp, said.query
    lifetime = timedelta(seconds=behaviour.ocsp_lifetime_s)
    present = said.now.replace(microsecond=0)
    if isinstance(fault, OcspExpired):
        present -= lifetime + timedelta(seconds=fault.by_s)
    revoked = said.revocation if said.status is OCSPCertStatus.REVOKED else None
    certificate, key = _signer(pki, tenant, authority, fault)
    builder = (
        OCSPResponseBuilder()
        .add_response_by_hash(
            query.name_hash,
            query.key_hash,
            query.serial ^ 1 if isinstance(fault, OcspOtherSerial) else query.serial,
            query.algorithm,
            said.status,
            present - timedelta(seconds=BACKDATED_S),
            present + lifetime,
            revoked.at if revoked else None,
            revoked.reason if revoked else None,
        )
        .responder_id(OCSPResponderEncoding.HASH, certificate)
    )
    if certificate.subject != AUTHORITIES[authority].subject:
        builder = builder.certificates([certificate])
    if query.nonce is not None:
        nonce = bytes(octet ^ 0xFF for octet in query.nonce)
        echoed = nonce if isinstance(fault, OcspWrongNonce) else query.nonce
        builder = builder.add_extension(x509.OCSPNonce(echoed), critical=False)
    return builder.sign(key, hashes.SHA256())


def _signer(
    pki: Pki, tenant: str, authority: str, fault: OcspFault | None
) -> tuple[Certificate, RSAPrivateKey]:
    match fault:
        case OcspUndelegated():
            ordinary = pki.ordinary_server(authority, tenant)
            return ordinary.certificate, ordinary.key
        case _:
            if pki.behaviour(tenant).ocsp_signer is OcspSigner.AUTHORITY:
                return pki.authority_certificate(authority, tenant), pki.issuer_of(authority).key
            return pki.responder(authority, tenant)
