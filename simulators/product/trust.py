"""What the product demands of an operator's certificate, at its own clock (ECO.1.1.5, .6, .10).

The chain to the IGC-Santé root and the host name were checked by OpenSSL in the handshake. The range
Elémentaire Organisation is known by the certificate policy of the server's certificate: it must be the
accepted OID (inferred: the référentiel names the range, the policy OID is what tells it apart in a
certificate; names of authorities are only text, and an impostor can bear them).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from simulators.clock import Clock
from simulators.product.behaviour import Behaviour
from simulators.product.deadline import Deadline
from simulators.product.errors import Refused
from simulators.product.revocation import RevocationChecker

ADVICE = "Aucune donnée n'a été envoyée ; prévenez l'opérateur."
MIN_RSA_BITS = 2048
MIN_EC_BITS = 256
RANGE_NAME = "IGC-Santé Elémentaire Organisation"


class OperatorTrust:
    """Judges the chain that an operator's server showed."""

    def __init__(
        self, accepted_policy: str, clock: Clock, behaviour: Behaviour, revocation: RevocationChecker
    ) -> None:
        self._policy = accepted_policy
        self._clock = clock
        self._behaviour = behaviour
        self._revocation = revocation

    def check(self, chain: Sequence[x509.Certificate], host: str, deadline: Deadline) -> None:
        """Raise `Refused` unless every check passes; `chain` is leaf first, `host` the name connected to."""
        if not chain:
            raise Refused(f"Le serveur n'a pas montré de certificat. {ADVICE}")
        if self._behaviour.trust == "issuer-text":
            _check_issuer_text(chain[0], host)
        untimely = self._untimely(chain)
        if untimely is not None and self._behaviour.checks_validity:
            raise untimely
        for certificate in chain:
            check_key_size(certificate)
        if self._behaviour.trust == "commercial" and not self._has_policy(chain[0]):
            return
        if self._behaviour.trust == "range" and not self._has_policy(chain[0]):
            raise Refused(f"Le certificat de l'opérateur n'est pas de la gamme {RANGE_NAME}. {ADVICE}")
        for certificate, issuer in pairwise(chain):
            self._revocation.check(certificate, issuer, deadline)

    def _untimely(self, chain: Sequence[x509.Certificate]) -> Refused | None:
        """Return the refusal of a certificate that has expired or is not valid yet."""
        now = self._clock.now()
        for certificate in chain:
            if now > certificate.not_valid_after_utc:
                return Refused(
                    f"Le certificat de l'opérateur ({_name(certificate)}) a expiré le "
                    f"{certificate.not_valid_after_utc:%d/%m/%Y à %H:%M} UTC. {ADVICE}"
                )
            if now < certificate.not_valid_before_utc:
                return Refused(
                    f"Le certificat de l'opérateur ({_name(certificate)}) n'est valable qu'à partir du "
                    f"{certificate.not_valid_before_utc:%d/%m/%Y à %H:%M} UTC. {ADVICE}"
                )
        return None

    def _has_policy(self, leaf: x509.Certificate) -> bool:
        try:
            policies = leaf.extensions.get_extension_for_class(x509.CertificatePolicies).value
        except (x509.ExtensionNotFound, ValueError):
            return False
        return any(item.policy_identifier.dotted_string == self._policy for item in policies)


def _check_issuer_text(leaf: x509.Certificate, host: str) -> None:
    """Believe the issuer's name (a variant); OpenSSL checked nothing, so the host is compared here."""
    if "IGC-SANTE" not in leaf.issuer.rfc4514_string().upper():
        raise Refused(f"Le certificat de l'opérateur n'est pas de l'IGC-Santé. {ADVICE}")
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        known = [name.casefold() for name in names.get_values_for_type(x509.DNSName)]
    except (x509.ExtensionNotFound, ValueError):
        known = []
    if host.casefold() not in known:
        raise Refused(f"Le certificat de l'opérateur n'est pas au nom de {host}. {ADVICE}")


def check_key_size(certificate: x509.Certificate) -> None:
    """Raise `Refused` for a key below 2048 bits (RSA) or 256 bits (EC), or of another kind (ECO.1.1.3)."""
    key = certificate.public_key()
    strong = (isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA_BITS) or (
        isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= MIN_EC_BITS
    )
    if not strong:
        raise Refused(f"La clé du certificat {_name(certificate)} est trop faible. {ADVICE}")


def _name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()
