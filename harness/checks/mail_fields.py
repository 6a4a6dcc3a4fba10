"""Header fields that a mail must have, and those that it may have once (MAIL-012, MAIL-013).

Sources: RFC 5322 §3.6, RFC 2045 §4. Only warnings: an operator may add what a product left out, and the files
judged may be drafts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.artefacts.mail import Mail
from harness.checks.rulebook import finding
from harness.findings import Finding, Location

_MANDATORY = ("Date", "From")
_ONCE = ("Subject", "To", "Cc", "Bcc", "Reply-To", "Sender", "In-Reply-To", "References")
_DATE = re.compile(
    r"\s*(?:[A-Za-z]{3}\s*,\s*)?[0-9]{1,2}\s+[A-Za-z]{3}\s+[0-9]{2,4}\s+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
    r"\s+(?:[+-][0-9]{4}|[A-Za-z]{1,5})(?:\s|\(|$)",
    re.ASCII,
)


def fields(mail: Mail) -> Iterator[Finding]:
    """MAIL-012, MAIL-013 (warnings): mandatory fields, fields that occur once, the form of Date."""
    for name in _MANDATORY:
        if not mail.all(name):
            yield _fault(mail, "MAIL-012", f"{name} 1..1", "0", name, None)
    for name in (*_MANDATORY, *_ONCE):
        found = mail.all(name)
        if len(found) > 1:
            yield _fault(mail, "MAIL-012", f"1 {name}", f"{len(found)}", name, found[1].line)
    date = mail.first("Date")
    if date is not None and not _DATE.match(date.value[:200]):
        yield _fault(mail, "MAIL-012", "Thu, 15 Jan 2026 10:00:00 +0100", date.value, "Date", date.line)
    if mail.all("Content-Type") and not mail.all("MIME-Version"):
        yield _fault(mail, "MAIL-013", "MIME-Version: 1.0", "0", "MIME-Version", None)


def _fault(mail: Mail, rule: str, expected: str, found: str, header: str, line: int | None) -> Finding:  # noqa: PLR0917
    place = Location(header=header, line=line)
    return finding(rule, expected=expected, found=found, location=place, evidence=mail.sha256)
