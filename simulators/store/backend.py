"""Where a store keeps what it holds, apart from memory.

`MailStore` is the truth while it runs; a backend is told of each change *before* memory changes, inside a
transaction, and can give everything back at the next start. When a backend raises, the operation is refused
and memory is as it was (of MOVE and RENAME of INBOX, which take several steps, memory may be ahead until the
next start).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from simulators.store.message import Content


@dataclass(frozen=True, slots=True)
class MailboxRecord:
    """State of one mailbox that outlives the process; `identifier` is unique in the store."""

    identifier: int
    account: str
    name: str
    uid_validity: int
    uid_next: int
    highest_modseq: int
    first_recent: int
    special_use: str
    selectable: bool


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """One message as kept; `content_id` is what `put_content` returned."""

    uid: int
    content_id: int
    content: Content
    internal_date: datetime
    flags: frozenset[str]
    modseq: int


@dataclass(slots=True)
class SavedMailbox:
    """A mailbox as read back: its record, messages by ascending uid, and (modseq, uid) of the expunged."""

    record: MailboxRecord
    messages: list[MessageRecord] = field(default_factory=list)
    expunged: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class SavedAccount:
    """An account as read back."""

    address: str
    quota: int | None
    subscriptions: list[str] = field(default_factory=list)
    mailboxes: list[SavedMailbox] = field(default_factory=list)


class Backend(Protocol):
    """What `MailStore` asks of a backend. All calls come under the store's lock."""

    def load(self) -> Sequence[SavedAccount]:
        """Return everything kept so far."""
        ...

    def counters(self) -> tuple[int, int]:
        """Return the highest mailbox identifier and UIDVALIDITY ever kept, those of deleted mailboxes too."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """Group the calls made inside: all are kept, or none; kept for good when the block ends."""
        ...

    def put_account(self, address: str, quota: int | None) -> None:
        """Keep an account (again, when its quota changed)."""
        ...

    def put_subscription(self, address: str, name: str, subscribed: bool) -> None:
        """Keep or drop one subscription."""
        ...

    def put_mailbox(self, record: MailboxRecord) -> None:
        """Keep the state of a mailbox, new or changed."""
        ...

    def drop_mailbox(self, identifier: int) -> None:
        """Drop a mailbox and its messages."""
        ...

    def put_content(self, data: bytes) -> tuple[int, Content]:
        """Keep the octets of a message; return their identifier and how to read them."""
        ...

    def put_message(self, mailbox: int, message: MessageRecord) -> None:
        """Keep a message of a mailbox, new or with new flags."""
        ...

    def drop_messages(self, mailbox: int, uids: Iterable[int], modseq: int) -> None:
        """Drop messages and remember that they were expunged at `modseq`."""
        ...

    def unnumber(self, mailbox: int) -> None:
        """Drop all messages of a mailbox and its expunged UIDs, but no octets.

        The same transaction puts the messages back under new UIDs.
        """
        ...

    def close(self) -> None:
        """Release files."""
        ...


class MemoryBackend:
    """Keeps nothing: the store lives and dies with its process."""

    def load(self) -> Sequence[SavedAccount]:
        """Return nothing."""
        return ()

    def counters(self) -> tuple[int, int]:
        """Return zeros."""
        return 0, 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do nothing around the block."""
        yield

    def put_account(self, address: str, quota: int | None) -> None:
        """Do nothing."""

    def put_subscription(self, address: str, name: str, subscribed: bool) -> None:
        """Do nothing."""

    def put_mailbox(self, record: MailboxRecord) -> None:
        """Do nothing."""

    def drop_mailbox(self, identifier: int) -> None:
        """Do nothing."""

    def put_content(self, data: bytes) -> tuple[int, Content]:
        """Hold the octets in memory."""
        return 0, Content.of(data)

    def put_message(self, mailbox: int, message: MessageRecord) -> None:
        """Do nothing."""

    def drop_messages(self, mailbox: int, uids: Iterable[int], modseq: int) -> None:
        """Do nothing."""

    def unnumber(self, mailbox: int) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""
