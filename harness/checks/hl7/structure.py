"""Segments in their order and number: HL7-009 (DOSSIER §6.6).

Each structure is a table: after this segment, these may come. `NTE*` is a note of the order, `NTE` one of an
observation; `.` is the end of the message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.artefacts.hl7 import Hl7Message, is_segment_name
from harness.checks.hl7.saying import at
from harness.findings import Finding

END = "."
_OBSERVATIONS = {"OBX": "OBX PRT NTE", "PRT": "PRT NTE OBX", "NTE": "NTE OBX"}
_TIMING = {"TQ1": "TQ1 TQ2 OBR", "TQ2": "TQ1 TQ2 OBR"}


def _table(**after: str) -> Mapping[str, tuple[str, ...]]:
    return {name.replace("_", "*"): tuple(text.split()) for name, text in after.items()}


_OBX_LAST = {name: f"{text} {END}" for name, text in _OBSERVATIONS.items()}
_OBX_OR_ORDER = {name: f"{text} ORC {END}" for name, text in _OBSERVATIONS.items()}
_TABLES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "MDM": _table(
        MSH="SFT UAC EVN", SFT="SFT UAC EVN", UAC="EVN", EVN="PID", PID="PV1", PV1="ORC",
        ORC="TQ1 OBR", **_TIMING, OBR="NTE* TXA", NTE_="NTE* TXA", TXA="OBX", **_OBX_LAST,
    ),
    "ORU": _table(
        MSH="SFT PID", SFT="SFT PID", PID="PV1 ORC", PV1="ORC", ORC="OBR",
        OBR="NTE* TQ1 OBX", NTE_="NTE* TQ1 OBX", TQ1="TQ1 TQ2 OBX", TQ2="TQ1 TQ2 OBX", **_OBX_OR_ORDER,
    ),
    "ACK": _table(MSH="SFT UAC MSA", SFT="SFT UAC MSA", UAC="MSA", MSA=f"ERR {END}", ERR=f"ERR {END}"),
    "ZAM": _table(MSH="SFT EVN", SFT="SFT EVN", EVN="OBX", OBX=f"OBX ERR {END}", ERR=END),
}  # fmt: skip
_MOST_OBX_OF_ZAM = 2


def check_structure(message: Hl7Message) -> Iterator[Finding]:
    """Judge the order of the segments, up to the first that is out of place.

    Z segments of a site are passed over (HL7 v2 §2.11.1).
    """
    table = _TABLES[message.type[0]]
    state, place = "MSH", message.msh
    for segment in message.segments[1:]:
        if segment.name.startswith("Z") and is_segment_name(segment.name):
            continue
        allowed = table[state]
        name = segment.name
        following = name if name in allowed else f"{name}*" if f"{name}*" in allowed else ""
        many = message.type[0] == "ZAM" and name == "OBX" and segment.rank > _MOST_OBX_OF_ZAM
        if not following or many:
            yield at(message, "HL7-009", _shown(allowed), name, segment.at())
            return
        state, place = following, segment
    if END not in table[state]:
        yield at(message, "HL7-009", _shown(table[state]), "fin du message / end", place.at())


def _shown(allowed: tuple[str, ...]) -> str:
    return " | ".join(name.rstrip("*") for name in allowed if name != END)
