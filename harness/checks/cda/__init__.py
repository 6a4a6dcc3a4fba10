"""Rules on CDA R2 documents of the French framework (CI-SIS): structure, header, body, models.

    verdict = check_cda(Path("DOC0001.XML").read_bytes())
    verdict.findings, verdict.model, verdict.depth

Pure: octets in, findings out. Sources: Structuration minimale v1.16.8, CDA R2 and its data types, IHE XD-LAB
and PCC, the models of the CI-SIS; each rule names its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from harness.artefacts.cda import CdaDocument, CdaError
from harness.checks.cda import (
    bio,
    bio_entries,
    bio_media,
    bio_people,
    bio_sections,
    body,
    datatypes,
    header,
    links,
    models,
    participants,
    patient,
    vocabulary,
)
from harness.checks.cda.faults import Faults
from harness.checks.cda.model import announced
from harness.checks.cda.structure import envelope, structure, unreadable
from harness.checks.cda.walk import Book, Reading, merged, walk
from harness.findings import Finding
from schemas.models import Depth

__all__ = ["CdaVerdict", "Depth", "check_cda", "check_document"]


@dataclass(frozen=True, slots=True)
class CdaVerdict:
    """What was found; `model` is `1.2.250.1.213.1.1.1.55@2024.01`, `depth` how far that model is judged.

    Both are None when the octets hold no document.
    """

    findings: tuple[Finding, ...]
    model: str | None
    depth: Depth | None


def check_cda(content: bytes, *, evidence: str | None = None) -> CdaVerdict:
    """Judge the octets of a document. Never raises on them, whatever they are."""
    try:
        document = CdaDocument.parse(content)
    except CdaError as error:
        return CdaVerdict((unreadable(error, evidence),), None, None)
    return check_document(document, evidence=evidence)


def check_document(document: CdaDocument, *, evidence: str | None = None) -> CdaVerdict:
    """Judge a document that was read already."""
    faults = Faults()
    model = announced(document.root)
    envelope(document, faults)
    structure(document, faults)
    reading = Reading(document, faults, model.root, model.version, model.unstructured)
    walk(reading, _book())
    return CdaVerdict(tuple(faults.findings(evidence)), model.key, model.depth)


@cache
def _book() -> Book:
    parts = (
        datatypes,
        vocabulary,
        links,
        header,
        patient,
        participants,
        body,
        models,
        bio,
        bio_sections,
        bio_people,
        bio_entries,
        bio_media,
    )
    return merged(part.book for part in parts)
