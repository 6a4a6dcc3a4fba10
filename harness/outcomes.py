"""What became of one case: its result, who is at fault, and the findings.

*Status* (running, waiting, done) is another field than *result*. A case raises `CaseFailed` when findings of
severity error stand against the product, `NotTested` when it could not be played; every other exception is
the harness's own fault and never the product's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from harness.findings import Bilingual, FaultClass, Finding, Location, Severity
from harness.scenarios.told import ScenarioTold

Result = Literal["passed", "warning", "failed", "not-tested", "not-applicable"]
Status = Literal["done", "waiting", "interrupted"]


class CaseFailed(Exception):
    """Findings stand against the product; the case is over."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(f"{f.rule}: {f.message.fr} ({f.found})" for f in self.findings))


class NotTested(Exception):
    """The case could not be played, and why; `fault` says who must act (None: nobody, it is a limit)."""

    def __init__(self, reason: Bilingual, fault: FaultClass | None = None) -> None:
        self.reason = reason
        self.fault = fault
        super().__init__(reason.fr)


class NotConcerned(Exception):
    """What the product does shows that the requirement is not about it, and why."""

    def __init__(self, reason: Bilingual) -> None:
        self.reason = reason
        super().__init__(reason.fr)


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """All that the run record keeps of a case (`run-record/1`, `$defs/case`)."""

    id: str
    nodeid: str
    title: Bilingual
    requirement_text: Bilingual
    expectation: Bilingual
    level: str
    requirements: tuple[str, ...]
    tenant: str
    result: Result
    started: str
    duration_ms: float
    rerun: str
    status: Status = "done"
    reason: Bilingual | None = None
    fault: FaultClass | None = None
    findings: tuple[Finding, ...] = ()
    evidence: tuple[str, ...] = ()
    steps: tuple[str, ...] = field(default=())
    scenario: ScenarioTold | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form; `from_json` reads it back."""
        data = asdict(self)
        if self.scenario is None:
            del data["scenario"]
        else:
            data["scenario"] = self.scenario.to_json()
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CaseOutcome:
        """Read what `to_json` wrote (a parallel worker's outcome arrives so)."""
        return cls(
            **{
                **data,
                "title": Bilingual(**data["title"]),
                "requirement_text": Bilingual(**data["requirement_text"]),
                "expectation": Bilingual(**data["expectation"]),
                "requirements": tuple(data["requirements"]),
                "reason": Bilingual(**data["reason"]) if data["reason"] else None,
                "fault": FaultClass(data["fault"]) if data["fault"] else None,
                "findings": tuple(finding_from_json(item) for item in data["findings"]),
                "evidence": tuple(data["evidence"]),
                "steps": tuple(data["steps"]),
                "scenario": ScenarioTold.from_json(data["scenario"]) if data.get("scenario") else None,
            }
        )


def finding_from_json(data: Mapping[str, Any]) -> Finding:
    """Read a finding back from its JSON form."""
    return Finding(
        **{
            **data,
            "severity": Severity(data["severity"]),
            "requirements": tuple(data["requirements"]),
            "message": Bilingual(**data["message"]),
            "fix": Bilingual(**data["fix"]),
            "why": Bilingual(**data["why"]) if data.get("why") else None,
            "location": Location(**data["location"]),
            "fault": FaultClass(data["fault"]),
        }
    )


def result_of(findings: Iterable[Finding]) -> Result:
    """Return the result that these findings give: an error fails, a warning warns, else passed."""
    worst: Result = "passed"
    for finding in findings:
        if finding.severity is Severity.ERROR:
            return "failed"
        if finding.severity is Severity.WARNING:
            worst = "warning"
    return worst
