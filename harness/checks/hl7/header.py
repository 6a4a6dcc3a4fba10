"""MSH and EVN: HL7-002 to 008 (DOSSIER §6.1, §6.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.artefacts.hl7 import CHARSETS, Hl7Message
from harness.checks.hl7.saying import field
from harness.findings import Finding

STRUCTURES = {
    ("MDM", "T02"): "MDM_T02",
    ("MDM", "T04"): "MDM_T02",
    ("MDM", "T10"): "MDM_T02",
    ("ORU", "R01"): "ORU_R01",
    ("ZAM", "Z01"): "ZAM_Z01",
    ("ZAM", "Z02"): "ZAM_Z01",
    ("ZAM", "Z03"): "ZAM_Z01",
    ("ACK", "R01"): "ACK",
    ("ACK", "T02"): "ACK",
    ("ACK", "T04"): "ACK",
    ("ACK", "T10"): "ACK",
    ("ACK", "Z01"): "ACK",
    ("ACK", "Z02"): "ACK",
    ("ACK", "Z03"): "ACK",
}
PROFILES = {"2.1": "CISIS_CDA_HL7_V2", "1.1": "CISIS_CDA_HL7_LPS"}
_REQUIRED = (3, 4, 5, 6, 7, 10, 11)
_TIME = re.compile(r"[0-9]{4}(?:[0-9]{2}){0,5}(?:\.[0-9]{1,4})?(?:[+-][0-9]{4})?")


def is_time(text: str) -> bool:
    """Tell whether a text has the form of an HL7 v2 date and time."""
    return _TIME.fullmatch(text) is not None


def check_header(message: Hl7Message) -> Iterator[Finding]:
    """Judge the header of any message of the two volets."""
    msh, (kind, event, structure) = message.msh, message.type
    wanted = STRUCTURES.get((kind, event))
    if wanted is None or structure != wanted:
        expected = wanted or "MDM^T02|T04|T10, ORU^R01, ZAM^Z01|Z02|Z03, ACK"
        yield field(message, "HL7-002", msh, 9, f"{kind}^{event}^{wanted}" if wanted else expected)
    version = "2.5" if event == "R01" else "2.6"
    if msh.value(12) != version:
        yield field(message, "HL7-003", msh, 12, version)
    if msh.value(17) != "FRA":
        yield field(message, "HL7-004", msh, 17, "FRA")
    said = msh.value(18).upper()
    if said not in CHARSETS:
        yield field(message, "HL7-005", msh, 18, " | ".join(CHARSETS))
    elif CHARSETS[said] != message.charset:
        yield field(message, "HL7-006", msh, 18, message.charset)
    if kind != "ACK":
        edition = msh.value(21, 1)
        if PROFILES.get(edition) != message.profile or (kind in {"ORU", "ZAM"} and edition != "2.1"):
            allowed = "2.1^CISIS_CDA_HL7_V2" + ("" if kind in {"ORU", "ZAM"} else " | 1.1^CISIS_CDA_HL7_LPS")
            yield field(message, "HL7-007", msh, 21, allowed)
    for number in _REQUIRED:
        value = msh.value(number)
        wrong = not value or (number == 7 and not is_time(value)) or (number == 11 and value not in "PTD")
        if wrong:
            yield field(message, "HL7-008", msh, number, "P | T | D" if number == 11 else f"MSH-{number}")
