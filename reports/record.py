"""The run record as the writers see it: frozen values, nothing judged, nothing computed again.

The shapes follow `schemas/json/run-record-1.json`, which says what each field means. `reports.reading` makes
them from a file; nothing else does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from schemas.text import Bilingual

LevelName = Literal["basic", "intermediate", "advanced"]
LEVELS: tuple[LevelName, ...] = ("basic", "intermediate", "advanced")
VERDICTS = ("passed", "warning", "failed", "not-tested", "declared", "waived", "not-applicable")


@dataclass(frozen=True, slots=True)
class Location:
    """Where a fault is; see `$defs/finding/properties/location`. Lines and columns count from 1."""

    part: str | None = None
    xpath: str | None = None
    line: int | None = None
    column: int | None = None
    offset: int | None = None
    length: int | None = None
    header: str | None = None
    event: int | None = None

    @property
    def known(self) -> bool:
        """Tell whether the finding says at all where it is."""
        return any(
            value is not None
            for value in (self.part, self.xpath, self.line, self.offset, self.header, self.event)
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact against (or about) an artefact."""

    rule: str
    severity: str
    requirements: tuple[str, ...]
    expected: str
    found: str
    message: Bilingual
    fix: Bilingual
    location: Location
    evidence: str | None
    fault: str
    why: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """A role in a structure of a care scenario; `mailboxes` are the kinds that its sheet names."""

    key: str
    name: Bilingual
    place: Bilingual
    mailboxes: tuple[str, ...]
    condition: Bilingual | None


@dataclass(frozen=True, slots=True)
class SheetStep:
    """One message of a sheet; `documents` are names with the form in which they are played."""

    number: int
    source: str
    targets: tuple[str, ...]
    says: Bilingual
    documents: tuple[tuple[Bilingual, str], ...]
    patient_copy: bool
    reply_to: int | None
    optional: bool
    condition: Bilingual | None
    bidirectional: bool


@dataclass(frozen=True, slots=True)
class PlayedStep:
    """What came of a step in one part; `checks` were looked at, `rules` are those of the findings."""

    number: int
    role: str
    result: str
    reason: Bilingual | None
    checks: tuple[Bilingual, ...]
    rules: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlayedPart:
    """The party that the product was, by which kind of mailbox, and what came of it."""

    party: str
    mailbox: str | None
    result: str
    reason: Bilingual | None
    steps: tuple[PlayedStep, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A care scenario as it was played: the sheet, then the parts; `events` are (moment, step, text)."""

    id: str
    sector: str
    why: Bilingual
    patient: Bilingual | None
    source: str
    parties: tuple[Party, ...]
    steps: tuple[SheetStep, ...]
    events: tuple[tuple[str, int, Bilingual], ...]
    parts: tuple[PlayedPart, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One conformance case and what became of it."""

    id: str
    nodeid: str
    title: Bilingual
    requirement_text: Bilingual
    expectation: Bilingual
    level: LevelName
    requirements: tuple[str, ...]
    tenant: str
    status: str
    result: str
    reason: Bilingual | None
    fault: str | None
    findings: tuple[Finding, ...]
    evidence: tuple[str, ...]
    steps: tuple[str, ...]
    started: str
    duration_ms: float
    rerun: str
    scenario: Scenario | None = None

    @property
    def elsewhere(self) -> bool:
        """Tell whether what went wrong is not the product's: configuration, environment or harness."""
        return self.fault is not None and self.fault != "product"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the vendor states of a requirement, and the proof file."""

    statement: str
    proof: str | None
    proof_sha256: str | None


@dataclass(frozen=True, slots=True)
class Waiver:
    """A known failure accepted by `owner` until a date (ISO 8601), included."""

    owner: str
    reason: str
    until: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line of the catalogue with its verdict."""

    id: str
    verdict: str
    strength: str
    level: str
    certainty: str | None
    applicable: bool
    reason: Bilingual | None
    cases: tuple[str, ...]
    title: Bilingual
    text: Bilingual
    theme: Bilingual | None
    source: str
    automatable: str
    declaration: Declaration | None
    waiver: Waiver | None


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing that keeps a level from being reached."""

    requirement: str
    verdict: str
    why: Bilingual
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """The outcome of one level; `counts` is verdict -> number of applicable requirements in force."""

    name: LevelName
    outcome: str
    claimed: bool
    counts: Mapping[str, int]
    blockers: tuple[Blocker, ...]
    sentence: Bilingual


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """What the plan said of a case before the run."""

    case: str
    requirements: tuple[str, ...]
    mode: str
    reason: Bilingual | None


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault of the configuration, the environment or the harness."""

    fault: str
    text: Bilingual


@dataclass(frozen=True, slots=True)
class Evidence:
    """A piece of evidence beside the record; `size` in octets."""

    sha256: str
    media_type: str
    size: int
    masked: bool
    label: str
    path: str


@dataclass(frozen=True, slots=True)
class Pinned:
    """Published data used by the run: its version and SHA-256."""

    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Tool:
    """What made the record."""

    name: str
    version: str
    catalogue: Pinned
    rules: Pinned
    seed: int


@dataclass(frozen=True, slots=True)
class Product:
    """The product under test, in its vendor's words."""

    name: str
    version: str
    vendor: str
    nil: str
    corridor: str


@dataclass(frozen=True, slots=True)
class Claims:
    """What the vendor claims of the product."""

    level: LevelName
    roles: tuple[str, ...]
    mailboxes: tuple[str, ...]
    integration: str
    documents: tuple[str, ...]
    mdn_edition: str | None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """All that a report may say of a run. `folder` is where the journal and the evidence lie."""

    folder: Path
    product: Product
    claims: Claims
    tool: Tool
    environment: Mapping[str, str]
    profile_path: str
    profile_sha256: str
    driver_kind: str
    driver_actions: tuple[str, ...]
    started: str
    ended: str
    duration_s: float
    status: str
    exit_code: int
    required_level: LevelName | None
    plan: tuple[PlanEntry, ...]
    cases: tuple[Case, ...]
    requirements: Mapping[str, Requirement]
    levels: tuple[Level, ...]
    problems: tuple[Problem, ...]
    journal: str
    evidence: Mapping[str, Evidence]


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the journal, cut to what a diagram needs. `elapsed_ms` counts from the journal's start."""

    seq: int
    elapsed_ms: float
    tenant: str
    test: str
    protocol: str
    connection: str
    source: str
    target: str
    name: str
    text: str
    evidence: str | None
    tls: bool
