"""Rules on the order of SMTP and IMAP sessions: STARTTLS first, nothing in clear, nothing injected.

Sources: ECO.1.0.1 (RFC 5321, RFC 3207 §4), ECO.1.0.2 (RFC 3501 and RFC 9051 §6.2.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.artefacts.connections import Connection
from harness.checks.rulebook import finding
from harness.findings import Finding, Location

_ORDER_RULE = {"smtp": "SMTP-001", "imap": "IMAP-001"}
_CLEAR_RULE = {"smtp": "SMTP-002", "imap": "IMAP-002"}
_INJECTION_RULE = {"smtp": "SMTP-004", "imap": "IMAP-004"}
_READING = frozenset({"SELECT", "EXAMINE", "FETCH", "SEARCH", "STATUS"})


def starttls_first(link: Connection) -> Iterator[Finding]:
    """SMTP-001, IMAP-001: TLS is established before anything of the user is said.

    A connection that greets and leaves (a probe, a first attempt given up) says nothing of the user.
    """
    for command in link.committed():
        if not command.tls:
            yield finding(
                _ORDER_RULE[link.protocol],
                expected="STARTTLS avant toute autre commande que EHLO/CAPABILITY",
                found=f"{command.text} en clair",
                location=Location(event=command.event.seq),
                evidence=link.transcript,
            )
            return


def nothing_in_clear(link: Connection) -> Iterator[Finding]:
    """SMTP-002, IMAP-002: without STARTTLS the product leaves."""
    for command in link.committed():
        if not command.tls:
            yield finding(
                _CLEAR_RULE[link.protocol],
                expected="fermeture de la connexion",
                found=f"{command.text} en clair",
                location=Location(event=command.event.seq),
                evidence=link.transcript,
            )
            return


def greeting_repeated(link: Connection) -> Iterator[Finding]:
    """SMTP-003: the first command under TLS is EHLO again."""
    under_tls = [command for command in link.commands if command.tls]
    if under_tls and under_tls[0].verb not in {"EHLO", "QUIT"}:
        yield finding(
            "SMTP-003",
            expected="EHLO",
            found=under_tls[0].text,
            location=Location(event=under_tls[0].event.seq),
            evidence=link.transcript,
        )


def injected_answer_ignored(links: Sequence[Connection]) -> Iterator[Finding]:
    """SMTP-004, IMAP-004: what followed the answer to STARTTLS in clear has no effect under TLS.

    The injected text is a farewell (`421`, `* BYE`). A product that kept it takes it for the answer to its
    first command under TLS and leaves; one that discarded it authenticates; one that noticed it and left
    before TLS did well too.
    """
    if any(link.authenticated for link in links):
        return
    for link in links:
        if link.under_tls:
            yield finding(
                _INJECTION_RULE[link.protocol],
                expected="texte en clair écarté, authentification poursuivie sous TLS",
                found=f"abandon sous TLS après : {' '.join(link.verbs)}",
                evidence=link.transcript,
            )
            return


def mailbox_read(link: Connection) -> Iterator[Finding]:
    """IMAP-001: the mailbox is opened by IMAP once authenticated."""
    if link.authenticated and not _READING & set(link.verbs):
        yield finding(
            "IMAP-001",
            expected="SELECT ou EXAMINE, puis FETCH",
            found=" ".join(link.verbs),
            evidence=link.transcript,
        )
