"""Rules on the exchange with Pro Santé Connect (SC.PSC.01, SC.PSC.08, X-PSC-01 to X-PSC-03).

The artefact is the sequence of OAuth events that the simulated Pro Santé Connect recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.artefacts.connections import Connection
from harness.checks.rulebook import finding
from harness.findings import Finding, Location
from simulators.journal import Event

FLOWS = frozenset({"authorization-request", "ciba-request"})
SCOPES = frozenset({"openid", "scope_all"})


def sign_ins(events: Sequence[Event]) -> tuple[Event, ...]:
    """Return the requests by which the product asked the professional to sign in."""
    return tuple(event for event in events if event.protocol == "oauth" and event.name in FLOWS)


def recognised_flow(events: Sequence[Event]) -> Iterator[Finding]:
    """PSC-001: authorization code, or CIBA in poll mode."""
    asked = sign_ins(events)
    if not asked:
        others = sorted({event.name for event in events if event.protocol == "oauth"})
        yield finding(
            "PSC-001",
            expected="response_type=code, ou CIBA",
            found=", ".join(others) or "aucune requête vers Pro Santé Connect",
        )
    for event in asked:
        if event.name == "authorization-request" and event.data.get("response_type") != "code":
            yield _fault(
                event, "PSC-001", "response_type=code", f"response_type={event.data.get('response_type')}"
            )


def protected(events: Sequence[Event]) -> Iterator[Finding]:
    """PSC-004: the authorization request bears state and nonce."""
    for event in sign_ins(events):
        if event.name != "authorization-request":
            continue
        missing = [name for name in ("state", "nonce") if not event.data.get(name)]
        if missing:
            yield _fault(event, "PSC-004", "state et nonce", f"sans {' ni '.join(missing)}")


def acr_values(events: Sequence[Event], rule: str) -> Iterator[Finding]:
    """PSC-002, PSC-005: acr_values=eidas1 in the authorization request.

    CIBA is not asked for it: the exchange described by ANS has scope, login_hint and binding_message only.
    """
    for event in sign_ins(events):
        found = _words(event, "acr_values")
        if event.name == "authorization-request" and "eidas1" not in found:
            yield _fault(event, rule, "acr_values=eidas1", f"acr_values={' '.join(found) or '(absent)'}")


def scope(events: Sequence[Event]) -> Iterator[Finding]:
    """PSC-003: scope=openid scope_all; more is tolerated."""
    for event in sign_ins(events):
        found = _words(event, "scope")
        if not set(found) >= SCOPES:
            yield _fault(event, "PSC-003", "scope=openid scope_all", f"scope={' '.join(found) or '(absent)'}")


def refreshes(events: Sequence[Event]) -> tuple[Event, ...]:
    """Return the token requests that renew."""
    return tuple(
        event
        for event in events
        if event.name == "token-request" and event.data.get("grant_type") == "refresh_token"
    )


def renewed(events: Sequence[Event], links: Sequence[Connection]) -> Iterator[Finding]:
    """PSC-010: after expiry the product renewed (or signed in again) and the operator accepted it."""
    if not refreshes(events) and not sign_ins(events):
        yield finding("PSC-010", expected="grant_type=refresh_token", found="aucun renouvellement")
    elif not any(link.authenticated for link in links):
        yield finding(
            "PSC-010",
            expected="authentification avec le jeton renouvelé",
            found="aucune authentification acceptée",
        )


def no_expired_token(links: Sequence[Connection]) -> Iterator[Finding]:
    """PSC-011: no expired token is shown to the operator."""
    for link in links:
        for attempt in link.auths:
            if attempt.reason == "token-expired":
                yield finding(
                    "PSC-011",
                    expected="jeton en cours de validité",
                    found="jeton expiré présenté",
                    location=Location(event=attempt.event.seq),
                    evidence=link.transcript,
                )


def identity(shown: object, ps_idnat: str) -> Iterator[Finding]:
    """PSC-020: the identity shown to the user is SubjectNameID."""
    found = str(shown.get("ps_idnat") or "") if isinstance(shown, Mapping) else ""
    if found != ps_idnat:
        yield finding("PSC-020", expected=ps_idnat, found=found or "aucune identité affichée")


def signed_out(events: Sequence[Event]) -> Iterator[Finding]:
    """SESSION-031: the Pro Santé Connect session is ended with the user's."""
    if not any(event.name in {"logout-request", "revocation-request"} for event in events):
        yield finding("SESSION-031", expected="requête de fin de session", found="aucune")


def _words(event: Event, name: str) -> tuple[str, ...]:
    value = event.data.get(name)
    if isinstance(value, str):
        return tuple(value.split())
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()


def _fault(event: Event, rule: str, expected: str, found: str) -> Finding:
    return finding(
        rule, expected=expected, found=found, location=Location(event=event.seq), evidence=event.evidence
    )
