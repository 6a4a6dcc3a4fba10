"""Certificate revocation lists of one tenant (RFC 5280 §5), good and faulty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from simulators.pki.authorities import AUTHORITIES
from simulators.pki.faults import ForgedCrl, GarbageCrl, StaleCrl
from simulators.pki.pki import Pki

CRL_MEDIA_TYPE = "application/pkix-crl"
PORTAL_PAGE = b"<!DOCTYPE html><html><body><h1>Portail captif de TEST</h1></body></html>"


@dataclass(frozen=True, slots=True)
class CrlAnswer:
    """What is sent in place of a CRL: octets, type, and what they hold (`number` 0: no CRL at all)."""

    body: bytes
    media_type: str
    number: int
    this_update: datetime
    next_update: datetime
    revoked: tuple[int, ...]


def crl_answer(pki: Pki, tenant: str, authority: str, now: datetime) -> CrlAnswer:
    """Return the CRL of `authority` for `tenant` at the instant `now`, with the tenant's fault if any."""
    behaviour = pki.behaviour(tenant)
    this_update = now.replace(microsecond=0)
    lifetime = timedelta(seconds=behaviour.crl_lifetime_s)
    match behaviour.crl:
        case GarbageCrl():
            return CrlAnswer(PORTAL_PAGE, "text/html", 0, this_update, this_update, ())
        case StaleCrl(by_s=by_s):
            this_update -= lifetime + timedelta(seconds=by_s)
        case _:
            pass
    forged = isinstance(behaviour.crl, ForgedCrl)
    entries = (
        [] if forged else [entry for entry in pki.register(tenant).revoked(authority) if entry.at <= now]
    )
    issuer = pki.issuer_of(authority)
    number = pki.register(tenant).next_crl_number()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(AUTHORITIES[authority].subject)
        .last_update(this_update)
        .next_update(this_update + lifetime)
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False
        )
    )
    for entry in entries:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(entry.serial)
            .revocation_date(entry.at)
            .add_extension(x509.CRLReason(entry.reason), critical=False)
            .build()
        )
    signed = builder.sign(pki.rogue_key if forged else issuer.key, hashes.SHA256())
    return CrlAnswer(
        signed.public_bytes(Encoding.DER),
        CRL_MEDIA_TYPE,
        number,
        this_update,
        this_update + lifetime,
        tuple(entry.serial for entry in entries),
    )
