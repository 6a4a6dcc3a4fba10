"""What the rules gather while they read a document, turned into findings at the end.

A fault costs nothing but a tuple until the walk is over: line, XPath and texts are made only for what is
reported. Each rule reports at most `MAX_PER_RULE` places; the last one then says how many more there are.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from harness.artefacts.cda import locate
from harness.checks.rulebook import finding
from harness.findings import Finding, Location

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_PER_RULE = 20


class Faults:
    """The faults of one document, in the order in which they were met."""

    __slots__ = ("_counts", "_met")

    def __init__(self) -> None:
        self._met: list[tuple[str, _Element, str, str, str | None]] = []
        self._counts: Counter[str] = Counter()

    def add(
        self, rule_id: str, element: _Element, expected: str, found: str, attribute: str | None = None
    ) -> None:
        """Note one fault at an element, or at one of its attributes."""
        self._counts[rule_id] += 1
        if self._counts[rule_id] <= MAX_PER_RULE:
            self._met.append((rule_id, element, expected, found, attribute))

    def findings(self, evidence: str | None) -> list[Finding]:
        """Return the findings, in document order as far as the lines tell it."""
        made = []
        reported: Counter[str] = Counter()
        for rule_id, element, expected, found, attribute in self._met:
            reported[rule_id] += 1
            more = self._counts[rule_id] - MAX_PER_RULE
            if more > 0 and reported[rule_id] == MAX_PER_RULE:
                found = f"{found} (+ {more} autres / more)"  # noqa: PLW2901
            made.append(
                finding(
                    rule_id,
                    expected=expected,
                    found=found,
                    location=locate(element, attribute),
                    evidence=evidence,
                )
            )
        made.sort(key=_line)
        return made


def _line(found: Finding) -> int:
    location: Location = found.location
    return location.line or 0
