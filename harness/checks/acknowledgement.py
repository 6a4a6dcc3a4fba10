"""Checks on acknowledgements: read receipts (RFC 8098), good-integration MDN (volet LPS, DOSSIER §6.4, §6.7).

The volet has three editions that differ in subject, `Disposition` and place of the original archive. With the
edition that the profile names the finding is precise; without it any form that one of them allows is right.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from harness.artefacts.mail import Header, Mail, message_ids
from harness.artefacts.mdn import (
    XDM_MARK,
    ErrorText,
    Mdn,
    announces_mdn,
    read_mdn,
    subject_said,
)
from harness.checks.rulebook import finding
from harness.findings import Finding, Location, Severity

Edition = Literal["1.1.1", "1.1.2", "1.1.3"]
KNOWN_CODES = frozenset(str(code) for code in range(900, 907))
"""Codes of the user table 0533 as the volet lists them; the list is indicative and may grow."""
_OLD = frozenset({"1.1.1", "1.1.2"})
"""Editions that tell the error in the modifier and join the archive beside the original."""
_ACTIONS = {"manual-action", "automatic-action"}
_SENDINGS = {"mdn-sent-manually", "mdn-sent-automatically"}
_TYPES = {"displayed", "deleted", "dispatched", "processed"}
_ATOM = re.compile(r"[!#$%&'*+\-/=?^_`{|}~0-9A-Za-z]+")


def check_mdn(mail: Mail, edition: Edition | None = None) -> Iterator[Finding]:
    """Judge a notification by itself: structure, fields, and, about documents, what the volet adds.

    `edition` is the one that the product claims. A mail that is no notification yields nothing.
    """
    mdn = read_mdn(mail)
    if mdn is None:
        return
    yield from _structure(mdn)
    yield from _fields(mdn)
    yield from _headers(mdn)
    if mdn.about_documents:
        for one in _integration(mdn, edition):
            # The volet speaks of the PFI, by editions; of a product that claims none of them its rules are
            # good practice: they warn (decision of ours, where the texts are silent).
            yield one if edition else replace(one, severity=Severity.WARNING)


def check_error_mail(mail: Mail) -> Iterator[Finding]:
    """Judge the ordinary error mail of X-LPS-07: one that says « KO Intégration » and is no notification."""
    said = subject_said(mail)
    if not said.error or read_mdn(mail) is not None:
        return
    whole = [part for part in mail.parts if part.content_type == "message/rfc822"]
    first = mail.first("Content-Type")
    if first is None or not first.value.lower().lstrip().startswith("multipart/mixed") or not whole:
        kinds = ", ".join(part.content_type for part in mail.parts)
        yield _at_part(mail, "MDN-021", "multipart/mixed ; message/rfc822", kinds, "1")
    body = " ".join(part.content.decode("utf-8", "replace") for part in mail.body_parts)
    if not re.search(r"\b9[0-9]{2}\b", body):
        yield _at_part(mail, "MDN-022", "code 9xx et libellé / and label", body[:200], "1")
    for part in mail.parts:
        if part.content_type.startswith("text/") and re.search(
            rb"^(?:Disposition|Error)[ \t]*:", part.content, re.IGNORECASE | re.MULTILINE
        ):
            yield _at_part(mail, "MDN-023", "∅", "Disposition / Error", part.number)
    if not said.rest.startswith(XDM_MARK):
        yield _at_header(mail, "MDN-013", f"[KO Intégration système !][9xx] {XDM_MARK}…", "Subject")


@dataclass(frozen=True, slots=True)
class Answered:
    """The mail that the product had received, as it lay in its mailbox, Return-Path included."""

    mail: Mail

    @property
    def asks(self) -> tuple[str, ...]:
        """Return the addresses of Disposition-Notification-To, in order."""
        header = self.mail.first("Disposition-Notification-To")
        return tuple(address for _, address in header.addresses if address) if header else ()

    @property
    def return_path(self) -> str | None:
        """Return the reverse-path as delivered; empty for `<>`, None when there is no such header."""
        header = self.mail.first("Return-Path")
        return header.value.strip().strip("<>").strip() if header else None

    @property
    def automatic_allowed(self) -> bool:
        """Tell whether a notification may leave without anybody's consent (RFC 8098 §2.1)."""
        path = self.return_path
        return len(self.asks) == 1 and bool(path) and same_address(self.asks[0], path or "")

    @property
    def never(self) -> bool:
        """Tell whether it is a mail that nobody acknowledges: a report, or a mail without sender."""
        return self.mail.is_report or self.return_path == ""


