"""From case outcomes to the verdict of each requirement, then to the levels.

The rules, in the order in which they are applied to one requirement:

1. not applicable to what the product claims, or every case found that it is not about the product →
   `not-applicable`, with the reason;
2. a case failed → `failed`, or `waived` when a waiver in force names it;
3. a case could not be played → `not-tested`, unless the profile declares it (with a proof file when the
   requirement can be tested by machine) → `declared`; a declaration never covers a failure;
4. every case passed → `passed`, or `warning` when one of them warned;
5. no case at all → `declared` when declared, else `waived`, else `not-tested`.

A requirement of which the text was only inferred or comes from a secondary source never fails: its failures
are warnings, and it never blocks a level. SUPERSEDED and UNKNOWN requirements are listed and never block.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from harness.findings import Bilingual
from harness.outcomes import CaseOutcome
from schemas.requirements import Catalogue, Claims, Requirement, applicability

Verdict = Literal["passed", "warning", "failed", "not-tested", "not-applicable", "declared", "waived"]
LevelOutcome = Literal["reached", "not-reached", "not-demonstrated"]
LEVELS = ("basic", "intermediate", "advanced")
_EVASION = re.compile(
    r"^\s*(non[ -]applicable|non concern|sans objet|not applicable|n/?a\b|ne s.applique pas)", re.IGNORECASE
)
_DENIAL = re.compile(
    r"""^\s*(?:
    (?:non|no|faux|false)\s*(?:$|[.,;:!(–—]|-\s)
    | (?:non|not|pas)\s+(?:conforme|compliant|respect|encore|yet|met\b|done|fait|implement|implément
        |support|pris\b|réalis|applicable|available|disponible)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
"""A bare «Non», or one of the usual ways to say it; «Pas de jeton sur le disque» affirms a requirement."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the vendor states of a requirement, with the SHA-256 of the proof file if there is one."""

    statement: str
    proof: str | None = None
    proof_sha256: str | None = None

    @property
    def evades(self) -> bool:
        """Tell whether the statement says that the requirement does not concern the product.

        The profile's claims decide that, not a sentence: it is then as if nothing were declared.
        """
        return bool(_EVASION.match(self.statement))

    @property
    def denies(self) -> bool:
        """Tell whether the statement says no: a declaration answered «Non» never passes."""
        return bool(_DENIAL.match(self.statement))


@dataclass(frozen=True, slots=True)
class Waiver:
    """A known failure accepted by `owner` until a date, included."""

    requirement: str
    owner: str
    reason: str
    until: date


@dataclass(frozen=True, slots=True)
class RequirementVerdict:
    """The verdict of one requirement and all that explains it."""

    requirement: Requirement
    verdict: Verdict
    applicable: bool
    reason: Bilingual | None = None
    cases: tuple[str, ...] = ()
    declaration: Declaration | None = None
    waiver: Waiver | None = None

    @property
    def in_force(self) -> bool:
        """Tell whether the requirement counts at all: applicable and neither withdrawn nor unknown."""
        return (
            self.applicable
            and self.verdict != "not-applicable"
            and self.requirement.strength not in {"SUPERSEDED", "UNKNOWN"}
        )

    @property
    def blocks(self) -> bool:
        """Tell whether this verdict keeps the level from being reached."""
        return (
            self.in_force
            and self.requirement.strength == "MUST"
            and self.requirement.may_fail
            and self.verdict in {"failed", "not-tested"}
        )


@dataclass(frozen=True, slots=True)
class LevelVerdict:
    """Whether a level is reached, and what stands in the way."""

    level: str
    outcome: LevelOutcome
    claimed: bool
    counts: Mapping[str, int]
    blockers: tuple[RequirementVerdict, ...]
    sentence: Bilingual


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything that the run record says beyond the cases."""

    requirements: Mapping[str, RequirementVerdict]
    levels: Mapping[str, LevelVerdict]
    unused_waivers: tuple[Waiver, ...] = field(default=())


def judge(
    catalogue: Catalogue,
    claims: Claims,
    outcomes: Sequence[CaseOutcome],
    *,
    declarations: Mapping[str, Declaration],
    waivers: Sequence[Waiver],
    complete: bool,
    cased: Collection[str] = (),
) -> Judgement:
    """Judge every requirement of the catalogue and the three levels.

    `complete` is False when cases were left out or the run stopped: no level is then reached. `cased` are
    the requirements that some case judges, played or not.
    """
    by_requirement: dict[str, list[CaseOutcome]] = defaultdict(list)
    for outcome in outcomes:
        for requirement in outcome.requirements:
            by_requirement[requirement].append(outcome)
    waived = {waiver.requirement: waiver for waiver in waivers}
    verdicts = {
        requirement.id: requirement_verdict(
            requirement,
            claims,
            by_requirement.get(requirement.id, []),
            declarations.get(requirement.id),
            waived.get(requirement.id),
            cased=requirement.id in cased,
        )
        for requirement in catalogue
    }
    used = {identifier for identifier, verdict in verdicts.items() if verdict.verdict == "waived"}
    return Judgement(
        verdicts,
        levels(verdicts.values(), claims.level, complete=complete),
        tuple(waiver for waiver in waivers if waiver.requirement not in used) if complete else (),
    )


def requirement_verdict(
    requirement: Requirement,
    claims: Claims,
    outcomes: Sequence[CaseOutcome],
    declaration: Declaration | None,
    waiver: Waiver | None,
    *,
    cased: bool = False,
) -> RequirementVerdict:
    """Judge one requirement by the rules at the top of this module."""
    applies = applicability(requirement, claims)
    cases = tuple(outcome.id for outcome in outcomes)

    def verdict(value: Verdict, reason: Bilingual | None = None) -> RequirementVerdict:
        return RequirementVerdict(
            requirement,
            value,
            applies.applies,
            reason,
            cases,
            declaration,
            waiver if value == "waived" else None,
        )

    if not applies.applies:
        return verdict("not-applicable", applies.reason)
    evasive = declaration is not None and declaration.evades
    if evasive:
        declaration = None
    results = {outcome.result for outcome in outcomes} - {"not-applicable"}
    if outcomes and not results:
        return verdict("not-applicable", outcomes[0].reason)
    denied = declaration is not None and declaration.denies
    if "failed" in results or denied:
        if waiver:
            return verdict("waived")
        reason = _DENIED if denied and "failed" not in results else None
        return verdict("failed" if requirement.may_fail else "warning", reason)
    if not outcomes or "not-tested" in results:
        if declaration and _declarable(requirement, declaration):
            return verdict("declared")
        if waiver:
            return verdict("waived")
        why = _why_not_tested(requirement, outcomes, declaration, cased=cased)
        return verdict("not-tested", _EVADED if evasive and not outcomes else why)
    return verdict("warning" if "warning" in results else "passed")


def _declarable(requirement: Requirement, declaration: Declaration) -> bool:
    return requirement.verified == "declaration" or declaration.proof_sha256 is not None


def _why_not_tested(
    requirement: Requirement,
    outcomes: Iterable[CaseOutcome],
    declaration: Declaration | None,
    *,
    cased: bool,
) -> Bilingual:
    for outcome in outcomes:
        if outcome.result == "not-tested" and outcome.reason:
            return outcome.reason
    if declaration:
        return _PROOF_MISSING
    if requirement.verified == "declaration":
        return _NO_DECLARATION
    return _NOT_PLAYED if cased else _NO_CASE


def levels(
    verdicts: Iterable[RequirementVerdict], claimed: str, *, complete: bool
) -> dict[str, LevelVerdict]:
    """Return the three levels; each contains the one below."""
    all_verdicts = tuple(verdicts)
    found: dict[str, LevelVerdict] = {}
    inherited: tuple[RequirementVerdict, ...] = ()
    for level in LEVELS:
        own = tuple(v for v in all_verdicts if v.requirement.level == level)
        blockers = inherited + tuple(v for v in own if v.blocks)
        counts = Counter(v.verdict for v in own if v.in_force)
        outcome = _outcome(blockers, complete=complete and bool(counts))
        found[level] = LevelVerdict(
            level,
            outcome,
            LEVELS.index(level) <= LEVELS.index(claimed),
            dict(sorted(counts.items())),
            tuple(sorted(blockers, key=lambda v: v.verdict != "failed")),
            _sentence(level, outcome, blockers, complete=complete),
        )
        inherited = blockers
    return found


def _outcome(blockers: Sequence[RequirementVerdict], *, complete: bool) -> LevelOutcome:
    if any(v.verdict == "failed" for v in blockers):
        return "not-reached"
    return "reached" if complete and not blockers else "not-demonstrated"


def _sentence(
    level: str, outcome: LevelOutcome, blockers: Sequence[RequirementVerdict], *, complete: bool
) -> Bilingual:
    name_fr, name_en = _LEVEL_NAMES[level]
    failed = sum(v.verdict == "failed" for v in blockers)
    untested = len(blockers) - failed
    if outcome == "reached":
        return Bilingual(f"Niveau {name_fr} atteint.", f"{name_en} level reached.")
    fr = {"not-reached": "non atteint", "not-demonstrated": "non démontré"}[outcome]
    en = {"not-reached": "not reached", "not-demonstrated": "not demonstrated"}[outcome]
    pieces_fr, pieces_en = [], []
    if failed:
        pieces_fr.append(f"{failed} exigence{'s' * (failed > 1)} en échec")
        pieces_en.append(f"{failed} requirement{'s' * (failed > 1)} failed")
    if untested:
        pieces_fr.append(f"{untested} non testée{'s' * (untested > 1)}")
        pieces_en.append(f"{untested} not tested")
    if not complete:
        pieces_fr.append("exécution partielle")
        pieces_en.append("partial run")
    if not pieces_fr:
        pieces_fr.append("aucune exigence applicable")
        pieces_en.append("no applicable requirement")
    return Bilingual(
        f"Niveau {name_fr} {fr} : {', '.join(pieces_fr)}.", f"{name_en} level {en}: {', '.join(pieces_en)}."
    )


_LEVEL_NAMES = {
    "basic": ("basique", "Basic"),
    "intermediate": ("intermédiaire", "Intermediate"),
    "advanced": ("avancé", "Advanced"),
}
_DENIED = Bilingual(
    "La déclaration du profil dit que l'exigence n'est pas respectée.",
    "The profile's declaration says that the requirement is not met.",
)
_EVADED = Bilingual(
    "La déclaration dit « non applicable » : les revendications du profil ([claims]) en décident.",
    "The declaration says “not applicable”: that is decided by the claims of the profile ([claims]).",
)
_PROOF_MISSING = Bilingual(
    "Déclarée sans fichier de preuve, alors que l'exigence se teste : ajoutez `proof` à la déclaration.",
    "Declared without a proof file though it can be tested: add `proof` to the declaration.",
)
_NO_DECLARATION = Bilingual(
    'Se vérifie par déclaration : ajoutez une section [declarations."…"] au profil.',
    'Verified by declaration: add a [declarations."…"] section to the profile.',
)
_NOT_PLAYED = Bilingual(
    "Aucun de ses cas n'a été joué dans cette exécution.", "None of its cases was played in this run."
)
_NO_CASE = Bilingual(
    "Aucun cas de test ne couvre encore cette exigence.", "No test case covers this requirement yet."
)
