"""Which decisions of the reference product each case led to: what a variant can change at all.

A variant differs from the reference product by one field of `Behaviour`, read at the very point of decision.
Until that field is read for the first time both do the same; so in a case in which the reference product
never reads it, the variant plays exactly what the reference product played. Reads that come after a first
differing decision do not matter: that decision is itself a read of the field, and the case is replayed.

This rests on two habits of the product: it keeps no value of a field from one `configure` to the next, and
`configure` makes it forget the space before. `mssante selftest --thorough` does not rest on them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from harness.factory import Watch

_EVERY = ""
"""Stands for every case."""


class Reads(Watch):
    """Notes each field that the product reads against the case that it acts for.

    What is read before the first case (the product being made and described) counts for every case; what is
    read in a control counts for every case that rests on it, since the first of them alone plays it. A
    control may rest on another one.
    """

    def __init__(self) -> None:
        self._acting_for = [_EVERY]
        self._fields: dict[str, set[str]] = defaultdict(set)
        self._rests: dict[str, set[str]] = defaultdict(set)
        self._cases: list[str] = []

    def note(self, field: str) -> None:
        """Note that a field was read; from any thread."""
        self._fields[self._acting_for[-1]].add(field)

    def begins(self, case: str) -> None:
        """Hear that what the product does from now on is for this case."""
        self._acting_for = [case]
        self._rests[case].add(_EVERY)
        self._cases.append(case)

    def control_begins(self, case: str, control: str) -> None:
        """Hear that the product is tried by a control, for this case and the later ones that rest on it."""
        # Rests on it from now: should it break, what was read in it still counts for who asked.
        self._rests[self._acting_for[-1]].add(_of(control))
        self._acting_for = [*self._acting_for, _of(control)]

    def rests_on(self, case: str, control: str) -> None:
        """Hear that who asked goes on, or not, by the outcome of this control."""
        if self._acting_for[-1] == _of(control):
            self._acting_for = self._acting_for[:-1]
        self._rests[self._acting_for[-1]].add(_of(control))

    def by_case(self) -> Mapping[str, frozenset[str]]:
        """Return what was read for each case."""
        return {case: self._read_for(case) for case in self._cases}

    def _read_for(self, case: str) -> frozenset[str]:
        todo, done = [case], set[str]()
        while todo:
            purpose = todo.pop()
            if purpose not in done:
                done.add(purpose)
                todo.extend(self._rests[purpose])
        return frozenset().union(*(self._fields[purpose] for purpose in done))


def _of(control: str) -> str:
    """Return the name of a control, which no case bears."""
    return f"control {control}"
