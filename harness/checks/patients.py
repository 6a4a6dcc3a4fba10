"""Rules on exchanges with patients beside the address itself: what may leave, what the product shows.

Sources: ECO.2.2.6, ECO.3.1.1, ECO.3.1.2, ECO.3.1.5, SC.MSS/va1.20, va1.22; X-ENS-03 to X-ENS-10, whose text
is known through secondary sources (X-ENS-10: an answer of the ANS). Names are compared without case, accents
and punctuation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from harness.artefacts.mail import Mail
from harness.artefacts.sent import SentMail
from harness.checks.acknowledgement import same_address
from harness.checks.rulebook import finding
from harness.checks.screen import line_of
from harness.findings import Finding, Location
from simulators.documents.patients import Patient

Lines = Sequence[Mapping[str, Any]]
Line = Mapping[str, Any]


def nothing_leaves(sent: Sequence[SentMail], rule: str, *, to: Collection[str] = ()) -> Iterator[Finding]:
    """PAT-001 to PAT-004: no mail leaves where it must not; with `to`, none to these addresses."""
    watched = {address.lower() for address in to}
    for one in sent:
        reached = [each for each in one.recipients if not watched or each.lower() in watched]
        if reached:
            found = " ".join(f"RCPT TO:<{each}>" for each in reached)
            yield finding(rule, expected="∅", found=found, evidence=one.mail.sha256)
            return


def told_apart(line: Line, received: Mail, origin: str) -> Iterator[Finding]:
    """PAT-005: the list marks the sender of a mail as `patient` or `professional`."""
    shown = line.get("origin")
    wrong = shown != "patient" if origin == "patient" else shown == "patient"
    if wrong:
        yield finding("PAT-005", expected=origin, found=str(shown), evidence=received.sha256)


def traits_shown(line: Line, received: Mail, patient: Patient, key: str) -> Iterator[Finding]:
    """PAT-006: birth name, first given name and matricule are shown, of the patient who wrote.

    Where they are shown is the product's choice: sender, label or traits of their own. The name of the
    record counts only when it is the wrong one.
    """
    lacks = [word for word in (patient.birth_family, patient.first_given) if not _shows(line, word)]
    if not _shows(line, patient.matricule):
        lacks.append(patient.matricule)
    wrong = line.get("patient") not in {None, "", key}
    traits = line.get("patient_traits")
    ins = traits.get("ins") if isinstance(traits, Mapping) else None
    if lacks or wrong or (ins and str(ins) != patient.matricule):
        yield finding(
            "PAT-006",
            expected=f"{patient.birth_family} {patient.first_given} {patient.matricule} ({key})",
            found=_told(line),
            evidence=received.sha256,
        )


def label_shown(line: Line, received: Mail, patient: Patient) -> Iterator[Finding]:
    """PAT-007: the label of From is shown of a patient who has no record."""
    if not (_shows(line, patient.birth_family) and _shows(line, patient.first_given)):
        expected = f"{patient.first_given} {patient.birth_family}"
        yield finding("PAT-007", expected=expected, found=_told(line), evidence=received.sha256)


def bounce_shown(outbox: Lines, listed: Lines, sent: SentMail, patient: str) -> Iterator[Finding]:
    """PAT-008: the failure and its reason are told, at the sent mail or by the report in the list."""
    if _failed_in(outbox, sent.mail, patient) or _reported_in(listed, sent.mail):
        return
    line = line_of(outbox, sent.mail)
    found = f"delivery={line.get('delivery')} failures={line.get('failures')}" if line else "∅"
    reports = [one.get("report") for one in listed if one.get("kind") == "delivery-report"]
    yield finding(
        "PAT-008",
        expected=f"failed, {patient} : Status | Diagnostic-Code",
        found=f"{found} ; {reports}",
        evidence=sent.mail.sha256,
    )


def reading_matched(outbox: Lines, sent: SentMail, patient: str) -> Iterator[Finding]:
    """PAT-009: the patient's read receipt is shown at the sent mail."""
    line = line_of(outbox, sent.mail)
    readers = (line or {}).get("read_by")
    if not isinstance(readers, list) or not any(same_address(str(one), patient) for one in readers):
        found = f"read_by={readers}" if line else "courriel absent des envois / mail not among those sent"
        yield finding("PAT-009", expected=f"read_by {patient}", found=found, evidence=sent.mail.sha256)


def subject_kept(sent: SentMail, mark: str) -> Iterator[Finding]:
    """PAT-010: a mark typed in the subject leaves as typed."""
    header = sent.mail.first("Subject")
    subject = header.decoded if header else ""
    if mark not in subject:
        yield finding(
            "PAT-010",
            expected=mark,
            found=subject or "∅",
            location=Location(header="Subject", line=header.line if header else None),
            evidence=sent.mail.sha256,
        )


def answer_read(answer: Mail, sent: SentMail, readable: Collection[str]) -> Iterator[Finding]:
    """PAT-011: the patient's answer goes to a mailbox that people read."""
    reached = [address for header in answer.all("To") for _, address in header.addresses]
    known = {address.lower() for address in readable}
    if not any(address.lower() in known for address in reached):
        yield finding(
            "PAT-011",
            expected=" | ".join(readable),
            found=", ".join(reached) or "∅",
            location=Location(header="Reply-To"),
            evidence=sent.mail.sha256,
        )


def _failed_in(outbox: Lines, sent: Mail, patient: str) -> bool:
    line = line_of(outbox, sent)
    if line is None or line.get("delivery") not in {"failed", "partly-failed"}:
        return False
    return any(
        isinstance(one, Mapping)
        and same_address(str(one.get("recipient")), patient)
        and bool(one.get("status") or one.get("diagnostic"))
        for one in line.get("failures") or ()
    )


def _reported_in(listed: Lines, sent: Mail) -> bool:
    for line in listed:
        report = line.get("report")
        if line.get("kind") == "delivery-report" and isinstance(report, Mapping):
            told = report.get("action") == "failed" and (report.get("status") or report.get("diagnostic"))
            if told and report.get("original_message_id") == sent.message_id:
                return True
    return False


def _shows(line: Line, word: str) -> bool:
    """Tell whether the line shows a word in the sender, the label or the traits."""
    traits = line.get("patient_traits")
    values = list(traits.values()) if isinstance(traits, Mapping) else []
    shown = " ".join(str(value) for value in (line.get("from"), line.get("label"), *values) if value)
    return f" {_plain(word)} " in f" {_plain(shown)} "


def _told(line: Line) -> str:
    parts = {key: line.get(key) for key in ("from", "label", "patient", "patient_traits") if line.get(key)}
    return ", ".join(f"{key}={value}" for key, value in parts.items()) or "∅"


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").upper()
    return re.sub(r"[^A-Z0-9]+", " ", bare).strip()
