"""Instants as CDA and XDS write them: local time with its offset, and UTC without one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

_WINTER = timezone(timedelta(hours=1))
_SUMMER = timezone(timedelta(hours=2))


def paris(instant: datetime) -> datetime:
    """Return an aware instant in the legal time of mainland France.

    Summer time runs from the last Sunday of March to the last Sunday of October, 01:00 UTC (directive
    2000/84/EC); computed here because not every platform has a time zone database.
    """
    utc = instant.astimezone(UTC)
    summer = _change(utc.year, 3) <= utc < _change(utc.year, 10)
    return utc.astimezone(_SUMMER if summer else _WINTER)


def cda_time(instant: datetime) -> str:
    """Return a CDA `ts` to the second with its offset, in the local time that the value carries.

    >>> cda_time(paris(datetime(2026, 1, 15, 9, 0, tzinfo=UTC)))
    '20260115100000+0100'
    """
    if instant.tzinfo is None:
        raise ValueError("a CDA time needs its offset: give an aware datetime")
    return f"{instant:%Y%m%d%H%M%S%z}"


def xds_time(instant: datetime) -> str:
    """Return an XDS `DTM`: UTC to the second, no offset (ITI TF-3 4.1.7)."""
    if instant.tzinfo is None:
        raise ValueError("an XDS time is UTC: give an aware datetime")
    return f"{instant.astimezone(UTC):%Y%m%d%H%M%S}"


def _change(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)
