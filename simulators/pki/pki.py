"""The authorities at work: `Pki` issues, revokes and knows how each tenant's service behaves."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, Name
from cryptography.x509.oid import ExtendedKeyUsageOID

from simulators.clock import Clock, SimulatedClock
from simulators.pki import authorities
from simulators.pki.authorities import AUTHORITIES, SIMULATED_ORGANISATION, Authority, name
from simulators.pki.credential import Credential
from simulators.pki.faults import NORMAL, RevocationBehaviour
from simulators.pki.flavours import BOTH_REVOCATIONS, ClientFlavour, Revocation, ServerFlavour
from simulators.pki.issuing import (
    NO_POINTERS,
    Issuer,
    Pointers,
    Validity,
    issue_authority,
    issue_leaf,
    issue_responder,
)
from simulators.pki.keys import KeyPool
from simulators.pki.oids import ANY_POLICY
from simulators.pki.register import Register
from simulators.pki.register import Revocation as RevokedEntry

SPACE_TENANT = "space"
"""Tenant of what all tenants share: the HTTPS of Pro Santé Connect and of the directory, the shared chain."""

OPERATOR_STRUCTURE = "1990000010"
"""OU of the simulated operators: "1" + a FINESS number that is not allocated (checked by its Luhn key)."""

OTHER_STRUCTURE = "1990000028"
"""OU of the `OTHER_STRUCTURE` client certificate: right in form, never the structure asked for."""

WRONG_HOST = "autre-operateur-test.mssante.fr"
"""The only name in a `WRONG_HOST` certificate."""

_YEAR = timedelta(days=365)
_DAY = timedelta(days=1)

_SERVER_AUTHORITY = {
    ServerFlavour.OTHER_AUTHORITY: authorities.COMMERCIAL,
    ServerFlavour.IMPOSTOR_AUTHORITY: authorities.IMPOSTOR,
    ServerFlavour.WRONG_RANGE: authorities.PERSONNES,
    ServerFlavour.INTERMEDIATE_REVOKED: authorities.ORGANISATIONS_REVOKED,
}
_REVOKED_WHERE = {
    ServerFlavour.REVOKED: (True, True),
    ServerFlavour.REVOKED_CRL_ONLY: (True, False),
    ServerFlavour.REVOKED_OCSP_ONLY: (False, True),
    ClientFlavour.REVOKED: (True, True),
}


@dataclass(slots=True)
class _Tenant:
    clock: Clock
    register: Register = field(default_factory=Register)
    behaviour: RevocationBehaviour = NORMAL
    certificates: dict[str, Certificate] = field(default_factory=dict)
    responders: dict[str, Certificate] = field(default_factory=dict)


class Pki:
    """Every authority of one space, and what they issued to each tenant.

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

    @classmethod
    def build(cls, clock: Clock, base_url: str, *, seed: int = 0) -> Pki:
        """Make the authorities.

        `base_url` is where the revocation service will listen (`http://127.0.0.1:<port>`). `seed` gives the
        serial numbers; keys are always new.
        """
        pki = cls(clock, base_url, random.Random(seed), KeyPool())  # noqa: S311 (serial numbers of a test)
        pki.authority_certificate(authorities.ORGANISATIONS, SPACE_TENANT)
        pki.authority_certificate(authorities.COMMERCIAL, SPACE_TENANT)
        return pki

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
            validity=Validity(start - 10 * _YEAR, end + 20 * _YEAR),
            path_length=1 if root else 0,
            policy=None if root else ANY_POLICY,
            pointers=NO_POINTERS if authority.issuer is None else self.pointers(authority.issuer, tenant),
        )
        if authority.issuer is not None:
            register = self.register(tenant)
            register.issue(authority.issuer, serial)
            if authority.identifier == authorities.ORGANISATIONS_REVOKED:
                entry = RevokedEntry(serial, start - 7 * _DAY)
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

    # Issuing ------------------------------------------------------------------------------------------

    def server(
        self,
        names: Sequence[str],
        *,
        tenant: str,
        flavour: ServerFlavour = ServerFlavour.GOOD,
        revocation: frozenset[Revocation] = BOTH_REVOCATIONS,
        structure_id: str = OPERATOR_STRUCTURE,
        organisation: str = "OPERATEUR MSSANTE",
        serial: int | None = None,
    ) -> Credential:
        """Return an operator's certificate for these host names (the first is its CN).

        It serves as client certificate between operators too (DOSSIER §3.3, inferred). `revocation` says
        which pointers it carries; `serial` forces a serial number, for products that key their cache by it
        alone.
        """
        if not names:
            raise ValueError("a server certificate needs a host name: give the end point's in `names`")
        hosts = [WRONG_HOST] if flavour is ServerFlavour.WRONG_HOST else list(names)
        subject = name(hosts[0], (structure_id,), _marked(organisation), "Paris (75)")
        key = self._keys.weak() if flavour is ServerFlavour.WEAK_KEY else self._keys.leaf()
        number = self._serial() if serial is None else serial
        self_signed = flavour is ServerFlavour.SELF_SIGNED
        authority = "" if self_signed else _SERVER_AUTHORITY.get(flavour, authorities.ORGANISATIONS)
        certificate = issue_leaf(
            Issuer(subject, key) if self_signed else self.issuer_of(authority),
            subject,
            key.public_key(),
            serial=number,
            validity=self._validity(flavour.value, tenant),
            policy=AUTHORITIES[authority or authorities.ORGANISATIONS].policy,
            usages=[ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH],
            names=hosts,
            loopback=flavour is not ServerFlavour.WRONG_HOST,
            pointers=NO_POINTERS if self_signed else self.pointers(authority, tenant).only(revocation),
        )
        return self._issued(certificate, key, flavour, authority, tenant)

    def client(
        self,
        *,
        structure_id: str,
        name: str,
        tenant: str,
        flavour: ClientFlavour = ClientFlavour.GOOD,
        revocation: frozenset[Revocation] = BOTH_REVOCATIONS,
    ) -> Credential:
        """Return an ORG AUTH_CLI certificate.

        `structure_id` is the Struct_IdNat ("1" + FINESS, "3" + SIRET) and becomes the OU; `name` the CN.
        """
        unit = OTHER_STRUCTURE if flavour is ClientFlavour.OTHER_STRUCTURE else structure_id
        foreign = flavour is ClientFlavour.OTHER_AUTHORITY
        authority = authorities.COMMERCIAL if foreign else authorities.ORGANISATIONS
        server_only = flavour is ClientFlavour.SERVER_CERTIFICATE
        key = self._keys.leaf()
        usage = ExtendedKeyUsageOID.SERVER_AUTH if server_only else ExtendedKeyUsageOID.CLIENT_AUTH
        certificate = issue_leaf(
            self.issuer_of(authority),
            _client_subject(name, unit),
            key.public_key(),
            serial=self._serial(),
            validity=self._validity(flavour.value, tenant),
            policy=AUTHORITIES[authority].policy,
            usages=[usage],
            names=[],
            loopback=False,
            pointers=self.pointers(authority, tenant).only(revocation),
        )
        return self._issued(certificate, key, flavour, authority, tenant)

    def commercial_server(self, names: Sequence[str], *, tenant: str = SPACE_TENANT) -> Credential:
        """Return a good commercial certificate, for PSC, autoconfiguration or directory over HTTPS.

        Its `flavour` is `OTHER_AUTHORITY`: for an operator's API LPS it is a foreign one.
        """
        return self.server(
            names, tenant=tenant, flavour=ServerFlavour.OTHER_AUTHORITY, organisation="SERVICE HTTPS"
        )

    def revoke(
        self,
        credential: Credential,
        *,
        tenant: str | None = None,
        in_crl: bool = True,
        in_ocsp: bool = True,
        at: datetime | None = None,
    ) -> None:
        """Revoke a credential, by default now on its tenant's clock, in the CRL and in OCSP."""
        if not credential.authority:
            raise ValueError("a self-signed certificate has no authority that could revoke it")
        where = credential.tenant if tenant is None else tenant
        entry = RevokedEntry(credential.serial, at or self.clock_of(where).now())
        self.register(where).revoke(credential.authority, entry, in_crl=in_crl, in_ocsp=in_ocsp)

    def _issued(
        self,
        certificate: Certificate,
        key: RSAPrivateKey,
        flavour: ServerFlavour | ClientFlavour,
        authority: str,
        tenant: str,
    ) -> Credential:
        chain = self._chain(authority, tenant) if authority else ()
        credential = Credential(certificate, chain, key, flavour, authority, tenant)
        if authority:
            self.register(tenant).issue(authority, credential.serial)
        if flavour in _REVOKED_WHERE:
            in_crl, in_ocsp = _REVOKED_WHERE[flavour]
            at = self._instants(tenant)[0] - 7 * _DAY
            self.revoke(credential, in_crl=in_crl, in_ocsp=in_ocsp, at=at)
        return credential

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
        return Validity(start - 30 * _DAY, end + 3 * _YEAR)

    def _validity(self, flavour: str, tenant: str) -> Validity:
        start, end = self._instants(tenant)
        if flavour == "expired":
            return Validity(start - 3 * _YEAR, start - 30 * _DAY)
        if flavour == "not_yet_valid":
            return Validity(end + 5 * _YEAR, end + 8 * _YEAR)
        return self._valid(tenant)


def _marked(organisation: str) -> str:
    """Return the organisation with the mark that every simulated subject bears."""
    return organisation if organisation.startswith("TEST ") else f"TEST {organisation}"


def _client_subject(common_name: str, unit: str) -> Name:
    return name(common_name, (unit,), _marked("STRUCTURE DE SANTE"), "Paris (75)")
