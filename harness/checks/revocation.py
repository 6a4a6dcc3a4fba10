"""Rules on the revocation check, read from what the revocation service was asked (ECO.1.1.6, ECO.1.1.7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.checks.rulebook import finding
from harness.findings import Finding
from simulators.journal import Event


def queries(events: Sequence[Event], kind: str) -> tuple[Event, ...]:
    """Return the requests of one kind (`crl`, `ocsp`, `aia`) to the revocation service."""
    return tuple(event for event in events if event.target == "pki" and event.data.get("kind") == kind)


def revocation_queried(events: Sequence[Event]) -> Iterator[Finding]:
    """TLS-031: a CRL or an OCSP answer was asked for."""
    if not queries(events, "crl") and not queries(events, "ocsp"):
        yield finding(
            "TLS-031", expected="GET d'une CRL ou requête OCSP", found="aucune requête de révocation"
        )
