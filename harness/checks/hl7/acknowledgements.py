"""ACK and ZAM: HL7-040 to 052 (DOSSIER §6.3, §6.6)."""

from __future__ import annotations

from collections.abc import Iterator

from harness.artefacts.hl7 import Hl7Message, Segment
from harness.checks.hl7.saying import field, missing
from harness.checks.hl7.structure import check_structure
from harness.findings import Finding

CODES_357 = {"0", "100", "101", "102", "103", "198", "199", "200", "201", "202", "203", "207"}
"""HL70357 messageErrorCondition as the volets use it."""
CODES_533 = {str(code) for code in range(900, 907)}
SYSTEMS_533 = {"applicationErrorCondition", "applicationErrorCode"}
"""The volet writes both; a harness takes both (DOSSIER §6.3)."""
_STATUS = {"Z01": "ACK_RECEPTION_DMP", "Z02": "ACK_RECEPTION_MSS", "Z03": "ACK_LECTURE_MSS"}
_READERS = {"Z02": "DESTINATAIRE_MSS", "Z03": "LECTEUR_MSS"}


def check_ack(message: Hl7Message) -> Iterator[Finding]:
    """Judge an acknowledgement by itself."""
    yield from check_structure(message)
    msa, errors = message.first("MSA"), message.all("ERR")
    if msa is None:
        return
    code = msa.value(1)
    if code not in {"AA", "AE", "AR"}:
        yield field(message, "HL7-040", msa, 1, "AA | AE | AR")
    if not msa.value(2):
        yield field(message, "HL7-041", msa, 2, "MSH-10")
    if code == "AE" and not errors:
        yield missing(message, "HL7-042", "ERR (MSA-1 = AE)")
    if code == "AA" and any(one.value(4) in {"E", "F"} for one in errors):
        yield field(message, "HL7-042", errors[0], 4, "∅ (MSA-1 = AA)")
    for error in errors:
        yield from _error(message, error)


def _error(message: Hl7Message, error: Segment) -> Iterator[Finding]:
    """HL7-043 to 045: ERR-3 of table 0357, ERR-4, and ERR-5 with 207 alone."""
    code = error.value(3)
    if code not in CODES_357:
        yield field(message, "HL7-043", error, 3, " | ".join(sorted(CODES_357, key=int)))
    if error.value(4) not in {"E", "F", "I", "W"}:
        yield field(message, "HL7-043", error, 4, "E | F | I | W")
    if error.raw(5) and code != "207":
        yield field(message, "HL7-044", error, 5, "∅ (ERR-3 ≠ 207)")
    elif error.raw(5) and error.value(5) not in CODES_533 and error.value(5, 3) in SYSTEMS_533:
        yield field(message, "HL7-045", error, 5, "900 … 906", 1)


def check_answer(answer: Hl7Message, request: Hl7Message) -> Iterator[Finding]:
    """Judge an acknowledgement beside the message that it answers (X-TX-11, X-TX-12, X-LPS-02)."""
    msa = answer.first("MSA")
    if msa is None:
        return
    if msa.value(2) != request.control_id:
        yield field(answer, "HL7-046", msa, 2, request.control_id)
    if answer.type[:2] != ("ACK", request.type[1]):
        yield field(answer, "HL7-047", answer.msh, 9, f"ACK^{request.type[1]}^ACK")
    if answer.msh.value(12) != request.msh.value(12):
        yield field(answer, "HL7-047", answer.msh, 12, request.msh.value(12))
    for number, other in ((3, 5), (4, 6), (5, 3), (6, 4)):
        if answer.msh.value(number) != request.msh.value(other):
            yield field(answer, "HL7-048", answer.msh, number, request.msh.value(other))
    if answer.msh.value(11) != request.msh.value(11):
        yield field(answer, "HL7-048", answer.msh, 11, request.msh.value(11))


def check_zam(message: Hl7Message, request: Hl7Message | None = None) -> Iterator[Finding]:
    """Judge a business acknowledgement, beside the message it is about when that one is known."""
    yield from check_structure(message)
    event, (status, *others) = message.type[1], message.all("OBX") or (None,)
    if status is None:
        return
    wanted = _STATUS.get(event, "")
    if (status.value(2), status.value(3), status.value(3, 3)) != ("CWE", wanted, "AckMetierZAM"):
        yield field(message, "HL7-049", status, 3, f"CWE ; {wanted}^…^AckMetierZAM")
    if not status.value(4) or (request is not None and status.value(4) != request.control_id):
        expected = request.control_id if request is not None else "MSH-10 (ORU, MDM)"
        yield field(message, "HL7-050", status, 4, expected)
    outcome = status.value(5)
    if outcome not in {"Y", "N"} or status.value(11) != "F":
        yield field(message, "HL7-049", status, 5, "Y|N ^^expandedYes-NoIndicator ; OBX-11 F")
    if event in _READERS:
        yield from _reader(message, others, _READERS[event])
    errors = message.all("ERR")
    if outcome == "N" and not errors:
        yield missing(message, "HL7-052", "ERR (OBX-5 = N)")
    for error in errors:
        if error.value(3) != "207" or not error.value(5):
            yield field(message, "HL7-052", error, 3, "207 ; ERR-5 <code>^<libellé>^<système>")


def _reader(message: Hl7Message, others: list[Segment], wanted: str) -> Iterator[Finding]:
    """HL7-051: the address of the recipient or reader, one in a message."""
    if not others:
        yield missing(message, "HL7-051", f"OBX(2) : XTN ; {wanted}")
        return
    one = others[0]
    if (one.value(2), one.value(3)) != ("XTN", wanted) or "@" not in one.value(5, 4):
        yield field(message, "HL7-051", one, 5, f"XTN ; {wanted} ; ^^X.400^<adresse>")
