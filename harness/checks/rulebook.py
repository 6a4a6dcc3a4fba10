"""Makes findings from published rules, so that no check writes a severity or a text of its own."""

from __future__ import annotations

from harness.findings import FaultClass, Finding, Location, Severity
from schemas.rules import rule as published

FOUND_SHOWN = 300
"""Longest piece of the product's own text that a finding repeats."""


def finding(
    rule_id: str,
    *,
    expected: str,
    found: str,
    location: Location | None = None,
    evidence: str | None = None,
    fault: FaultClass = FaultClass.PRODUCT,
) -> Finding:
    """Return a finding of this rule.

    A rule that rests on an inferred or secondary text warns where it would fail: no product is refused on
    what nobody has read. Raises `KeyError` for an id that is not published.
    """
    rule = published(rule_id)
    severity = Severity(rule.severity)
    if severity is Severity.ERROR and rule.certainty in {"inferred", "secondary"}:
        severity = Severity.WARNING
    return Finding(
        rule=rule.id,
        severity=severity,
        requirements=rule.requirements,
        expected=expected,
        found=shorten(found),
        message=rule.title,
        fix=rule.fix,
        location=location or Location(),
        evidence=evidence,
        fault=fault,
        why=rule.why,
    )


def shorten(text: str) -> str:
    """Cut a text to what a person reads in one look, control characters made visible."""
    visible = "".join(char if char.isprintable() or char == " " else repr(char)[1:-1] for char in text)
    return visible if len(visible) <= FOUND_SHOWN else visible[:FOUND_SHOWN] + "…"
