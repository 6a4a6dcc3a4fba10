"""`Pki`: the authorities at work, issuing and revoking."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.x509 import Certificate, Name
from cryptography.x509.oid import ExtendedKeyUsageOID

from simulators.clock import Clock
from simulators.pki import authorities
from simulators.pki.authorities import AUTHORITIES, name
from simulators.pki.credential import Credential
from simulators.pki.flavours import BOTH_REVOCATIONS, ClientFlavour, Revocation, ServerFlavour
from simulators.pki.hierarchy import DAY, SPACE_TENANT, Hierarchy
from simulators.pki.issuing import NO_POINTERS, Issuer, issue_leaf
from simulators.pki.keys import KeyPool
from simulators.pki.register import RevokedEntry

OPERATOR_STRUCTURE = "1990000010"
"""OU of the simulated operators: "1" + a FINESS number with its right key, in a département that is none."""

OTHER_STRUCTURE = "1990000028"
"""OU of the `OTHER_STRUCTURE` client certificate: right in form, never the structure asked for."""

WRONG_HOST = "autre-operateur-test.mssante.fr"
"""The only name in a `WRONG_HOST` certificate."""

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


class Pki(Hierarchy):
    """Every authority of one space, and what they issue to each tenant. Thread-safe."""

    @classmethod
    def build(cls, clock: Clock, base_url: str, *, seed: int = 0, keys: KeyPool | None = None) -> Pki:
        """Make the authorities.

        `base_url` is where the revocation service will listen (`http://127.0.0.1:<port>`). `seed` gives the
        serial numbers; keys are new, or those of `keys`.
        """
        pki = cls(clock, base_url, random.Random(seed), keys or KeyPool())  # noqa: S311 (serial numbers of a test)
        pki.authority_certificate(authorities.ORGANISATIONS, SPACE_TENANT)
        pki.authority_certificate(authorities.COMMERCIAL, SPACE_TENANT)
        return pki

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
            key_usages=("digital_signature", "key_encipherment"),
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

    def signer(
        self, common_name: str, *, tenant: str, flavour: ClientFlavour = ClientFlavour.GOOD
    ) -> Credential:
        """Return a certificate that signs, as the white list's does (DOSSIER §3.2).

        Usage e-mail protection, digital signature and non-repudiation; `flavour` may be `GOOD`, `EXPIRED`,
        `REVOKED` or `OTHER_AUTHORITY`.
        """
        foreign = flavour is ClientFlavour.OTHER_AUTHORITY
        authority = authorities.COMMERCIAL if foreign else authorities.ORGANISATIONS
        key = self._keys.leaf()
        certificate = issue_leaf(
            self.issuer_of(authority),
            name(common_name, (OPERATOR_STRUCTURE,), _marked("ESPACE DE CONFIANCE"), "Paris (75)"),
            key.public_key(),
            serial=self._serial(),
            validity=self._validity(flavour.value, tenant),
            policy=AUTHORITIES[authority].policy,
            usages=[ExtendedKeyUsageOID.EMAIL_PROTECTION],
            names=[],
            loopback=False,
            pointers=self.pointers(authority, tenant),
            key_usages=("digital_signature", "content_commitment"),
        )
        return self._issued(certificate, key, flavour, authority, tenant)

    def ordinary_server(self, authority: str, tenant: str) -> Credential:
        """Return a server certificate of any authority, to sign with what may not sign."""
        key = self._keys.leaf()
        subject = name(WRONG_HOST, (OTHER_STRUCTURE,), _marked("OPERATEUR MSSANTE"), "Paris (75)")
        certificate = issue_leaf(
            self.issuer_of(authority),
            subject,
            key.public_key(),
            serial=self._serial(),
            validity=self._valid(tenant),
            policy=AUTHORITIES[authority].policy,
            usages=[ExtendedKeyUsageOID.SERVER_AUTH],
            names=[WRONG_HOST],
            loopback=False,
            pointers=self.pointers(authority, tenant),
        )
        return self._issued(certificate, key, ServerFlavour.WRONG_HOST, authority, tenant)

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
            at = self._instants(tenant)[0] - 7 * DAY
            self.revoke(credential, in_crl=in_crl, in_ocsp=in_ocsp, at=at)
        return credential


def _marked(organisation: str) -> str:
    """Return the organisation with the mark that every simulated subject bears."""
    return organisation if organisation.startswith("TEST ") else f"TEST {organisation}"


def _client_subject(common_name: str, unit: str) -> Name:
    return name(common_name, (unit,), _marked("STRUCTURE DE SANTE"), "Paris (75)")
