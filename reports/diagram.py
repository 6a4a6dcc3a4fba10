"""The sequence diagram of one case as inline SVG.

One lane an actor, time going down, each arrow numbered, labelled with the command and its answer, and linked
to its bytes. What TLS protects lies on a band between the two lanes; a refused or broken arrow is dashed and
has a cross, so that nothing is said by colour alone. Colours are CSS variables and `currentColor`: the page's
light or dark mode decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from markupsafe import Markup, escape

from reports.exchange import Row
from reports.text import one_line
from schemas.messages import message, messages

WIDTH: Final = 900
"""Width of the drawing in its own units; the page scales it down, never beyond the page."""

_ORDER: Final = (
    "bench",
    "software",
    "gateway",
    "product",
    "operator",
    "psc",
    "directory",
    "autoconfig",
    "dns",
    "pki",
    "correspondent",
    "patient",
)
_TOP: Final = 46
_STEP: Final = 31
_LEFT: Final = 78
_RIGHT: Final = 64
_CHARACTER: Final = 6.7
"""Width of one character of the labels, in units of the drawing."""


Linker = Callable[[str | None], str | None]


def draw(rows: Sequence[Row], identifier: str, link: Linker, flagged: frozenset[int] = frozenset()) -> Markup:
    """Return the SVG of `rows`, its ids beginning with `identifier`, evidence turned to addresses by `link`.

    Labels must be masked already. Rows that show an event of `flagged` are marked as what a finding names.
    """
    lanes = _lanes(rows)
    height = _TOP + _STEP * len(rows) + 20
    pieces = [
        f'<svg class="seq" viewBox="0 0 {WIDTH} {height}" role="group" aria-labelledby="{identifier}-c" '
        f'xmlns="http://www.w3.org/2000/svg">{_title(rows, lanes)}',
        *_bands(rows, lanes),
        *(_lane(actor, x, height) for actor, x in lanes.items()),
    ]
    for index, row in enumerate(rows):
        y = _TOP + _STEP * (index + 1)
        if not row.events:
            pieces.append(_fold(row, y))
            continue
        named = "" if flagged.isdisjoint(row.events) else f"{identifier}-e{row.number}"
        pieces.append(_arrow(row, y, lanes, link, named=named))
    pieces.append("</svg>")
    return Markup("".join(pieces))  # noqa: S704 - every variable piece is escaped where it enters


def actors(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the actors of `rows` from left to right."""
    return tuple(_lanes(rows))


def _lanes(rows: Sequence[Row]) -> dict[str, int]:
    seen = {actor for row in rows for actor in (row.source, row.target) if actor}
    ordered = [actor for actor in _ORDER if actor in seen] + sorted(seen - set(_ORDER))[:6]
    gap = (WIDTH - _LEFT - _RIGHT) / max(len(ordered) - 1, 1)
    return {actor: round(_LEFT + gap * index) for index, actor in enumerate(ordered)}


def _title(rows: Sequence[Row], lanes: dict[str, int]) -> str:
    title = message("reports.diagram_title")
    description = message("reports.diagram_description")
    names = {language: ", ".join(_actor(actor, language) for actor in lanes) for language in ("fr", "en")}
    arrows = sum(row.kind == "call" for row in rows)
    broken = sum(row.broken for row in rows)
    return "".join(
        f"<{tag}>{escape(text.fr.format(actors=names['fr'], arrows=arrows, broken=broken))} / "
        f"{escape(text.en.format(actors=names['en'], arrows=arrows, broken=broken))}</{tag}>"
        for tag, text in (("title", title), ("desc", description))
    )


def _actor(actor: str, language: str) -> str:
    known = messages("reports").get(f"actor_{actor}")
    if known is None:
        return one_line(actor, 16)
    return known.fr if language == "fr" else known.en


def _lane(actor: str, x: int, height: int) -> str:
    return (
        f'<line class="lane" x1="{x}" y1="{_TOP - 14}" x2="{x}" y2="{height - 8}"/>'
        f'<text class="actor" x="{x}" y="{_TOP - 24}">'
        f'<tspan lang="fr">{escape(_actor(actor, "fr"))}</tspan>'
        f'<tspan lang="en">{escape(_actor(actor, "en"))}</tspan></text>'
    )