def check_against(mdn_mail: Mail, received: Mail, mail_from: str | None = None) -> Iterator[Finding]:
    """Judge a notification beside the mail that it answers: asked for, to whom, in answer to what.

    `mail_from` is the reverse-path of the notification's own SMTP envelope, None when not known.
    """
    mdn = read_mdn(mdn_mail)
    if mdn is None:
        return
    answered = Answered(received)
    if answered.never:
        yield _at_header(mdn_mail, "MDN-024", "∅", "Content-Type")
        return
    if not answered.asks:
        yield _at_header(mdn_mail, "MDN-025", "∅", "Content-Type")
        return
    to = mdn_mail.first("To")
    sent_to = [address for _, address in to.addresses] if to else []
    if not sent_to or not all(any(same_address(one, asked) for asked in answered.asks) for one in sent_to):
        yield _at_header(mdn_mail, "MDN-026", ", ".join(answered.asks), "To")
    disposition = mdn.disposition
    if disposition is not None and disposition.automatic and not answered.automatic_allowed:
        path = answered.return_path
        expected = f"Return-Path : {path if path is not None else '∅'}"
        yield _at_header(mdn_mail, "MDN-027", expected, "To")
    if mail_from:
        yield _at_header(mdn_mail, "MDN-028", "MAIL FROM:<>", "From", found=f"MAIL FROM:<{mail_from}>")
    wanted = received.message_id
    said = mdn.value("Original-Message-ID")
    if wanted and said is not None and (message_ids(said) or (said,))[0] != wanted:
        yield _at_field(mdn, "MDN-007", wanted, "Original-Message-ID")
    if mdn.about_documents and mdn.original is not None:
        yield from _archive_returned(mdn, received)


def check_several(mails: list[Mail]) -> Iterator[Finding]:
    """Judge the notifications for one mail together: one for each recipient at most (RFC 8098 §2.1)."""
    seen: set[str] = set()
    for mail in mails:
        mdn = read_mdn(mail)
        if mdn is None:
            continue
        key = (mdn.address("Final-Recipient") or "").lower()
        if key in seen:
            yield _at_header(mail, "MDN-029", f"1 MDN ({key})", "Message-ID")
        seen.add(key)


def same_address(one: str, other: str) -> bool:
    """Compare two addresses: the domain whatever its case, the local part with it (RFC 5321 §2.4)."""
    local, _, domain = one.strip().rpartition("@")
    other_local, _, other_domain = other.strip().rpartition("@")
    return local == other_local and domain.lower() == other_domain.lower()


# --- by itself --------------------------------------------------------------------------------------------


def _structure(mdn: Mdn) -> Iterator[Finding]:
    """MDN-001 to 003: multipart/report, a text, then the machine part."""
    if not announces_mdn(mdn.mail):
        yield _at_header(
            mdn.mail, "MDN-001", "multipart/report; report-type=disposition-notification", "Content-Type"
        )
    # By number: the text before it may be a multipart/alternative of its own.
    if mdn.part is None or mdn.part.number != "2":
        kinds = ", ".join(f"{part.number} {part.content_type}" for part in mdn.mail.parts)
        yield _at_part(mdn.mail, "MDN-002", "2 : message/disposition-notification", kinds, "2")
    text = next((part for part in mdn.mail.body_parts), None)
    if text is None or not text.content.strip():
        yield _at_part(mdn.mail, "MDN-003", "1 : text/plain", "∅", "1")


