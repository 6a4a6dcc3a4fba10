"""The directory store on PostgreSQL, the real option: `pip install mssante-conformance[postgres]` (pg8000).

`create_postgres_store(url)` makes the tables in an empty database, `open_postgres_store(url)` uses them;
the URL is `postgresql://user:password@host:port/database`. `PrivateCluster` starts a server for tests.
`:contains` goes through trigram indexes of `pg_trgm`, which the owner of a database may install.
"""

from __future__ import annotations

import io
import os
import secrets
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from simulators.annuaire.criteria import Sql
from simulators.annuaire.database import Telling
from simulators.annuaire.sql_store import SqlStore
from simulators.annuaire.store import StoreBusyError, StoreError, StoreFormatError
from simulators.annuaire.tables import FULL_TEXT, TABLES, Row, Table, full_text

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_LIKE = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})
_PROGRAMS = ("/usr/lib/postgresql", "/opt/homebrew/opt", "C:/Program Files/PostgreSQL")


class PostgresDatabase:
    """One connection, used by one thread at a time."""

    scan = ""

    def __init__(self, url: str) -> None:
        try:
            import pg8000.dbapi as driver  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415
        except ImportError as error:
            raise StoreError(
                "PostgreSQL needs the driver pg8000: pip install 'mssante-conformance[postgres]'."
            ) from error
        parts = urlsplit(url)
        self._error: type[Exception] = driver.Error
        self._lock = threading.RLock()
        self._depth = 0
        try:
            self._connection = driver.connect(
                user=unquote(parts.username or os.environ.get("PGUSER", "postgres")),
                password=unquote(parts.password) if parts.password else None,
                host=parts.hostname or "127.0.0.1",
                port=parts.port or 5432,
                database=parts.path.lstrip("/") or "postgres",
                timeout=30,
            )
        except (driver.Error, OSError) as error:
            raise StoreError(
                f"PostgreSQL does not answer at {parts.hostname}:{parts.port}: {error}"
            ) from error
        self._connection.autocommit = True
        self._cursor = self._connection.cursor()

    def by(self, index: str) -> str:
        """Return nothing: its planner knows."""
        return ""

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return all rows of a query."""
        with self._lock:
            self._cursor.execute(_placed(sql), tuple(values))
            return [tuple(row) for row in self._cursor.fetchall()]

    def run(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Run a statement."""
        with self._lock:
            self._cursor.execute(_placed(sql), tuple(values))

    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        """Add many rows with COPY."""
        text = "".join("\t".join(map(_copied, row)) + "\n" for row in rows)
        if not text:
            return
        with self._lock:
            self._cursor.execute(
                f"COPY {table.name} ({', '.join(table.names)}) FROM STDIN",
                stream=io.BytesIO(text.encode("utf-8")),
            )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; writers wait for one another."""
        with self._lock:
            try:
                self._cursor.execute("BEGIN")
                self._cursor.execute("LOCK TABLE moved IN SHARE ROW EXCLUSIVE MODE")
            except self._error as error:
                raise StoreBusyError(f"The directory cannot be changed now: {error}.") from error
            try:
                yield
            except BaseException:
                self._cursor.execute("ROLLBACK")
                raise
            self._cursor.execute("COMMIT")

    def containing(self, table: str, column: str, folded: str) -> Sql:
        """Return the rows of which an expression contains a text, through trigrams where there are some."""
        told = Sql(f"strpos({column}, ?) > 0", (folded,))
        if not _indexed(table, column, folded):
            return Sql(f"{table} x WHERE {told.text}", told.values)
        narrowed = f"({full_text(table, 'x.')}) LIKE ? AND {told.text}"
        return Sql(f"{table} x WHERE {narrowed}", (f"%{folded.translate(_LIKE)}%", folded))

    def narrowing(self, table: str, column: str, folded: str) -> Sql | None:
        """Return None: what `containing` gives is as cheap here."""
        return None

    def index_text(self, table: str, first: int) -> None:
        """Do nothing: the trigram index follows by itself."""

    def create(self) -> None:
        """Make the tables."""
        if self.rows("SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'about'"):
            raise StoreError("This database holds a directory already: give an empty one.")
        self.run("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        for table in TABLES:
            columns = [column.replace(" TEXT", ' TEXT COLLATE "C"') for column in table.columns]
            self.run(f"CREATE TABLE {table.name} ({', '.join(columns)})")

    def finish(self, tell: Telling) -> None:
        """Make indexes, trigram indexes and statistics."""
        self.run("SET maintenance_work_mem = '256MB'")
        for table in TABLES:
            tell(table.name)
            first = table.names[0]
            if first in {"rid", "id"}:
                self.run(f"ALTER TABLE {table.name} ADD PRIMARY KEY ({first})")
            for number, columns in enumerate(table.indexes, 1):
                listed, where, condition = columns.partition(" WHERE ")
                self.run(f"CREATE INDEX {table.name}_{number} ON {table.name} ({listed}){where}{condition}")
        for name in FULL_TEXT:
            tell(f"{name} trigrams")
            self.run(f"CREATE INDEX {name}_trigrams ON {name} USING gin (({full_text(name)}) gin_trgm_ops)")
        for table in TABLES:
            self.run(f"VACUUM ANALYZE {table.name}")

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._cursor.close()
            self._connection.close()


def _placed(sql: str) -> str:
    return sql.replace("instr(", "strpos(").replace("%", "%%").replace("?", "%s")


def _copied(value: object) -> str:
    if value is None:
        return "\\N"
    return value.translate(_ESCAPES) if isinstance(value, str) else str(value)


def _indexed(table: str, column: str, folded: str) -> bool:
    return len(folded) >= 3 and any(name in column for name in FULL_TEXT.get(table, ()))


def create_postgres_store(url: str) -> SqlStore:
    """Return an empty store in an empty database; raises `StoreError`."""
    return _made(url, new=True)


def open_postgres_store(url: str) -> SqlStore:
    """Return the store of a database; raises `StoreError`, `StoreFormatError`."""
    return _made(url, new=False)


def _made(url: str, *, new: bool) -> SqlStore:
    database = PostgresDatabase(url)
    try:
        if not new and not database.rows("SELECT 1 FROM pg_tables WHERE tablename = 'about'"):
            raise StoreFormatError("This database holds no directory: make one first.")
        return SqlStore(database, new=new)
    except BaseException:
        database.close()
        raise


def unavailable() -> str | None:
    """Return why no private cluster can be started here, None when one can."""
    if _program("initdb") is None:
        return "PostgreSQL is not installed (programs initdb and postgres)"
    try:
        import pg8000  # type: ignore[import-untyped,unused-ignore]  # noqa: F401, PLC0415
    except ImportError:
        return "the driver pg8000 is not installed (extra `postgres`)"
    if hasattr(os, "geteuid") and os.geteuid() == 0 and _plain_user() is None:
        return "PostgreSQL refuses to run as root, and there is no user `postgres`"
    return None


class PrivateCluster:
    """A PostgreSQL server of its own in a folder, on loopback, gone when left.

    It runs as the user `postgres` where this process is root, which PostgreSQL refuses.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: subprocess.Popen[bytes] | None = None
        self._password = secrets.token_urlsafe(12)
        self.port = 0

    @property
    def url(self) -> str:
        """Return the URL of its database."""
        return f"postgresql://postgres:{self._password}@127.0.0.1:{self.port}/postgres"

    def __enter__(self) -> Self:
        """Make the cluster and wait until it answers."""
        initdb, postgres = _program("initdb"), _program("postgres")
        if initdb is None or postgres is None:
            raise StoreError(unavailable() or "PostgreSQL is not installed")
        data, secret = self._folder / "data", self._folder / "password"
        data.mkdir(mode=0o700)
        secret.write_text(self._password, encoding="utf-8")
        user = _plain_user()
        if user:
            for path in (self._folder, data, secret):
                shutil.chown(path, user)
        made = [initdb, "-D", data, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", secret]
        made += ["-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(  # noqa: S603  the program found, arguments ours
            [str(word) for word in made], check=True, capture_output=True, user=user, cwd=self._folder
        )
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "port": str(self.port),
            "fsync": "off",
            "shared_buffers": "256MB",
            "max_wal_size": "4GB",
        }
        words = [postgres, "-D", str(data)]
        for name, value in settings.items():
            words += ["-c", f"{name}={value}"]
        log = (self._folder / "log").open("wb")
        try:
            self._server = subprocess.Popen(  # noqa: S603
                words, stdout=log, stderr=log, user=user, cwd=self._folder
            )
        finally:
            log.close()
        self._wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server."""
        if self._server is not None:
            self._server.terminate()
            try:
                self._server.wait(20)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()

    def _wait(self) -> None:
        waiting = threading.Event()
        for _ in range(200):
            try:
                PostgresDatabase(self.url).close()
            except StoreError:
                if self._server is None or self._server.poll() is not None:
                    break
                waiting.wait(0.05)
            else:
                return
        told = (self._folder / "log").read_text(encoding="utf-8", errors="replace")[-400:]
        self.__exit__(None, None, None)
        raise StoreError(f"The private PostgreSQL did not start: {told}")


def _program(name: str) -> str | None:
    """Return the newest of a program of PostgreSQL, which Debian keeps out of the PATH."""
    found = shutil.which(name)
    if found:
        return found
    for root in _PROGRAMS:
        places = sorted(Path(root).glob(f"*/bin/{name}*"), reverse=True)
        if places:
            return str(places[0])
    return None


def _plain_user() -> str | None:
    """Return `postgres` when this process is root and there is such a user."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    import pwd  # noqa: PLC0415  not on Windows

    return "postgres" if any(one.pw_name == "postgres" for one in pwd.getpwall()) else None
