"""One timed journal over all protocols, and the raw bytes that it points to.

Both are written as things happen, so a killed run keeps what it saw and memory stays flat: an event is one
JSON line, a piece of evidence is one file named by its SHA-256. Parallel workers write beside each other
(`journal-<worker>.jsonl`); the run record joins them.

Nothing secret goes into `Event.text` or `Event.data`: callers mask tokens with `mask_secret`. Raw bytes
(which hold the simulated tokens of a dead space) exist only as evidence.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from itertools import count
from pathlib import Path
from typing import Any, Literal

from simulators.clock import Clock, SystemClock, monotonic_ms

ProtocolName = Literal["smtp", "imap", "tls", "oauth", "dns", "http", "driver", "mail", "hl7", "bench"]
Actor = Literal[
    "product",
    "operator",
    "psc",
    "directory",
    "correspondent",
    "patient",
    "pki",
    "dns",
    "autoconfig",
    "software",
    "gateway",
    "bench",
]

EVENTS_KEPT_PER_TENANT = 20_000
"""Bound on the events a tenant keeps in memory for its checks; the file on disk has no bound."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened on a wire.

    `at` is the tenant's (simulated) instant in ISO 8601 UTC, `elapsed_ms` the real time since the journal
    was opened. `name` is a dotted word from the protocol's own vocabulary (`command`, `reply`,
    `client-hello`, `alert`, `request`, `response`, `message`, `connect`, `close`, `fault`). `text` is one
    line for a person, `data` the same for a check. `evidence` is the SHA-256 of the bytes behind it.
    """

    seq: int
    at: str
    elapsed_ms: float
    tenant: str
    test: str
    protocol: ProtocolName
    connection: str
    source: Actor
    target: Actor
    name: str
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)
    evidence: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the form of a journal line (`run-record/1`, `$defs/event`)."""
        return {name: getattr(self, name) for name in _EVENT_FIELDS}


_EVENT_FIELDS = tuple(one.name for one in fields(Event))
_LINE = json.JSONEncoder(ensure_ascii=False, default=str)
LONE_SURROGATES = "backslashreplace"
"""How a file opened for JSON writes a lone surrogate that a peer sent: as its JSON escape."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A piece of evidence on disk: `sha256` in hex, size in octets, media type and a name for a person."""

    sha256: str
    size: int
    media_type: str
    label: str


class EvidenceStore:
    """Content-addressed bytes under one folder; the same bytes are stored once.

    An index line is appended for each new piece (`index-<worker>.jsonl`), so nothing needs to be held until
    the end of the run.
    """

    def __init__(self, folder: Path, worker: str = "main") -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._index = folder / f"index-{worker}.jsonl"
        self._worker = worker
        self._seen: set[str] = set()
        self._lock = threading.Lock()

    def put(self, content: bytes, media_type: str, label: str) -> Evidence:
        """Store `content` now and return its address."""
        digest = hashlib.sha256(content).hexdigest()
        piece = Evidence(digest, len(content), media_type, label)
        with self._lock:
            if digest in self._seen:
                return piece
            self._seen.add(digest)
            path = self.path(digest)
            if not path.exists():
                partial = path.with_suffix(f".{self._worker}.part")
                partial.write_bytes(content)
                partial.replace(path)
            with self._index.open("a", encoding="utf-8", errors=LONE_SURROGATES) as index:
                index.write(json.dumps(asdict(piece), ensure_ascii=False) + "\n")
        return piece

    def path(self, digest: str) -> Path:
        """Return where the bytes with this SHA-256 are."""
        return self.folder / digest

    def read(self, digest: str) -> bytes:
        """Return the bytes with this SHA-256; raises `FileNotFoundError`."""
        return self.path(digest).read_bytes()


