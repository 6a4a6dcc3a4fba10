"""Rules on functional traces (TRACE-…): who, when, what, what was asked of the server, what it answered.

A product with hooks gives each trace as fields; one that only keeps a log file gives its lines, in which the
same five facts are looked for as they are usually written (inferred: no text gives a format).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from harness.checks.rulebook import finding
from harness.findings import Finding

Kind = Literal["send", "read"]
CLOSE = timedelta(minutes=10)
"""How far the time of a trace may be from the bench's clock (inferred: no text gives a precision)."""
OTHERS: Mapping[Kind, frozenset[str]] = {
    "send": frozenset({"receive", "read", "integrate", "connect"}),
    "read": frozenset({"send", "connect"}),
}
"""Events that are surely another kind of deed."""
_NAMED: Mapping[Kind, frozenset[str]] = {
    "send": frozenset({"send"}),
    "read": frozenset({"read", "receive", "integrate"}),
}
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?\s?(?:Z|[+-]\d\d:?\d\d)?")
_WORDS: Mapping[Kind, re.Pattern[str]] = {
    "send": re.compile(r"\b(?:envoi|envoy|send|sent|submit|mail from|rcpt|smtp)", re.IGNORECASE),
    "read": re.compile(r"\b(?:lecture|lu\b|consult|ouvert|read|open|fetch|imap)", re.IGNORECASE),
}
_REPLY = re.compile(r"\b[245]\d\d[ -]|\b[245]\.\d{1,3}\.\d{1,3}\b|\b(?:OK|NO|BAD)\b")
_FAILURE = re.compile(
    r"\b(?:[eé]chec|fail|error|erreur|refus|rejet|reject|[45]\d\d[ -]|NO\b|BAD\b)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Trace:
    """One trace as read; `failed` is None when it does not say."""

    at: str
    event: str
    user: str
    request: str
    reply: str
    failed: bool | None
    about: str


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done: its kind, the words by which a trace names the mail, who did it and when.

    `names` are the ways in which the author may be written, empty when nobody acts (BAL APP).
    """

    kind: Kind
    marks: tuple[str, ...]
    names: tuple[str, ...]
    at: datetime


def read_traces(answer: Mapping[str, Any]) -> tuple[Trace, ...]:
    """Read the result of the action `traces`: fields, or lines of a log."""
    given = [one for one in answer.get("traces") or () if isinstance(one, Mapping)]
    lines = [one for one in answer.get("lines") or () if isinstance(one, str)]
    return (*map(_of_fields, given), *map(_of_line, lines))


def traced(traces: Iterable[Trace], deed: Deed) -> Iterator[Finding]:
    """TRACE-001: the deed left a trace."""
    if not _about(traces, deed):
        yield finding("TRACE-001", expected=f"{deed.kind} {deed.marks[0]}", found="∅")


def five_facts(traces: Iterable[Trace], deed: Deed) -> Iterator[Finding]:
    """TRACE-002 to 006: what the traces of the deed say together; without a trace, nothing to judge here."""
    found = _about(traces, deed)
    if not found:
        return
    users = [one.user for one in found]
    if deed.names and not any(_is_named(user, deed.names) for user in users):
        yield finding("TRACE-002", expected=" | ".join(deed.names), found=_shown(users))
    times = [one.at for one in found]
    if not any(_is_at(at, deed.at) for at in times):
        expected = deed.at.astimezone().isoformat(timespec="seconds")
        yield finding("TRACE-003", expected=f"≈ {expected}", found=_shown(times))
    if not any(one.event in _NAMED[deed.kind] for one in found):
        yield finding("TRACE-004", expected=deed.kind, found=_shown(one.event for one in found))
    if not any(one.request for one in found):
        yield finding("TRACE-005", expected="requête / request", found="∅")
    if not any(one.reply for one in found):
        yield finding("TRACE-006", expected="réponse du serveur / server's answer", found="∅")


def failure_traced(traces: Iterable[Trace], deed: Deed) -> Iterator[Finding]:
    """TRACE-006, TRACE-007: the deed that failed is traced as failed, with the server's answer."""
    found = _about(traces, deed)
    failures = [one for one in found if one.failed]
    if not failures:
        yield finding("TRACE-007", expected="failure", found="success" if found else "∅")
    elif not any(one.reply for one in failures):
        yield finding("TRACE-006", expected="réponse du serveur / server's answer", found="∅")


def _about(traces: Iterable[Trace], deed: Deed) -> Sequence[Trace]:
    marks = [mark.casefold() for mark in deed.marks if mark]
    return [
        one
        for one in traces
        if one.event not in OTHERS[deed.kind] and any(mark in one.about.casefold() for mark in marks)
    ]


def _of_fields(one: Mapping[str, Any]) -> Trace:
    to = one.get("to")
    recipients = " ".join(str(each) for each in to) if isinstance(to, list) else ""
    detail, event = str(one.get("detail") or ""), str(one.get("event") or "")
    message_id, request = str(one.get("message_id") or ""), str(one.get("request") or "")
    if event == "other":
        event = next((kind for kind, words in _WORDS.items() if words.search(detail)), event)
    outcome = one.get("outcome")
    asked = request or recipients or (message_id if event in _NAMED["read"] else "")
    return Trace(
        at=str(one.get("at") or ""),
        event=event,
        user=str(one.get("user") or ""),
        request=asked,
        reply=str(one.get("reply") or "") or detail,
        failed=None if outcome is None else outcome == "failure",
        about=f"{message_id} {recipients} {request} {detail}",
    )


def _of_line(line: str) -> Trace:
    time, reply = _TIME.search(line), _REPLY.search(line)
    event = next((kind for kind, words in _WORDS.items() if words.search(line)), "other")
    return Trace(
        at=time[0] if time else "",
        event=event,
        user=line,
        request=line,
        reply=line if reply else "",
        failed=_FAILURE.search(line) is not None,
        about=line,
    )


def _is_named(user: str, names: Sequence[str]) -> bool:
    return any(_folded(name) in _folded(user) for name in names if name)


def _is_at(text: str, moment: datetime) -> bool:
    try:
        said = datetime.fromisoformat(text.strip().replace(",", "."))
    except ValueError:
        return False
    return said.tzinfo is not None and abs(said - moment) <= CLOSE


def _folded(text: str) -> str:
    flat = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in flat if not unicodedata.combining(char))


def _shown(values: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(value or "∅" for value in values))
