"""Rules on what the product shows: lists, sent mails and what came back about them (SHOW-…)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from harness.artefacts.mail import Mail
from harness.artefacts.sent import SentMail
from harness.checks.acknowledgement import same_address
from harness.checks.rulebook import finding
from harness.drivers import Answer
from harness.findings import Finding, Location

PREFIX = "XDM/1.0/DDM+"
Lines = Sequence[Mapping[str, Any]]


def prefix_hidden(subject: str, received: Mail, rest: str) -> Iterator[Finding]:
    """SHOW-001, SHOW-002: the list hides the prefix, and nothing of the subject but it."""
    if PREFIX.casefold() in subject.casefold():
        yield finding("SHOW-001", expected=rest, found=subject, evidence=received.sha256)
    elif " ".join(rest.split()).casefold() not in " ".join(subject.split()).casefold():
        yield finding("SHOW-002", expected=rest, found=subject or "∅", evidence=received.sha256)


def own_mailbox(shown: Lines, own: Mail, other: Mail) -> Iterator[Finding]:
    """SHOW-003: a mailbox shows its own mails, and none of another mailbox."""
    ids = {str(line.get("message_id")) for line in shown}
    if own.message_id not in ids or other.message_id in ids:
        yield finding(
            "SHOW-003",
            expected=own.message_id or "",
            found=", ".join(sorted(ids)) or "∅",
            evidence=own.sha256,
        )


def receipt_asked(sent: SentMail, mailbox: str, *, wanted: bool) -> Iterator[Finding]:
    """SHOW-004, SHOW-005: Disposition-Notification-To names the sender's mailbox, when the user asked."""
    mail = sent.mail
    headers = mail.all("Disposition-Notification-To")
    if not wanted:
        if headers:
            yield _header("SHOW-005", "∅", headers[0].decoded, mail, "Disposition-Notification-To")
        return
    asked = [address for header in headers for _, address in header.addresses]
    if len(headers) != 1 or len(asked) != 1 or not same_address(asked[0], mailbox):
        found = ", ".join(asked) or "∅"
        yield _header("SHOW-004", f"<{mailbox}>", found, mail, "Disposition-Notification-To")


def receipt_left(receipts: Collection[SentMail], answer: Answer, received: Mail) -> Iterator[Finding]:
    """SHOW-006: the user accepted to acknowledge, a receipt left."""
    if not receipts:
        found = f"« {answer.status} » receipt={answer.result.get('receipt')} {answer.detail}".strip()
        yield finding("SHOW-006", expected="1 MDN", found=found, evidence=received.sha256)


def receipt_kept_back(receipts: Sequence[SentMail]) -> Iterator[Finding]:
    """SHOW-007: the user declined, no receipt left."""
    for one in receipts[:1]:
        yield finding("SHOW-007", expected="∅", found=_told(one), evidence=one.mail.sha256)


def receipt_not_automatic(receipts: Sequence[SentMail], why: str) -> Iterator[Finding]:
    """SHOW-008: no receipt leaves without the user's word where RFC 8098 §2.1 wants it."""
    for one in receipts[:1]:
        yield finding("SHOW-008", expected=why, found=_told(one), evidence=one.mail.sha256)


def delivery_shown(outbox: Lines, listed: Lines, sent: Mail) -> Iterator[Finding]:
    """SHOW-009: the sent mail is shown as delivered once the operator said so.

    At the mail itself (`outbox`), or by a report in the list that tells it and names the mail.
    """
    line = line_of(outbox, sent)
    reports = [one["report"] for one in listed if isinstance(one.get("report"), Mapping)]
    told = any(
        one.get("action") == "delivered" and one.get("original_message_id") == sent.message_id
        for one in reports
    )
    if not told and (line is None or line.get("delivery") != "delivered"):
        yield finding("SHOW-009", expected="delivered", found=_state(line), evidence=sent.sha256)


