"""Rules on a sending of documents beside what was asked of the product (SEND-…).

The content of the mail has its own rules (`documents_mail`, `xdm`, `cda`, `pdf`): here is only whether it
left, to whom, with what was asked, and what it says of an earlier document.
Sources: Référentiel socle MSSanté #2 and the Ségur wave 2 list (SC.MSS, LGC.MSS, RIS.MSS, SGL.MSS, INS);
volet "Structuration minimale" §3.5.5.10 for versions.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from harness.artefacts.mail import Mail
from harness.artefacts.sent import SentMail
from harness.artefacts.xdm import XdmArchive, is_zip
from harness.checks.rulebook import finding
from harness.drivers import Answer
from harness.findings import Finding, Location
from harness.specimens.facts import DocumentFacts, Facts

_ANNULS = re.compile(r"annul\w*\s+et\s+rempla", re.IGNORECASE)
_DELETES = re.compile(r"supprim|suppression|annul|retir|ne\s+plus\s+(?:en\s+)?tenir", re.IGNORECASE)
_PARTIAL = re.compile(r"parti(?:el|al)|provisoire|en attente|à compléter", re.IGNORECASE)
_MATRICULE = 13
"""Figures of a matricule without its key: enough to know a person by."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One document asked for: the form and the type codes of its model (empty: any)."""

    form: str = ""
    codes: tuple[str, ...] = ()


def left(answer: Answer, sent: SentMail | None) -> Iterator[Finding]:
    """SEND-001: what the user asked to send arrived at the operator."""
    if sent is None:
        found = f"« {answer.status} » {answer.detail}".strip()
        yield finding("SEND-001", expected="courriel accepté par l'opérateur", found=found)


def carries(facts: Facts, asked: Sequence[Asked], evidence: str) -> Iterator[Finding]:
    """SEND-002: the archive has the documents asked for, and there is a PDF copy beside it."""
    lacks = [_told(one) for one in _missing(facts.documents, asked)]
    if not facts.copies:
        lacks.append("PDF/A-1")
    if lacks:
        has = [f"{one.form} {one.code}" for one in facts.documents]
        found = ", ".join([*has, f"{facts.copies} PDF"])
        yield finding(
            "SEND-002", expected=" + ".join(_told(one) for one in asked), found=found, evidence=evidence
        )


def _missing(documents: Sequence[DocumentFacts], asked: Sequence[Asked]) -> Iterator[Asked]:
    left_over = list(documents)
    for one in asked:
        fitting = next((each for each in left_over if _fits(each, one)), None)
        if fitting is None:
            yield one
        else:
            left_over.remove(fitting)


def _fits(document: DocumentFacts, asked: Asked) -> bool:
    return asked.form in {"", document.form} and (not asked.codes or document.code in asked.codes)


def _told(asked: Asked) -> str:
    return " ".join(filter(None, (asked.form or "CDA", "|".join(asked.codes))))


def reaches(sent: SentMail, recipients: Collection[str]) -> Iterator[Finding]:
    """SEND-003: every recipient asked for is in the envelope."""
    reached = {address.lower() for address in sent.recipients}
    missing = [address for address in recipients if address.lower() not in reached]
    if missing:
        yield finding(
            "SEND-003",
            expected=", ".join(recipients),
            found=f"sans {', '.join(missing)}",
            evidence=sent.mail.sha256,
        )


def comes_from(facts: Facts, sent: SentMail, mailbox: str) -> Iterator[Finding]:
    """SEND-004: From and the reverse path are the mailbox that was to send."""
    seen = {facts.sender.lower(), sent.mail_from.lower()}
    if seen != {mailbox.lower()}:
        yield finding(
            "SEND-004",
            expected=mailbox,
            found=f"From: {facts.sender}; MAIL FROM: {sent.mail_from}",
            location=Location(header="From"),
            evidence=sent.mail.sha256,
        )


def replaces(first: Facts, second: Facts, evidence: str) -> Iterator[Finding]:
    """SEND-005: the new document is a later version of the first and names it as replaced."""
    if not second.documents:
        yield finding("SEND-005", expected="relatedDocument RPLC", found="∅", evidence=evidence)
    for new in second.documents:
        old = next((one for one in first.documents if one.set_id and one.set_id == new.set_id), None)
        if old is None:
            expected = " | ".join(one.set_id for one in first.documents)
            yield finding(
                "SEND-005", expected=f"setId {expected}", found=f"setId {new.set_id}", evidence=evidence
            )
            continue
        wrong = []
        if (new.version or 1) <= (old.version or 1):
            wrong.append(f"versionNumber {new.version}")
        if new.id == old.id:
            wrong.append(f"id {new.id}")
        if old.id not in new.replaced:
            wrong.append(f"RPLC {', '.join(new.replaced) or '∅'}")
        if wrong:
            expected = f"versionNumber > {old.version}, id ≠ {old.id}, RPLC {old.id}"
            yield finding("SEND-005", expected=expected, found=", ".join(wrong), evidence=evidence)


