"""Rules on what arrives: the mail sent reaches the operator, the mail received reaches the user."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from harness.artefacts.connections import Connection
from harness.artefacts.mail import Mail, Part
from harness.artefacts.sent import SentMail
from harness.checks.rulebook import finding
from harness.drivers import Answer
from harness.findings import Finding
from harness.product import decoded_raw


def delivered(
    answer: Answer, sent: Sequence[SentMail], links: Sequence[Connection], recipients: Iterable[str]
) -> Iterator[Finding]:
    """SMTP-001, SMTP-005, SMTP-006: the mail went, or the product said that it did not."""
    transcript = links[-1].transcript if links else None
    if not sent:
        rule = "SMTP-005" if answer.status == "done" else "SMTP-001"
        yield finding(
            rule,
            expected="message accepté par l'opérateur",
            found=f"« {answer.status} » {answer.detail} ; {' '.join(links[-1].verbs) if links else '–'}",
            evidence=transcript,
        )
        return
    reached = {address.lower() for mail in sent for address in mail.recipients}
    missing = [address for address in recipients if address.lower() not in reached]
    if missing:
        yield finding(
            "SMTP-006",
            expected=", ".join(recipients),
            found=f"sans {', '.join(missing)}",
            evidence=sent[-1].mail.sha256,
        )
    if answer.status != "done":
        yield finding(
            "SMTP-001",
            expected="réponse « done »",
            found=f"« {answer.status} » {answer.detail}, alors que l'opérateur a accepté le message",
            evidence=transcript,
        )


def shown(answer: Answer, mail: Mail) -> Iterator[Finding]:
    """IMAP-001, IMAP-005: the mail of the mailbox is in the list shown to the user."""
    if answer.status != "done":
        yield finding("IMAP-001", expected="liste des messages", found=f"« {answer.status} » {answer.detail}")
        return
    if listed(answer.result.get("messages"), mail) is None:
        yield finding(
            "IMAP-005",
            expected=mail.message_id or "1 message",
            found=f"{len(answer.result.get('messages') or ())} message(s), pas celui-ci",
            evidence=mail.sha256,
        )


def listed(messages: Any, mail: Mail) -> Mapping[str, Any] | None:
    """Return the line of the list that shows this mail, by Message-ID, else by subject; None without one."""
    subject = mail.first("Subject")
    for message in messages or ():
        if not isinstance(message, Mapping):
            continue
        identifier = message.get("message_id")
        if identifier is not None:
            if _bare(identifier) == _bare(mail.message_id):
                return message
        elif subject is not None and message.get("subject") == subject.decoded:
            return message
    return None


def read_back(answer: Answer, mail: Mail) -> Iterator[Finding]:
    """IMAP-006: the message that the product returns is the one in the mailbox.

    Header fields that a store adds on top are tolerated: every part must have the same octets, line ends of
    texts apart.
    """
    raw = decoded_raw(answer)
    if raw is None:
        text = answer.result.get("text")
        if isinstance(text, str) and _plain(mail) in " ".join(text.split()):
            return
        yield finding(
            "IMAP-006", expected="raw_base64 ou text", found=f"{sorted(answer.result)}", evidence=mail.sha256
        )
        return
    found = [(part.content_type, _octets(part)) for part in Mail(raw).parts]
    expected = [(part.content_type, _octets(part)) for part in mail.parts]
    if found != expected:
        yield finding(
            "IMAP-006",
            expected=", ".join(f"{kind} {len(content)} octets" for kind, content in expected),
            found=", ".join(f"{kind} {len(content)} octets" for kind, content in found),
            evidence=mail.sha256,
        )


def _octets(part: Part) -> bytes:
    if part.content_type.startswith(("text/", "message/")):
        return part.content.replace(b"\r\n", b"\n")
    return part.content


def _bare(identifier: object) -> str:
    """Return a Message-ID without its brackets: some programs show it so."""
    return str(identifier).strip().removeprefix("<").removesuffix(">")


def _plain(mail: Mail) -> str:
    bodies = [part for part in mail.body_parts if part.content_type == "text/plain"]
    return " ".join(bodies[0].content.decode("utf-8", "replace").split()) if bodies else ""
