"""Sequence sets (RFC 9051 §9, `sequence-set`)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

MAX_RANGES = 50_000


@dataclass(frozen=True, slots=True)
class SequenceSet:
    """Ranges of message numbers or UIDs in the order given; None stands for `*`.

    `saved` is the set `$`: the saved result of a search (RFC 5182).
    """

    ranges: tuple[tuple[int | None, int | None], ...] = ()
    saved: bool = False

    def bounded(self, highest: int) -> Iterator[tuple[int, int]]:
        """Yield (low, high) with `*` replaced by `highest`."""
        for first, last in self.ranges:
            low = highest if first is None else first
            high = highest if last is None else last
            yield (low, high) if low <= high else (high, low)

    def within(self, numbers: Sequence[int], highest: int) -> list[int]:
        """Return those of `numbers` (ascending) that the set holds, ascending."""
        found: set[int] = set()
        for low, high in self.bounded(highest):
            start, stop = bisect_left(numbers, low), bisect_right(numbers, high)
            if len(self.ranges) == 1:
                return list(numbers[start:stop])
            found.update(numbers[start:stop])
        return sorted(found)


def compact(numbers: Iterable[int]) -> str:
    """Write ascending numbers as the shortest sequence set: 1, 2, 3, 7 gives `1:3,7`."""
    parts: list[str] = []
    start = last = None
    for number in numbers:
        if last is not None and number == last + 1:
            last = number
            continue
        if start is not None:
            parts.append(f"{start}" if start == last else f"{start}:{last}")
        start = last = number
    if start is not None:
        parts.append(f"{start}" if start == last else f"{start}:{last}")
    return ",".join(parts)
