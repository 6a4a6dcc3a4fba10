"""An invented directory of any size, up to the national one (2.6 million professionals).

The same seed gives the same directory. It is a stream: memory does not grow with the size but for one number
an address given. Structures come first, kinds one after the other, so that a professional finds a place of
work by drawing a key. Before the crowd stands the *cast* (`simulators.annuaire.cast`): the cases that matter.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from simulators.annuaire import labels, numbers
from simulators.annuaire.cast import CAST_PEOPLE, CAST_PLACES, cast
from simulators.annuaire.concepts import activity, qualifications
from simulators.annuaire.model import (
    BalType,
    Coding,
    DataTrace,
    MssMailbox,
    Practitioner,
    PractitionerRole,
    Qualification,
    Record,
    Smartcard,
)
from simulators.annuaire.names import Names, address_word
from simulators.annuaire.places import Ground, structures
from simulators.annuaire.professions import TRADE_WEIGHTS, TRADES, Trade

NATIONAL = 2_600_000
CREATED = datetime(2026, 1, 12, 4, 30, tzinfo=UTC)
"""When the data of a population is from, unless told: before the day at which tests begin."""
DELETED, CLOSED, RED, CARDS, WITHOUT_ROLE = 0.015, 0.04, 0.006, 0.5, 0.02
SECOND_ROLE, THIRD_ROLE = 0.1, 0.02
ON_PRACTITIONER = 0.55
"""Share of PER that are linked to the RPPS alone, not to an activity [inferred]."""


@dataclass(frozen=True, slots=True)
class Population:
    """What to invent: `size` professionals; `domain`, when given, is that of every BAL (a tenant's)."""

    size: int
    seed: int = 0
    created: datetime = CREATED
    domain: str = ""

    def records(self) -> Iterator[Record]:
        """Return everything: structures and what they have, then professionals with their activities."""
        return _Crowd(self).records()


class _Crowd:
    def __init__(self, population: Population) -> None:
        self._asked = population
        self._rng = random.Random(population.seed)  # noqa: S311  invented people, no secret
        self._names = Names(self._rng, max(16, min(3_000, population.size // 200)))
        self._used: set[int] = set()
        self._ground = Ground.of(population.size, CAST_PLACES)
        self._concepts: dict[tuple[str, str, str], tuple[Qualification, ...]] = {}
        self._activities: dict[tuple[str, bool], tuple[Coding, ...]] = {}
        self._traces: dict[tuple[str, int], DataTrace] = {}
        self._roles = 0

    def records(self) -> Iterator[Record]:
        scripted = tuple(cast(self._asked.created, self._asked.domain))
        for record in scripted:
            for box in getattr(record, "mailboxes", ()):
                self._used.add(address_number(box.address.lower()))
            if isinstance(record, PractitionerRole):
                self._roles = max(self._roles, record.key)
            if not isinstance(record, PractitionerRole | Practitioner):
                yield record
        yield from structures(self._rng, self._names, self._ground, self._asked, self._free)
        yield from (record for record in scripted if isinstance(record, Practitioner | PractitionerRole))
        for key in range(CAST_PEOPLE + 1, self._asked.size + 1):
            yield from self._professional(key)

    def _professional(self, key: int) -> Iterator[Record]:
        rng = self._rng
        (trade,) = rng.choices(TRADES, cum_weights=TRADE_WEIGHTS)
        woman = rng.random() < trade.women
        family, given = self._names.family(woman=woman), self._names.given(woman=woman)
        updated, trace = self._history(labels.AUTHORITIES.get(trade.code, labels.OTHER_AUTHORITY))
        idnps = f"8{numbers.rpps(key)}"
        if rng.random() < DELETED:
            yield Practitioner(key, 1, updated, False, idnps, "", "", trace=trace)
            return
        bal = self._bal(trade, family, given) if rng.random() < trade.bal else ()
        own = bool(bal) and rng.random() < ON_PRACTITIONER
        yield Practitioner(
            key,
            1,
            updated,
            True,
            idnps,
            family,
            given,
            "MME" if woman else "M",
            trade.title,
            self._qualifications(trade),
            self._cards(key, updated) if rng.random() < CARDS else (),
            bal if own else (),
            trace,
        )
        draw = rng.random()
        if draw < WITHOUT_ROLE and (own or not bal):
            return
        count = 1 + (draw > 1 - SECOND_ROLE) + (draw > 1 - THIRD_ROLE)
        for number in range(count):
            yield self._role(key, trade, () if own or number else bal)

    def _role(self, practitioner: int, trade: Trade, bal: tuple[MssMailbox, ...]) -> PractitionerRole:
        rng = self._rng
        self._roles += 1
        updated, trace = self._history(labels.AUTHORITIES.get(trade.code, labels.OTHER_AUTHORITY))
        place = rng.choices([name for name, _ in trade.places], [weight for _, weight in trade.places])[0]
        start = updated.date() - timedelta(days=rng.randrange(30, 9_000))
        closed = not bal and rng.random() < CLOSED
        return PractitionerRole(
            self._roles,
            1,
            updated,
            not closed,
            numbers.situation(self._roles),
            practitioner,
            None if closed else self._ground.draw(rng, place),
            () if closed else self._activity(trade.code, liberal=place in {"cabinet", "pharmacy"}),
            start,
            updated.date() if closed else None,
            bal,
            trace,
        )

    def _history(self, authority: str) -> tuple[datetime, DataTrace]:
        """Return when a record last changed: one in twelve in thirty days, others in five years."""
        rng = self._rng
        days = rng.randrange(30) if rng.random() < 0.08 else rng.randrange(30, 1_800)
        updated = self._asked.created - timedelta(days=days, seconds=rng.randrange(86_400))
        trace = self._traces.get((authority, days))
        if trace is None:
            trace = DataTrace("RPPS", authority, self._asked.created.date() - timedelta(days=days + 1))
            self._traces[authority, days] = trace
        return updated, trace

    def _qualifications(self, trade: Trade) -> tuple[Qualification, ...]:
        rng = self._rng
        draw = rng.random()
        category = "C" if draw < 0.97 else "E" if draw < 0.99 and trade.title else "M"
        skill = ""
        if trade.skills:
            names = [name for name, _ in trade.skills]
            skill = rng.choices(names, [weight for _, weight in trade.skills])[0]
        known = self._concepts.get((trade.code, category, skill))
        if known is None:
            known = qualifications(trade.code, category, skill, trade.diploma)
            self._concepts[trade.code, category, skill] = known
        return known

    def _activity(self, profession: str, *, liberal: bool) -> tuple[Coding, ...]:
        known = self._activities.get((profession, liberal))
        if known is None:
            known = activity("L" if liberal else "S")
            self._activities[profession, liberal] = known
        return known

    def _cards(self, key: int, updated: datetime) -> tuple[Smartcard, ...]:
        start = updated.date()
        return (Smartcard("CPS", numbers.card(key), start, start + timedelta(days=3 * 365)),)

    def _bal(self, trade: Trade, family: str, given: str) -> tuple[MssMailbox, ...]:
        rng = self._rng
        domain = self._asked.domain or f"{trade.domain}.mssante.fr"
        local = f"{address_word(given)}.{address_word(family)}"
        red = rng.random() < RED
        kind = BalType.CAB if trade.code == "10" and rng.random() < 0.03 else BalType.PER
        if kind is BalType.CAB:
            local = f"cabinet-{address_word(family)}"
        paperless = rng.random() < 0.7
        return (MssMailbox(self._free(local, domain), kind, liste_rouge=red, digitization=paperless),)

    def _free(self, local: str, domain: str) -> str:
        """Return an address that nobody has yet: `jean.martin`, `jean.martin2`."""
        address, number = f"{local}@{domain}", 2
        while (mark := address_number(address)) in self._used:
            address, number = f"{local}{number}@{domain}", number + max(1, number // 4)
        self._used.add(mark)
        return address


def address_number(address: str) -> int:
    """Return a number for an address, the same in every process (that of `hash` differs)."""
    return int.from_bytes(address.encode("utf-8"), "big") % ((1 << 61) - 1)
