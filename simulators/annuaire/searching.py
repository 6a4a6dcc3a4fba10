"""How a page of a search is found.

Each criterion is counted through its index up to `BROAD`. When one of them finds fewer, all that it finds is
filtered by the others, which gives the exact total as well. When all find more, matches are dense: rows are
read in the order of their number until the page is full. Totals over codes alone are sums over dimensions.
Measured at the national volume in `benchmarks/bench_annuaire.py`.
"""

# ruff: noqa: S608  every value goes by its place; the text is ours

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from simulators.annuaire.criteria import Condition, Sql, condition_of, reference_column
from simulators.annuaire.model import Record
from simulators.annuaire.query import Include, Query
from simulators.annuaire.store import Page
from simulators.annuaire.tables import MAIN

if TYPE_CHECKING:
    from simulators.annuaire.sql_store import SqlStore

BROAD = 8_000
"""A criterion that finds more is not worth listing: the page is looked for in the order of the records."""


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
        for criterion in self._query.criteria:
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
        asked = query.total
        everything = not self._conditions and not self._refusals
        if everything:
            total = None if asked == "none" else store.count_dims(query.resource, self._dims, self._moment)
            few = sum(store.dimensions.base[number] for number in self._dims) <= BROAD
            driver = self._dim_driver() if few else None
            return self._scan(driver, after, query.count + 1), total
        best = self._best_driver()
        if best is not None:
            rids = self._scan(best, 0, None)
            page = [rid for rid in rids if rid > after][: query.count + 1]
            return page, None if asked == "none" else len(rids)
        page = self._scan(None, after, query.count + 1)
        if asked in {"accurate", "estimate"}:
            return page, self._count()
        if not after and len(page) <= query.count:
            return page, None if asked == "none" else len(page)
        return page, None

    def _best_driver(self) -> Sql | None:
        """Return the condition that finds least, None when all find more than `BROAD`."""
        least, best = BROAD, None
        if sum(self._store.dimensions.base[number] for number in self._dims) <= least:
            best = self._dim_driver()
        for condition in self._conditions:
            union = _union(condition.drivers)
            limited = f"SELECT count(*) FROM ({union.text} LIMIT {least + 1}) c"
            ((count,),) = self._store.database.rows(limited, union.values)
            if count <= least:
                least, best = count, union
        return best

    def _dim_driver(self) -> Sql:
        return Sql(f"SELECT x.rid AS rid FROM {self._table} x WHERE {_among('x.dim', self._dims)}")

    def _scan(self, driver: Sql | None, after: int, limit: int | None) -> list[int]:
        where = self._where()
        ended = f" ORDER BY t.rid{f' LIMIT {limit}' if limit is not None else ''}"
        if driver is None:
            source = f"SELECT t.rid FROM {self._table} t{self._store.database.scan} WHERE t.rid > ?"
            values = (after, *where.values)
        else:
            source = f"WITH c AS ({driver.text}) SELECT DISTINCT t.rid FROM c JOIN {self._table} t"
            source += " ON t.rid = c.rid WHERE t.rid > ?"
            values = (*driver.values, after, *where.values)
        return [rid for (rid,) in self._store.database.rows(source + where.text + ended, values)]

    def _count(self) -> int:
        where = self._where()
        sql = f"SELECT count(*) FROM {self._table} t WHERE t.rid > 0{where.text}"
        ((count,),) = self._store.database.rows(sql, where.values)
        return int(count)

    def _where(self) -> Sql:
        every = self._store.dimensions.all(self._query.resource)
        pieces = [one.filter for one in self._conditions]
        pieces += [Sql(f"NOT {one.filter.text}", one.filter.values) for one in self._refusals]
        if self._dims != every:
            pieces.append(Sql(_among("t.dim", self._dims, every)))
        seen = self._store.seen(self._query.resource, self._moment)
        values: tuple[Any, ...] = tuple(value for piece in pieces for value in piece.values)
        return Sql("".join(f" AND {piece.text}" for piece in pieces) + seen.text, (*values, *seen.values))

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
    return Sql(" UNION ALL ".join(one.text for one in drivers), values)


def _among(column: str, numbers: frozenset[int], every: frozenset[int] | None = None) -> str:
    """Return the condition that a column is one of some numbers, by the shorter of the two lists."""
    if every is not None and len(every) - len(numbers) < len(numbers):
        return f"{column} NOT IN ({', '.join(str(number) for number in sorted(every - numbers))})"
    return f"{column} IN ({', '.join(str(number) for number in sorted(numbers)) or 'NULL'})"