def _bands(rows: Sequence[Row], lanes: dict[str, int]) -> list[str]:
    """Draw one band behind each run of rows that TLS protects on one connection."""
    bands: list[str] = []
    start: dict[tuple[str, str, str], tuple[int, int]] = {}
    for index, row in enumerate(rows):
        if row.kind == "call" and row.tls and row.source in lanes and row.target in lanes:
            one, other = sorted((row.source, row.target))
            key = (row.connection, one, other)
            first, _ = start.get(key, (index, index))
            start[key] = (first, index)
    for (_, one, other), (first, last) in start.items():
        left, right = sorted((lanes[one], lanes[other]))
        top, height = _TOP + _STEP * first + 6, _STEP * (last - first + 1) + 7
        bands.append(
            f'<rect class="tls" x="{left}" y="{top}" width="{right - left}" height="{height}"/>'
            f'<text class="tlsname" x="{right - 5}" y="{top + height - 3}">TLS</text>'
        )
    return bands


def _arrow(row: Row, y: int, lanes: dict[str, int], link: Linker, *, named: str) -> str:
    """Draw one arrow; `named` is the id that a finding leads to, empty when none does."""
    start, end = lanes.get(row.source, _LEFT), lanes.get(row.target, WIDTH - _RIGHT)
    left = min(start, end) + 8
    at_end = left > WIDTH * 0.62
    x, side = (max(start, end) - 8, ' text-anchor="end"') if at_end else (left, "")
    label, answer = _labels(row, int(((x if at_end else WIDTH - left) - 4) / _CHARACTER))
    kinds = (("broken", row.broken), ("named", named))
    anchor = f' id="{named}"><g id="en-{named}"/' if named else ""
    reply = f'<tspan class="to"> → </tspan>{_linked(answer, link(row.answer_evidence), "answer")}'
    return (
        f'<g class="{" ".join(("row", *(name for name, on in kinds if on)))}"{anchor}>'
        f'<text class="n" x="{_LEFT - 40}" y="{y}">{row.number}{" ◀" if named else ""}</text>'
        f'<text x="{x}" y="{y - 7}"{side}>{_linked(label, link(row.evidence))}'
        f"{reply if answer else ''}</text>"
        f"{_line(row, start, end, y)}</g>"
    )


def _labels(row: Row, room: int) -> tuple[str, str]:
    """Cut the command and its answer so that both fit; the answer tells more than the end of a command."""
    if not row.answer:
        return one_line(row.label, room), ""
    for_answer = max(room - len(row.label) - 3, min(24, room // 2))
    answer = one_line(row.answer, for_answer)
    return one_line(row.label, room - len(answer) - 3), answer


def _linked(text: str, href: str | None, kind: str = "") -> str:
    name = f' class="{kind}"' if kind else ""
    if href is None:
        return f"<tspan{name}>{escape(text)}</tspan>" if name else str(escape(text))
    return f'<a href="{escape(href)}"{name}>{escape(text)}</a>'


def _line(row: Row, start: int, end: int, y: int) -> str:
    if row.kind == "note" or start == end:
        return f'<circle class="dot" cx="{start}" cy="{y}" r="3.5"/>'
    way = 1 if end > start else -1
    if row.broken and not row.answer:
        stop = start + way * int(abs(end - start) * 0.72)
        return (
            f'<path class="line" d="M{start} {y}H{stop}"/>'
            f'<path class="cross" d="M{stop - 4} {y - 4}l8 8m0-8l-8 8"/>'
        )
    head = f'<path class="head" d="M{end} {y}l{-9 * way}-4v8z"/>'
    back = f'<path class="back" d="M{start} {y}l{9 * way}-4m{-9 * way} 4l{9 * way} 4"/>' if row.answer else ""
    middle = (start + end) // 2
    cross = f'<path class="cross" d="M{middle - 4} {y - 4}l8 8m0-8l-8 8"/>' if row.broken else ""
    return f'<path class="line" d="M{start} {y}H{end}"/>{head}{back}{cross}'


def _fold(row: Row, y: int) -> str:
    key = "reports.diagram_fold" if row.kind == "fold" else "reports.diagram_gap"
    text = message(key)
    if row.kind == "fold" and row.label != "1":
        text = message("reports.diagram_fold_part")
    filled = {
        language: text.in_(language).format(count=row.count, rows=row.label or "")
        for language in ("fr", "en")
    }
    return (
        f'<text class="fold" x="{WIDTH // 2}" y="{y - 3}"><tspan lang="fr">⋮ {escape(filled["fr"])}</tspan>'
        f'<tspan lang="en">⋮ {escape(filled["en"])}</tspan></text>'
    )
