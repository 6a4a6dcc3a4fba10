"""From a case's journal events to the rows of its sequence diagram: commands with their answers, repeats folded.

The journal is read once; of each case a bounded number of events is kept (the first, the last, and those that
a finding names), so that a giant journal costs time and not memory.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from reports.reading import read_events
from reports.record import Event, RunRecord

KEPT_AT_EACH_END: Final = 300
"""Events of one case kept from the beginning, and again from the end."""

LONGEST_REPEAT: Final = 4
"""Longest sequence of rows that is recognised as one repeated part."""

RowKind = Literal["call", "note", "fold", "gap"]
_ANSWERS = ("reply", "response", "answer", "server-hello")
_BROKEN_NAMES = ("alert", "fault", "abort", "reset", "timeout", "lost")
_REFUSED = re.compile(r"^(?:(?:\S+ )?(?:NO|BAD|BYE)\b|[45]\d\d\b|HTTP/\S+ [45]\d\d|NXDOMAIN|SERVFAIL)")
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a diagram.

    `number` counts the rows drawn from 1. `answer` is the reply to `label`, `count` how many times a folded
    part came or how many rows a gap leaves out. `events` are the `seq` that the row shows.
    """

    number: int
    kind: RowKind
    source: str
    target: str
    label: str
    answer: str = ""
    broken: bool = False
    tls: bool = False
    count: int = 1
    evidence: str | None = None
    answer_evidence: str | None = None
    connection: str = ""
    events: tuple[int, ...] = ()


@dataclass(slots=True)
class Kept:
    """The events kept of one case, and how many there were."""

    first: list[Event] = field(default_factory=list)
    last: deque[Event] = field(default_factory=lambda: deque(maxlen=KEPT_AT_EACH_END))
    named: dict[int, Event] = field(default_factory=dict)
    total: int = 0

    def add(self, event: Event, *, named: bool) -> None:
        """Keep `event`, whole when a finding names it."""
        self.total += 1
        if len(self.first) < KEPT_AT_EACH_END:
            self.first.append(event)
            return
        self.last.append(event)
        if named:
            self.named[event.seq] = event

    def events(self) -> list[Event]:
        """Return what was kept, in the order of the journal."""
        return sorted(
            {event.seq: event for event in (*self.first, *self.named.values(), *self.last)}.values(),
            key=lambda event: event.seq,
        )


@dataclass(frozen=True, slots=True)
class Journal:
    """What the report needs of the journal: the events of each case (by its id) and the lines not understood."""

    cases: Mapping[str, Kept]
    events: int
    unreadable: int


def gather(record: RunRecord) -> Journal:
    """Read the journal once and give each event to its case, by tenant, else by test."""
    owners: dict[str, str] = {}
    named: dict[str, frozenset[int]] = {}
    for case in record.cases:
        for key in (case.nodeid, case.id, case.tenant):
            if key:
                owners[key] = case.id
        named[case.id] = frozenset(
            finding.location.event for finding in case.findings if finding.location.event is not None
        )
    kept: dict[str, Kept] = {}
    total = unreadable = 0
    for event in read_events(record):
        if event is None:
            unreadable += 1
            continue
        total += 1
        owner = owners.get(event.tenant) or owners.get(event.test)
        if owner is not None:
            kept.setdefault(owner, Kept()).add(event, named=event.seq in named[owner])
    return Journal(kept, total, unreadable)


def rows(kept: Kept, *, flagged: frozenset[int] = frozenset(), limit: int = 60) -> tuple[Row, ...]:
    """Return at most about `limit` rows: answers beside their commands, repeats folded, the middle left out.

    Rows that show an event of `flagged` (what a finding names) are never folded or left out.
    """
    paired = _paired(kept.events())
    if kept.total > len(kept.events()):
        paired.insert(_first_jump(paired), _gap(kept.total - len(kept.events())))
    folded = _folded(paired, flagged)
    return tuple(
        replace(row, number=number) for number, row in enumerate(_shortened(folded, flagged, limit), 1)
    )


