"""Rules on sessions: errors isolated, end with Pro Santé Connect, reopening, sign-out.

Sources: ECO.1.2.3, ECO.1.2.6, ECO.1.2.7, SC.SSI/IE.38.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.artefacts.connections import Connection
from harness.checks.rulebook import finding
from harness.drivers import Answer
from harness.findings import Finding


def still_alive(after: Answer) -> Iterator[Finding]:
    """SESSION-001: after an error of the operator the product still answers."""
    if after.status != "done":
        yield finding(
            "SESSION-001", expected="produit disponible", found=f"« {after.status} » {after.detail}"
        )


def user_told(answer: Answer, status: Mapping[str, Any]) -> Iterator[Finding]:
    """SESSION-002: the user is told of the error, at once or as an alert, and never of a success."""
    if answer.status == "done" or (not answer.detail.strip() and not status.get("alerts")):
        yield finding("SESSION-002", expected="cause de l'échec affichée", found="aucun message")


def open_links(links: Sequence[Connection]) -> tuple[Connection, ...]:
    """Return the authenticated connections that are still open."""
    return tuple(link for link in links if link.authenticated and link.closed is None)


def ended(links: Sequence[Connection], within_s: float) -> Iterator[Finding]:
    """SESSION-010: no authenticated session is left open, and none was used after the refusal."""
    for link in open_links(links):
        yield finding(
            "SESSION-010",
            expected=f"sessions fermées en {within_s:g} s au plus",
            found=f"session {link.protocol.upper()} encore ouverte",
        )


def still_usable(answer: Answer) -> Iterator[Finding]:
    """SESSION-011: with a good refresh token the messaging goes on."""
    if answer.status != "done":
        yield finding(
            "SESSION-011", expected="réponse « done »", found=f"« {answer.status} » {answer.detail}"
        )


def reopened(before: Sequence[Connection], after: Sequence[Connection], within_s: float) -> Iterator[Finding]:
    """SESSION-020: a new authenticated connection came by itself."""
    known = {link.id for link in before}
    if not any(link.authenticated for link in after if link.id not in known):
        yield finding(
            "SESSION-020",
            expected=f"nouvelle session authentifiée en {within_s:g} s au plus",
            found="aucune nouvelle connexion authentifiée",
        )


def left_properly(links: Sequence[Connection]) -> Iterator[Finding]:
    """SESSION-030: sign-out closes the sessions, IMAP by LOGOUT."""
    for link in links:
        if not link.authenticated:
            continue
        if link.closed is None:
            yield finding(
                "SESSION-030",
                expected="connexion fermée",
                found=f"session {link.protocol.upper()} encore ouverte",
            )
        elif link.protocol == "imap" and "LOGOUT" not in link.verbs:
            yield finding(
                "SESSION-030",
                expected="LOGOUT",
                found=f"connexion coupée après {' '.join(link.verbs[-3:])}",
                evidence=link.transcript,
            )
