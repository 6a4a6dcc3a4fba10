"""Findings placed in a message: segment, field, repetition, component."""

from __future__ import annotations

from harness.artefacts.hl7 import Hl7Message, Position, Segment
from harness.checks.rulebook import finding
from harness.findings import Finding, Location


def at(message: Hl7Message, rule: str, expected: str, found: str, place: Position) -> Finding:
    """Return a finding at a position; its `xpath` is written as HL7 people do, `OBX(2)-5.1`."""
    where = Location(xpath=str(place), line=place.line)
    return finding(rule, expected=expected, found=found or "∅", location=where, evidence=message.sha256)


def field(  # noqa: PLR0917  (the parts of one sentence, in order)
    message: Hl7Message, rule: str, segment: Segment, number: int, expected: str, component: int | None = None
) -> Finding:
    """Return a finding on a field, with what it holds."""
    found = segment.raw(number) if component is None else segment.component(number, component)
    return at(message, rule, expected, found, segment.at(number, component))


def missing(message: Hl7Message, rule: str, expected: str) -> Finding:
    """Return a finding about something that is nowhere in the message."""
    return at(message, rule, expected, "∅", message.segments[-1].at())
