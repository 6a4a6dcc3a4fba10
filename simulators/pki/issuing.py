"""Building certificates: extensions of authorities, of end entities and of OCSP responders (RFC 5280)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.x509 import Certificate, CertificateBuilder, ObjectIdentifier
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from simulators.pki.flavours import Revocation

LOOPBACK = IPv4Address("127.0.0.1")


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs: DN and key."""

    subject: x509.Name
    key: RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Validity:
    """From when to when (aware, UTC), both included."""

    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Pointers:
    """Where a certificate says that its status and its issuer are found; None leaves the pointer out."""

    crl: str | None
    ocsp: str | None
    issuer: str | None

    def only(self, kinds: frozenset[Revocation]) -> Pointers:
        """Return the pointers without the ways of revocation that are not in `kinds`."""
        return Pointers(
            self.crl if "crl" in kinds else None, self.ocsp if "ocsp" in kinds else None, self.issuer
        )


NO_POINTERS = Pointers(None, None, None)


def _started(
    issuer: Issuer, subject: x509.Name, public_key: RSAPublicKey, serial: int, validity: Validity
) -> CertificateBuilder:
    return (
        CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject)
        .public_key(public_key)
        .serial_number(serial)
        .not_valid_before(validity.not_before)
        .not_valid_after(validity.not_after)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False
        )
    )


def _key_usage(*names: str) -> x509.KeyUsage:
    every = [
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ]
    return x509.KeyUsage(**{usage: usage in names for usage in every})


def _pointed(builder: CertificateBuilder, pointers: Pointers) -> CertificateBuilder:
    if pointers.crl is not None:
        location = x509.DistributionPoint([x509.UniformResourceIdentifier(pointers.crl)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([location]), critical=False)
    access = [
        x509.AccessDescription(method, x509.UniformResourceIdentifier(url))
        for method, url in (
            (AuthorityInformationAccessOID.OCSP, pointers.ocsp),
            (AuthorityInformationAccessOID.CA_ISSUERS, pointers.issuer),
        )
        if url is not None
    ]
    if access:
        builder = builder.add_extension(x509.AuthorityInformationAccess(access), critical=False)
    return builder


def _policies(policy: ObjectIdentifier) -> x509.CertificatePolicies:
    return x509.CertificatePolicies([x509.PolicyInformation(policy, None)])


def issue_authority(
    issuer: Issuer,
    subject: x509.Name,
    public_key: RSAPublicKey,
    *,
    serial: int,
    validity: Validity,
    path_length: int,
    policy: ObjectIdentifier | None,
    pointers: Pointers = NO_POINTERS,
) -> Certificate:
    """Return a certificate of an authority; a root is its own issuer and carries no policy."""
    builder = (
        _started(issuer, subject, public_key, serial, validity)
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_key_usage("key_cert_sign", "crl_sign"), critical=True)
    )
    if policy is not None:
        builder = builder.add_extension(_policies(policy), critical=False)
    return _pointed(builder, pointers).sign(issuer.key, hashes.SHA256())


def issue_leaf(
    issuer: Issuer,
    subject: x509.Name,
    public_key: RSAPublicKey,
    *,
    serial: int,
    validity: Validity,
    policy: ObjectIdentifier,
    usages: Sequence[ObjectIdentifier],
    names: Sequence[str],
    loopback: bool,
    pointers: Pointers,
    key_usages: Sequence[str] = ("digital_signature",),
) -> Certificate:
    """Return an end entity's certificate.

    `names` are its host names (none: no subjectAltName); `loopback` adds `localhost` and 127.0.0.1, where
    the space really is.
    """
    builder = (
        _started(issuer, subject, public_key, serial, validity)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=False)
        .add_extension(_key_usage(*key_usages), critical=True)
        .add_extension(x509.ExtendedKeyUsage(list(usages)), critical=False)
        .add_extension(_policies(policy), critical=False)
    )
    if names:
        wanted = dict.fromkeys([*names, *(["localhost"] if loopback else [])])
        general: list[x509.GeneralName] = [x509.DNSName(host) for host in wanted]
        if loopback:
            general.append(x509.IPAddress(LOOPBACK))
        builder = builder.add_extension(x509.SubjectAlternativeName(general), critical=False)
    return _pointed(builder, pointers).sign(issuer.key, hashes.SHA256())


def issue_responder(
    issuer: Issuer, subject: x509.Name, public_key: RSAPublicKey, *, serial: int, validity: Validity
) -> Certificate:
    """Return the certificate of a delegated OCSP responder (RFC 6960 §4.2.2.2), with ocsp-nocheck."""
    return (
        _started(issuer, subject, public_key, serial, validity)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=False)
        .add_extension(_key_usage("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
        .add_extension(x509.OCSPNoCheck(), critical=False)
        .sign(issuer.key, hashes.SHA256())
    )
