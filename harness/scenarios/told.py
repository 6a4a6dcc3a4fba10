"""What a case keeps of a played scenario: which part the product played, and what came of each step.

The sheet itself (`schemas.scenarios`) is written beside it in the run record, so that a report made later
tells what was played and not what a later edition of the sheet says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from schemas.scenarios import Scenario, scenario
from schemas.text import Bilingual

PartResult = Literal["passed", "warning", "failed", "not-tested"]
Role = Literal["send", "receive"]


@dataclass(frozen=True, slots=True)
class StepTold:
    """One step as the product played it.

    `checks` say what was looked at, `rules` are those of the findings, `evidence` the mails (SHA-256). After
    a step at which the product `died` (or hung) its part is over.
    """

    number: int
    role: Role
    result: PartResult
    reason: Bilingual | None = None
    checks: tuple[Bilingual, ...] = ()
    rules: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    died: bool = False


@dataclass(frozen=True, slots=True)
class PartTold:
    """One part: the party that the product was, through which kind of mailbox, step by step."""

    party: str
    mailbox: str | None
    result: PartResult
    reason: Bilingual | None = None
    steps: tuple[StepTold, ...] = ()


@dataclass(frozen=True, slots=True)
class ScenarioTold:
    """A scenario with the parts that the product played, or why it did not."""

    id: str
    parts: tuple[PartTold, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the form of the run record: the sheet and the parts."""
        return {**sheet_json(scenario(self.id)), "parts": [_part(part) for part in self.parts]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ScenarioTold:
        """Read the parts back; the sheet is that of this version."""
        return cls(data["id"], tuple(_part_from(item) for item in data["parts"]))


def worst(results: list[PartResult]) -> PartResult:
    """Return what stands for several: a failure, else a warning; not tested only when nothing was."""
    for value in ("failed", "warning", "passed"):
        if value in results:
            return value
    return "not-tested"


def sheet_json(sheet: Scenario) -> dict[str, Any]:
    """Return the form of the sheet in the run record."""
    return {
        "id": sheet.id,
        "sector": sheet.sector,
        "why": _text(sheet.why),
        "patient": _text(sheet.patient),
        "source": sheet.source,
        "parties": [
            {
                "key": party.key,
                "name": _text(party.name),
                "place": _text(party.place),
                "mailboxes": list(party.mailboxes),
                "condition": _text(party.condition),
            }
            for party in sheet.parties.values()
        ],
        "steps": [
            {
                "number": step.number,
                "from": step.source,
                "to": list(step.targets),
                "says": _text(step.says),
                "documents": [
                    {"name": _text(one.name), "played": f"{one.model} {one.form}" if one.model else one.file}
                    for one in step.documents
                ],
                "patient_copy": step.patient_copy,
                "reply_to": step.reply_to,
                "optional": step.optional,
                "condition": _text(step.condition),
                "bidirectional": step.bidirectional,
            }
            for step in sheet.steps
        ],
        "events": [{"moment": one.moment, "step": one.step, "text": _text(one.text)} for one in sheet.events],
    }


def _part(part: PartTold) -> dict[str, Any]:
    return {
        "party": part.party,
        "mailbox": part.mailbox,
        "result": part.result,
        "reason": _text(part.reason),
        "steps": [
            {
                "number": step.number,
                "role": step.role,
                "result": step.result,
                "reason": _text(step.reason),
                "checks": [_text(one) for one in step.checks],
                "rules": list(step.rules),
                "evidence": list(step.evidence),
            }
            for step in part.steps
        ],
    }


def _part_from(item: Mapping[str, Any]) -> PartTold:
    return PartTold(
        item["party"],
        item["mailbox"],
        item["result"],
        _bilingual(item["reason"]),
        tuple(
            StepTold(
                step["number"],
                step["role"],
                step["result"],
                _bilingual(step["reason"]),
                tuple(Bilingual(**one) for one in step["checks"]),
                tuple(step["rules"]),
                tuple(step["evidence"]),
            )
            for step in item["steps"]
        ),
    )


def _text(text: Bilingual | None) -> dict[str, str] | None:
    return None if text is None else {"fr": text.fr, "en": text.en}


def _bilingual(item: Mapping[str, str] | None) -> Bilingual | None:
    return None if item is None else Bilingual(**item)