def _fields(mdn: Mdn) -> Iterator[Finding]:
    """MDN-004 to 008: the fields of the machine part."""
    if mdn.part is None:
        return
    final = mdn.value("Final-Recipient")
    if final is None or not re.match(r"\s*[\w-]+\s*;\s*\S+", final):
        yield _at_field(mdn, "MDN-004", "Final-Recipient: rfc822; <BAL>", "Final-Recipient")
    disposition = mdn.disposition
    if mdn.value("Disposition") is None:
        yield _at_field(mdn, "MDN-005", "Disposition: …", "Disposition")
    elif disposition is None or not (
        disposition.action in _ACTIONS and disposition.sending in _SENDINGS and disposition.type in _TYPES
    ):
        yield _at_field(
            mdn,
            "MDN-006",
            "<action>/<MDN-sent-…>; displayed | processed | deleted | dispatched",
            "Disposition",
        )
    original = mdn.original
    if original is None:
        return
    wanted, said = original.message_id, mdn.value("Original-Message-ID")
    if wanted and (said is None or (message_ids(said) or (said,))[0] != wanted):
        yield _at_field(mdn, "MDN-007", wanted, "Original-Message-ID")
    if original.first("Original-Recipient") and mdn.value("Original-Recipient") is None:
        header = original.first("Original-Recipient")
        yield _at_field(mdn, "MDN-008", header.value if header else "", "Original-Recipient")


def _headers(mdn: Mdn) -> Iterator[Finding]:
    """MDN-009 and 010: it asks for no receipt itself, and comes from the recipient that it speaks of."""
    if mdn.mail.first("Disposition-Notification-To"):
        yield _at_header(mdn.mail, "MDN-009", "∅", "Disposition-Notification-To")
    final, sender = mdn.address("Final-Recipient"), mdn.mail.first("From")
    said = [address for _, address in sender.addresses] if sender else []
    if final and said and not any(same_address(final, one) for one in said):
        yield _at_header(mdn.mail, "MDN-010", final, "From")


# --- about documents --------------------------------------------------------------------------------------


def _integration(mdn: Mdn, edition: Edition | None) -> Iterator[Finding]:
    """MDN-011 to 020: what the volet adds to a notification about documents."""
    disposition, said = mdn.disposition, subject_said(mdn.mail)
    failed = disposition is not None and disposition.is_error
    if disposition is not None:
        if (disposition.action, disposition.sending) != ("automatic-action", "mdn-sent-automatically"):
            expected = "automatic-action/MDN-sent-automatically; processed"
            yield _at_field(mdn, "MDN-011", expected, "Disposition")
        yield from _modifier(mdn, edition)
    if failed != said.error or not said.rest.startswith(XDM_MARK):
        form = f"[KO Intégration système !][9xx] {XDM_MARK}…" if failed else f"{XDM_MARK}…"
        yield _at_header(mdn.mail, "MDN-013", form, "Subject")
    elif failed:
        yield from _subject_code(mdn, said.code, edition)
    if failed and not (mdn.error is None and mdn.value("Error") is None and edition not in _OLD):
        yield from _error(mdn, mdn.error)
    yield from _original(mdn, edition)


def _modifier(mdn: Mdn, edition: Edition | None) -> Iterator[Finding]:
    """MDN-012 and 014: where the error is told, by edition."""
    disposition = mdn.disposition
    if disposition is None or disposition.modifier is None:
        if mdn.value("Error") is not None:
            yield _at_field(mdn, "MDN-014", "processed/error", "Disposition")
        return
    plain = _ATOM.fullmatch(disposition.modifier) is not None
    if edition == "1.1.3" and not plain:
        yield _at_field(mdn, "MDN-012", "processed/error ; Error: <code>^<libellé>", "Disposition")
    elif edition in _OLD and plain and disposition.is_error:
        yield _at_field(mdn, "MDN-012", "processed/Error: <code>^<libellé>", "Disposition")
    elif edition is None and not plain:
        yield _at_field(mdn, "MDN-030", "processed/error ; Error: <code>^<libellé>", "Disposition")
    if plain and disposition.is_error and mdn.value("Error") is None and edition not in _OLD:
        yield _at_field(mdn, "MDN-014", "Error: <code>^<libellé>", "Error")


def _subject_code(mdn: Mdn, code: str | None, edition: Edition | None) -> Iterator[Finding]:
    """MDN-015: the code of the subject is that of the error; 1.1.1 had none."""
    wanted = mdn.error.code if mdn.error else None
    if code is None and edition in {"1.1.2", "1.1.3"}:
        yield _at_header(mdn.mail, "MDN-015", f"[KO Intégration système !][{wanted or '9xx'}] …", "Subject")
    elif code is not None and wanted is not None and code != wanted:
        yield _at_header(mdn.mail, "MDN-015", f"[{wanted}]", "Subject")


