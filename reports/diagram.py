"""The sequence diagram of one case as inline SVG.

One lane an actor, time going down, each arrow numbered, labelled with the command and its answer, and linked
to its bytes. What TLS protects lies on a band between the two lanes; a refused or broken arrow is dashed and
has a cross, so that nothing is said by colour alone. Colours are CSS variables and `currentColor`: the page's
light or dark mode decides.

A report holds hundreds of these: the lanes are one path, and so are the shafts and the heads of the arrows
that nothing distinguishes. A row has a group of its own when it is broken or named by a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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
    spine = "".join(f"M{x} {_TOP - 14}V{height - 8}" for x in lanes.values())
    pieces = [
        f'<svg class="seq" viewBox="0 0 {WIDTH} {height}" role="group" aria-labelledby="{identifier}-c">'
        f"{_title(rows, lanes)}",
        *_bands(rows, lanes),
        f'<path class="lane" d="{spine}"/>',
        *(_actor_name(actor, x) for actor, x in lanes.items()),
    ]
    strokes = _Strokes()
    for index, row in enumerate(rows):
        y = _TOP + _STEP * (index + 1)
        if not row.events:
            pieces.append(_fold(row, y))
            continue
        named = "" if flagged.isdisjoint(row.events) else f"{identifier}-e{row.number}"
        own = _Strokes() if named or row.broken else strokes
        own.add(row, lanes.get(row.source, _LEFT), lanes.get(row.target, WIDTH - _RIGHT), y)
        texts = _texts(row, y, lanes, link, named=bool(named))
        pieces.append(
            texts if own is strokes else _group(f"{texts}{own.svg()}", named=named, broken=row.broken)
        )
    pieces.append(f"{strokes.svg()}</svg>")
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


def _actor_name(actor: str, x: int) -> str:
    name = _both(_actor(actor, "fr"), _actor(actor, "en"))
    return f'<text class="actor" x="{x}" y="{_TOP - 24}">{name}</text>'


def _both(french: str, english: str) -> str:
    """Return a text of ours in both languages, once when they say it alike."""
    if french == english:
        return str(escape(french))
    return f'<tspan lang="fr">{escape(french)}</tspan><tspan lang="en">{escape(english)}</tspan>'


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


def _texts(row: Row, y: int, lanes: dict[str, int], link: Linker, *, named: bool) -> str:
    """Write the number of a row, its command and its answer."""
    start, end = lanes.get(row.source, _LEFT), lanes.get(row.target, WIDTH - _RIGHT)
    left = min(start, end) + 8
    at_end = left > WIDTH * 0.62
    x, side = (max(start, end) - 8, ' text-anchor="end"') if at_end else (left, "")
    label, answer = _labels(row, int(((x if at_end else WIDTH - left) - 4) / _CHARACTER))
    kind = "answer" if row.broken else ""
    reply = f" → {_linked(answer, link(row.answer_evidence), kind)}"
    return (
        f'<text class="n" x={_LEFT - 40} y={y}>{row.number}{" ◀" if named else ""}</text>'
        f"<text x={x} y={y - 7}{side}>{_linked(label, link(row.evidence))}{reply if answer else ''}</text>"
    )


def _group(inner: str, *, named: str, broken: bool) -> str:
    """Set a row apart; `named` is the id that a finding leads to, empty when none does."""
    kinds = " ".join(name for name, on in (("row", True), ("broken", broken), ("named", named)) if on)
    anchor = f' id="{named}"><g id="en-{named}"/' if named else ""
    return f'<g class="{kinds}"{anchor}>{inner}</g>'


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


@dataclass(slots=True)
class _Strokes:
    """The strokes of some arrows, gathered by kind, each kind one path."""

    line: list[str] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    cross: list[str] = field(default_factory=list)
    dots: list[str] = field(default_factory=list)

    def add(self, row: Row, start: int, end: int, y: int) -> None:
        """Draw the arrow of `row` from `start` to `end`, a dot when it goes nowhere."""
        if row.kind == "note" or start == end:
            self.dots.append(f'<circle class="dot" cx="{start}" cy="{y}" r="3.5"/>')
            return
        way = 1 if end > start else -1
        if row.broken and not row.answer:
            stop = start + way * int(abs(end - start) * 0.72)
            self.line.append(f"M{start} {y}H{stop}")
            self.cross.append(f"M{stop - 4} {y - 4}l8 8m0-8l-8 8")
            return
        self.line.append(f"M{start} {y}H{end}")
        self.head.append(f"M{end} {y}l{-9 * way}-4v8z")
        if row.answer:
            self.back.append(f"M{start} {y}l{9 * way}-4m{-9 * way} 4l{9 * way} 4")
        if row.broken:
            self.cross.append(f"M{(start + end) // 2 - 4} {y - 4}l8 8m0-8l-8 8")

    def svg(self) -> str:
        """Return the paths, those without strokes left out."""
        kinds = (("line", self.line), ("head", self.head), ("back", self.back), ("cross", self.cross))
        paths = (f'<path class="{kind}" d="{"".join(strokes)}"/>' for kind, strokes in kinds if strokes)
        return "".join((*paths, *self.dots))


def _fold(row: Row, y: int) -> str:
    key = "reports.diagram_fold" if row.kind == "fold" else "reports.diagram_gap"
    text = message(key)
    if row.kind == "fold" and row.label != "1":
        text = message("reports.diagram_fold_part")
    french, english = (
        f"⋮ {text.in_(language).format(count=row.count, rows=row.label or '')}" for language in ("fr", "en")
    )
    return f'<text class="fold" x="{WIDTH // 2}" y="{y - 3}">{_both(french, english)}</text>'
