"""Teaching a masker the names of a run: from what findings say and from the evidence they point into."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reports.excerpt import MAX_OCTETS, archived
from reports.masking import Masker
from reports.reading import beside
from reports.record import RunRecord

LEARNT_OCTETS: Final = 262_144
"""Octets of each piece of evidence that are searched for names."""
_PIECES: Final = 500
_FINDINGS: Final = 50
_SHOWN: Final = 10_000
"""Findings of a case, and characters of each, that are searched: at least what a report may show of them."""
_IN_ALL: Final = 256 * 1024 * 1024
"""Octets of evidence held while a report is made; findings beyond have no excerpt."""


def contents_of(record: RunRecord) -> dict[str, bytes]:
    """Return the evidence into which findings point, by id; what is missing or too large is left out."""
    wanted = {finding.evidence for case in record.cases for finding in case.findings if finding.evidence}
    contents: dict[str, bytes] = {}
    room = _IN_ALL
    for identifier in sorted(wanted):
        piece = record.evidence.get(identifier)
        path = beside(record, piece.path) if piece else None
        try:
            if path is not None and path.is_file() and path.stat().st_size <= min(MAX_OCTETS, room):
                contents[identifier] = path.read_bytes()
                room -= len(contents[identifier])
        except OSError:
            continue  # evidence that cannot be read gives no excerpt; its link stays
    return contents


def teach(masker: Masker, record: RunRecord, contents: Mapping[str, bytes]) -> None:
    """Let `masker` know the names that stand in the findings and in `contents`, archives opened."""
    if masker.clear:
        return
    texts = [
        text[:_SHOWN]
        for case in record.cases
        for finding in case.findings[:_FINDINGS]
        for text in (finding.expected, finding.found)
    ]
    for content in list(contents.values())[:_PIECES]:
        for piece in (content, *archived(content)):
            texts.append(piece[:LEARNT_OCTETS].decode("utf-8", "replace"))
    masker.learn(texts)
