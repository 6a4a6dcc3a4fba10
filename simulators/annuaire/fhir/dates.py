"""Dates of a search: partial dates, instants, zones, prefixes (FHIR R4 §3.1.1.5.8)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import get_args

from simulators.annuaire.fhir.outcome import Refusal
from simulators.annuaire.query import DateValue, Prefix

_DATE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:T(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?P<zone>Z|[+ -]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
_PREFIXES = frozenset(get_args(Prefix))


def read_date(text: str) -> DateValue:
    """Return a date value with its prefix; raises `Refusal`."""
    prefix: Prefix = "eq"
    if text[:2] in _PREFIXES:
        prefix, text = text[:2], text[2:]  # type: ignore[assignment]  # one of the literals
    low, high = interval(text)
    return DateValue(prefix, low, high)


def interval(text: str) -> tuple[datetime, datetime]:
    """Return the half-open interval that a FHIR date or dateTime covers, in UTC; raises `Refusal`.

    A dateTime without zone is read in UTC [inferred]. A blank stands for the `+` of a zone that the client
    forgot to encode.
    """
    found = _DATE.fullmatch(text)
    if found is None:
        raise _bad_date(text)
    part = found.groupdict()
    try:
        day = datetime(int(part["year"]), int(part["month"] or 1), int(part["day"] or 1), tzinfo=UTC)
        if part["hour"] is None:
            return day, _after_date(day, month=part["month"] is not None, day_given=part["day"] is not None)
        low = day.replace(
            hour=int(part["hour"]),
            minute=int(part["minute"]),
            second=int(part["second"] or 0),
            microsecond=int((part["fraction"] or "0")[:6].ljust(6, "0")),
        )
        low -= _zone(part["zone"])
        return low, low + _precision(part)
    except (ValueError, OverflowError) as error:
        raise _bad_date(text) from error


def _bad_date(text: str) -> Refusal:
    return Refusal(400, f'Invalid date/time format: "{text[:60]}"')


def _after_date(low: datetime, *, month: bool, day_given: bool) -> datetime:
    if day_given:
        return low + timedelta(days=1)
    if not month:
        return low.replace(year=low.year + 1)
    return low.replace(year=low.year + 1, month=1) if low.month == 12 else low.replace(month=low.month + 1)


def _zone(text: str | None) -> timedelta:
    if text in {None, "Z"}:
        return timedelta(0)
    assert text is not None
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 14 or minutes > 59:
        raise ValueError(text)
    shift = timedelta(hours=hours, minutes=minutes)
    return -shift if text[0] == "-" else shift


def _precision(part: dict[str, str | None]) -> timedelta:
    if part["second"] is None:
        return timedelta(minutes=1)
    digits = len((part["fraction"] or "")[:6])
    return timedelta(microseconds=10 ** (6 - digits))
