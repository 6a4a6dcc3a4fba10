"""What a store asks of a database: rows for SQL, one transaction at a time, bulk loading, substrings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from simulators.annuaire.criteria import Sql
from simulators.annuaire.tables import Row, Table

Telling = Callable[[str], None]


class Database(Protocol):
    """One open database; safe to use from several threads."""

    scan: str
    """Written after the searched table to have it read in the order of `rid`, if the planner needs it."""

    def by(self, index: str) -> str:
        """Return what follows a table to have it read through an index, if the planner needs telling."""
        ...

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return all rows of a query; `?` are places."""
        ...

    def run(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Run a statement."""
        ...

    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        """Add many rows."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """Return a context: all or nothing, alone."""
        ...

    def containing(self, table: str, column: str, folded: str) -> Sql:
        """Return `table x … WHERE …`: its rows `x` of which an expression on `x` contains a text."""
        ...

    def narrowing(self, table: str, column: str, folded: str) -> Sql | None:
        """Return a cheap query for at least the rows that `containing` gives, or None."""
        ...

    def index_text(self, table: str, first: int) -> None:
        """Take the rows of a table from a row number on into its trigram index."""
        ...

    def create(self) -> None:
        """Make the tables, without indexes."""
        ...

    def finish(self, tell: Telling) -> None:
        """Make indexes, trigram indexes and statistics; `tell` is told of each."""
        ...

    def close(self) -> None:
        """Let go."""
        ...
