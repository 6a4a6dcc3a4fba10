"""What an endpoint of the operator shows in TLS: the good one, and the ones that a product must refuse.

Sources: ECO.1.1.1 (TLS 1.2 at least), ECO.1.1.2 (later versions), ECO.1.1.3 (six suites, DH >= 2048,
EC >= 256), ECO.1.3.1 (client certificate of a BAL APP).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from simulators.wire.names import LPS_SUITES

TlsVersion = Literal["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
ClientCertificate = Literal["ignore", "request", "require"]

LPS_GROUPS = ("secp256r1", "secp384r1", "secp521r1", "ffdhe2048", "ffdhe3072")
"""Groups of the good endpoint. x25519 is left out although common: its order has 253 bits and ECO.1.1.3 asks
for 256 at least, so a client that measures may rightly refuse it (inferred)."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A server certificate (leaf first, then intermediates) and its private key, both PEM."""

    chain_pem: bytes
    key_pem: bytes

    def __repr__(self) -> str:
        return f"Credential({len(self.chain_pem)} octets of chain)"


@dataclass(frozen=True, slots=True)
class TlsProfile:
    """One way of speaking TLS.

    `suites` are OpenSSL names of TLS 1.2 and older, in order; suites of TLS 1.3 are always the library's
    own. `dh_bits` is the size of the group shown to a client that names no FFDHE group. `client_roots` and
    `client_crls` are PEM: whom client certificates are verified against (`request` takes any certificate
    and names what is wrong with it, `require` refuses in the handshake). `seclevel` is OpenSSL's.
    """

    name: str
    credential: Credential | None = None
    min_version: TlsVersion = "TLSv1.2"
    max_version: TlsVersion = "TLSv1.3"
    suites: tuple[str, ...] = tuple(LPS_SUITES.values())
    groups: tuple[str, ...] = LPS_GROUPS
    dh_bits: int = 2048
    client_certificate: ClientCertificate = "ignore"
    client_roots: tuple[bytes, ...] = ()
    client_crls: tuple[bytes, ...] = ()
    seclevel: int = 2

    def with_credential(self, credential: Credential) -> TlsProfile:
        """Return the same profile showing `credential`."""
        return replace(self, credential=credential)

    def with_client_certificate(
        self,
        mode: ClientCertificate,
        roots: tuple[bytes, ...],
        crls: tuple[bytes, ...] = (),
    ) -> TlsProfile:
        """Return the same profile asking for client certificates issued under `roots` (PEM)."""
        return replace(self, client_certificate=mode, client_roots=roots, client_crls=crls)


API_LPS = TlsProfile("api-lps")
"""The conforming endpoint: TLS 1.2 with the six suites of ECO.1.1.3, and TLS 1.3."""

TLS_1_1_ONLY = TlsProfile(
    "tls-1.1-only",
    min_version="TLSv1.1",
    max_version="TLSv1.1",
    suites=("ECDHE-RSA-AES256-SHA", "ECDHE-RSA-AES128-SHA", "AES256-SHA", "AES128-SHA"),
    seclevel=0,
)
"""ECO.1.1.1: the product must refuse."""

TLS_1_2_ONLY = TlsProfile("tls-1.2-only", max_version="TLSv1.2")
"""ECO.1.1.1: the product must accept."""

TLS_1_3_ONLY = TlsProfile("tls-1.3-only", min_version="TLSv1.3")
"""ECO.1.1.2: the product may accept."""

SINGLE_SUITE: dict[int, TlsProfile] = {
    code: TlsProfile(f"suite-0x{code:04x}", max_version="TLSv1.2", suites=(name,))
    for code, name in LPS_SUITES.items()
}
"""One endpoint per suite of ECO.1.1.3, by its number."""

FORBIDDEN_SUITE = TlsProfile(
    "forbidden-suite",
    max_version="TLSv1.2",
    suites=("ECDHE-RSA-AES256-SHA", "ECDHE-RSA-AES128-SHA", "AES256-SHA", "AES128-SHA"),
    seclevel=0,
)
"""ECO.1.1.3: only suites outside the list; the product must refuse."""

DH_1024 = TlsProfile(
    "dh-1024",
    max_version="TLSv1.2",
    suites=("DHE-RSA-AES256-GCM-SHA384", "DHE-RSA-AES128-GCM-SHA256"),
    groups=(),
    dh_bits=1024,
    seclevel=0,
)
"""ECO.1.1.3: an allowed suite over a group of 1024 bits; the product must refuse."""

SMALL_CURVE = TlsProfile(
    "small-curve",
    max_version="TLSv1.2",
    suites=("ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256"),
    groups=("secp224r1",),
    seclevel=0,
)
"""ECO.1.1.3: an allowed suite over a curve of 224 bits; the product must refuse."""

PROFILES: dict[str, TlsProfile] = {
    profile.name: profile
    for profile in (
        API_LPS,
        TLS_1_1_ONLY,
        TLS_1_2_ONLY,
        TLS_1_3_ONLY,
        FORBIDDEN_SUITE,
        DH_1024,
        SMALL_CURVE,
        *SINGLE_SUITE.values(),
    )
}
"""All of them by name."""
