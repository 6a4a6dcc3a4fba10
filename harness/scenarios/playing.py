"""Plays a scenario: the product in each part of the sheet, the other structures by the simulator.

What is judged are the product's own mails, by the checks that every mail gets (restricted to what its claims
make applicable), whether each went to whom the sheet says, from the right mailbox, with the documents, and
what the product shows of the mails that it receives. A part that the product does not claim, or cannot play,
is told with its reason and never held against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.bench import Bench
from harness.findings import Bilingual, Finding, Severity
from harness.outcomes import CaseFailed, NotTested
from harness.scenarios.part import PATIENT, Part
from harness.scenarios.told import PartResult, PartTold, Role, ScenarioTold, StepTold, worst
from schemas.requirements import applicability, catalogue, levels_up_to
from schemas.scenarios import Party, Scenario, Step
from simulators.records import RecordSpec
from simulators.tenant import BalType, PartySpec

_UNSAID: tuple[BalType, ...] = ("PER", "ORG", "APP")
"""Order of choice where the sheet does not say: a person's mailbox first."""


def play(bench: Bench, sheet: Scenario) -> None:
    """Play every part of the sheet that the product claims; keep what is told of them on the bench.

    Raises `CaseFailed` when an error stands against the product, `NotTested` when no step was played.
    """
    boxes = {party.key: mailbox_of(bench, party) for party in sheet.played}
    wanted = tuple(dict.fromkeys(kind for kind in boxes.values() if kind is not None))
    bench.world(
        mailboxes=tuple(kind for kind in _UNSAID if kind in wanted) or (_claimed(bench)[0],),
        records=(RecordSpec(PATIENT, minor=sheet.minor),),
        parties=tuple(
            PartySpec(party.key, party.place.fr, party.name.fr, (*party.mailboxes, "PER")[0])
            for party in sheet.parties.values()
        ),
    )
    told: list[PartTold] = []
    for party in sheet.played:
        told.append(_play_part(bench, sheet, party, boxes[party.key]))
        bench.scenario = ScenarioTold(sheet.id, tuple(told))
    errors = [one for one in bench.findings if one.severity is Severity.ERROR]
    if errors:
        raise CaseFailed(errors)
    if all(part.result == "not-tested" for part in told):
        raise NotTested(_first_reason(told))


def mailbox_of(bench: Bench, party: Party) -> BalType | None:
    """Return the kind of mailbox through which the product plays a party; None when it claims none."""
    claimed = _claimed(bench)
    allowed = party.mailboxes or _UNSAID
    return next((kind for kind in allowed if kind in claimed), None)


def _claimed(bench: Bench) -> tuple[BalType, ...]:
    return tuple(kind for kind in _UNSAID if kind in bench.profile.claims.mailboxes)


def _play_part(bench: Bench, sheet: Scenario, party: Party, box: BalType | None) -> PartTold:
    if box is None:
        return PartTold(party.key, None, "not-tested", _no_mailbox(party))
    part = Part(bench, sheet, party, box)
    steps: list[StepTold] = []
    for step in sheet.steps:
        if party.key not in {step.source, *step.targets}:
            continue
        told = _play_step(bench, part, step, "send" if step.source == party.key else "receive")
        steps.append(told)
        if told.died:
            break
    result = worst([step.result for step in steps])
    reason = next((step.reason for step in steps if step.reason), None) if result == "not-tested" else None
    return PartTold(party.key, box, result, reason, tuple(steps))


def _play_step(bench: Bench, part: Part, step: Step, role: Role) -> StepTold:
    if role not in bench.profile.claims.effective_roles:
        return StepTold(step.number, role, "not-tested", _NO_ROLE[role])
    try:
        played = part.send(step) if role == "send" else part.receive(step)
    except NotTested as why:
        if why.fault is not None:
            raise
        return StepTold(step.number, role, "not-tested", why.reason)
    except CaseFailed as failed:  # the product hung or died: the driver's own finding says it
        rules = tuple(one.rule for one in failed.findings)
        return StepTold(step.number, role, "failed", rules=rules, died=True)
    found = relevant(bench, played.findings, played.own)
    bench.findings.extend(found)
    return StepTold(
        step.number,
        role,
        _result(found),
        checks=played.checks,
        rules=tuple(dict.fromkeys(one.rule for one in found)),
        evidence=played.evidence,
    )


def relevant(bench: Bench, shared: Iterable[Finding], own: Iterable[Finding]) -> list[Finding]:
    """Return what counts: findings on the sheet itself, and those that serve a requirement of the claims."""
    claims = bench.profile.claims
    known, asked = catalogue(), levels_up_to(claims.level)

    def applies(identifier: str) -> bool:
        if identifier not in known:
            return False
        requirement = known.get(identifier)
        in_level = requirement.level in {str(level) for level in asked}
        return requirement.in_force and in_level and applicability(requirement, claims).applies

    kept = [one for one in shared if any(applies(each) for each in one.requirements)]
    return [*own, *(one for one in kept if one.severity is not Severity.INFO)]


def _result(findings: Sequence[Finding]) -> PartResult:
    severities = {one.severity for one in findings}
    if Severity.ERROR in severities:
        return "failed"
    return "warning" if Severity.WARNING in severities else "passed"


def _no_mailbox(party: Party) -> Bilingual:
    kinds = ", ".join(party.mailboxes)
    return Bilingual(
        f"La fiche demande une BAL {kinds} : le profil n'en revendique pas.",
        f"The sheet wants a mailbox {kinds}: the profile claims none.",
    )


def _first_reason(parts: Iterable[PartTold]) -> Bilingual:
    return next((part.reason for part in parts if part.reason), _NOTHING)


_NO_ROLE: dict[Role, Bilingual] = {
    "send": Bilingual("Le profil ne revendique pas l'émission.", "The profile does not claim sending."),
    "receive": Bilingual(
        "Le profil ne revendique pas la réception.", "The profile does not claim receiving."
    ),
}
_NOTHING = Bilingual("Aucune étape n'a pu être jouée.", "No step could be played.")
