"""Judges a whole mail: its own rules, then the archive, the documents and the PDF copies that it carries.

A report (MDN, DSN) or an error mail repeats the subject and the archive of the mail that it answers: these
are not documents of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from harness.artefacts.mail import Mail
from harness.artefacts.mdn import is_error_mail, read_mdn
from harness.checking.judging import documents_findings, inside
from harness.checks import mail as checks
from harness.checks.acknowledgement import check_error_mail, check_mdn
from harness.checks.addresses import PatientSaid, check_addresses
from harness.checks.documents_mail import DocumentsVerdict, check_documents
from harness.checks.mail_fields import fields
from harness.checks.rulebook import finding
from harness.findings import Finding, Location

_RULES: tuple[Callable[[Mail], Iterable[Finding]], ...] = (
    checks.message_id,
    checks.utf8_text,
    checks.header_words,
    fields,
    checks.body_type,
    checks.same_wording,
    checks.nil_form,
)
_NO_DOCUMENTS = DocumentsVerdict((), (), (), ())


def mail_findings(content: bytes, evidence: str) -> tuple[Finding, ...]:
    """Return everything that is found of a mail, nested findings placed by part then file."""
    return mail_judgement(Mail(content), evidence)[0]


def mdn_findings(content: bytes, evidence: str) -> tuple[Finding, ...]:
    """Return what is found of a mail that is said to be an acknowledgement: it has to be one."""
    mail = Mail(content)
    if read_mdn(mail) is not None or is_error_mail(mail):
        return mail_findings(content, evidence)
    header = mail.first("Content-Type")
    return (
        finding(
            "MDN-001",
            expected="multipart/report; report-type=disposition-notification",
            found=header.value if header else "∅",
            location=Location(header="Content-Type", line=header.line if header else None),
            evidence=evidence,
        ),
    )


def mail_judgement(mail: Mail, evidence: str) -> tuple[tuple[Finding, ...], DocumentsVerdict]:
    """Return everything that is found of a mail, and what its archives and copies are."""
    if mail.is_report or is_error_mail(mail):
        rules = (checks.message_id,) if mail.is_report else _RULES
        answer = [*check_mdn(mail), *check_error_mail(mail)]
        return (*(one for rule in rules for one in rule(mail)), *answer), _NO_DOCUMENTS
    verdict = check_documents(mail, evidence=evidence)
    return tuple(_findings(mail, verdict, evidence)), verdict


def patients_of(verdict: DocumentsVerdict) -> tuple[PatientSaid, ...]:
    """Return whom the documents of a mail are about."""
    headers = [one.header for one in verdict.documents if one.header is not None]
    return tuple(
        PatientSaid(one.patient.ins.extension if one.patient.qualified and one.patient.ins else None)
        for one in headers
    )


def _findings(mail: Mail, verdict: DocumentsVerdict, evidence: str) -> Iterator[Finding]:
    for rule in _RULES:
        yield from rule(mail)
    yield from check_addresses(mail, patients_of(verdict))
    yield from verdict.findings
    for part, archive in verdict.archives:
        yield from inside(part.number, archive.findings)
        carried = ((one.path, one.content) for one in archive.documents)
        yield from inside(part.number, documents_findings(carried, evidence))
    if verdict.archives and verdict.copies:
        from harness.checks.pdf import check_pdf  # noqa: PLC0415  (pikepdf is slow to load)

        for copy in verdict.copies:
            yield from inside(copy.number, check_pdf(copy.content, evidence=evidence))
