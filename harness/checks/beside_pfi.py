"""Rules on a software beside the PFI of its hospital: what it gives, acknowledges, files and shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from harness.artefacts.cda_header import read_header
from harness.artefacts.hl7 import Hl7Message, document_of
from harness.checks.hl7.documents import ACTIONS
from harness.checks.rulebook import finding
from harness.drivers import Answer
from harness.findings import Finding


def given(messages: Sequence[Hl7Message], answer: Answer) -> Iterator[Finding]:
    """PFI-040: a document that the user sends reaches the PFI."""
    if not messages:
        yield finding("PFI-040", expected="MDM | ORU", found=f"« {answer.status} » {answer.detail}".strip())


def recipients_told(messages: Sequence[Hl7Message], recipients: Iterable[str]) -> Iterator[Finding]:
    """PFI-042: one PRT RCT for each recipient chosen."""
    wanted = {one.lower() for one in recipients}
    for message in messages:
        told = {one.value(15, 4).lower() for one in message.all("PRT") if one.value(4) == "RCT"}
        if told != wanted:
            shown = ", ".join(sorted(told)) or "∅"
            yield _in_message(message, "PFI-042", ", ".join(sorted(wanted)), shown)


def document_asked(messages: Sequence[Hl7Message], code: str, *, structured: bool) -> Iterator[Finding]:
    """PFI-048: the document is of the type asked for, and an N3 when that was asked."""
    for message in messages:
        obx = message.first("OBX")
        header = read_header((document_of(obx) if obx else None) or b"")
        said = header.code.code if header and header.code else "∅"
        n3 = header is not None and header.payload is None
        if said != code or (structured and not n3):
            expected = f"{code} {'N3' if structured else ''}".strip()
            yield _in_message(message, "PFI-048", expected, f"{said} {'N3' if n3 else 'N1'}")


def action_told(messages: Sequence[Hl7Message], event: str, answer: Answer) -> Iterator[Finding]:
    """PFI-041: a replacement (`T10`) or deletion (`T04`) is told to the PFI; an ORU has no such event."""
    order, status = ACTIONS[event]
    if not messages:
        found = f"« {answer.status} » {answer.detail}".strip()
        yield finding("PFI-041", expected=f"{event} {order} {status}", found=found)
    for message in messages:
        orc, obx = message.first("ORC"), message.first("OBX")
        said = (orc.value(1) if orc else "", obx.value(11) if obx else "")
        agrees = message.type[0] == "ORU" or message.type[1] == event
        if said != (order, status) or not agrees:
            shown = " ".join((message.type[1], *said))
            yield _in_message(message, "PFI-041", f"{event} {order} {status}", shown)


def only_own(messages: Sequence[Hl7Message]) -> Iterator[Finding]:
    """PFI-041: nothing is asked about a document that the software did not make."""
    for message in messages:
        yield _in_message(message, "PFI-041", "∅", "^".join(message.type[:2]))


def zam_acknowledged(answer: Hl7Message | None) -> Iterator[Finding]:
    """PFI-043: a business acknowledgement is acknowledged AA."""
    msa = answer.first("MSA") if answer else None
    if msa is None or msa.value(1) != "AA":
        found = msa.value(1) if msa else "∅"
        yield finding("PFI-043", expected="MSA|AA", found=found)


def failure_shown(shown: Sequence[Mapping[str, object]]) -> Iterator[Finding]:
    """PFI-044: the user sees that a sending failed."""
    if not any(one.get("delivery") in {"failed", "partly-failed"} for one in shown):
        states = ", ".join(str(one.get("delivery")) for one in shown) or "∅"
        yield finding("PFI-044", expected="failed", found=states)


def transfer_taken(answer: Hl7Message | None) -> Iterator[Finding]:
    """PFI-045: a document that the PFI gives is acknowledged AA."""
    msa = answer.first("MSA") if answer else None
    if msa is None or msa.value(1) != "AA":
        errors = " ; ".join("|".join(one.fields) for one in answer.all("ERR")) if answer else ""
        yield finding("PFI-045", expected="MSA|AA", found=f"{msa.value(1) if msa else '∅'} {errors}".strip())


def integrated(shown: Sequence[Mapping[str, object]], document: str) -> Iterator[Finding]:
    """PFI-046: the document acknowledged is in the record."""
    ids = [str(one.get("id")) for one in shown]
    if document not in ids:
        yield finding("PFI-046", expected=document, found=", ".join(ids) or "∅")


def transfer_refused(answer: Hl7Message | None, codes: Iterable[str]) -> Iterator[Finding]:
    """PFI-047: a faulty message is refused with the error: ERR-5 for 9xx, else ERR-3 alone.

    `codes` are those that fit the fault: 900 to 906 of ERR-5, or of table 0357 (ERR-3) for a technical one.
    """
    wanted = tuple(codes)
    msa = answer.first("MSA") if answer else None
    if answer is None or msa is None or msa.value(1) not in {"AE", "AR"}:
        yield finding("PFI-047", expected=f"AE {' | '.join(wanted)}", found=msa.value(1) if msa else "∅")
        return
    said = [(one.value(3), one.value(5)) for one in answer.all("ERR")]
    fits = any(
        (condition == "207" and application in wanted) or (condition in wanted and not application)
        for condition, application in said
    )
    if not fits:
        shown = ", ".join(f"{condition} {application}".strip() for condition, application in said) or "∅"
        yield _in_message(answer, "PFI-047", f"AE {' | '.join(wanted)}", shown)


def _in_message(message: Hl7Message, rule: str, expected: str, found: str) -> Finding:
    return finding(rule, expected=expected, found=found, evidence=message.sha256)
