"""Injected time: every part of the space reads a `Clock`, never the system's.

A test that needs an expired token or a stale CRL moves the clock of its tenant forward, which takes no
real time and touches no other test.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What tells the time in the space."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """Real time."""

    def now(self) -> datetime:
        """Return the system's instant in UTC."""
        return datetime.now(UTC)


@dataclass(slots=True)
class SimulatedClock:
    """Real time plus an offset that only ever grows.

    It keeps running with the real clock, so that a product which lives in real time agrees with the space
    until a test moves it. Listeners are told of every move (expiries, IDLE and session timers re-read it).
    """

    base: Clock = field(default_factory=SystemClock)
    offset: timedelta = timedelta(0)
    _listeners: list[Callable[[], None]] = field(default_factory=list)

    def now(self) -> datetime:
        """Return the simulated instant in UTC."""
        return self.base.now() + self.offset

    def advance(self, seconds: float) -> None:
        """Move the clock forward by `seconds` (not negative) and tell the listeners."""
        if seconds < 0:
            raise ValueError(f"time does not go back: {seconds} s")
        self.offset += timedelta(seconds=seconds)
        for listener in tuple(self._listeners):
            listener()

    def on_advance(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each move; return the function that stops it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)


@dataclass(slots=True)
class FrozenClock:
    """A clock for the project's own tests: stands still until told."""

    instant: datetime = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the frozen instant."""
        return self.instant

    def advance(self, seconds: float) -> None:
        """Move by `seconds`."""
        self.instant += timedelta(seconds=seconds)


def monotonic_ms() -> float:
    """Return a monotonic reading in milliseconds, for durations only."""
    return time.monotonic() * 1000
