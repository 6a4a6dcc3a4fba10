"""A store on disk: one SQLite file.

What `MailStore` accepted is in the file when it returns: a killed process loses nothing. One process at a
time (SQLite's exclusive locking refuses a second one at once).
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from simulators.store.backend import MailboxRecord, MessageRecord, SavedAccount, SavedMailbox
from simulators.store.errors import StoreError
from simulators.store.message import Content

_SCHEMA = """
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS accounts (address TEXT PRIMARY KEY, quota INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS subscriptions (
    address TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (address, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mailboxes (
    identifier INTEGER PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL, uid_validity INTEGER NOT NULL,
    uid_next INTEGER NOT NULL, highest_modseq INTEGER NOT NULL, first_recent INTEGER NOT NULL,
    special_use TEXT NOT NULL, selectable INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS contents (
    identifier INTEGER PRIMARY KEY, size INTEGER NOT NULL, octets BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS messages (
    mailbox INTEGER NOT NULL, uid INTEGER NOT NULL, content INTEGER NOT NULL, internal_date TEXT NOT NULL,
    flags TEXT NOT NULL, modseq INTEGER NOT NULL, PRIMARY KEY (mailbox, uid)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS messages_by_content ON messages (content);
CREATE TABLE IF NOT EXISTS expunged (mailbox INTEGER NOT NULL, modseq INTEGER NOT NULL, uid INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS expunged_by_mailbox ON expunged (mailbox, modseq);
"""


class SqliteBackend:
    """Keeps a store in the file `path`, made when it is missing.

    With `flush` (the default) each transaction waits for the disk, so that an accepted message survives a
    power cut too; without, only the end of the process. Raises `StoreError` when another process has it.
    """

    def __init__(self, path: Path, *, flush: bool = True) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0.5)
        try:
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute(f"PRAGMA synchronous = {'FULL' if flush else 'NORMAL'}")
            self._database.executescript(_SCHEMA)
            # Octets outlive their last message until the next start: sessions may still show it.
            self._database.execute(
                "DELETE FROM contents WHERE identifier NOT IN (SELECT content FROM messages)"
            )
        except sqlite3.OperationalError as problem:
            self._database.close()
            raise StoreError(
                f"cannot open the mail store {path}: {problem}; is another process using it? Stop it first"
            ) from problem

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all calls made inside, or none; blocks inside blocks are one."""
        with self._lock:
            if self._depth:
                yield
                return
            self._depth = 1
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            else:
                self._database.execute("COMMIT")
            finally:
                self._depth = 0

    def _do(self, statement: str, values: Sequence[object]) -> sqlite3.Cursor:
        with self._lock:
            return self._database.execute(statement, tuple(values))

    # -- writing ------------------------------------------------------------------------------------------

    def put_account(self, address: str, quota: int | None) -> None:
        """See `Backend`."""
        self._do("INSERT OR REPLACE INTO accounts VALUES (?, ?)", (address, quota))

    def put_subscription(self, address: str, name: str, subscribed: bool) -> None:
        """See `Backend`."""
        if subscribed:
            self._do("INSERT OR IGNORE INTO subscriptions VALUES (?, ?)", (address, name))
        else:
            self._do("DELETE FROM subscriptions WHERE address = ? AND name = ?", (address, name))

    def put_mailbox(self, record: MailboxRecord) -> None:
        """See `Backend`."""
        self._do(
            "INSERT OR REPLACE INTO mailboxes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                record.identifier,
                record.account,
                record.name,
                record.uid_validity,
                record.uid_next,
                record.highest_modseq,
                record.first_recent,
                record.special_use,
                record.selectable,
            ),
        )
        for name, value in (("identifier", record.identifier), ("uid_validity", record.uid_validity)):
            self._do(
                "INSERT INTO counters VALUES (?, ?) "
                "ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)",
                (name, value),
            )

    def drop_mailbox(self, identifier: int) -> None:
        """See `Backend`."""
        for table, column in (("messages", "mailbox"), ("expunged", "mailbox"), ("mailboxes", "identifier")):
            self._do(f"DELETE FROM {table} WHERE {column} = ?", (identifier,))  # noqa: S608 - constants

    def put_content(self, data: bytes) -> tuple[int, Content]:
        """See `Backend`; the octets are read back from the file, not held."""
        cursor = self._do("INSERT INTO contents (size, octets) VALUES (?, ?)", (len(data), data))
        identifier = cursor.lastrowid or 0
        return identifier, self._content(identifier, len(data))

    def _content(self, identifier: int, size: int) -> Content:
        def load() -> bytes:
            row = self._do("SELECT octets FROM contents WHERE identifier = ?", (identifier,)).fetchone()
            return bytes(row[0])

        return Content(size, loader=load)

    def put_message(self, mailbox: int, message: MessageRecord) -> None:
        """See `Backend`."""
        self._do(
            "INSERT OR REPLACE INTO messages VALUES (?, ?, ?, ?, ?, ?)",
            (
                mailbox,
                message.uid,
                message.content_id,
                message.internal_date.isoformat(),
                " ".join(sorted(message.flags)),
                message.modseq,
            ),
        )

    def drop_messages(self, mailbox: int, uids: Iterable[int], modseq: int) -> None:
        """See `Backend`."""
        for uid in uids:
            self._do("DELETE FROM messages WHERE mailbox = ? AND uid = ?", (mailbox, uid))
            self._do("INSERT INTO expunged VALUES (?, ?, ?)", (mailbox, modseq, uid))

    def unnumber(self, mailbox: int) -> None:
        """See `Backend`."""
        self._do("DELETE FROM messages WHERE mailbox = ?", (mailbox,))
        self._do("DELETE FROM expunged WHERE mailbox = ?", (mailbox,))

    # -- reading ------------------------------------------------------------------------------------------

    def counters(self) -> tuple[int, int]:
        """See `Backend`."""
        kept = dict(self._do("SELECT name, value FROM counters", ()).fetchall())
        return kept.get("identifier", 0), kept.get("uid_validity", 0)

    def load(self) -> Sequence[SavedAccount]:
        """See `Backend`."""
        accounts = {
            address: SavedAccount(address, quota)
            for address, quota in self._do("SELECT address, quota FROM accounts", ())
        }
        for address, name in self._do("SELECT address, name FROM subscriptions", ()):
            accounts[address].subscriptions.append(name)
        mailboxes: dict[int, SavedMailbox] = {}
        for row in self._do("SELECT * FROM mailboxes", ()):
            identifier, account, name, validity, uid_next, modseq, recent, use, selectable = row
            record = MailboxRecord(
                identifier, account, name, validity, uid_next, modseq, recent, use, bool(selectable)
            )
            mailboxes[record.identifier] = SavedMailbox(record)
            accounts[record.account].mailboxes.append(mailboxes[record.identifier])
        messages = self._do(
            "SELECT m.mailbox, m.uid, m.content, c.size, m.internal_date, m.flags, m.modseq "
            "FROM messages m JOIN contents c ON c.identifier = m.content ORDER BY m.mailbox, m.uid",
            (),
        )
        for mailbox, uid, content, size, date, flags, modseq in messages:
            mailboxes[mailbox].messages.append(
                MessageRecord(
                    uid,
                    content,
                    self._content(content, size),
                    datetime.fromisoformat(date),
                    frozenset(flags.split()),
                    modseq,
                )
            )
        for mailbox, modseq, uid in self._do("SELECT mailbox, modseq, uid FROM expunged ORDER BY rowid", ()):
            mailboxes[mailbox].expunged.append((modseq, uid))
        return list(accounts.values())

    def close(self) -> None:
        """See `Backend`."""
        with self._lock:
            self._database.close()
