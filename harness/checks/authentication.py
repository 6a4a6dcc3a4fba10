"""Rules on authentication to the operator (ECO.1.2.1, ECO.1.2.4, ECO.1.3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from harness.artefacts.connections import AuthAttempt, Connection
from harness.checks.rulebook import finding
from harness.findings import Finding, Location
from simulators.wire.transcript import Chunk, read_transcript

AUTH_LINE_LIMIT = 512
"""Octets of an SMTP command line, CRLF included (RFC 5321 §4.5.3.1.4), which RFC 4954 §4 keeps for AUTH."""


AUTH_VERBS = frozenset({"AUTH", "AUTHENTICATE", "LOGIN"})


def xoauth2(link: Connection, mailbox: str) -> Iterator[Finding]:
    """AUTH-001 to AUTH-003, AUTH-005, AUTH-006: XOAUTH2 under TLS, well formed, for the mailbox."""
    attempts = link.auths
    for command in link.commands:
        if command.verb in AUTH_VERBS and not command.tls:
            yield finding(
                "AUTH-005",
                expected="TLS établi d'abord",
                found=f"{command.verb} en clair",
                location=Location(event=command.event.seq),
                evidence=link.transcript,
            )
    if not attempts:
        yield from _never_decoded(link, "AUTH-001", "XOAUTH2", "AUTH XOAUTH2")
    for attempt in attempts:
        if attempt.mechanism != "XOAUTH2":
            yield _fault(link, attempt, "AUTH-001", "XOAUTH2", attempt.mechanism)
        else:
            yield from _form(link, attempt, mailbox)


def attempted(links: Sequence[Connection], rule: str, expected: str) -> Iterator[Finding]:
    """AUTH-001, AUTH-031: one connection at least tries to authenticate; one that only greets may leave."""
    if not any(link.auths or AUTH_VERBS & set(link.verbs) for link in links):
        yield finding(
            rule,
            expected=expected,
            found="; ".join(" ".join(link.verbs) for link in links) or "aucune connexion",
            evidence=links[-1].transcript if links else None,
        )


def _never_decoded(link: Connection, rule: str, mechanism: str, expected: str) -> Iterator[Finding]:
    """Yield a finding for an authentication begun of which the operator never had the response to read.

    Either the mechanism is not offered and was refused at once, or the right one was begun and left there.
    """
    for command in link.commands:
        if command.verb in AUTH_VERBS and command.tls:
            begun = mechanism in command.text.upper().split()
            yield finding(
                rule,
                expected=f"{mechanism} mené à son terme" if begun else expected,
                found=f"{command.text}, sans réponse SASL lisible ensuite" if begun else command.text,
                location=Location(event=command.event.seq),
                evidence=link.transcript,
            )


def _form(link: Connection, attempt: AuthAttempt, mailbox: str) -> Iterator[Finding]:
    if attempt.problems:
        yield _fault(
            link,
            attempt,
            "AUTH-002",
            "user=<BAL>^Aauth=Bearer <jeton>^A^A",
            ", ".join(attempt.problems),
        )
    if attempt.user.lower() != mailbox.lower() and attempt.user:
        yield _fault(link, attempt, "AUTH-003", f"user={mailbox}", f"user={attempt.user}")
    if link.protocol == "smtp" and attempt.initial_response and attempt.length > AUTH_LINE_LIMIT:
        yield _fault(
            link,
            attempt,
            "AUTH-006",
            f"{AUTH_LINE_LIMIT} octets au plus, sinon réponse après 334",
            f"{attempt.length} octets sur la ligne AUTH",
        )


def patience(link: Connection, transcript: bytes) -> Iterator[Finding]:
    """AUTH-004: nothing is sent between the SASL string and the operator's answer.

    Read from the order of octets on the wire, since a server works off what it received one by one.
    """
    for early in sent_before_answer(read_transcript(transcript), link.protocol):
        yield finding(
            "AUTH-004",
            expected="réponse à l'authentification attendue",
            found=early.decode("utf-8", "replace"),
            evidence=link.transcript,
        )
        return


def sent_before_answer(chunks: Sequence[Chunk], protocol: str) -> Iterator[bytes]:
    """Yield the command lines that arrived with, or right after, the SASL string and before its answer.

    A line counts where it ends: TLS records and reads may cut it anywhere.
    """
    final = re.compile(rb"(235|5\d\d|4\d\d) " if protocol == "smtp" else rb"\S+ (OK|NO|BAD)\b", re.IGNORECASE)
    begins = re.compile(rb"AUTH\s+\S+" if protocol == "smtp" else rb"\S+\s+AUTHENTICATE\s+\S+", re.IGNORECASE)
    waiting = False
    due = 0
    begun = {"C": b"", "S": b""}
    for chunk in chunks:
        if not chunk.tls:
            continue
        *lines, begun[chunk.direction] = (begun[chunk.direction] + chunk.octets).split(b"\n")
        for line in (one.removesuffix(b"\r") for one in lines):
            if chunk.direction == "S":
                if waiting and final.match(line):
                    waiting = False
                elif waiting and line.startswith((b"334", b"+")):
                    due += 1
                continue
            started = begins.match(line)
            if started and not waiting:
                waiting, due = True, 0
            elif waiting and due:
                due -= 1
            elif waiting:
                yield line


def applicative(link: Connection, mailbox: str) -> Iterator[Finding]:
    """AUTH-030, AUTH-031: client certificate in the handshake, then PLAIN with the mailbox address.

    A connection that only greets and leaves is not judged (see `attempted`).
    """
    if not link.auths and not AUTH_VERBS & set(link.verbs):
        return
    established = link.established
    if established is None or not established.data.get("client_certificate"):
        yield finding(
            "AUTH-030",
            expected="certificat ORG AUTH_CLI de la structure",
            found="aucun certificat client" if established else "TLS non établi",
            evidence=link.transcript,
        )
    if not link.auths:
        yield from _never_decoded(link, "AUTH-031", "PLAIN", f"PLAIN, authcid={mailbox}")
    for attempt in link.auths:
        if attempt.mechanism != "PLAIN" or attempt.user.lower() != mailbox.lower():
            yield _fault(
                link,
                attempt,
                "AUTH-031",
                f"PLAIN, authcid={mailbox}",
                f"{attempt.mechanism}, authcid={attempt.user or '?'}",
            )


def _fault(link: Connection, attempt: AuthAttempt, rule: str, expected: str, found: str) -> Finding:
    return finding(
        rule,
        expected=expected,
        found=found,
        location=Location(event=attempt.event.seq),
        evidence=link.transcript,
    )