def says_replaced(facts: Facts, evidence: str) -> Iterator[Finding]:
    """SEND-006: the mail says « annule et remplace » to who reads it."""
    if not _ANNULS.search(f"{facts.subject} {facts.text}"):
        yield finding(
            "SEND-006", expected="« annule et remplace »", found=facts.text.strip(), evidence=evidence
        )


def says_deleted(facts: Facts, evidence: str) -> Iterator[Finding]:
    """SEND-007: the mail warns who reads it that the document was deleted."""
    if not _DELETES.search(f"{facts.subject} {facts.text}"):
        yield finding(
            "SEND-007", expected="document supprimé / deleted", found=facts.text.strip(), evidence=evidence
        )


def says_partial(facts: Facts, evidence: str) -> Iterator[Finding]:
    """SEND-011: a partial report says that it is one, in its title or in the mail."""
    titles = " ".join(one.title for one in facts.documents)
    if not _PARTIAL.search(f"{titles} {facts.subject} {facts.text}"):
        yield finding("SEND-011", expected="partiel / partial", found=titles, evidence=evidence)


def marked_deleted(first: Facts, second: Facts, evidence: str) -> Iterator[Finding]:
    """SEND-009: the archive repeats the document to delete, with the action D and the same id."""
    known = {one.id for one in first.documents}
    marked = {one.id for one in second.documents if one.action == "D"}
    if marked != known:
        found = ", ".join(f"{one.id} ({one.action or '∅'})" for one in second.documents) or "∅"
        expected = ", ".join(f"{one} (D)" for one in sorted(known))
        yield finding("SEND-009", expected=expected, found=found, evidence=evidence)


def stays(sent: SentMail | None, patient: str) -> Iterator[Finding]:
    """SEND-010: nothing goes to the mailbox of a patient whose identity is not qualified."""
    reached = [one for one in sent.recipients if one.lower() == patient.lower()] if sent else []
    if sent is not None and reached:
        yield finding("SEND-010", expected="–", found=f"RCPT TO:<{patient}>", evidence=sent.mail.sha256)


def sets_differ(several: Iterable[tuple[Facts, str]]) -> Iterator[Finding]:
    """META-050 from mail to mail: a submission set is sent once, so its uniqueId names one mail."""
    seen: dict[str, str] = {}
    for facts, evidence in several:
        for one in facts.sets:
            if one and seen.setdefault(one, facts.message_id) != facts.message_id:
                yield finding("META-050", expected="unique", found=one, evidence=evidence)


def keeps_ins(mail: Mail, facts: Facts, matricules: Collection[str]) -> Iterator[Finding]:
    """SEND-008: no matricule of an unqualified identity in any part of the mail, nor X-MSS-INS: O."""
    if facts.ins.upper() == "O":
        yield finding(
            "SEND-008",
            expected="N",
            found="O",
            location=Location(header="X-MSS-INS"),
            evidence=mail.sha256,
        )
    for place, octets in _pieces(mail):
        for matricule in matricules:
            if matricule[:_MATRICULE].encode("ascii") in octets:
                yield finding(
                    "SEND-008",
                    expected="INS absente / no INS",
                    found=f"{matricule[:5]}…",
                    location=Location(part=place),
                    evidence=mail.sha256,
                )


def shows_no_ins(facts: Facts, evidence: str) -> Iterator[Finding]:
    """SEND-008, of a file: a mail that says X-MSS-INS: N has no INS in its documents."""
    for document in facts.documents:
        for matricule in document.ins:
            yield finding(
                "SEND-008", expected="INS absente / no INS", found=f"{matricule[:5]}…", evidence=evidence
            )


def _pieces(mail: Mail) -> Iterator[tuple[str, bytes]]:
    head, _, _ = mail.raw.partition(b"\r\n\r\n")
    yield "0", head
    for part in mail.parts:
        if is_zip(part.content):
            for entry in XdmArchive(part.content).files:
                yield f"{part.number}/{entry.name}", entry.content or b""
        else:
            yield part.number, part.content
