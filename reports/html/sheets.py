"""What the templates need of the care scenarios: each sheet with its drawing, and what was played of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.record import Case, Party, PlayedPart, PlayedStep, Scenario, SheetStep
from reports.scenario import draw_scenario, result_of
from schemas.text import Bilingual

Linker = Callable[[str | None], str | None]


@dataclass(frozen=True, slots=True)
class Take:
    """One step in one part: who the product was, and the addresses of the mails."""

    party: Party
    mailbox: str | None
    step: PlayedStep
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepView:
    """One step; `result` is the worst of its takes, `before` and `beside` are what happens around it."""

    step: SheetStep
    source: Party | None
    targets: tuple[Party, ...]
    result: str
    takes: tuple[Take, ...]
    before: tuple[Bilingual, ...]
    beside: tuple[Bilingual, ...]


@dataclass(frozen=True, slots=True)
class SheetView:
    """One scenario, ready to be laid out; `failure` is where its findings are told, empty without any."""

    case: Case
    scenario: Scenario
    anchor: str
    failure: str
    svg: Markup
    steps: tuple[StepView, ...]
    left_out: tuple[tuple[Party, PlayedPart], ...]


def sheets(cases: Sequence[Case], anchors: Mapping[str, str], link: Linker) -> tuple[SheetView, ...]:
    """Return the scenarios among `cases`, in their order."""
    return tuple(
        _sheet(case, case.scenario, anchors[case.id], link) for case in cases if case.scenario is not None
    )


def told_as_case(case: Case) -> bool:
    """Tell whether a case is told among the cases too: not a scenario that went well, its sheet says all."""
    return case.scenario is None or case.result in {"failed", "warning"} or case.elsewhere


def _sheet(case: Case, scenario: Scenario, anchor: str, link: Linker) -> SheetView:
    own = f"{anchor}-sheet" if told_as_case(case) else anchor
    known = {party.key: party for party in scenario.parties}
    return SheetView(
        case=case,
        scenario=scenario,
        anchor=own,
        failure=anchor if own != anchor else "",
        svg=draw_scenario(scenario, own),
        steps=tuple(_step(scenario, step, known, link) for step in scenario.steps),
        left_out=tuple(
            (known[part.party], part) for part in scenario.parts if not part.steps and part.party in known
        ),
    )


def _step(scenario: Scenario, step: SheetStep, known: Mapping[str, Party], link: Linker) -> StepView:
    takes = tuple(
        Take(known[part.party], part.mailbox, played, _links(played, link))
        for part in scenario.parts
        if part.party in known
        for played in part.steps
        if played.number == step.number
    )
    told = {
        moment: tuple(
            text for when, number, text in scenario.events if (when, number) == (moment, step.number)
        )
        for moment in ("before", "with", "after")
    }
    return StepView(
        step,
        known.get(step.source),
        tuple(known[key] for key in step.targets if key in known),
        result_of(scenario, step.number),
        takes,
        told["before"],
        told["with"] + told["after"],
    )


def _links(played: PlayedStep, link: Linker) -> tuple[str, ...]:
    return tuple(href for href in map(link, played.evidence[:4]) if href is not None)
