"""How the revocation service of one tenant behaves, and the faults that it can have.

All of them serve ECO.1.1.6 (a revoked certificate is refused) or ECO.1.1.7 (the last CRL that has not
expired is kept while a new one cannot be had). Each is one class, chosen per tenant.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

BACKDATED_S = 60.0
"""Seconds by which thisUpdate precedes the answer, so that a product whose clock is a little late (or that
reads a coarser clock of the same machine) does not take it for one of the future."""


class Outage(StrEnum):
    """How a service is out of reach."""

    STATUS_503 = "status_503"
    DROPPED = "dropped"
    SLOW = "slow"


class OcspSigner(StrEnum):
    """Who signs OCSP answers: the authority, or a responder that it delegates to (RFC 6960 §4.2.2.2)."""

    DELEGATED = "delegated"
    AUTHORITY = "authority"


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The service cannot be reached.

    `STATUS_503` answers 503, `DROPPED` closes the connection in the middle of the answer, `SLOW` answers
    rightly after `delay_s` seconds of real time (longer than a client should wait).
    ECO.1.1.7 for a CRL: connections go on with the last CRL until its nextUpdate, then stop.
    """

    requirements: ClassVar[tuple[str, ...]] = ("ECO.1.1.6", "ECO.1.1.7")
    outage: Outage = Outage.STATUS_503
    delay_s: float = 30.0


@dataclass(frozen=True, slots=True)
class StaleCrl:
    """The CRL's nextUpdate is `by_s` seconds in the past. ECO.1.1.7: an expired CRL proves nothing."""

    requirements: ClassVar[tuple[str, ...]] = ("ECO.1.1.6", "ECO.1.1.7")
    by_s: float = 3600.0


@dataclass(frozen=True, slots=True)
class ForgedCrl:
    """An empty, fresh CRL under the authority's name, signed by a key that is not its own.

    ECO.1.1.6: a product that uses it without checking the signature accepts a revoked certificate.
    """

    requirements: ClassVar[tuple[str, ...]] = ("ECO.1.1.6",)


@dataclass(frozen=True, slots=True)
class GarbageCrl:
    """An HTML page with status 200 in place of the CRL, as a captive portal answers. ECO.1.1.7."""

    requirements: ClassVar[tuple[str, ...]] = ("ECO.1.1.7",)


@dataclass(frozen=True, slots=True)
class OcspTryLater:
    """Every answer is tryLater (RFC 6960 §2.3): no status at all, so not "good". ECO.1.1.6."""

    requirements: ClassVar[tuple[str, ...]] = ("ECO.1.1.6",)


@dataclass(frozen=True, slots=True)
class OcspForged:
    """Every answer says "good" and is signed by a key that no authority vouches for.

    ECO.1.1.6: a product that uses it without checking the signature accepts a revoked certificate.
    """

    requirements: ClassVar[tuple[str, ...]] = ("ECO.1.1.6",)


@dataclass(frozen=True, slots=True)
class OcspUndelegated:
    """Every answer says "good" and is signed by an ordinary server certificate of the same authority.

    It lacks the OCSPSigning usage (RFC 6960 §4.2.2.2), so any operator could clear any other. ECO.1.1.6.
    """

    requirements: ClassVar[tuple[str, ...]] = ("ECO.1.1.6",)


@dataclass(frozen=True, slots=True)
class OcspOtherSerial:
    """A rightly signed "good" for another serial number than the one asked (RFC 6960 §3.2). ECO.1.1.6."""

    requirements: ClassVar[tuple[str, ...]] = ("ECO.1.1.6",)


@dataclass(frozen=True, slots=True)
class OcspExpired:
    """A rightly signed "good" whose nextUpdate is `by_s` seconds in the past, as a replay is. ECO.1.1.6."""

    requirements: ClassVar[tuple[str, ...]] = ("ECO.1.1.6",)
    by_s: float = 3600.0


@dataclass(frozen=True, slots=True)
class OcspWrongNonce:
    """A rightly signed answer with another nonce than the one sent (RFC 9654). ECO.1.1.6."""

    requirements: ClassVar[tuple[str, ...]] = ("ECO.1.1.6",)


@dataclass(frozen=True, slots=True)
class OcspUnknown:
    """Every certificate is "unknown" to the responder (RFC 6960 §2.2): not "good". ECO.1.1.6."""

    requirements: ClassVar[tuple[str, ...]] = ("ECO.1.1.6",)


CrlFault = Unreachable | StaleCrl | ForgedCrl | GarbageCrl
OcspFault = (
    Unreachable
    | OcspTryLater
    | OcspForged
    | OcspUndelegated
    | OcspOtherSerial
    | OcspExpired
    | OcspWrongNonce
    | OcspUnknown
)


@dataclass(frozen=True, slots=True)
class RevocationBehaviour:
    """How CRL, OCSP and authority certificates of one tenant are served.

    `crl_lifetime_s` and `ocsp_lifetime_s` run from the answer to its nextUpdate, in seconds of the tenant's
    clock, at least one; thisUpdate lies `BACKDATED_S` before the answer. The defaults (a day, an hour) are
    inferred: the certification policy's figures were not obtained.
    """

    crl_lifetime_s: float = 86_400.0
    ocsp_lifetime_s: float = 3_600.0
    ocsp_signer: OcspSigner = OcspSigner.DELEGATED
    crl: CrlFault | None = None
    ocsp: OcspFault | None = None
    aia: Unreachable | None = None

    def __post_init__(self) -> None:
        if self.crl_lifetime_s < 1 or self.ocsp_lifetime_s < 1:
            raise ValueError("a CRL or an OCSP answer lives at least 1 s: X.509 times have no fractions")


NORMAL = RevocationBehaviour()
"""Everything in order."""
