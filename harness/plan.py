"""What a run will do, known before it starts: a pure function of cases, catalogue, profile and capabilities.

A case concerns the product when one of its requirements applies to the claims, and its mailbox types, roles
and level are claimed. Cases above the claimed level are left out (inferred: a vendor who claims basic asks
nothing about advanced; the levels above are then not demonstrated, never reached).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from harness.cases import CaseInfo
from harness.drivers.protocol import Capabilities
from harness.profile.values import VendorProfile
from schemas.messages import message
from schemas.requirements import (
    Catalogue,
    Claims,
    Level,
    Requirement,
    Verification,
    applicability,
    levels_up_to,
)
from schemas.text import Bilingual

Mode = Literal["automatic", "manual", "impossible", "declaration"]


@dataclass(frozen=True, slots=True)
class PlanItem:
    """What will become of one case, or of one requirement that has no case (`run-record/1`, `plan`).

    `case` of the latter is `<requirement>/declaration`. `reason` is None for a case that simply runs.
    """

    case: str
    requirements: tuple[str, ...]
    mode: Mode
    reason: Bilingual | None
    title: Bilingual

    def to_json(self) -> dict[str, Any]:
        """Return the form of the run record."""
        reason = {"fr": self.reason.fr, "en": self.reason.en} if self.reason else None
        return {
            "case": self.case,
            "requirements": list(self.requirements),
            "mode": self.mode,
            "reason": reason,
        }


@dataclass(frozen=True)
class Plan:
    """All items in the order of the cases, then the requirements without a case.

    `left_out` says why a case does not concern the product. `asked` is False when the driver's capabilities
    were not known: the modes are then what the kind of driver lets expect.
    """

    items: tuple[PlanItem, ...]
    left_out: Mapping[str, Bilingual]
    asked: bool

    def concerns(self, case_id: str) -> bool:
        """Tell whether the case concerns this product at all."""
        return case_id in self._by_case

    def impossible(self, case_id: str) -> Bilingual | None:
        """Return why the case cannot be played, or None when it can."""
        item = self._by_case.get(case_id)
        return item.reason if item and item.mode == "impossible" else None

    def of_mode(self, mode: Mode) -> tuple[PlanItem, ...]:
        """Return the items of one mode."""
        return tuple(item for item in self.items if item.mode == mode)

    def to_json(self) -> list[dict[str, Any]]:
        """Return the form of the run record."""
        return [item.to_json() for item in self.items]

    @cached_property
    def _by_case(self) -> Mapping[str, PlanItem]:
        return {item.case: item for item in self.items}


def plan_run(
    cases: Sequence[CaseInfo],
    catalogue: Catalogue,
    profile: VendorProfile,
    capabilities: Capabilities | None,
) -> Plan:
    """Return the plan of a run; `capabilities` is None when the driver was not asked or did not answer."""
    items: list[PlanItem] = []
    left_out: dict[str, Bilingual] = {}
    told = _told_by_files(cases) if capabilities is not None and capabilities.means == "files" else None
    for case in cases:
        reason = _not_concerned(case, catalogue, profile.claims)
        if reason is None and told is not None and case.files is None and told.issuperset(case.requirements):
            reason = message("plan.files-elsewhere")
        if reason is not None:
            left_out[case.id] = reason
            continue
        mode, why = _mode(case, profile, capabilities)
        applicable = tuple(
            identifier
            for identifier in case.requirements
            if applicability(catalogue.get(identifier), profile.claims).applies
        )
        items.append(PlanItem(case.id, applicable, mode, why, case.title))
    covered = {identifier for item in items for identifier in item.requirements}
    items.extend(_without_case(catalogue, profile, covered))
    return Plan(tuple(items), left_out, capabilities is not None)


def _not_concerned(case: CaseInfo, catalogue: Catalogue, claims: Claims) -> Bilingual | None:
    if Level(case.level) not in levels_up_to(claims.level):
        return message("plan.above-claim").filled(level=case.level)
    if case.mailboxes and not case.mailboxes & claims.mailboxes:
        return message("plan.no-mailbox").filled(mailboxes=", ".join(sorted(case.mailboxes)))
    if case.roles and not case.roles & claims.effective_roles:
        return message("plan.no-role").filled(roles=", ".join(sorted(case.roles)))
    answers = [applicability(catalogue.get(identifier), claims) for identifier in case.requirements]
    if any(answer.applies for answer in answers):
        return None
    return next((answer.reason for answer in answers if answer.reason), None)


def _told_by_files(cases: Sequence[CaseInfo]) -> frozenset[str]:
    """Return the requirements of which files tell something.

    A case on one of them that needs a live product (another way of sending, say) is left out when there are
    only files: what is in the folder is judged whichever way it came.
    """
    return frozenset(one for case in cases if case.files is not None for one in case.requirements)


def _mode(
    case: CaseInfo, profile: VendorProfile, capabilities: Capabilities | None
) -> tuple[Mode, Bilingual | None]:
    if capabilities is None:
        expected: Mode = "manual" if profile.driver.kind == "manual" else "automatic"
        return expected, message("plan.not-asked")
    if capabilities.means == "files":
        if case.files is None:
            return "impossible", message("plan.files")
        judged = message("plan.files-judged")
        return "automatic", Bilingual(
            judged.fr.format(put=case.files.fr), judged.en.format(put=case.files.en)
        )
    needs = case.needs | {"configure"}  # each case has a space of its own, which the product must be told
    missing = sorted(need for need in needs if not any(map(capabilities.can, need.split("|"))))
    if missing:
        return "impossible", message("plan.missing-action").filled(
            actions=", ".join(missing).replace("|", " / ")
        )
    if capabilities.means == "person":
        return "manual", message("plan.person")
    return "automatic", None


def _without_case(catalogue: Catalogue, profile: VendorProfile, covered: set[str]) -> Iterator[PlanItem]:
    for requirement in catalogue.up_to(profile.claims.level):
        asked = requirement.in_force and applicability(requirement, profile.claims).applies
        if asked and requirement.id not in covered:
            mode, reason = _declared(requirement, profile)
            yield PlanItem(
                f"{requirement.id}/declaration", (requirement.id,), mode, reason, requirement.title
            )


def _declared(requirement: Requirement, profile: VendorProfile) -> tuple[Mode, Bilingual]:
    declaration = profile.declarations.get(requirement.id)
    by_declaration = requirement.verified is Verification.DECLARATION
    if declaration is None:
        if by_declaration:
            return "declaration", message("plan.declaration-missing").filled(id=requirement.id)
        return "impossible", message("plan.no-case")
    if declaration.proof:
        said = message("plan.declared-with-proof")
        return "declaration", said.filled(proof=declaration.proof, statement=declaration.statement)
    if by_declaration:
        return "declaration", message("plan.declared").filled(statement=declaration.statement)
    return "impossible", message("plan.proof-missing")
