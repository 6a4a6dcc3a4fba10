"""The directory store over a SQL database; `sqlite` and `postgres` give it theirs.

Rows and columns: `tables`. How a page is found: `searching`.
"""

# ruff: noqa: S608  every value goes by its place; the text is ours

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self

from simulators.annuaire.criteria import Sql, reference_column
from simulators.annuaire.database import Database, Telling
from simulators.annuaire.deletion import deleted
from simulators.annuaire.dimensions import Dimensions
from simulators.annuaire.model import (
    MssMailbox,
    Record,
    Smartcard,
)
from simulators.annuaire.parameters import MAILBOX_RESOURCES, RESOURCES, ResourceType
from simulators.annuaire.query import Query
from simulators.annuaire.searching import Search
from simulators.annuaire.shared import shared_of
from simulators.annuaire.store import (
    About,
    Counts,
    Page,
    StoreError,
    StoreFormatError,
    VersionConflict,
)
from simulators.annuaire.tables import (
    ABOUT,
    CARD,
    CHILDREN,
    DIM,
    FORMAT,
    KIND,
    LINE,
    MAILBOX,
    MAIN,
    MOVED,
    VERSIONS,
    Row,
    card_of,
    card_rows,
    instant_of,
    line_rows,
    mailbox_of,
    mailbox_rows,
    main_row,
    milliseconds,
    record_of,
    rid_of,
)

BATCH = 2_000
KEYS_AT_ONCE = 200
"""Ranges in one statement: databases bound the depth of an expression."""
FOREVER = (1 << 62) - 1
_MAILBOX_FIELDS = ", ".join(MAILBOX.names[2:])
_CARD_FIELDS = ", ".join(CARD.names[1:])