def _error(mdn: Mdn, error: ErrorText | None) -> Iterator[Finding]:
    """MDN-016 to 018: code and label, known, and repeated in the text that a person reads."""
    if error is None or not error.label:
        yield _at_field(mdn, "MDN-016", "<code>^<libellé>", "Error" if mdn.all("Error") else "Disposition")
        return
    if error.code not in KNOWN_CODES:
        yield _at_field(mdn, "MDN-017", "900 … 906", "Error" if mdn.all("Error") else "Disposition")
    text = " ".join(part.content.decode("utf-8", "replace") for part in mdn.mail.body_parts)
    if error.code not in text:
        yield _at_part(mdn.mail, "MDN-018", f"{error.code} {error.label}", text[:200], "1")


def _original(mdn: Mdn, edition: Edition | None) -> Iterator[Finding]:
    """MDN-019 and 020: the original message is there, and its archive once, at the place of the edition."""
    third = mdn.original_part or next((part for part in mdn.mail.parts if part.number == "3"), None)
    if third is None or (mdn.original is None and edition not in _OLD):
        yield _at_part(mdn.mail, "MDN-019", "3 : message/rfc822", third.content_type if third else "∅", "3")
        return
    original = mdn.original.parts if mdn.original else ()
    beside = sum(1 for part in mdn.mail.parts if _is_archive(part.filename, part.content))
    inside = sum(1 for part in original if _is_archive(part.filename, part.content))
    if beside + inside == 0:
        yield _at_part(mdn.mail, "MDN-019", "IHE_XDM.ZIP", "∅", "3")
    elif edition == "1.1.3" and (beside or not inside):
        yield _at_part(mdn.mail, "MDN-020", "3 : IHE_XDM.ZIP × 1", f"{beside} + {inside}", "3")
    elif edition in _OLD and (inside or not beside):
        yield _at_part(mdn.mail, "MDN-020", "IHE_XDM.ZIP × 1 (multipart/report)", f"{beside} + {inside}", "3")
    elif beside and inside:
        yield _at_part(mdn.mail, "MDN-020", "IHE_XDM.ZIP × 1", f"{beside} + {inside}", "3")


def _archive_returned(mdn: Mdn, received: Mail) -> Iterator[Finding]:
    """MDN-019: the archive that comes back is the one that was received, octet for octet."""
    sent = {hashlib.sha256(p.content).digest() for p in received.parts if _is_archive(p.filename, p.content)}
    parts = [*mdn.mail.parts, *(mdn.original.parts if mdn.original else ())]
    back = {hashlib.sha256(p.content).digest() for p in parts if _is_archive(p.filename, p.content)}
    if sent and back and sent != back:
        yield _at_part(mdn.mail, "MDN-019", "IHE_XDM.ZIP (même empreinte / same hash)", "≠", "3")


def _is_archive(name: str | None, content: bytes) -> bool:
    return (name or "").upper() == "IHE_XDM.ZIP" or content.startswith(b"PK\x03\x04")


# --- places -----------------------------------------------------------------------------------------------


def _at_header(mail: Mail, rule: str, expected: str, name: str, *, found: str | None = None) -> Finding:
    header: Header | None = mail.first(name)
    said = found if found is not None else (header.decoded if header else "∅")
    place = Location(header=name, line=header.line if header else None)
    return finding(rule, expected=expected, found=said, location=place, evidence=mail.sha256)


def _at_field(mdn: Mdn, rule: str, expected: str, name: str) -> Finding:
    field = next(iter(mdn.all(name)), None)
    place = Location(
        part=mdn.part.number if mdn.part else None, header=name, line=field.line if field else None
    )
    found = field.value if field else "∅"
    return finding(rule, expected=expected, found=found, location=place, evidence=mdn.mail.sha256)


def _at_part(mail: Mail, rule: str, expected: str, found: str, number: str) -> Finding:
    return finding(
        rule, expected=expected, found=found or "∅", location=Location(part=number), evidence=mail.sha256
    )


__all__ = [
    "Answered",
    "Edition",
    "check_against",
    "check_error_mail",
    "check_mdn",
    "check_several",
    "same_address",
]