def reading_shown(outbox: Lines, read: Mail, reader: str, unread: Collection[Mail] = ()) -> Iterator[Finding]:
    """SHOW-010: the receipt is shown at the mail that it is about, and at no other."""
    line = line_of(outbox, read)
    if line is None or not _names(line.get("read_by"), reader):
        yield finding("SHOW-010", expected=f"read_by {reader}", found=_state(line), evidence=read.sha256)
    for mail in unread:
        line = line_of(outbox, mail)
        if line is not None and line.get("read_by"):
            yield finding("SHOW-010", expected="read_by ∅", found=_state(line), evidence=mail.sha256)


def failures_shown(
    outbox: Lines, sent: Mail, failed: Collection[str], states: Sequence[str]
) -> Iterator[Finding]:
    """SHOW-011: the sent mail is shown as failed, for the recipients of whom the report says so, and why.

    `states` are the states that it may be shown in.
    """
    line = line_of(outbox, sent)
    told = [one for one in (line or {}).get("failures") or () if isinstance(one, Mapping)]
    names = {str(one.get("recipient")).lower() for one in told}
    causes = all(one.get("status") or one.get("diagnostic") for one in told)
    wanted = {address.lower() for address in failed}
    if line is None or line.get("delivery") not in states or names != wanted or not causes:
        expected = f"{' | '.join(states)} : {', '.join(sorted(wanted)) or '∅'}"
        yield finding("SHOW-011", expected=expected, found=_state(line), evidence=sent.sha256)


def returns_to(sent: SentMail, address: str) -> Iterator[Finding]:
    """SHOW-012: Reply-To is the return address that was chosen; From stays the mailbox."""
    headers = sent.mail.all("Reply-To")
    said = [one for header in headers for _, one in header.addresses]
    if len(said) != 1 or not same_address(said[0], address):
        yield _header("SHOW-012", f"<{address}>", ", ".join(said) or "∅", sent.mail, "Reply-To")


def goes_to(sent: SentMail, chosen: Collection[str]) -> Iterator[Finding]:
    """SHOW-013: the envelope has the recipients chosen, all and no other."""
    wanted, reached = {one.lower() for one in chosen}, {one.lower() for one in sent.recipients}
    if wanted != reached:
        yield finding(
            "SHOW-013",
            expected=", ".join(sorted(wanted)),
            found=", ".join(sorted(reached)),
            evidence=sent.mail.sha256,
        )


def refusal_told(answer: Answer, told: str, refused: str, transcript: str | None) -> Iterator[Finding]:
    """SHOW-014: the user hears that a recipient was refused.

    `told` is all that the product shows beside its answer (alerts, what became of the mail).
    """
    if answer.status != "done" or refused.lower() in f"{answer.result} {answer.detail} {told}".lower():
        return
    yield finding("SHOW-014", expected=refused, found=f"« {answer.status} »", evidence=transcript)


def line_of(outbox: Lines, mail: Mail) -> Mapping[str, Any] | None:
    """Return the line of a sent mail, None when it is not shown."""
    return next((line for line in outbox if line.get("message_id") == mail.message_id), None)


def _names(addresses: object, wanted: str) -> bool:
    return isinstance(addresses, list) and any(same_address(str(one), wanted) for one in addresses)


def _state(line: Mapping[str, Any] | None) -> str:
    if line is None:
        return "courriel absent des envois / mail not among those sent"
    shown = {key: line[key] for key in ("delivery", "failures", "read_by") if line.get(key)}
    return ", ".join(f"{key}={value}" for key, value in shown.items())


def _told(one: SentMail) -> str:
    subject = one.mail.first("Subject")
    return f"RCPT TO:{', '.join(one.recipients)} ; {subject.decoded if subject else '∅'}"


def _header(rule: str, expected: str, found: str, mail: Mail, name: str) -> Finding:
    header = mail.first(name)
    place = Location(header=name, line=header.line if header else None)
    return finding(rule, expected=expected, found=found, location=place, evidence=mail.sha256)
