"""From a case's journal events to the rows of its diagram: commands with their answers, repeats folded.

The journal is read once; of each case a bounded number of events is kept (the first, the last, and those that
a finding names), so that a giant journal costs time and not memory.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final, Literal

from reports.reading import read_events
from reports.record import Event, RunRecord

KEPT_AT_EACH_END: Final = 300
"""Events of one case kept from the beginning, and again from the end."""

LONGEST_REPEAT: Final = 4
"""Longest sequence of rows that is recognised as one repeated part."""

RowKind = Literal["call", "note", "fold", "gap"]
_ANSWER = re.compile(r"(?:^|[.-])(?:reply|response|answer|server-hello|established|failed)$")
"""Names of events that answer: `reply`, `smtp.reply`, `token-response`."""
_BROKEN_NAMES = ("alert", "failed", "fault", "error", "abort", "reset", "timeout", "lost")
_UNTAGGED = re.compile(r"^(?:\* |\+ |… )")
"""IMAP lines (RFC 9051 section 7) after which the answer to the command still comes."""
_REFUSED = re.compile(
    r"^(?:(?:\S+ )?(?:NO|BAD|BYE)\b|[45]\d\d\b|HTTP/\S+ [45]\d\d)|: (?:NXDOMAIN|SERVFAIL|REFUSED)$"
)
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a diagram.

    `number` counts from 1 the rows that show events, 0 for a fold or a gap. `answer` is the reply to `label`,
    `count` how many times a folded part came or how many rows a gap leaves out. `events` are the `seq` that
    the row shows.
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
        if named and len(self.named) < KEPT_AT_EACH_END:
            self.named[event.seq] = event

    def events(self) -> list[Event]:
        """Return what was kept, in the order of the journal."""
        return sorted(
            {event.seq: event for event in (*self.first, *self.named.values(), *self.last)}.values(),
            key=lambda event: event.seq,
        )


@dataclass(frozen=True, slots=True)
class Journal:
    """What the report needs of the journal: the events of each case, by its id, and the unreadable lines."""

    cases: Mapping[str, Kept]
    events: int
    unreadable: int


def gather(record: RunRecord) -> Journal:
    """Read the journal once and give each event to its case, by tenant, else by test."""
    owners: dict[str, list[str]] = {}
    named: dict[str, frozenset[int]] = {}
    for case in record.cases:
        for key in (case.nodeid, case.id, case.tenant):
            if key:
                # Cases that judge one scene have one tenant: its exchange is shown with each.
                owners.setdefault(key, []).append(case.id)
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
        for owner in owners.get(event.tenant) or owners.get(event.test) or ():
            kept.setdefault(owner, Kept()).add(event, named=event.seq in named[owner])
    return Journal(kept, total, unreadable)


def rows(kept: Kept, *, flagged: frozenset[int] = frozenset(), limit: int = 60) -> tuple[Row, ...]:
    """Return at most about `limit` rows: answers beside their commands, repeats folded, the middle left out.

    Rows that show an event of `flagged` (what a finding names) are never folded or left out.
    """
    events = kept.events()
    paired = _paired(events)
    if kept.total > len(events):
        end = kept.first[-1].seq
        at = sum(row.events[0] <= end for row in paired)
        paired.insert(at, _gap(kept.total - len(events)))
    short = _shortened(_folded(paired, flagged), flagged, limit)
    drawn = count(1)
    return tuple(replace(row, number=next(drawn)) if row.events else row for row in short)


@dataclass(slots=True)
class _Pair:
    """A command, the lines of its answer, and whether TLS protected it."""

    command: Event
    tls: bool
    answers: list[Event] = field(default_factory=list)


def _paired(events: Sequence[Event]) -> list[Row]:
    """Put each answer on the row of the command it answers: the last one of its connection, the other way."""
    pairs: list[_Pair] = []
    last: dict[tuple[str, str, str], _Pair] = {}
    secured: set[str] = set()
    for event in events:
        asked = last.get((event.connection, event.target, event.source)) if event.connection else None
        if asked is not None and _answers(event, asked):
            asked.answers.append(event)
        else:
            pair = _Pair(event, event.tls or event.connection in secured)
            last[event.connection, event.source, event.target] = pair
            pairs.append(pair)
        _mark_secured(event, secured)
    return [_row(pair) for pair in pairs]


def _answers(event: Event, asked: _Pair) -> bool:
    """Tell whether `event` answers: the first line does, and after untagged lines of IMAP the next one."""
    if not _ANSWER.search(event.name):
        return False
    return not asked.answers or bool(_UNTAGGED.match(asked.answers[-1].text))


def _mark_secured(event: Event, secured: set[str]) -> None:
    if event.protocol != "tls" or not event.connection:
        return
    if _is_broken(event) or event.name.endswith("close"):
        secured.discard(event.connection)
    elif not event.name.endswith(("client-hello", "connect", "failed")):
        secured.add(event.connection)


def _row(pair: _Pair) -> Row:
    event, answer = pair.command, pair.answers[-1] if pair.answers else None
    return Row(
        0,
        "note" if event.source == event.target else "call",
        event.source,
        event.target,
        event.text or event.name,
        answer.text or answer.name if answer else "",
        broken=_is_broken(event) or (answer is not None and _is_broken(answer)),
        tls=pair.tls and event.protocol != "tls",
        evidence=event.evidence,
        answer_evidence=next((one.evidence for one in reversed(pair.answers) if one.evidence), None),
        connection=event.connection,
        events=(event.seq, *(one.seq for one in pair.answers)),
    )


def _is_broken(event: Event) -> bool:
    return event.name.split(".")[-1] in _BROKEN_NAMES or (
        bool(_ANSWER.search(event.name)) and bool(_REFUSED.search(event.text))
    )


def _gap(count: int) -> Row:
    return Row(0, "gap", "", "", "", count=count)


def _folded(found: Sequence[Row], flagged: frozenset[int]) -> list[Row]:
    """Keep one of each part of up to `LONGEST_REPEAT` rows that comes three times or more, and a mark."""
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
    left_out, exceptions = 0, limit
    for index, row in enumerate(found):
        middle = head <= index < tail
        if middle and exceptions and not flagged.isdisjoint(row.events):
            exceptions -= 1
        elif middle or (left_out and row.kind != "call" and not row.events):  # a fold without what it repeats
            left_out += row.count if row.kind == "gap" else 1
            continue
        if left_out:
            short.append(_gap(left_out))
            left_out = 0
        short.append(row)
    return [*short, _gap(left_out)] if left_out else short


def named_events(locations: Iterable[int | None]) -> frozenset[int]:
    """Return the `seq` that findings name."""
    return frozenset(seq for seq in locations if seq is not None)
