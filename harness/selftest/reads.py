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


class Reads(Watch):
    """Notes each field that the product reads against the case that it acts for.

    What is read before the first case (the product being made and described) counts for every case; what is
    read in a control counts for every case that rests on it, since the first of them alone plays it.
    """

    def __init__(self) -> None:
        self._now = ""
        self._fields: dict[str, set[str]] = defaultdict(set)
        self._controls: dict[str, set[str]] = {}

    def note(self, field: str) -> None:
        """Note that a field was read; from any thread."""
        self._fields[self._now].add(field)

    def begins(self, case: str) -> None:
        """Hear that what the product does from now on is for this case."""
        self._now = case
        self._controls.setdefault(case, set())

    def control_begins(self, case: str, control: str) -> None:
        """Hear that the product is tried by a control, for this case and the later ones that rest on it."""
        self._now = f"control {control}"

    def rests_on(self, case: str, control: str) -> None:
        """Hear that a case goes on, or not, by the outcome of this control."""
        self._now = case
        self._controls[case].add(f"control {control}")

    def by_case(self) -> Mapping[str, frozenset[str]]:
        """Return what was read for each case."""
        always = self._fields[""]
        return {
            case: frozenset(always.union(self._fields[case], *(self._fields[one] for one in controls)))
            for case, controls in self._controls.items()
        }
