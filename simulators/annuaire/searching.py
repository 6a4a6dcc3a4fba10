"""How a page of a search is found: by listing what one criterion finds, or by reading rows in their order.

Each criterion is counted through its index, up to a bound. Where one finds few, all that it finds is listed
and filtered by the others, which gives the exact total as well. Where all find many, matches are dense, and
rows are read in the order of their number until the page is full; what is cheaper is reckoned from the
counts, as if criteria were independent. Totals over codes alone are sums over dimensions. Measured at the
national volume in `benchmarks/bench_annuaire.py`.
"""

# ruff: noqa: S608  every value goes by its place; the text is ours

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from simulators.annuaire.criteria import Condition, Sql, balanced, condition_of, reference_column
from simulators.annuaire.model import Record
from simulators.annuaire.query import Include, Query
from simulators.annuaire.store import Page
from simulators.annuaire.tables import MAIN

if TYPE_CHECKING:
    from simulators.annuaire.sql_store import SqlStore

AT_ONCE = 100
"""Alternatives in one union: databases bound it."""
LISTED, INDEXED = 20_000, 60_000
"""So many rows are listed, and counted, where an index gives them."""
FETCH_US, LIST_US, READ_US = 3.0, 0.9, 0.3
"""What a row costs fetched by its number, sorted as a number alone, read as the next: ratios matter."""
CHEAP_US = 2_000.0
"""Listing that costs less is done anyway, for the exact total; where nothing does, more is tried."""
MOST_NAMES = 60
"""So many family names are looked up one by one, with given names."""


