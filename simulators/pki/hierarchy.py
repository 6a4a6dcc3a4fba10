"""The authorities, their certificates per tenant, and what each tenant's service knows and does."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate

from simulators.clock import Clock, SimulatedClock
from simulators.pki import authorities
from simulators.pki.authorities import AUTHORITIES, SIMULATED_ORGANISATION, Authority, name
from simulators.pki.faults import NORMAL, RevocationBehaviour
from simulators.pki.issuing import (
    NO_POINTERS,
    Issuer,
    Pointers,
    Validity,
    issue_authority,
    issue_responder,
)
from simulators.pki.keys import KeyPool
from simulators.pki.oids import ANY_POLICY
from simulators.pki.register import Register, RevokedEntry

SPACE_TENANT = "espace"
"""Tenant of what all tenants share: the HTTPS of Pro Santé Connect and of the directory, the shared chain."""

YEAR = timedelta(days=365)
DAY = timedelta(days=1)


@dataclass(slots=True)
class _Tenant:
    clock: Clock
    register: Register = field(default_factory=Register)
    behaviour: RevocationBehaviour = NORMAL
    certificates: dict[str, Certificate] = field(default_factory=dict)
    responders: dict[str, Certificate] = field(default_factory=dict)


class Hierarchy:
    """Every authority of one space.

    An authority has one key for the whole space and one certificate per tenant, so that even the pointers
    of an intermediate lead to its tenant and every query is told apart. Thread-safe.
    """

    def __init__(self, clock: Clock, base_url: str, rng: random.Random, keys: KeyPool) -> None:
        self.clock = clock
        self.base_url = base_url.rstrip("/")
        self._rng = rng
        self._keys = keys
        self._lock = RLock()
        self._roots: dict[str, Certificate] = {}
        self._tenants: dict[str, _Tenant] = {SPACE_TENANT: _Tenant(clock)}

    # Tenants ------------------------------------------------------------------------------------------

    def add_tenant(self, tenant: str, clock: Clock) -> None:
        """Make a tenant known with its own clock; without this a tenant lives by the space's clock."""
        with self._lock:
            self._tenant(tenant).clock = clock

    def remove_tenant(self, tenant: str) -> None:
        """Forget a tenant; its URLs then answer 404."""
        with self._lock:
            self._tenants.pop(tenant, None)

    def knows(self, tenant: str) -> bool:
        """Tell whether something was ever issued for this tenant."""
        return tenant in self._tenants

    def clock_of(self, tenant: str) -> Clock:
        """Return the tenant's clock."""
        return self._tenant(tenant).clock

    def register(self, tenant: str) -> Register:
        """Return what the authorities know of this tenant."""
        return self._tenant(tenant).register

    def behaviour(self, tenant: str) -> RevocationBehaviour:
        """Return how this tenant's revocation service behaves."""
        return self._tenant(tenant).behaviour

    def behave(self, tenant: str, behaviour: RevocationBehaviour) -> None:
        """Choose how this tenant's revocation service behaves from now on."""
        with self._lock:
            self._tenant(tenant).behaviour = behaviour

    def _tenant(self, tenant: str) -> _Tenant:
        with self._lock:
            return self._tenants.setdefault(tenant, _Tenant(self.clock))

    # Authorities --------------------------------------------------------------------------------------

    def authority_certificate(self, identifier: str, tenant: str = SPACE_TENANT) -> Certificate:
        """Return an authority's certificate; an intermediate's points to the tenant's service."""
        authority = AUTHORITIES[identifier]
        with self._lock:
            known = self._roots if authority.issuer is None else self._tenant(tenant).certificates
            if identifier not in known:
                known[identifier] = self._certify(authority, tenant)
            return known[identifier]

    def authorities_in_use(self) -> Sequence[str]:
        """Return the authorities that have signed something; the others have no key yet."""
        made = self._keys.made()
        return [identifier for identifier in AUTHORITIES if identifier in made]

    def issuer_of(self, identifier: str) -> Issuer:
        """Return what signs in the name of an authority."""
        return Issuer(AUTHORITIES[identifier].subject, self._keys.named(identifier))

    def responder(self, identifier: str, tenant: str) -> tuple[Certificate, RSAPrivateKey]:
        """Return the delegated OCSP responder of an authority and its key."""
        key = self._keys.named("ocsp")
        with self._lock:
            known = self._tenant(tenant).responders
            if identifier not in known:
                subject = name("TEST REPONDEUR OCSP", ("IGC-SANTE TEST",), SIMULATED_ORGANISATION)
                known[identifier] = issue_responder(
                    self.issuer_of(identifier),
                    subject,
                    key.public_key(),
                    serial=self._serial(),
                    validity=self._valid(tenant),
                )
            return known[identifier], key

    @property
    def rogue_key(self) -> RSAPrivateKey:
        """Return a key that nobody vouches for, to forge with."""
        return self._keys.named("rogue")

    def _certify(self, authority: Authority, tenant: str) -> Certificate:
        start, end = self._instants(tenant)
        root = authority.issuer is None
        serial = self._serial()
        certificate = issue_authority(
            self.issuer_of(authority.issuer or authority.identifier),
            authority.subject,
            self._keys.named(authority.identifier).public_key(),
            serial=serial,
            validity=Validity(start - 10 * YEAR, end + 20 * YEAR),
            path_length=1 if root else 0,
            policy=None if root else ANY_POLICY,
            pointers=NO_POINTERS if authority.issuer is None else self.pointers(authority.issuer, tenant),
        )
        if authority.issuer is not None:
            register = self.register(tenant)
            register.issue(authority.issuer, serial)
            if authority.identifier == authorities.ORGANISATIONS_REVOKED:
                entry = RevokedEntry(serial, start - 7 * DAY)
                register.revoke(authority.issuer, entry, in_crl=True, in_ocsp=True)
        return certificate

    def pointers(self, authority: str, tenant: str) -> Pointers:
        """Return where the status of what `authority` issues to `tenant` is found."""
        base = f"{self.base_url}/t/{tenant}"
        return Pointers(f"{base}/crl/{authority}.crl", f"{base}/ocsp", f"{base}/ca/{authority}.cer")

    def _chain(self, identifier: str, tenant: str) -> tuple[Certificate, ...]:
        authority = AUTHORITIES[identifier]
        if authority.issuer is None:
            return ()
        return (self.authority_certificate(identifier, tenant), *self._chain(authority.issuer, tenant))

    # Trust anchors ------------------------------------------------------------------------------------

    @property
    def igc_sante_root_pem(self) -> bytes:
        """Return the trust anchor for operators, PEM."""
        return self.authority_certificate(authorities.ROOT).public_bytes(Encoding.PEM)

    @property
    def igc_sante_chain_pem(self) -> bytes:
        """Return the intermediate of the accepted range, then the root, PEM."""
        intermediate = self.authority_certificate(authorities.ORGANISATIONS)
        return intermediate.public_bytes(Encoding.PEM) + self.igc_sante_root_pem

    @property
    def public_root_pem(self) -> bytes:
        """Return the trust anchor for Pro Santé Connect, autoconfiguration and directory, PEM."""
        return self.authority_certificate(authorities.COMMERCIAL_ROOT).public_bytes(Encoding.PEM)

    # Numbers and dates --------------------------------------------------------------------------------

    def _serial(self) -> int:
        # 128 bits with the first one set: always the same length, never negative, within RFC 5280 §4.1.2.2.
        with self._lock:
            return self._rng.getrandbits(126) | (1 << 126)

    def _instants(self, tenant: str) -> tuple[datetime, datetime]:
        """Return the earliest and the latest present: real, of the space, of the tenant.

        A product lives in real time even when its tenant's clock was moved; dates hold for all of them.
        """
        clocks = [self.clock, self.clock_of(tenant)]
        clocks += [clock.base for clock in clocks if isinstance(clock, SimulatedClock)]
        present = [clock.now().replace(microsecond=0) for clock in clocks]
        return min(present), max(present)

    def _valid(self, tenant: str) -> Validity:
        start, end = self._instants(tenant)
        return Validity(start - 30 * DAY, end + 3 * YEAR)

    def _validity(self, flavour: str, tenant: str) -> Validity:
        start, end = self._instants(tenant)
        if flavour == "expired":
            return Validity(start - 3 * YEAR, start - 30 * DAY)
        if flavour == "not_yet_valid":
            return Validity(end + 5 * YEAR, end + 8 * YEAR)
        return self._valid(tenant)
