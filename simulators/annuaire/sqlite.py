"""The embedded directory store: SQLite, with trigram indexes of FTS5 for `:contains`.

`memory_store()` for a small set that lives with the space, `create_store(path)` to build a file,
`open_store(path)` to use one. A file is built beside its place and takes it when whole.
"""

# ruff: noqa: S608  every value goes by its place; the text is ours

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from simulators.annuaire.criteria import POSITION, Sql
from simulators.annuaire.database import Telling
from simulators.annuaire.sql_store import SqlStore
from simulators.annuaire.store import StoreBusyError, StoreError, StoreFormatError
from simulators.annuaire.tables import ABOUT, FULL_TEXT, MAIN, TABLES, Row, Table, full_text

MEMORY_OF_A_BUILD_KB = 256_000
MAPPED = 8 << 30
"""As much of a file as may be read through memory mapping."""
_USUAL = {".mssante.fr"[at : at + 3] for at in range(9)}
"""Trigrams that nearly every BAL has: they narrow nothing."""
TRIGRAMS_USED = 6
"""So many of a text's trigrams narrow the rows; the text itself is compared after that."""


class SqliteDatabase:
    """One SQLite connection, used by one thread at a time."""

    scan = " NOT INDEXED"

    def __init__(self, connection: sqlite3.Connection, path: Path | None, place: Path | None = None) -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self._path, self._place = path, place

    def by(self, index: str) -> str:
        """Return the hint for an index."""
        return f" INDEXED BY {index}"

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return all rows of a query."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def run(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Run a statement."""
        with self._lock:
            self._connection.execute(sql, values)

    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        """Add many rows."""
        places = ", ".join("?" * len(table.columns))
        with self._lock:
            self._connection.executemany(f"INSERT INTO {table.name} VALUES ({places})", rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, alone."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise StoreBusyError(
                    f"The directory {self._path} cannot be changed now ({error}): another process uses it,"
                    " or it may only be read. Stop that process or copy the file."
                ) from error
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def containing(self, table: str, column: str, folded: str) -> Sql:
        """Return the rows of which an expression contains a text, through trigrams where there are some."""
        told, match = POSITION.format(column=column), _trigrams(table, column, folded)
        if not match:
            return Sql(f"{table} x WHERE {told}", (folded,))
        key = "rid" if table in {one.name for one in MAIN.values()} else "id"
        return Sql(
            f"{table}_fts f CROSS JOIN {table} x ON x.{key} = f.rowid WHERE {table}_fts MATCH ? AND {told}",
            (match, folded),
        )

    def narrowing(self, table: str, column: str, folded: str) -> Sql | None:
        """Return the rows that the trigram index alone gives, None without trigrams."""
        match = _trigrams(table, column, folded)
        if not match:
            return None
        return Sql(f"SELECT f.rowid AS rid FROM {table}_fts f WHERE {table}_fts MATCH ?", (match,))

    def index_text(self, table: str, first: int) -> None:
        """Take rows into the trigram index."""
        key = "rid" if table in {one.name for one in MAIN.values()} else "id"
        self.run(
            f"INSERT INTO {table}_fts(rowid, text)"
            f" SELECT {key}, {full_text(table)} FROM {table} WHERE {key} >= ? ORDER BY {key}",
            (first,),
        )

    def create(self) -> None:
        """Make the tables; the first column is the row number, but in tables that have none."""
        for table in TABLES:
            first, *rest = table.columns
            name = first.split()[0]
            head = f"{name} INTEGER PRIMARY KEY" if name in {"rid", "id"} else first
            self.run(f"CREATE TABLE {table.name} ({', '.join((head, *rest))})")
        for name in FULL_TEXT:
            self.run(
                f"CREATE VIRTUAL TABLE {name}_fts USING fts5"
                "(text, content='', detail=none, columnsize=0, tokenize='trigram')"
            )
        self.run("BEGIN")

    def finish(self, tell: Telling) -> None:
        """Make indexes, trigrams and statistics, then put the file in its place."""
        for table in TABLES:
            tell(table.name)
            for number, columns in enumerate(table.indexes, 1):
                listed, where, condition = columns.partition(" WHERE ")
                self.run(f"CREATE INDEX {table.name}_{number} ON {table.name} ({listed}){where}{condition}")
        for name in FULL_TEXT:
            tell(f"{name} trigrams")
            self.index_text(name, 0)
        self.run("COMMIT")
        self.run("PRAGMA analysis_limit = 1000")
        self.run("ANALYZE")
        if self._path is not None and self._place is not None:
            self._connection.close()
            os.replace(self._path, self._place)  # noqa: PTH105  the atomic one
            self._path, self._place = self._place, None
            self._connection = _connected(self._path)

    def close(self) -> None:
        """Let go of the file; an unfinished build is removed."""
        with self._lock:
            self._connection.close()
            if self._path is not None and self._place is not None:
                self._path.unlink(missing_ok=True)


def _trigrams(table: str, column: str, folded: str) -> str:
    """Return what to match in the trigram index of a table, nothing when it does not help."""
    if not any(name in column for name in FULL_TEXT.get(table, ())):
        return ""
    every = [folded[at : at + 3] for at in range(len(folded) - 2)]
    if table == "mailbox":
        every = [piece for piece in every if piece not in _USUAL]
    pieces = dict.fromkeys(every[:: max(1, len(every) // TRIGRAMS_USED)])
    return " AND ".join('"' + piece.replace('"', '""') + '"' for piece in pieces)


def memory_store() -> SqlStore:
    """Return an empty store in memory, to `add_all` and `finish`."""
    return SqlStore(SqliteDatabase(_opened(":memory:"), None), new=True)


def create_store(place: Path) -> SqlStore:
    """Return an empty store that becomes the file `place` when finished.

    Raises `StoreError` when the folder cannot be written.
    """
    path = place.with_name(place.name + ".partial")
    try:
        path.unlink(missing_ok=True)
        connection = _opened(str(path))
        connection.execute("PRAGMA journal_mode = OFF")
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{path} cannot be written: {error}. Choose another place.") from error
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(f"PRAGMA cache_size = -{MEMORY_OF_A_BUILD_KB}")
    return SqlStore(SqliteDatabase(connection, path, place), new=True)


def open_store(path: Path) -> SqlStore:
    """Return the store of a file.

    Raises `StoreFormatError` when the file is none of ours.
    """
    if not path.is_file():
        raise StoreFormatError(f"There is no directory at {path}: make one with `mssante annuaire build`.")
    connection = _opened(str(path))
    try:
        _tune(connection)
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (ABOUT.name,)).fetchall()
    except sqlite3.DatabaseError as error:
        connection.close()
        raise StoreFormatError(f"{path} is no directory store: {error}.") from error
    if not known:
        connection.close()
        raise StoreFormatError(f"{path} is an SQLite file, but no directory store of ours.")
    database = SqliteDatabase(connection, path)
    try:
        return SqlStore(database, new=False)
    except BaseException:
        database.close()
        raise


def _connected(path: Path) -> sqlite3.Connection:
    connection = _opened(str(path))
    _tune(connection)
    return connection


def _tune(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA mmap_size = {MAPPED}")
    connection.execute("PRAGMA cache_size = -64000")


def _opened(name: str) -> sqlite3.Connection:
    return sqlite3.connect(
        name, isolation_level=None, check_same_thread=False, timeout=5, cached_statements=256
    )
