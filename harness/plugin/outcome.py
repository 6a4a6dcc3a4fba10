"""What came of a case, from what pytest saw of its call; carried to the judging process on the report."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.bench import Bench
from harness.casebook import PackagedCase
from harness.cases import CaseInfo
from harness.errors import ConfigurationFault, EnvironmentFault
from harness.findings import Bilingual, FaultClass
from harness.outcomes import CaseFailed, CaseOutcome, NotConcerned, NotTested, result_of
from schemas.text import Language

_OUTCOME = "mssante_outcome"


def case_of(item: pytest.Item) -> CaseInfo | None:
    """Return the identity of the case behind a pytest item, or None for an ordinary test."""
    mark = item.get_closest_marker("case")
    return mark.args[0] if mark else None


def outcome_of(report: pytest.TestReport) -> CaseOutcome | None:
    """Return the outcome that a report carries, or None when it decides nothing."""
    data = getattr(report, _OUTCOME, None)
    return CaseOutcome.from_json(data) if data is not None else None


def put_outcome(report: pytest.TestReport, outcome: CaseOutcome, path: Path, language: Language) -> None:
    """Put an outcome on the report, and let the report say it: skipped, or failed with its findings."""
    setattr(report, _OUTCOME, outcome.to_json())
    unplayed = outcome.result in {"not-tested", "not-applicable"}
    if unplayed and outcome.fault is not FaultClass.HARNESS:
        report.outcome = "skipped"
        reason = outcome.reason.in_(language) if outcome.reason else ""
        report.longrepr = (str(path), 0, reason)
    elif outcome.result == "failed":
        report.longrepr = _explain(outcome, language)


def judged_call(
    packaged: PackagedCase, nodeid: str, call: pytest.CallInfo[None], bench: Bench | None, profile: Path
) -> CaseOutcome:
    """Return the outcome of a case from its call; `bench` is None when it never got one.

    An exception that no part of the bench foresees is a fault of the bench, never of the product.
    """
    info = packaged.info
    findings = tuple(bench.findings) if bench else ()
    error = call.excinfo.value if call.excinfo else None
    reason, fault, result = None, None, result_of(findings)
    if isinstance(error, CaseFailed):
        fault = FaultClass.PRODUCT
    elif isinstance(error, NotTested):
        result, reason, fault = "not-tested", error.reason, error.fault
    elif isinstance(error, NotConcerned):
        result, reason = "not-applicable", error.reason
    elif isinstance(error, EnvironmentFault | ConfigurationFault):
        result, reason, fault = "not-tested", error.message, error.fault
    elif error is not None:
        text = f"{type(error).__name__}: {error}"
        result, fault = "not-tested", FaultClass.HARNESS
        reason = Bilingual(f"Défaut du banc : {text}", f"Fault of the bench: {text}")
    elif result == "failed":
        fault = FaultClass.PRODUCT
    return CaseOutcome(
        id=info.id,
        nodeid=nodeid,
        title=info.title,
        requirement_text=packaged.text.requirement,
        expectation=packaged.text.expectation,
        level=info.level,
        requirements=info.requirements,
        tenant=bench.tenant_id if bench else "",
        result=result,
        started=datetime.fromtimestamp(call.start, UTC).isoformat(timespec="milliseconds"),
        duration_ms=round(call.duration * 1000, 3),
        rerun=f'pytest --vendor-profile "{profile}" --case {info.id}',
        reason=reason,
        fault=fault,
        findings=findings,
        evidence=tuple(bench.evidence()) if bench else (),
        steps=tuple(bench.steps) if bench else (),
        scenario=bench.scenario if bench else None,
    )


def _explain(outcome: CaseOutcome, language: str) -> str:
    lines = [f"{outcome.id} — {outcome.expectation.fr if language == 'fr' else outcome.expectation.en}"]
    words = ("attendu", "constaté", "corriger") if language == "fr" else ("expected", "found", "fix")
    for finding in outcome.findings:
        message = finding.message.fr if language == "fr" else finding.message.en
        fix = finding.fix.fr if language == "fr" else finding.fix.en
        lines.append(f"  {finding.rule} {message}")
        lines.append(f"    {words[0]} : {finding.expected}")
        lines.append(f"    {words[1]} : {finding.found}")
        lines.append(f"    {words[2]} : {fix}")
    return "\n".join(lines)


def load_outcomes(path: Path) -> list[CaseOutcome]:
    """Read the outcomes that a run (even a killed one) left on disk, one JSON object a line."""
    return [CaseOutcome.from_json(json.loads(line)) for line in path.read_text("utf-8").splitlines() if line]
