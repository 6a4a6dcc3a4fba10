"""Checks on HL7 v2 messages between a PFI and the software of a hospital (volets TX 2.1 and LPS 1.1).

`check_hl7` judges one message by itself. Errors rest on a text of the volets that no official sample breaks;
what official samples break warns (DOSSIER §6.8). `check_answer` judges an acknowledgement beside its request.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.artefacts.hl7 import Hl7Error, Hl7Message, read_hl7
from harness.checks.hl7.acknowledgements import check_ack, check_answer, check_zam
from harness.checks.hl7.documents import check_document_message
from harness.checks.hl7.header import check_header
from harness.checks.hl7.structure import check_structure
from harness.checks.rulebook import finding
from harness.findings import Finding, Location

__all__ = ["Hl7Verdict", "check_answer", "check_hl7"]


@dataclass(frozen=True, slots=True)
class Hl7Verdict:
    """What was found of a message, and the CDA document that it carries (None: none that decodes)."""

    findings: tuple[Finding, ...]
    message: Hl7Message | None
    document: bytes | None = None


def check_hl7(octets: bytes, *, evidence: str | None = None) -> Hl7Verdict:
    """Judge one message, MDM, ORU, ACK or ZAM; any octets are taken."""
    try:
        message = read_hl7(octets)
    except Hl7Error as error:
        wrong = finding(
            "HL7-001", expected="MSH|^~\\&|…", found=error.fr, location=Location(line=1), evidence=evidence
        )
        return Hl7Verdict((wrong,), None)
    found = list(check_header(message))
    document: bytes | None = None
    match message.type[0]:
        case "MDM" | "ORU":
            found += check_structure(message)
            verdict = check_document_message(message)
            found += verdict.findings
            document = verdict.document
        case "ACK":
            found += check_ack(message)
        case "ZAM":
            found += check_zam(message)
    return Hl7Verdict(tuple(found), message, document)