class Search:
    """One search as of one instant."""

    def __init__(self, store: SqlStore, query: Query, moment: int) -> None:
        self._store = store
        self._query = query
        self._moment = moment
        self._table = MAIN[query.resource].name
        self._dims = store.dimensions.all(query.resource)
        self._conditions: list[Condition] = []
        self._refusals: list[Condition] = []

    # What conditions ask (criteria.World)

    def containing(self, table: str, column: str, folded: str) -> Sql:
        """Return the rows of which an expression contains a text."""
        return self._store.database.containing(table, column, folded)

    def narrowing(self, table: str, column: str, folded: str) -> Sql | None:
        """Return a cheap query for at least those rows, or None."""
        return self._store.database.narrowing(table, column, folded)

    def titled(self, said: Callable[[str], bool]) -> Sequence[int]:
        """Return the dimensions of professionals with a civility or title."""
        return self._store.dimensions.titled(said)

    def page(self, after: int | None) -> Page:
        """Return the page after a row number."""
        with self._store.lock:
            self._understand()
            rids, total = self._found(after or 0)
            more = len(rids) > self._query.count
            rids = rids[: self._query.count]
            matches = self._store.records(self._query.resource, rids)
            included = self._included(matches)
            return Page(matches, included, rids[-1] if more and rids else None, total)

    def _understand(self) -> None:
        for criterion in dict.fromkeys(self._query.criteria):
            condition = condition_of(self._query.resource, criterion, self)
            if condition is None:
                self._dims &= self._store.dimensions.matching(self._query.resource, criterion)
            elif criterion.modifier == "not":
                self._refusals.append(condition)
            else:
                self._conditions.append(condition)

    def _found(self, after: int) -> tuple[list[int], int | None]:
        """Return row numbers of the page and one more, and the total."""
        store, query = self._store, self._query
        asked, wanted = query.total, query.count + 1
        if not self._conditions and not self._refusals:
            total = None if asked == "none" else store.count_dims(query.resource, self._dims, self._moment)
            few = sum(store.dimensions.base[number] for number in self._dims) <= LISTED
            if few:
                return self._list(self._dim_driver(), self._where(dims=False), after, wanted), total
            return self._scan(after, wanted), total
        best = self._best()
        if best is not None:
            driver, rest = best
            rids = self._list(driver, rest, 0, None)
            page = [rid for rid in rids if rid > after][:wanted]
            return page, None if asked == "none" else len(rids)
        page = self._scan(after, wanted)
        if asked == "none":
            return page, None
        if not after and len(page) < wanted:
            return page, len(page)
        return page, self._total(accurate=asked is not None)

    def _best(self) -> tuple[Sql, Sql] | None:
        """Return what to list and the conditions that are left, None where reading in order costs less."""
        base = self._store.dimensions.base
        rows = max(1, sum(base[number] for number in self._store.dimensions.all(self._query.resource)))
        coded = sum(base[number] for number in self._dims)
        density = coded / rows
        alone = len(self._conditions) == 1 and not self._refusals and coded == rows
        choices: list[tuple[float, Condition | None]] = []
        if coded <= LISTED:
            choices.append((coded * FETCH_US, None))
        for condition in self._conditions:
            count = self._bounded(_union(condition.bounds or condition.drivers), LISTED)
            density *= count / rows
            if count <= LISTED:
                choices.append((count * (LIST_US if condition.covered and alone else FETCH_US), condition))
        read = READ_US * min(rows, (self._query.count + 1) / density) if density else 0.0
        cost, chosen = min(choices, key=lambda one: one[0], default=(math.inf, None))
        if min(cost, read) > CHEAP_US:
            named = self._named()
            if named is not None:
                return named
        if cost > max(read, CHEAP_US):
            return None
        if chosen is None:
            return self._dim_driver(), self._where(dims=False)
        return _union(chosen.drivers), self._where(without=chosen)

    def _named(self) -> tuple[Sql, Sql] | None:
        """Return what an index of a name and something else finds: given name, codes; None when too much."""
        covered = [one for one in self._conditions if one.covered]
        family = next((one for one in covered if "x.family_f" in one.drivers[0].text), None)
        if self._query.resource != "Practitioner" or family is None:
            return None
        every = self._store.dimensions.all(self._query.resource)
        coded = self._dims != every
        if not coded and len(covered) == 1:
            return None
        used = [one for one in covered if "x.given_f" in one.drivers[0].text]
        if coded:
            pieces = [Sql(_among("t.dim", self._dims)), family.filter]
        else:
            names = self._names(family.drivers[0].values)
            if names is None:
                return None
            pieces = [Sql(f"t.family_f IN ({', '.join('?' * len(names)) or 'NULL'})", tuple(names))]
        pieces += [one.filter for one in used]
        hint = self._store.database.by("practitioner_1" if coded else "practitioner_4")
        text = " AND ".join(one.text for one in pieces)
        values = tuple(value for one in pieces for value in one.values)
        driver = Sql(f"SELECT t.rid AS rid FROM {self._table} t{hint} WHERE {text}", values)
        if self._bounded(driver, LISTED) > LISTED:
            return None
        return driver, self._where(without=[family, *used], dims=False)

    def _names(self, bounds: Sequence[Any]) -> list[str] | None:
        """Return the family names between two bounds, jumping from one to the next; None for too many."""
        low, high = bounds if len(bounds) == 2 else (*bounds, "\U0010ffff")
        sql = (
            "WITH RECURSIVE d(v) AS (SELECT (SELECT min(family_f) FROM practitioner"
            " WHERE family_f >= ? AND family_f < ?)"
            " UNION ALL SELECT (SELECT min(family_f) FROM practitioner WHERE family_f > d.v AND family_f < ?)"
            f" FROM d WHERE d.v IS NOT NULL) SELECT v FROM d LIMIT {MOST_NAMES + 2}"
        )
        found = [name for (name,) in self._store.database.rows(sql, (low, high, high)) if name is not None]
        return found if len(found) <= MOST_NAMES else None

    def _bounded(self, sql: Sql, most: int) -> int:
        limited = f"SELECT count(*) FROM (SELECT 1 FROM ({sql.text}) u LIMIT {most + 1}) c"
        ((count,),) = self._store.database.rows(limited, sql.values)
        return int(count)

    def _dim_driver(self) -> Sql:
        return Sql(f"SELECT x.rid AS rid FROM {self._table} x WHERE {_among('x.dim', self._dims)}")

    def _list(self, driver: Sql, rest: Sql, after: int, limit: int | None) -> list[int]:
        """Return all that a driver finds and the rest of the conditions lets through."""
        seen = self._store.seen(self._query.resource, self._moment)
        joined = f"c JOIN {self._table} t ON t.rid = c.rid" if rest.text else "c t"
        sql = (
            f"WITH c AS MATERIALIZED ({driver.text}) SELECT DISTINCT t.rid FROM {joined}"
            f" WHERE t.rid > ?{rest.text}{seen.text} ORDER BY t.rid{f' LIMIT {limit}' if limit else ''}"
        )
        found = self._store.database.rows(sql, (*driver.values, after, *rest.values, *seen.values))
        return [rid for (rid,) in found]

    def _scan(self, after: int, limit: int) -> list[int]:
        """Read rows in their order until there are enough."""
        where, seen = self._where(), self._store.seen(self._query.resource, self._moment)
        sql = (
            f"SELECT t.rid FROM {self._table} t{self._store.database.scan}"
            f" WHERE t.rid > ?{where.text}{seen.text} ORDER BY t.rid LIMIT {limit}"
        )
        found = self._store.database.rows(sql, (after, *where.values, *seen.values))
        return [rid for (rid,) in found]

    def _total(self, *, accurate: bool) -> int | None:
        """Count all matches; unless asked for, only where an index alone does it soon."""
        seen = self._store.seen(self._query.resource, self._moment)
        alone = len(self._conditions) == 1 and not self._where(without=self._conditions[0]).text
        if alone and self._conditions[0].covered and not seen.text:
            (driver,) = self._conditions[0].drivers
            count = self._bounded(driver, INDEXED if not accurate else 1 << 31)
            return count if accurate or count <= INDEXED else None
        if not accurate:
            return None
        where = self._where()
        sql = f"SELECT count(*) FROM {self._table} t WHERE t.rid > 0{where.text}{seen.text}"
        ((count,),) = self._store.database.rows(sql, (*where.values, *seen.values))
        return int(count)

    def _where(self, *, without: Condition | Sequence[Condition] = (), dims: bool = True) -> Sql:
        """Return the conditions on `t`, each with its `AND`; without some, or without the codes."""
        left_out = [without] if isinstance(without, Condition) else without
        every = self._store.dimensions.all(self._query.resource)
        pieces = [one.filter for one in self._conditions if not any(one is other for other in left_out)]
        pieces += [Sql(f"NOT {one.filter.text}", one.filter.values) for one in self._refusals]
        if dims and self._dims != every:
            pieces.append(Sql(_among("t.dim", self._dims, every)))
        values: tuple[Any, ...] = tuple(value for piece in pieces for value in piece.values)
        return Sql(f" AND {balanced([piece.text for piece in pieces], 'AND')}" if pieces else "", values)

    def _included(self, matches: tuple[Record, ...]) -> tuple[Record, ...]:
        known = {(record.resource, record.key) for record in matches}
        found: list[Record] = []
        for include in self._query.includes:
            for record in self._follow(include, matches):
                if (record.resource, record.key) not in known:
                    known.add((record.resource, record.key))
                    found.append(record)
        return tuple(found)

    def _follow(self, include: Include, matches: tuple[Record, ...]) -> tuple[Record, ...]:
        if not include.reverse:
            column = reference_column(include.source, include.parameter)
            keys = [getattr(record, column) for record in matches if record.resource == include.source]
            present = [key for key in keys if key is not None]
            return self._store.visible_records(include.other, present, self._moment)
        keys = [record.key for record in matches if record.resource == include.other]
        return self._store.visible_referring(include.source, include.parameter, keys, self._moment)


def _union(drivers: Sequence[Sql]) -> Sql:
    if not drivers:
        return Sql("SELECT 0 AS rid WHERE 1 = 0")
    values = tuple(value for one in drivers for value in one.values)
    if len(drivers) <= AT_ONCE:
        return Sql(" UNION ALL ".join(one.text for one in drivers), values)
    groups = [_union(drivers[first : first + AT_ONCE]) for first in range(0, len(drivers), AT_ONCE)]
    return _union([Sql(f"SELECT rid FROM ({one.text}) g", one.values) for one in groups])


def _among(column: str, numbers: frozenset[int], every: frozenset[int] | None = None) -> str:
    """Return the condition that a column is one of some numbers, by the shorter of the two lists."""
    if every is not None and len(every) - len(numbers) < len(numbers):
        return f"{column} NOT IN ({', '.join(str(number) for number in sorted(every - numbers))})"
    return f"{column} IN ({', '.join(str(number) for number in sorted(numbers)) or 'NULL'})"
