"""Revocation by OCSP and CRL (ECO.1.1.6), with the memory of the last valid CRL (ECO.1.1.7).

Both sources are asked. One valid "revoked" is enough to refuse; one valid "good" is enough to accept when
the other source gives nothing; nothing valid at all means refusal. Answers count only with a verified
signature, for the certificate asked, inside their validity.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import AuthorityInformationAccessOID

from simulators.clock import Clock
from simulators.product.behaviour import Behaviour
from simulators.product.deadline import Deadline
from simulators.product.errors import Failed, Refused
from simulators.product.ocspanswer import REVOCATION_WAIT_S, Knowledge, ask_ocsp, fingerprint
from simulators.product.web import Web

CRL_FRESH = timedelta(seconds=60)
"""A CRL fetched less than a minute ago is not fetched again (SMTP and IMAP open one after the other)."""
OCSP_FRESH = timedelta(seconds=60)
"""An OCSP answer is used again for a minute at most; the cache is keyed by issuer and serial number."""
CLOCK_SKEW = timedelta(minutes=5)
"""How far in the future a thisUpdate may be: the clocks of two machines never agree."""


class Source(Enum):
    """Where a status comes from."""

    OCSP = "OCSP"
    CRL = "CRL"


@dataclass(frozen=True, slots=True)
class _StoredCrl:
    crl: x509.CertificateRevocationList
    fetched: datetime


class RevocationChecker:
    """Asks and remembers; one per configured space."""

    def __init__(self, web: Web, clock: Clock, behaviour: Behaviour) -> None:
        self._web = web
        self._clock = clock
        self._behaviour = behaviour
        self._crls: dict[str, _StoredCrl] = {}
        self._ocsp: dict[tuple[bytes, int], tuple[Knowledge, datetime]] = {}

    def check(self, certificate: x509.Certificate, issuer: x509.Certificate, deadline: Deadline) -> None:
        """Raise `Refused` when the certificate is revoked or when nothing valid is known about it."""
        if self._behaviour.revocation == "ignored":
            return
        if self._behaviour.revocation == "crl-fail-open":
            if self._by_crl(certificate, issuer, deadline) is Knowledge.REVOKED:
                raise _revoked(Source.CRL)
            return
        by_ocsp = self._by_ocsp(certificate, issuer, deadline)
        if by_ocsp is Knowledge.REVOKED:
            raise _revoked(Source.OCSP)
        if by_ocsp is Knowledge.GOOD and self._behaviour.revocation == "unsigned-answers":
            return
        by_crl = self._by_crl(certificate, issuer, deadline)
        if by_crl is Knowledge.REVOKED:
            raise _revoked(Source.CRL)
        if Knowledge.GOOD not in (by_ocsp, by_crl):
            raise Refused(
                "Impossible de savoir si le certificat de l'opérateur est révoqué : ni OCSP ni CRL valable. "
                "Aucune donnée n'a été envoyée ; réessayez plus tard."
            )

    def _by_ocsp(
        self, certificate: x509.Certificate, issuer: x509.Certificate, deadline: Deadline
    ) -> Knowledge:
        url = _ocsp_url(certificate)
        if url is None:
            return Knowledge.NONE
        key = (fingerprint(issuer), certificate.serial_number)
        now = self._clock.now()
        if (known := self._ocsp.get(key)) is not None and now < known[1]:
            return known[0]
        try:
            answer, until = ask_ocsp(
                self._web,
                url,
                certificate,
                issuer,
                now,
                deadline=deadline,
                verify=self._behaviour.revocation != "unsigned-answers",
            )
        except Failed:
            return Knowledge.NONE
        if answer is not Knowledge.NONE:
            self._ocsp[key] = (answer, min(until, now + OCSP_FRESH))
        return answer

    def _by_crl(
        self, certificate: x509.Certificate, issuer: x509.Certificate, deadline: Deadline
    ) -> Knowledge:
        answers = [
            self._in_crl(certificate, crl)
            for url in _crl_urls(certificate)
            if (crl := self._crl(url, issuer, deadline)) is not None
        ]
        if Knowledge.REVOKED in answers:
            return Knowledge.REVOKED
        return Knowledge.GOOD if answers else Knowledge.NONE

    def _in_crl(self, certificate: x509.Certificate, crl: x509.CertificateRevocationList) -> Knowledge:
        entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
        return Knowledge.GOOD if entry is None else Knowledge.REVOKED

    def _crl(
        self, url: str, issuer: x509.Certificate, deadline: Deadline
    ) -> x509.CertificateRevocationList | None:
        """Return a valid CRL: the one just fetched, or else the last one kept (ECO.1.1.7)."""
        now = self._clock.now()
        stored = self._crls.get(url)
        if stored is not None and not self._behaviour.keeps_crl:
            stored = None
        if stored is not None and now - stored.fetched < CRL_FRESH and self._valid(stored.crl, issuer, now):
            return stored.crl
        fetched = self._download(url, issuer, deadline)
        if fetched is not None and self._valid(fetched, issuer, now):
            self._crls[url] = _StoredCrl(fetched, now)
            return fetched
        if not self._behaviour.keeps_crl:
            raise Refused(
                "La liste de révocation n'a pas pu être téléchargée : connexion refusée. Réessayez plus tard."
            )
        if stored is not None and self._valid(stored.crl, issuer, now):
            return stored.crl
        return None

    def _download(
        self, url: str, issuer: x509.Certificate, deadline: Deadline
    ) -> x509.CertificateRevocationList | None:
        try:
            response = self._web.request("GET", url, deadline, max_wait_s=REVOCATION_WAIT_S)
            if response.status != 200:
                return None
            crl = x509.load_der_x509_crl(response.body)
            genuine = crl.issuer == issuer.subject and crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
        except (Failed, ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature):
            return None
        return crl if genuine else None

    def _valid(self, crl: x509.CertificateRevocationList, issuer: x509.Certificate, now: datetime) -> bool:
        if crl.issuer != issuer.subject or crl.last_update_utc > now + CLOCK_SKEW:
            return False
        if crl.next_update_utc is not None and now < crl.next_update_utc:
            return True
        return self._behaviour.crl_beyond_next_update


def _revoked(source: Source) -> Refused:
    return Refused(
        f"Le certificat de l'opérateur est révoqué ({source.value}). "
        "Aucune donnée n'a été envoyée ; prévenez l'opérateur."
    )


def _ocsp_url(certificate: x509.Certificate) -> str | None:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return None
    for item in access:
        if item.access_method == AuthorityInformationAccessOID.OCSP and isinstance(
            item.access_location, x509.UniformResourceIdentifier
        ):
            return str(item.access_location.value)
    return None


def _crl_urls(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    return tuple(
        str(name.value)
        for point in points
        for name in point.full_name or ()
        if isinstance(name, x509.UniformResourceIdentifier)
    )[:3]
