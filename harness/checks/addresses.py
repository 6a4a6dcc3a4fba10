"""Checks on the addresses of a mail: patients' addresses, forms that no operator makes, end of exchange.

Sources: ECO.2.2.5, ECO.2.2.6, ECO.2.2.8, X-ENS-01, X-ENS-02 and the address forms of the published guides.
Compared without regard to case; what a local part says of the kind of mailbox is never certain.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from harness.artefacts.mail import Header, Mail
from harness.checks.rulebook import finding
from harness.findings import Finding, Location
from schemas.identifiers.ins import PATIENT_DOMAIN, InsError, check, parse_address

_FIELDS = ("From", "Sender", "To", "Cc", "Reply-To", "Disposition-Notification-To", "Return-Receipt-To")
_RECIPIENTS = ("To", "Cc")
_LOOKALIKE = re.compile(
    r"(?:^|\.)patients?\.(?:[\w-]+\.)*mssante\.fr$|patients?[-.]mssante\.fr$", re.IGNORECASE
)
_NO_REPLY = re.compile(
    r"(?:^|[._-])(?:no[._-]?reply|ne[._-]?pas[._-]?repondre|nepasrepondre)(?:[._-]|$)", re.I
)
_MAILBOX = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
AUTOMATIC_ANSWER = f"reponse.automatique-test@{PATIENT_DOMAIN}"
END = "FIN"


@dataclass(frozen=True, slots=True)
class PatientSaid:
    """Whom the documents of a mail are about: INS when they give one (None: not qualified)."""

    ins: str | None


def check_addresses(mail: Mail, patients: Sequence[PatientSaid] = ()) -> Iterator[Finding]:
    """Judge every address of a mail; `patients` are those of the documents that it carries."""
    for name, header, address in _addresses(mail):
        yield from _form(mail, name, header, address)
    yield from _recipients(mail, patients)
    yield from end_of_exchange(mail)
    yield from _no_reply(mail)


def _addresses(mail: Mail) -> Iterator[tuple[str, Header, str]]:
    for name in _FIELDS:
        for header in mail.all(name):
            for _, address in header.addresses:
                if "@" in address:
                    yield name, header, address


def _form(mail: Mail, name: str, header: Header, address: str) -> Iterator[Finding]:
    """ADR-001 to 004: a patient's address, a domain that resembles it, letters that no address has."""
    domain = address.rpartition("@")[2].lower()
    if domain == PATIENT_DOMAIN:
        if address.lower() != AUTOMATIC_ANSWER:
            yield from _patient_form(mail, name, header, address)
    elif _LOOKALIKE.search(domain):
        yield _at(mail, "ADR-003", f"…@{PATIENT_DOMAIN}", address, name, header)
    elif not address.isascii() or re.search(r"\s", address):
        yield _at(mail, "ADR-004", "ASCII", address, name, header)


def _patient_form(mail: Mail, name: str, header: Header, address: str) -> Iterator[Finding]:
    try:
        problems = check(str(parse_address(address)))
    except InsError:
        yield _at(mail, "ADR-001", f"<matricule INS, 15>@{PATIENT_DOMAIN}", address, name, header)
        return
    for problem in problems:
        yield _at(mail, "ADR-002", problem.text.fr, address, name, header)


def patient_recipients(mail: Mail) -> tuple[tuple[str, Header, str], ...]:
    """Return the field, header and address of each patient among the recipients."""
    return tuple(
        (name, header, address)
        for name, header, address in _addresses(mail)
        if name in _RECIPIENTS and address.rpartition("@")[2].lower() == PATIENT_DOMAIN
    )


def _recipients(mail: Mail, patients: Sequence[PatientSaid]) -> Iterator[Finding]:
    """ADR-005, 006: documents go to the patient that they are about, of whom the INS is qualified."""
    to = [one for one in patient_recipients(mail) if one[2].lower() != AUTOMATIC_ANSWER]
    if not to or not patients:
        return
    known = {one.ins for one in patients if one.ins}
    for name, header, address in to:
        if not known:
            yield _at(mail, "ADR-006", "INS (CDA)", address, name, header)
        elif address.rpartition("@")[0] not in known:
            yield _at(mail, "ADR-005", f"{sorted(known)[0]}@{PATIENT_DOMAIN}", address, name, header)


def end_of_exchange(mail: Mail, *, wanted: bool | None = None) -> Iterator[Finding]:
    """ADR-007 to 009: X-MSS-MES is `FIN`, to a patient, and there when the user asked for it.

    `wanted` is what the user chose, None when that is not known.
    """
    marks = mail.all("X-MSS-MES")
    for header in marks:
        if header.value.strip().upper() != END:
            yield _at(mail, "ADR-007", END, header.value, "X-MSS-MES", header)
    if marks and not patient_recipients(mail):
        to = ", ".join(address for name, _, address in _addresses(mail) if name in _RECIPIENTS)
        yield _at(mail, "ADR-008", f"…@{PATIENT_DOMAIN}", to, "X-MSS-MES", marks[0])
    if wanted is True and not marks:
        yield _at(mail, "ADR-009", f"X-MSS-MES: {END}", "∅", "X-MSS-MES", None)
    if wanted is False and marks and patient_recipients(mail):
        yield _at(mail, "ADR-009", "∅", marks[0].value, "X-MSS-MES", marks[0])


def _no_reply(mail: Mail) -> Iterator[Finding]:
    """ADR-010: a mailbox that says « do not reply » tells where to write instead (ECO.2.2.5)."""
    for header in mail.all("From")[:1]:
        for _, address in header.addresses:
            local = address.rpartition("@")[0]
            if not _NO_REPLY.search(local):
                continue
            others = [a for one in mail.all("Reply-To") for _, a in one.addresses if not _NO_REPLY.search(a)]
            text = " ".join(part.content.decode("utf-8", "replace") for part in mail.body_parts)
            named = any(found.lower() != address.lower() for found in _MAILBOX.findall(text))
            if not others and not named:
                yield _at(mail, "ADR-010", "Reply-To / contact", address, "From", header)


def outside_trust(mail: Mail, lists: Collection[str]) -> Iterator[Finding]:
    """ADR-011: every address is of a domain of the white list (`lists`, in lower case)."""
    for name, header, address in _addresses(mail):
        domain = address.rpartition("@")[2].lower()
        if domain and domain not in lists:
            yield _at(mail, "ADR-011", "liste blanche / white list", address, name, header)


def addressed_to(mail: Mail, recipients: Iterable[str], expected: str) -> Iterator[Finding]:
    """ADR-012: a mail to a patient has gone to the address of the record chosen, and to it alone.

    `recipients` are those of the SMTP envelope.
    """
    gone = [address.lower() for address in recipients]
    if gone != [expected.lower()]:
        yield _at(mail, "ADR-012", expected, ", ".join(gone) or "∅", "To", mail.first("To"))


def _at(  # noqa: PLR0917  (the parts of one sentence, in order)
    mail: Mail, rule: str, expected: str, found: str, name: str, header: Header | None
) -> Finding:
    place = Location(header=name, line=header.line if header else None)
    return finding(rule, expected=expected, found=found, location=place, evidence=mail.sha256)
