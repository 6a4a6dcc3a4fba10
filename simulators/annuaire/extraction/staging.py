"""Where lines wait until all files are read: a person stands on many lines, in several files, in any order.

A throw-away SQLite file, so that memory stays bounded. Richer lines replace poorer ones (`weight`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

_TABLES = """
CREATE TABLE person (n INTEGER PRIMARY KEY, ident TEXT UNIQUE, weight INTEGER, body TEXT);
CREATE TABLE practice (ident TEXT, body TEXT, PRIMARY KEY (ident, body)) WITHOUT ROWID;
CREATE TABLE place (n INTEGER PRIMARY KEY, ident TEXT UNIQUE, weight INTEGER, body TEXT, legal TEXT);
CREATE TABLE activity (n INTEGER PRIMARY KEY, person TEXT, place TEXT, body TEXT,
                       UNIQUE (person, place, body));
CREATE TABLE seat (n INTEGER PRIMARY KEY);
CREATE TABLE bal (n INTEGER PRIMARY KEY, address TEXT, type TEXT, person TEXT, place TEXT, body TEXT,
                  UNIQUE (address, person, place));
"""
_BALS_WITHOUT_ACTIVITY = """
INSERT INTO activity (person, place, body)
SELECT DISTINCT person, place, '[]' FROM bal b WHERE person <> '' AND place <> ''
AND NOT EXISTS (SELECT 1 FROM activity a WHERE a.person = b.person AND a.place = b.place)
"""
_UNKNOWN_LEGAL = """
INSERT OR IGNORE INTO place (ident, weight, body, legal)
SELECT DISTINCT legal, 0, '[]', '' FROM place WHERE legal <> ''
"""
_FIRST_ACTIVITY = "INSERT INTO seat SELECT min(n) FROM activity GROUP BY person, place"
_PACK = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


Bals = list[tuple[str, str, list[str]]]
"""BAL: address, type, what else is known."""


class Staging:
    """What has been read so far."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -128000"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(_TABLES)
        self._connection.execute("BEGIN")

    def person(self, ident: str, weight: int, body: Sequence[str]) -> None:
        """Keep what is known of a person."""
        self._connection.execute(
            "INSERT INTO person (ident, weight, body) VALUES (?, ?, ?) ON CONFLICT (ident) DO UPDATE"
            " SET weight = excluded.weight, body = excluded.body WHERE excluded.weight > weight",
            (ident, weight, _packed(body)),
        )

    def practice(self, ident: str, body: Sequence[str]) -> None:
        """Keep a practice, know-how or diploma of a person, once."""
        self._connection.execute("INSERT OR IGNORE INTO practice VALUES (?, ?)", (ident, _packed(body)))

    def place(self, ident: str, weight: int, body: Sequence[str], legal: str) -> None:
        """Keep what is known of a structure; `legal` identifies its legal entity, or is empty."""
        self._connection.execute(
            "INSERT INTO place (ident, weight, body, legal) VALUES (?, ?, ?, ?) ON CONFLICT (ident) DO UPDATE"
            " SET weight = excluded.weight, body = excluded.body, legal = excluded.legal"
            " WHERE excluded.weight > weight",
            (ident, weight, _packed(body), legal),
        )

    def activity(self, person: str, place: str, body: Sequence[str]) -> None:
        """Keep an activity of a person."""
        self._connection.execute(
            "INSERT OR IGNORE INTO activity (person, place, body) VALUES (?, ?, ?)",
            (person, place, _packed(body)),
        )

    def bal(self, address: str, kind: str, person: str, place: str, body: Sequence[str]) -> None:
        """Keep a BAL of a person, of a person in a structure, or of a structure."""
        self._connection.execute(
            "INSERT OR IGNORE INTO bal (address, type, person, place, body) VALUES (?, ?, ?, ?, ?)",
            (address, kind, person, place, _packed(body)),
        )

    def settle(self) -> None:
        """Add what the files imply: activities that only a BAL tells of, legal entities only named."""
        for statement in (
            _BALS_WITHOUT_ACTIVITY,
            _UNKNOWN_LEGAL,
            _FIRST_ACTIVITY,
            "CREATE INDEX bal_of ON bal (person, place)",
        ):
            self._connection.execute(statement)

    def places(self) -> Iterator[tuple[int, str, list[str], int | None, Bals]]:
        """Give structures: number, identifier, what is known, number of the legal entity, BAL."""
        sql = "SELECT p.n, p.ident, p.body, e.n FROM place p"
        sql += " LEFT JOIN place e ON e.ident = p.legal ORDER BY p.n"
        for number, ident, body, legal in self._connection.execute(sql):
            yield number, ident, json.loads(body), legal, self._bals("", ident)

    def people(self) -> Iterator[tuple[int, str, list[str], list[list[str]], Bals]]:
        """Give persons: number, identifier, what is known, practices, BAL of their own."""
        for number, ident, body in self._connection.execute("SELECT n, ident, body FROM person ORDER BY n"):
            rows = self._connection.execute(
                "SELECT body FROM practice WHERE ident = ? ORDER BY body", (ident,)
            )
            yield number, ident, json.loads(body), [json.loads(one) for (one,) in rows], self._bals(ident, "")

    def activities(self) -> Iterator[tuple[int, int, int | None, list[str], Bals]]:
        """Give activities: number, numbers of person and structure, what is known, BAL of the first such."""
        sql = (
            "SELECT a.n, p.n, s.n, a.body, a.person, a.place, first.n IS NOT NULL FROM activity a"
            " JOIN person p ON p.ident = a.person LEFT JOIN place s ON s.ident = a.place"
            " LEFT JOIN seat first ON first.n = a.n ORDER BY a.n"
        )
        for number, person, place, body, who, where, first in self._connection.execute(sql):
            boxes = self._bals(who, where) if first and where else []
            yield number, person, place, json.loads(body), boxes

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _bals(self, person: str, place: str) -> Bals:
        sql = "SELECT address, type, body FROM bal WHERE person = ? AND place = ? ORDER BY n"
        rows = self._connection.execute(sql, (person, place))
        return [(address, kind, json.loads(body)) for address, kind, body in rows]


def _packed(body: Sequence[str]) -> str:
    return _PACK(list(body))
