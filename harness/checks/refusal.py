"""Did the product refuse? One judgement for every bad operator: bad certificate, weak TLS, no STARTTLS.

A product refuses when it neither says that it is connected nor gives itself up to the peer: no
authentication, no mail, no mailbox opened. It may greet (`EHLO`, `CAPABILITY`) and leave properly, since some
checks (OCSP) come after the handshake.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness.artefacts.connections import Connection
from harness.checks.rulebook import finding
from harness.drivers import Answer
from harness.findings import Finding, Location


def accepted_anyway(
    answer: Answer, links: Iterable[Connection], rule: str, expected: str
) -> Iterator[Finding]:
    """Yield a finding of `rule` for the first proof that the product accepted what it had to refuse.

    Only what goes under TLS counts: what goes in clear is judged by `harness.checks.starttls`.
    """
    for link in links:
        given = [command for command in link.committed() if command.tls]
        if given:
            event, shown = given[0].event, given[0].text
            yield finding(
                rule,
                expected=expected,
                found=shown,
                location=Location(event=event.seq),
                evidence=link.transcript,
            )
            return
    if answer.status == "done":
        yield finding(rule, expected=expected, found=f"réponse « done » {answer.detail}".strip())


def not_connected(answer: Answer, links: Iterable[Connection], rule: str, expected: str) -> Iterator[Finding]:
    """Yield a finding of `rule` when the product did not connect where it had to."""
    links = tuple(links)
    if answer.status == "done" and any(link.authenticated for link in links):
        return
    seen = "; ".join(_end(link) for link in links) or "aucune connexion"
    yield finding(
        rule,
        expected=expected,
        found=f"« {answer.status} » {answer.detail} — {seen}",
        evidence=links[-1].transcript if links else None,
    )


def _end(link: Connection) -> str:
    failures = [event.text for event in link.events if event.name in {"alert", "failed"}]
    if failures:
        return failures[-1]
    refused = [attempt.reason for attempt in link.auths if not attempt.accepted]
    if refused:
        return f"authentification refusée : {refused[-1]}"
    return f"commandes : {' '.join(link.verbs) or 'aucune'}"
