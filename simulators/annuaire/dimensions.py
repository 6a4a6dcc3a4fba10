"""The dimensions of a store, in memory: numbered combinations and which of them a token finds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from simulators.annuaire.criteria import wanted_tokens
from simulators.annuaire.parameters import RESOURCES, ResourceType
from simulators.annuaire.query import Criterion
from simulators.annuaire.shared import Shared, Token, from_text, to_text, tokens
from simulators.annuaire.tables import Row


class Dimensions:
    """Combinations by number; `base[number]` is how many base records have it."""

    def __init__(self) -> None:
        self.by_number: dict[int, Shared] = {}
        self.base: dict[int, int] = {}
        self._numbers: dict[Shared, int] = {}
        self._of: dict[ResourceType, set[int]] = {name: set() for name in RESOURCES}
        self._tokens: dict[tuple[ResourceType, str], dict[Token, set[int]]] = defaultdict(
            lambda: defaultdict(set)
        )

    def load(self, rows: Iterable[Row]) -> None:
        """Take rows `id, body, n` in."""
        for number, body, count in rows:
            if number not in self.by_number:
                self._take(number, from_text(body), count)

    def number(self, shared: Shared) -> tuple[int, Row | None]:
        """Return the number of a combination, and its row when it is new."""
        known = self._numbers.get(shared)
        if known is not None:
            return known, None
        number = max(self.by_number, default=0) + 1
        self._take(number, shared, 0)
        return number, (number, to_text(shared), 0)

    def all(self, resource: ResourceType) -> frozenset[int]:
        """Return the numbers of a kind of record."""
        return frozenset(self._of[resource])

    def matching(self, resource: ResourceType, criterion: Criterion) -> frozenset[int]:
        """Return the numbers that satisfy a criterion on codes, `:not` included."""
        satisfied = wanted_tokens(criterion)
        found: set[int] = set()
        for token, numbers in self._tokens[resource, criterion.parameter].items():
            if satisfied(token):
                found |= numbers
        return frozenset(self._of[resource] - found if criterion.modifier == "not" else found)

    def titled(self, said: Callable[[str], bool]) -> list[int]:
        """Return the numbers of professionals whose civility or title satisfies a test."""
        words = {word for number in self._of["Practitioner"] for word in self.by_number[number].words if word}
        wanted = {word for word in words if said(word)}
        if not wanted:
            return []
        return [n for n in self._of["Practitioner"] if not wanted.isdisjoint(self.by_number[n].words)]

    def _take(self, number: int, shared: Shared, count: int) -> None:
        self.by_number[number] = shared
        self.base[number] = count
        self._numbers[shared] = number
        self._of[shared.resource].add(number)
        for token in tokens(shared):
            self._tokens[shared.resource, token.parameter][token].add(number)
