"""Certificate revocation lists of one tenant (RFC 5280 §5), good and faulty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from simulators.pki.authorities import ORGANISATIONS, ROOT
from simulators.pki.faults import BACKDATED_S, ForgedCrl, GarbageCrl, StaleCrl
from simulators.pki.pki import Pki
from simulators.pki.register import RevokedEntry

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
    present = now.replace(microsecond=0)
    period = _Period(
        present - timedelta(seconds=BACKDATED_S), present + timedelta(seconds=behaviour.crl_lifetime_s)
    )
    match behaviour.crl:
        case GarbageCrl():
            return CrlAnswer(PORTAL_PAGE, "text/html", 0, present, present, ())
        case StaleCrl(by_s=by_s):
            period = period.earlier(behaviour.crl_lifetime_s + by_s)
        case _:
            pass
    forged = isinstance(behaviour.crl, ForgedCrl)
    entries = () if forged else _listed(pki, tenant, authority, now)
    signed, number = _signed(pki, tenant, authority, period, entries, forged=forged)
    return CrlAnswer(
        signed.public_bytes(Encoding.DER),
        CRL_MEDIA_TYPE,
        number,
        period.this_update,
        period.next_update,
        tuple(entry.serial for entry in entries),
    )


def operator_crls_pem(pki: Pki, tenant: str, now: datetime) -> tuple[bytes, ...]:
    """Return the lists with which a simulated operator judges client certificates, PEM.

    They are those of the accepted range and of its root, honest whatever the faults shown to the product,
    and last twenty years: an operator's own list is never what a test is about.
    """
    present = now.replace(microsecond=0)
    period = _Period(present - timedelta(seconds=BACKDATED_S), present + timedelta(days=20 * 365))
    lists = [
        _signed(pki, tenant, authority, period, _listed(pki, tenant, authority, now))[0]
        for authority in (ORGANISATIONS, ROOT)
    ]
    return tuple(one.public_bytes(Encoding.PEM) for one in lists)


@dataclass(frozen=True, slots=True)
class _Period:
    this_update: datetime
    next_update: datetime

    def earlier(self, seconds: float) -> _Period:
        """Return the period moved into the past."""
        by = timedelta(seconds=seconds)
        return _Period(self.this_update - by, self.next_update - by)


def _listed(pki: Pki, tenant: str, authority: str, now: datetime) -> Sequence[RevokedEntry]:
    return [entry for entry in pki.register(tenant).revoked(authority) if entry.at <= now]


def _signed(
    pki: Pki,
    tenant: str,
    authority: str,
    period: _Period,
    entries: Sequence[RevokedEntry],
    *,
    forged: bool = False,
) -> tuple[x509.CertificateRevocationList, int]:
    issuer = pki.issuer_of(authority)
    number = pki.register(tenant).next_crl_number()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(period.this_update)
        .next_update(period.next_update)
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
    return builder.sign(pki.rogue_key if forged else issuer.key, hashes.SHA256()), number
