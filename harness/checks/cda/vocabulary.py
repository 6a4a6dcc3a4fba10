"""Roles and classes that the schema leaves open, held against the HL7 v3 vocabulary (CDA-032).

The vocabularies are general knowledge of HL7 v3, read in no text at hand: the rule only warns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checks.cda.nodes import local, parent_name
from harness.checks.cda.walk import Book, Reading

if TYPE_CHECKING:
    from lxml.etree import _Element

book = Book()
_PARTICIPATIONS = frozenset({
    "ADM", "ALY", "ATND", "AUT", "AUTHEN", "BBY", "BEN", "CAGNT", "CALLBCK", "CAT", "CON", "COV", "CSM",
    "CST", "DEV", "DIR", "DIS", "DIST", "DON", "DST", "ELOC", "ENT", "ESC", "EXPAGNT", "EXPART", "EXPTRGT",
    "EXSRC", "GUAR", "HLD", "IND", "INF", "IRCP", "LA", "LOC", "NOT", "NRD", "ORG", "PPRF", "PRCP", "PRD",
    "PRF",
    "RCT", "RCV", "RDV", "REF", "REFB", "REFT", "RESP", "RML", "SBJ", "SPC", "SPRF", "TRANS", "TRC", "VIA",
    "VRF", "WIT",
})  # fmt: skip
"""HL7 v3 ParticipationType."""
_OBSERVATIONS = frozenset({
    "OBS", "ALRT", "CASE", "CLNTRL", "CNOD", "CONC", "COND", "DGIMG", "INVSTN", "OBSCOR", "OBSSER", "OUTB",
    "ROIBND", "ROIOVL", "SPCOBS", "VERIF",
})  # fmt: skip
_CLASSES = {
    "observation": _OBSERVATIONS,
    "observationMedia": _OBSERVATIONS,
    "encounter": frozenset({"ENC"}),
    "procedure": frozenset({"PROC", "SBADM", "SBEXT", "SPECCOLLECT"}),
    "substanceAdministration": frozenset({"SBADM"}),
    "supply": frozenset({"SPLY", "DIET"}),
}
"""HL7 v3 ActClass of the statements whose class the schema leaves open."""


@book.element("participant")
def participation(reading: Reading, element: _Element) -> None:
    """CDA-032: what a participant of an entry does; those of the header have a rule of their own."""
    kind = element.get("typeCode")
    if kind is not None and kind not in _PARTICIPATIONS and parent_name(element) != "ClinicalDocument":
        reading.fault("CDA-032", element, "ParticipationType : PRD, CSM, LOC…", kind, "typeCode")


@book.element(*_CLASSES)
def statement_class(reading: Reading, element: _Element) -> None:
    """CDA-032: what a statement is."""
    known, given = _CLASSES[local(element)], element.get("classCode")
    if given is not None and given not in known:
        reading.fault("CDA-032", element, " | ".join(sorted(known)), given, "classCode")