class Journal:
    """The timed journal. Thread-safe: the space's loop writes while the test thread reads."""

    def __init__(self, folder: Path, worker: str = "main") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"journal-{worker}.jsonl"
        self.evidence = EvidenceStore(folder / "evidence", worker)
        self._file = self.path.open("a", encoding="utf-8", errors=LONE_SURROGATES)
        self._seq = count(1)
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._opened_ms = monotonic_ms()
        self._events: dict[str, list[Event]] = defaultdict(list)
        self._cut: set[str] = set()
        self._tests: dict[str, str] = {}
        self._clocks: dict[str, Clock] = {}

    def bind(self, tenant: str, test: str, clock: Clock) -> None:
        """Say which test a tenant serves and which clock it lives by."""
        self._tests[tenant] = test
        self._clocks[tenant] = clock

    def record(
        self,
        tenant: str,
        protocol: ProtocolName,
        name: str,
        text: str,
        *,
        source: Actor,
        target: Actor,
        connection: str = "",
        data: Mapping[str, Any] | None = None,
        raw: bytes | None = None,
        media_type: str = "application/octet-stream",
    ) -> Event:
        """Write one event (and its bytes) to disk and return it."""
        digest = self.evidence.put(raw, media_type, text).sha256 if raw is not None else None
        clock = self._clocks.get(tenant) or SystemClock()
        with self._changed:
            event = Event(
                seq=next(self._seq),
                at=clock.now().isoformat(timespec="milliseconds"),
                elapsed_ms=round(monotonic_ms() - self._opened_ms, 3),
                tenant=tenant,
                test=self._tests.get(tenant, ""),
                protocol=protocol,
                connection=connection,
                source=source,
                target=target,
                name=name,
                text=text,
                data=dict(data or {}),
                evidence=digest,
            )
            if not self._file.closed:
                self._file.write(_LINE.encode(event.to_json()) + "\n")
                self._file.flush()
            kept = self._events[tenant]
            if len(kept) < EVENTS_KEPT_PER_TENANT:
                kept.append(event)
            else:
                self._cut.add(tenant)
            self._changed.notify_all()
        return event

    def events(
        self,
        tenant: str,
        *,
        protocol: ProtocolName | None = None,
        name: str | None = None,
        since: int = 0,
    ) -> Sequence[Event]:
        """Return the tenant's events after `since` (a `seq`), oldest first, optionally of one kind."""
        with self._lock:
            kept = tuple(self._events.get(tenant, ()))
        return [
            event
            for event in kept
            if event.seq > since
            and (protocol is None or event.protocol == protocol)
            and (name is None or event.name == name)
        ]

    def wait_for(
        self,
        tenant: str,
        timeout_s: float,
        *,
        protocol: ProtocolName | None = None,
        name: str | None = None,
        since: int = 0,
    ) -> Event | None:
        """Wait until such an event is there; return the first, or None when `timeout_s` has passed."""
        deadline = monotonic_ms() + timeout_s * 1000
        while True:
            found = self.events(tenant, protocol=protocol, name=name, since=since)
            if found:
                return found[0]
            left_s = (deadline - monotonic_ms()) / 1000
            if left_s <= 0:
                return None
            with self._changed:
                self._changed.wait(min(left_s, 0.25))

    def is_cut(self, tenant: str) -> bool:
        """Tell whether a tenant had more events than are kept in memory: its last ones are on disk alone."""
        return tenant in self._cut

    def forget(self, tenant: str) -> None:
        """Drop a tenant's events from memory; the file keeps them."""
        with self._lock:
            self._events.pop(tenant, None)

    def close(self) -> None:
        """Flush to disk and close; later events are no longer written."""
        with self._lock:
            if not self._file.closed:
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()


def mask_secret(secret: str, kind: str = "jeton") -> str:
    """Return what may be shown of a secret: its kind, length and the first octets of its SHA-256.

    Two equal secrets have equal masks, so that a reader still sees a token being used again.
    """
    digest = hashlib.sha256(secret.encode()).hexdigest()[:8]
    return f"‹{kind} {digest}, {len(secret)} octets›"