class SqlStore:
    """A `DirectoryStore`; see `simulators.annuaire.store` for what it promises."""

    def __init__(self, database: Database, *, new: bool) -> None:
        self._database = database
        self._lock = threading.RLock()
        self._dims = Dimensions()
        self._next = {table.name: 1 for table in CHILDREN}
        self._pending: list[Row] = []
        self.about = About("", instant_of(0), 0)
        if new:
            database.create()
        else:
            self._load()

    # --- reading ----------------------------------------------------------------------------------

    def search(self, query: Query, at: datetime, after: int | None = None) -> Page:
        """Return a page (see `DirectoryStore.search`)."""
        return Search(self, query, milliseconds(at)).page(after)

    def get(self, resource: ResourceType, key: int, at: datetime, *, public: bool = True) -> Record | None:
        """Return a record as of `at`."""
        found = self.visible_records(resource, [key], milliseconds(at), public=public)
        return found[0] if found else None

    def history(self, resource: ResourceType, key: int) -> tuple[Record, ...]:
        """Return all versions of a record, oldest first."""
        with self._lock:
            return self.records(resource, self._versions(resource, key), public=False)

    def counts(self, at: datetime) -> Counts:
        """Count what is visible at `at`."""
        with self._lock:
            moment = milliseconds(at)
            resources: dict[ResourceType, int] = {}
            active: dict[ResourceType, int] = {}
            boxes: dict[str, int] = {}
            for name in RESOURCES:
                known = self._dims.all(name)
                resources[name] = self.count_dims(name, known, moment)
                alive = frozenset(n for n in known if self._dims.by_number[n].active)
                active[name] = self.count_dims(name, alive, moment)
            red = 0
            for name in MAILBOX_RESOURCES:
                seen = self.seen(name, moment)
                sql = (
                    "SELECT x.type, x.red, count(*) FROM mailbox x"
                    f"{f' JOIN {MAIN[name].name} t ON t.rid = x.owner' if seen.text else ''}"
                    f" WHERE x.kind = {KIND[name]}{seen.text} GROUP BY x.type, x.red"
                )
                for kind, hidden, count in self._database.rows(sql, seen.values):
                    if hidden:
                        red += count
                    else:
                        boxes[kind] = boxes.get(kind, 0) + count
            return Counts(resources, active, boxes, red)

    def get_all(self, resource: ResourceType, keys: Sequence[int], at: datetime) -> tuple[Record, ...]:
        """Return the records of some keys."""
        return self.visible_records(resource, keys, milliseconds(at))

    def referring(
        self, resource: ResourceType, parameter: str, keys: Sequence[int], at: datetime
    ) -> tuple[Record, ...]:
        """Return the records that refer to some keys."""
        return self.visible_referring(resource, parameter, keys, milliseconds(at))

    def every(self, resource: ResourceType, at: datetime, *, with_mailbox: bool = False) -> Iterator[Record]:
        """Return all records of a kind, or those with a published BAL, streamed."""
        table, moment, after = MAIN[resource].name, milliseconds(at), 0
        holders = (
            f" AND EXISTS (SELECT 1 FROM mailbox WHERE kind = {KIND[resource]} AND owner = t.rid AND red = 0)"
            if with_mailbox
            else ""
        )
        while True:
            with self._lock:
                seen = self.seen(resource, moment)
                sql = f"SELECT t.rid FROM {table} t WHERE t.rid > ?{holders}{seen.text}"
                sql += f" ORDER BY t.rid LIMIT {BATCH}"
                rids = [rid for (rid,) in self._database.rows(sql, (after, *seen.values))]
                found = self.records(resource, rids)
            if not rids:
                return
            yield from found
            after = rids[-1]

    def visible_records(
        self, resource: ResourceType, keys: Sequence[int], moment: int, *, public: bool = True
    ) -> tuple[Record, ...]:
        """Return the records of some keys as of an instant (ms), in the order of their key."""
        wanted = sorted(set(keys))
        if not wanted:
            return ()
        with self._lock:
            seen = self.seen(resource, moment)
            rids: list[int] = []
            for first in range(0, len(wanted), KEYS_AT_ONCE):
                ranges = " OR ".join(
                    f"t.rid BETWEEN {int(key) * VERSIONS} AND {(int(key) + 1) * VERSIONS - 1}"
                    for key in wanted[first : first + KEYS_AT_ONCE]
                )
                sql = f"SELECT t.rid FROM {MAIN[resource].name} t WHERE ({ranges}){seen.text} ORDER BY t.rid"
                rids += [rid for (rid,) in self._database.rows(sql, seen.values)]
            return self.records(resource, rids, public=public)

    def visible_referring(
        self, resource: ResourceType, parameter: str, keys: Sequence[int], moment: int
    ) -> tuple[Record, ...]:
        """Return the records that refer to some keys as of an instant (ms)."""
        if not keys:
            return ()
        with self._lock:
            column, seen = reference_column(resource, parameter), self.seen(resource, moment)
            listed = ", ".join(str(int(key)) for key in keys)
            sql = f"SELECT t.rid FROM {MAIN[resource].name} t WHERE t.{column} IN ({listed}){seen.text}"
            rids = [rid for (rid,) in self._database.rows(sql + " ORDER BY t.rid", seen.values)]
            return self.records(resource, rids)

    def records(
        self, resource: ResourceType, rids: Sequence[int], *, public: bool = True
    ) -> tuple[Record, ...]:
        """Return the records of row numbers, in their order."""
        if not rids:
            return ()
        listed = ", ".join(str(int(rid)) for rid in rids)
        table = MAIN[resource]
        found = {row[0]: row for row in self._rows(table.names, table.name, f"x.rid IN ({listed})")}
        boxes: dict[int, list[MssMailbox]] = {}
        cards: dict[int, list[Smartcard]] = {}
        if resource in MAILBOX_RESOURCES:
            where = f"kind = {KIND[resource]} AND owner IN ({listed}){' AND red = 0' if public else ''}"
            sql = f"SELECT {_MAILBOX_FIELDS} FROM mailbox WHERE {where} ORDER BY id"
            for owner, *rest in self._database.rows(sql):
                boxes.setdefault(owner, []).append(mailbox_of(rest))
        if resource == "Practitioner":
            sql = f"SELECT {_CARD_FIELDS} FROM card WHERE owner IN ({listed}) ORDER BY id"
            for owner, *rest in self._database.rows(sql):
                cards.setdefault(owner, []).append(card_of(rest))
        unknown = {row[1] for row in found.values()} - self._dims.by_number.keys()
        if unknown:  # added by another process
            self._dims.load(self._database.rows("SELECT id, body, n FROM dim"))
        return tuple(
            record_of(
                found[rid],
                self._dims.by_number[found[rid][1]],
                tuple(boxes.get(rid, ())),
                tuple(cards.get(rid, ())),
            )
            for rid in rids
            if rid in found
        )

    def seen(self, resource: ResourceType, moment: int) -> Sql:
        """Return the condition, with its `AND`, that a row `t` is visible at an instant (ms)."""
        kind = KIND[resource]
        if not self._database.rows(f"SELECT 1 FROM moved WHERE kind = {kind} LIMIT 1"):
            return Sql("")
        return Sql(
            " AND NOT EXISTS (SELECT 1 FROM moved m WHERE"
            f" m.kind = {kind} AND m.rid = t.rid AND (m.visible > ? OR m.gone <= ?))",
            (moment, moment),
        )

    def count_dims(self, resource: ResourceType, dims: frozenset[int], moment: int) -> int:
        """Return how many records of some dimensions are visible at an instant (ms)."""
        total = sum(self._dims.base[number] for number in dims)
        sql = (
            f"SELECT m.base, t.dim, m.visible, m.gone FROM moved m JOIN {MAIN[resource].name} t"
            f" ON t.rid = m.rid WHERE m.kind = {KIND[resource]}"
        )
        for base, dim, visible, gone in self._database.rows(sql):
            if dim in dims:
                total += int(visible <= moment < gone) - int(base)
        return total

    @property
    def dimensions(self) -> Dimensions:
        """Return the dimensions."""
        return self._dims

    @property
    def database(self) -> Database:
        """Return the database."""
        return self._database

    @property
    def lock(self) -> threading.RLock:
        """Return what keeps one search or change at a time."""
        return self._lock

    # --- changing ---------------------------------------------------------------------------------

    def put(self, record: Record, visible: datetime, *, expected: int | None = None) -> Record:
        """Keep a new version of a record (see `DirectoryStore.put`)."""
        with self._lock, self._database.transaction():
            return self._put(record, milliseconds(visible), expected)

    def patch(
        self,
        resource: ResourceType,
        key: int,
        change: Callable[[Record], Record],
        *,
        updated: datetime,
        visible: datetime,
    ) -> Record | None:
        """Change the last version of a record; None when there is none."""
        with self._lock, self._database.transaction():
            rids = self._versions(resource, key)
            if not rids:
                return None
            (last,) = self.records(resource, rids[-1:], public=False)
            changed = replace(change(last), key=key, updated=updated)
            return self._put(changed, milliseconds(visible), last.version)

    def delete(self, resource: ResourceType, key: int, *, updated: datetime, visible: datetime) -> bool:
        """Turn a record into a deleted one; False when there is none."""
        return self.patch(resource, key, deleted, updated=updated, visible=visible) is not None

    def add_all(self, records: Sequence[Record]) -> None:
        """Add base records."""
        main: dict[ResourceType, list[Row]] = {}
        boxes: list[Row] = []
        cards: list[Row] = []
        lines: list[Row] = []
        for record in records:
            number, fresh = self._dims.number(shared_of(record))
            if fresh:
                self._pending.append(fresh)
            self._dims.base[number] += 1
            main.setdefault(record.resource, []).append(main_row(record, number))
            boxes += mailbox_rows(record)
            cards += card_rows(record)
            lines += line_rows(record)
        for resource, rows in main.items():
            self._database.insert(MAIN[resource], rows)
        for table, found in ((MAILBOX, boxes), (CARD, cards), (LINE, lines)):
            self._database.insert(table, self._numbered(table.name, found))

    def finish(self, about: About, tell: Telling = lambda _: None) -> None:
        """Index what was added and say what it is."""
        self._database.insert(
            DIM, [(number, body, self._dims.base[number]) for number, body, _ in self._pending]
        )
        self._pending.clear()
        told = {
            "format": FORMAT,
            "origin": about.origin,
            "created": milliseconds(about.created),
            "size": about.size,
            "seed": about.seed,
            "notes": list(about.notes),
        }
        self._database.insert(ABOUT, [("about", json.dumps(told, ensure_ascii=False))])
        self._database.finish(tell)
        self.about = about

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            self._database.close()

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    # --- inside -----------------------------------------------------------------------------------

    def _load(self) -> None:
        found = self._database.rows("SELECT value FROM about WHERE name = 'about'")
        told = json.loads(found[0][0]) if found else {}
        if told.get("format") != FORMAT:
            raise StoreFormatError(
                f"This is a directory store of format {told.get('format')}; this program reads format"
                f" {FORMAT}. Build or load it again with `mssante annuaire`."
            )
        created, notes = instant_of(told["created"]), tuple(told["notes"])
        self.about = About(told["origin"], created, told["size"], told["seed"], notes)
        self._dims.load(self._database.rows("SELECT id, body, n FROM dim"))
        for table in CHILDREN:
            ((last,),) = self._database.rows(f"SELECT coalesce(max(id), 0) FROM {table.name}")
            self._next[table.name] = last + 1

    def _rows(self, columns: Sequence[str], table: str, where: str) -> list[Row]:
        named = ", ".join(f"x.{name}" for name in columns)
        return self._database.rows(f"SELECT {named} FROM {table} x WHERE {where}")

    def _numbered(self, table: str, rows: Sequence[Row]) -> list[Row]:
        first = self._next[table]
        self._next[table] = first + len(rows)
        return [(first + place, *row) for place, row in enumerate(rows)]

    def _versions(self, resource: ResourceType, key: int) -> list[int]:
        sql = f"SELECT rid FROM {MAIN[resource].name} WHERE rid >= ? AND rid < ? ORDER BY rid"
        return [rid for (rid,) in self._database.rows(sql, (key * VERSIONS, (key + 1) * VERSIONS))]

    def _put(self, record: Record, visible: int, expected: int | None) -> Record:
        resource, table = record.resource, MAIN[record.resource]
        if record.key == 0:
            ((last_rid,),) = self._database.rows(f"SELECT coalesce(max(rid), 0) FROM {table.name}")
            record = replace(record, key=last_rid // VERSIONS + 1)
        rids = self._versions(resource, record.key)
        last = rids[-1] % VERSIONS if rids else 0
        if expected is not None and expected != last:
            raise VersionConflict(
                f"{resource} {record.key} is at version {last}, not {expected}: read it again, then change"
                " it."
            )
        if last + 1 >= VERSIONS:
            raise StoreError(
                f"{resource} {record.key} has {last} versions, no more are kept: load the store again."
            )
        record = replace(record, version=last + 1)
        rid = rid_of(record.key, record.version)
        if rids:
            visible = self._supersede(resource, rids[-1], visible)
        self._database.insert(MOVED, [(KIND[resource], rid, 0, visible, FOREVER)])
        number, fresh = self._dims.number(shared_of(record))
        if fresh:
            self._database.insert(DIM, [fresh])
        self._database.insert(table, [main_row(record, number)])
        if table.name in ("practitioner", "organization"):
            self._database.index_text(table.name, rid)
        self._put_children(record)
        return record

    def _put_children(self, record: Record) -> None:
        for table, rows in (
            (MAILBOX, mailbox_rows(record)),
            (CARD, card_rows(record)),
            (LINE, line_rows(record)),
        ):
            if not rows:
                continue
            numbered = self._numbered(table.name, rows)
            self._database.insert(table, numbered)
            if table is not CARD:
                for row in numbered:
                    self._database.index_text(table.name, row[0])

    def _supersede(self, resource: ResourceType, rid: int, visible: int) -> int:
        """End the visibility of a version; return from when the next one is visible."""
        kind = KIND[resource]
        known = self._database.rows(f"SELECT visible FROM moved WHERE kind = {kind} AND rid = ?", (rid,))
        if not known:
            self._database.insert(MOVED, [(kind, rid, 1, -FOREVER, visible)])
            return visible
        visible = max(visible, known[0][0])
        self._database.run(f"UPDATE moved SET gone = ? WHERE kind = {kind} AND rid = ?", (visible, rid))
        return visible
