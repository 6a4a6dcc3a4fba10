"""Judges a whole mail: its own rules, then the archive, the documents and the PDF copies that it carries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from harness.artefacts.mail import Mail
from harness.checking.judging import documents_findings, inside
from harness.checks import mail as checks
from harness.checks.documents_mail import check_documents
from harness.findings import Finding

_RULES: tuple[Callable[[Mail], Iterable[Finding]], ...] = (
    checks.message_id,
    checks.utf8_text,
    checks.header_words,
    checks.body_type,
    checks.same_wording,
    checks.nil_form,
)


def mail_findings(content: bytes, evidence: str) -> tuple[Finding, ...]:
    """Return everything that is found of a mail, nested findings placed by part then file."""
    return tuple(_findings(Mail(content), evidence))


def _findings(mail: Mail, evidence: str) -> Iterator[Finding]:
    first = mail.first("Content-Type")
    report = first is not None and first.value.lower().lstrip().startswith("multipart/report")
    for rule in _RULES:
        # The body of a report (MDN, DSN) is made for programs: it has rules of its own.
        if not report or rule is checks.message_id:
            yield from rule(mail)
    verdict = check_documents(mail, evidence=evidence)
    yield from verdict.findings
    for part, archive in verdict.archives:
        yield from inside(part.number, archive.findings)
        carried = ((one.path, one.content) for one in archive.documents)
        yield from inside(part.number, documents_findings(carried, evidence))
    if verdict.archives and verdict.copies:
        from harness.checks.pdf import check_pdf  # noqa: PLC0415  (pikepdf is slow to load)

        for copy in verdict.copies:
            yield from inside(copy.number, check_pdf(copy.content, evidence=evidence))
