"""A care scenario of a run record: read, and drawn as the paper sheet draws it.

One lane a structure, one arrow a message; what happens without a message is written between the arrows. Where
the product played a step, a sign says how it went, so that nothing is said by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup, escape

from reports.record import Party, PlayedPart, PlayedStep, Scenario, SheetStep
from reports.text import one_line
from schemas.messages import message
from schemas.text import Bilingual

WIDTH: Final = 900
PATIENT: Final = "patient"
MOST_LANES: Final = 10
_TOP: Final = 72
_STEP: Final = 46
_NOTE: Final = 26
_EDGE: Final = 92
_SIGNS: Final = {"passed": "✓", "warning": "!", "failed": "✕", "not-tested": "○"}
_WORST: Final = ("failed", "warning", "passed", "not-tested")


def read_scenario(item: Mapping[str, Any]) -> Scenario:
    """Return the typed view of the member `scenario` of a case that the schema has accepted."""
    return Scenario(
        id=item["id"],
        sector=item["sector"],
        why=_text(item["why"]),
        patient=_maybe(item["patient"]),
        source=item["source"],
        parties=tuple(
            Party(
                one["key"],
                _text(one["name"]),
                _text(one["place"]),
                tuple(one["mailboxes"]),
                _maybe(one["condition"]),
            )
            for one in item["parties"]
        ),
        steps=tuple(_sheet_step(one) for one in item["steps"]),
        events=tuple((one["moment"], one["step"], _text(one["text"])) for one in item["events"]),
        parts=tuple(
            PlayedPart(
                one["party"],
                one["mailbox"],
                one["result"],
                _maybe(one["reason"]),
                tuple(_played_step(step) for step in one["steps"]),
            )
            for one in item["parts"]
        ),
    )


def result_of(scenario: Scenario, number: int) -> str:
    """Return what came of a step over all parts: the worst, `not-tested` where it was not played."""
    results = {step.result for part in scenario.parts for step in part.steps if step.number == number}
    return next((value for value in _WORST if value in results), "not-tested")


def draw_scenario(scenario: Scenario, identifier: str) -> Markup:
    """Return the SVG of a scenario, labelled by the element `identifier`-s."""
    lanes = _lanes(scenario)
    pieces: list[str] = []
    y = _TOP
    for step in scenario.steps:
        for text in _events(scenario, step.number, "before"):
            pieces.append(_note(text, y + 14))
            y += _NOTE
        y += _STEP
        pieces.append(_arrow(scenario, step, lanes, y))
        for moment in ("with", "after"):
            for text in _events(scenario, step.number, moment):
                pieces.append(_note(text, y + (32 if step.patient_copy else 22)))
                y += _NOTE
        y += 10 if step.patient_copy else 0
    height = y + 22
    played = {part.party for part in scenario.parts if part.result != "not-tested"}
    heads = [_lane(party, lanes, height, played=party.key in played) for party in scenario.parties]
    if PATIENT in lanes:
        heads.append(_patient(lanes[PATIENT], height))
    return Markup(  # noqa: S704 - every variable piece is escaped where it enters
        f'<svg class="seq sheet" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-labelledby="{escape(identifier)}-s" xmlns="http://www.w3.org/2000/svg">{"".join(heads)}{"".join(pieces)}</svg>'
    )


def _lanes(scenario: Scenario) -> dict[str, float]:
    keys = [party.key for party in scenario.parties][:MOST_LANES]
    if any(step.patient_copy for step in scenario.steps):
        keys.append(PATIENT)
    gap = (WIDTH - 2 * _EDGE) / max(len(keys) - 1, 1)
    return {key: round(_EDGE + gap * index, 1) for index, key in enumerate(keys)}


def _lane(party: Party, lanes: Mapping[str, float], height: int, *, played: bool) -> str:
    if party.key not in lanes:
        return ""
    x = lanes[party.key]
    kinds = " / ".join(party.mailboxes)
    mark = ' class="mine"' if played else ""
    first, second = _folded(party.name, int(_gap(lanes) / 6.2))
    return (
        f"<g{mark}>{_pole(x, height)}{_line(party.place, x, 14, int(_gap(lanes) / 7.6), 'actor')}"
        f"{_line(first, x, 28, 40, 'role')}{_line(second, x, 40, 40, 'role')}"
        f'<text class="box" x="{x}" y="{53 if second.fr or second.en else 41}">{escape(kinds)}</text></g>'
    )


def _patient(x: float, height: int) -> str:
    name = message("reports.scenario_patient_lane")
    first, second = _folded(_MES, 12)
    return (
        f"<g>{_pole(x, height)}{_line(name, x, 14, 22, 'actor')}"
        f"{_line(first, x, 28, 22, 'role')}{_line(second, x, 40, 22, 'role')}</g>"
    )


def _gap(lanes: Mapping[str, float]) -> float:
    """Return the room of a lane's name: the outer ones have no more than the edge of the drawing."""
    return min((WIDTH - 2 * _EDGE) / max(len(lanes) - 1, 1), 2.0 * _EDGE)


