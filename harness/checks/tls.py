"""Rules on what the product offers and negotiates in TLS (ECO.1.1.1 to ECO.1.1.3)."""

from __future__ import annotations

from collections.abc import Iterator

from harness.artefacts.connections import Connection
from harness.checks.rulebook import finding
from harness.findings import Finding, Location

LPS_SUITES = frozenset({0xC030, 0xC02F, 0xC028, 0xC027, 0x009F, 0x009E})
"""The six suites of ECO.1.1.3."""
SIGNALLING = frozenset({0x00FF, 0x5600})
"""TLS_EMPTY_RENEGOTIATION_INFO_SCSV (RFC 5746) and TLS_FALLBACK_SCSV (RFC 7507): not suites at all."""


def offered_suites(link: Connection) -> frozenset[int]:
    """Return the suites of the ClientHello, signalling values, GREASE and TLS 1.3 left out."""
    hello = link.client_hello
    suites = hello.data.get("suites") if hello else ()
    if not isinstance(suites, list | tuple):
        return frozenset()
    return frozenset(suite for suite in suites if isinstance(suite, int) and not _beside_the_list(suite))


def only_allowed_suites(link: Connection) -> Iterator[Finding]:
    """TLS-010: nothing but the six suites is offered below TLS 1.3."""
    extra = offered_suites(link) - LPS_SUITES
    if extra and link.client_hello:
        yield finding(
            "TLS-010",
            expected=", ".join(f"0x{suite:04X}" for suite in sorted(LPS_SUITES, reverse=True)),
            found="en plus : " + ", ".join(f"0x{suite:04X}" for suite in sorted(extra)),
            location=Location(event=link.client_hello.seq),
            evidence=link.client_hello.evidence,
        )


def _beside_the_list(suite: int) -> bool:
    high, low = suite >> 8, suite & 0xFF
    grease = high == low and low & 0x0F == 0x0A
    return grease or suite in SIGNALLING or high == 0x13
