"""The store of the directory: what a search, a page, a read and a change ask of it.

Records are kept by version. A change is known at once and *visible* from an instant that the caller gives
(the real directory publishes late); every question is asked *as of* an instant, so that all pages of a
search show the data as they were at its first page: pass the same `at`, and the `next_after` of the page
before. Search semantics: `simulators.annuaire.query`.

Two stores: `simulators.annuaire.sqlite` (embedded, the default) and `simulators.annuaire.postgres`.
A store is safe to use from several threads; it never looks at a clock.

Errors::

    StoreError
    ├── StoreFormatError    the file or database is not one of ours, or of another version
    ├── StoreBusyError      another process holds it
    └── VersionConflict     a record changed since the version that the caller had read
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self, TypeVar

from simulators.annuaire.model import Record
from simulators.annuaire.parameters import ResourceType
from simulators.annuaire.query import Query

R = TypeVar("R", bound=Record)


class StoreError(Exception):
    """The store cannot do what was asked."""


class StoreFormatError(StoreError):
    """The file or database is not a directory store, or one of another version."""


class StoreBusyError(StoreError):
    """Another process holds the store."""


class VersionConflict(StoreError):
    """A record changed since the version that the caller had read."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a search.

    `matches` come in the order of the technical id, BAL of the liste rouge taken out. `included` follow the
    matches of this page, each once and never one of `matches`. `next_after` is handed back to `search` for
    the page that follows, None at the end. `total` is None when not asked for, or left out as too costly.
    """

    matches: tuple[Record, ...]
    included: tuple[Record, ...] = ()
    next_after: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a store holds in current, visible records (`mailboxes`: published ones, by type)."""

    resources: dict[ResourceType, int]
    active: dict[ResourceType, int]
    mailboxes: dict[str, int]
    liste_rouge: int


@dataclass(frozen=True, slots=True)
class About:
    """What a store was made from.

    `origin` is `population` or `files`; `created` is the instant of its base data: nothing in it is younger,
    but for changes. `notes` are lines for a person (files read, lines refused).
    """

    origin: str
    created: datetime
    size: int
    seed: int | None = None
    notes: tuple[str, ...] = field(default=())


class DirectoryStore(Protocol):
    """A directory store."""

    about: About

    def search(self, query: Query, at: datetime, after: int | None = None) -> Page:
        """Return a page of the records that satisfy `query`, as of `at`, after `after`.

        Raises `KeyError` for a parameter that the resource does not have (the API refuses it before).
        """
        ...

    def get(self, resource: ResourceType, key: int, at: datetime, *, public: bool = True) -> Record | None:
        """Return a record as of `at`; `public` false keeps the BAL of the liste rouge (operators' side)."""
        ...

    def history(self, resource: ResourceType, key: int) -> tuple[Record, ...]:
        """Return all kept versions of a record, oldest first, visible or not yet; liste rouge included."""
        ...

    def put(self, record: Record, visible: datetime, *, expected: int | None = None) -> Record:
        """Keep a new version of a record (or a new record: `key` 0), visible from an instant.

        Returns it with its key, its version (one more than the last) and `updated` as given in `record`.
        `visible` is never before that of the version before it. With `expected`, raises `VersionConflict`
        when the last version (visible or not) is another.
        """
        ...

    def patch(
        self,
        resource: ResourceType,
        key: int,
        change: Callable[[Record], Record],
        *,
        updated: datetime,
        visible: datetime,
    ) -> Record | None:
        """Change the last version (visible or not) in one transaction; None when there is no such record."""
        ...

    def delete(self, resource: ResourceType, key: int, *, updated: datetime, visible: datetime) -> bool:
        """Turn a record into a deleted one: it stays, `active` false, without BAL; False when unknown."""
        ...

    def counts(self, at: datetime) -> Counts:
        """Count what is visible at `at`."""
        ...

    def get_all(self, resource: ResourceType, keys: Sequence[int], at: datetime) -> tuple[Record, ...]:
        """Return the records of some keys as of `at`, in the order of their key, without liste rouge."""
        ...

    def referring(
        self, resource: ResourceType, parameter: str, keys: Sequence[int], at: datetime
    ) -> tuple[Record, ...]:
        """Return the records of which a reference parameter leads to one of some keys, as of `at`."""
        ...

    def every(self, resource: ResourceType, at: datetime, *, with_mailbox: bool = False) -> Iterator[Record]:
        """Return all records of a kind (or those with a published BAL), streamed, without liste rouge."""
        ...

    def add_all(self, records: Sequence[Record]) -> None:
        """Add base records with the keys they have (bulk, before `finish`): visible since always."""
        ...

    def finish(self, about: About) -> None:
        """Index what was added and say what it is: the store can be searched from here on."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...

    def __enter__(self) -> Self:
        """Return the store itself."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        ...