def _folded(text: Bilingual, room: int) -> tuple[Bilingual, Bilingual]:
    """Cut a name in two lines between words, the second shortened to what fits."""
    french, english = _two(text.fr, room), _two(text.en, room)
    return Bilingual(french[0], english[0]), Bilingual(french[1], english[1])


def _two(text: str, room: int) -> tuple[str, str]:
    first = ""
    words = one_line(text, 80).split(" ")
    while words and len(f"{first} {words[0]}".strip()) <= room:
        first = f"{first} {words.pop(0)}".strip()
    if not first:
        return one_line(text, room), ""
    return first, one_line(" ".join(words), room)


def _pole(x: float, height: int) -> str:
    return f'<line class="lane" x1="{x}" y1="60" x2="{x}" y2="{height - 6}"/>'


def _line(text: Bilingual, x: float, y: int, room: int, kind: str) -> str:
    return f'<text class="{kind}" x="{x}" y="{y}">{_both(text, room)}</text>'


def _arrow(scenario: Scenario, step: SheetStep, lanes: Mapping[str, float], y: int) -> str:
    start = lanes.get(step.source, _EDGE)
    ends = [lanes[key] for key in step.targets if key in lanes] or [start]
    result = result_of(scenario, step.number)
    copied = lanes.get(PATIENT) if step.patient_copy else None
    kinds = [result, *(("maybe",) if step.optional or step.condition else ())]
    far = [one for one in (min(ends), max(ends)) if one != start]
    lines = "".join(f'<path class="line" d="M{start} {y}H{one}"/>' for one in dict.fromkeys(far))
    heads = "".join(_head(start, one, y) for one in ends)
    if copied is not None:
        lines += f'<path class="copy" d="M{start} {y + 9}H{copied}"/>'
        heads += _head(start, copied, y + 9)
    left = min(start, *ends)
    right = max(start, *ends)
    x, side, room = _place(left, right)
    text = Bilingual(_label(step, "fr"), _label(step, "en"))
    return (
        f'<g class="row {" ".join(kinds)}">{lines}{heads}<circle class="num" cx="{start}" cy="{y}" r="8"/>'
        f'<text class="digit" x="{start}" y="{y + 3.6}">{step.number}</text>'
        f'<text class="says" x="{x}" y="{y - 8}"{side}><tspan class="sign">{_SIGNS[result]} </tspan>'
        f"{_both(text, room)}</text></g>"
    )


def _place(left: float, right: float) -> tuple[float, str, int]:
    """Return where the words over an arrow begin, to which side they go, and how many fit."""
    if left > WIDTH * 0.55:
        return right - 6, ' text-anchor="end"', int((right - 20) / 6.3)
    return left + 12, "", int((WIDTH - left - 20) / 6.3)


def _label(step: SheetStep, language: str) -> str:
    pieces = [step.says.fr if language == "fr" else step.says.en]
    if step.condition is not None:
        pieces.append(step.condition.fr if language == "fr" else step.condition.en)
    if step.bidirectional:
        pieces.append("⇄")
    return " · ".join(pieces)


def _head(start: float, end: float, y: int) -> str:
    way = 1 if end > start else -1
    return f'<path class="head" d="M{end} {y}l{-9 * way}-4v8z"/>'


def _note(text: Bilingual, y: int) -> str:
    return f'<text class="off" x="{WIDTH // 2}" y="{y}">{_both(text, 128)}</text>'


def _events(scenario: Scenario, number: int, moment: str) -> Sequence[Bilingual]:
    return [text for when, step, text in scenario.events if (when, step) == (moment, number)]


def _both(text: Bilingual, room: int) -> str:
    french, english = one_line(text.fr, room), one_line(text.en, room)
    if french == english:
        return str(escape(french))
    return f'<tspan lang="fr">{escape(french)}</tspan><tspan lang="en">{escape(english)}</tspan>'


def _sheet_step(item: Mapping[str, Any]) -> SheetStep:
    return SheetStep(
        number=item["number"],
        source=item["from"],
        targets=tuple(item["to"]),
        says=_text(item["says"]),
        documents=tuple((_text(one["name"]), one["played"]) for one in item["documents"]),
        patient_copy=item["patient_copy"],
        reply_to=item["reply_to"],
        optional=item["optional"],
        condition=_maybe(item["condition"]),
        bidirectional=item["bidirectional"],
    )


def _played_step(item: Mapping[str, Any]) -> PlayedStep:
    return PlayedStep(
        item["number"],
        item["role"],
        item["result"],
        _maybe(item["reason"]),
        tuple(_text(one) for one in item["checks"]),
        tuple(item["rules"]),
        tuple(item["evidence"]),
    )


def _text(item: Mapping[str, str]) -> Bilingual:
    return Bilingual(item["fr"], item["en"])


def _maybe(item: Mapping[str, str] | None) -> Bilingual | None:
    return None if item is None else _text(item)


_MES: Final = Bilingual("Mon espace santé", "Mon espace santé")
