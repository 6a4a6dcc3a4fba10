"""What a white list says: domains and the operator certificates that may speak for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from cryptography.x509 import Name

_BLANKS = re.compile(r"((?<!\\)(?:\\\\)*), +")
"""A comma that is not escaped, and the blanks behind it."""

NAMESPACE = "https://listeblanche.mssante.fr/schema"
"""XML namespace of the list (seen in the list of 2025-02-28)."""


@dataclass(frozen=True, slots=True)
class Domaine:
    """One entry: one domain with one operator certificate.

    `dn` is the certificate's subject as RFC 4514 text, `CN=…,OU=<Struct_IdNat>,O=…,ST=…,C=FR`;
    `responsable` and `support` are free contact texts; `maj` is when the entry last changed (aware, UTC). A
    domain has as many entries as it has authorised certificates.
    """

    nom: str
    description: str
    dn: str
    responsable: str
    support: str
    maj: datetime


@dataclass(frozen=True, slots=True)
class WhiteList:
    """A list as read: when it was generated (aware, UTC) and its entries in order."""

    generated: datetime
    domaines: tuple[Domaine, ...]

    def of_domain(self, domain: str) -> tuple[Domaine, ...]:
        """Return the entries of a mail domain (compared without case, as DNS names are)."""
        wanted = domain.rstrip(".").lower()
        return tuple(entry for entry in self.domaines if entry.nom.lower() == wanted)

    def lists(self, domain: str) -> bool:
        """Tell whether the domain belongs to the Espace de Confiance (X-OPE-LB4)."""
        return bool(self.of_domain(domain))

    def authorises(self, domain: str, dn: str) -> bool:
        """Tell whether the certificate with this DN may speak for the domain (X-OPE-LB5)."""
        return any(same_dn(entry.dn, dn) for entry in self.of_domain(domain))


def same_dn(one: str, other: str) -> bool:
    """Tell whether two texts name the same subject, however they are escaped (RFC 4514).

    Blanks behind a comma are passed over, as RFC 2253 readers do. Values are compared character by
    character: inferred, the list never writes one DN in two ways. A text that cannot be read equals none.
    """
    try:
        return Name.from_rfc4514_string(_tight(one)) == Name.from_rfc4514_string(_tight(other))
    except ValueError:
        return False


def _tight(dn: str) -> str:
    return _BLANKS.sub(r"\1,", dn.strip())