def _paired(events: Sequence[Event]) -> list[Row]:
    """Put each answer on the row of the command it answers: the last open one of its connection, other way."""
    found: list[Row] = []
    open_rows: dict[tuple[str, str, str], int] = {}
    secured: set[str] = set()
    for event in events:
        wanted = (event.connection, event.target, event.source)
        index = open_rows.get(wanted)
        if index is not None and event.connection and event.name.split(".")[-1] in _ANSWERS:
            row = found[index]
            if not row.answer:
                found[index] = replace(
                    row,
                    answer=event.text,
                    answer_evidence=event.evidence,
                    broken=row.broken or bool(_REFUSED.match(event.text)),
                    events=(*row.events, event.seq),
                )
                _mark_secured(event, secured)
                continue
        open_rows[(event.connection, event.source, event.target)] = len(found)
        found.append(_row(event, event.tls or event.connection in secured))
        _mark_secured(event, secured)
    return found


def _mark_secured(event: Event, secured: set[str]) -> None:
    if event.protocol != "tls" or not event.connection:
        return
    if _is_broken(event) or event.name.endswith("close"):
        secured.discard(event.connection)
    elif not event.name.endswith(("client-hello", "connect")):
        secured.add(event.connection)


def _row(event: Event, tls: bool) -> Row:
    return Row(
        0,
        "note" if event.source == event.target else "call",
        event.source,
        event.target,
        event.text or event.name,
        broken=_is_broken(event),
        tls=tls and event.protocol != "tls",
        evidence=event.evidence,
        connection=event.connection,
        events=(event.seq,),
    )


def _is_broken(event: Event) -> bool:
    return event.name.split(".")[-1] in _BROKEN_NAMES or (
        event.name.split(".")[-1] in _ANSWERS and bool(_REFUSED.match(event.text))
    )


def _first_jump(found: Sequence[Row]) -> int:
    for index, (before, after) in enumerate(zip(found, found[1:], strict=False), 1):
        if (
            index >= KEPT_AT_EACH_END // 2
            and before.events
            and after.events
            and after.events[0] > before.events[-1] + 1
        ):
            return index
    return len(found)


def _gap(count: int) -> Row:
    return Row(0, "gap", "", "", "", count=count)


def _folded(found: Sequence[Row], flagged: frozenset[int]) -> list[Row]:
    """Replace a part of up to `LONGEST_REPEAT` rows that comes three times or more by one of it and a mark."""
    signs = [_sign(row, flagged) for row in found]
    kept: list[Row] = []
    index = 0
    while index < len(found):
        period, times = _repeat(signs, index)
        kept.extend(found[index : index + period])
        if times > 2:
            kept.append(replace(_gap(times), kind="fold", label=str(period)))
        index += period * times if times > 2 else period
    return kept


def _repeat(signs: Sequence[object], start: int) -> tuple[int, int]:
    for period in range(1, LONGEST_REPEAT + 1):
        part = signs[start : start + period]
        times = 1
        while len(part) == period and signs[start + times * period : start + (times + 1) * period] == part:
            times += 1
        if times > 2:
            return period, times
    return 1, 1


def _sign(row: Row, flagged: frozenset[int]) -> object:
    if row.kind == "gap" or not flagged.isdisjoint(row.events):
        return object()  # equal to nothing else: never folded
    return (
        row.source,
        row.target,
        _NUMBERS.sub("#", row.label),
        _NUMBERS.sub("#", row.answer),
        row.broken,
        row.tls,
    )


def _shortened(found: list[Row], flagged: frozenset[int], limit: int) -> list[Row]:
    if len(found) <= limit:
        return found
    head = limit // 2
    tail = len(found) - (limit - head)
    short: list[Row] = []
    left_out = 0
    for index, row in enumerate(found):
        if head <= index < tail and flagged.isdisjoint(row.events):
            left_out += row.count if row.kind == "gap" else 1
            continue
        if left_out:
            short.append(_gap(left_out))
            left_out = 0
        short.append(row)
    return short


def named_events(locations: Iterable[int | None]) -> frozenset[int]:
    """Return the `seq` that findings name."""
    return frozenset(seq for seq in locations if seq is not None)
