"""Where the findings of one archive are made: the member that is judged, and the evidence."""

from __future__ import annotations

from dataclasses import dataclass

from harness.artefacts.ebxml import Place
from harness.checks.rulebook import finding
from harness.findings import Finding, Location


@dataclass(frozen=True, slots=True)
class Scope:
    """One member of an archive: `part` is its path in the zip, `evidence` the id of the whole."""

    part: str | None
    evidence: str | None = None

    def fault(self, rule: str, expected: str, found: str, place: Place | None = None) -> Finding:
        """Return a finding of this rule, placed in the member (at an XML node when `place` is given)."""
        location = Location(
            part=self.part,
            xpath=place.xpath if place else None,
            line=place.line if place else None,
        )
        return finding(rule, expected=expected, found=found or "∅", location=location, evidence=self.evidence)

    def fault_at_line(self, rule: str, expected: str, found: str, line: int | None) -> Finding:
        """Return a finding of this rule at a line of the member."""
        location = Location(part=self.part, line=line)
        return finding(rule, expected=expected, found=found or "∅", location=location, evidence=self.evidence)

    def of(self, part: str) -> Scope:
        """Return the scope of another member of the same archive."""
        return Scope(part, self.evidence)
