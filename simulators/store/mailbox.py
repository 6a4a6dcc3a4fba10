"""One mailbox: UIDs, flags, modification sequence, and those who watch it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import RLock
from typing import Any

from simulators.store.backend import Backend, MailboxRecord, MessageRecord, SavedMailbox
from simulators.store.changes import Watch
from simulators.store.errors import NotAllowed, UnknownMailbox
from simulators.store.flags import MAX_KEYWORD_LENGTH, MAX_KEYWORDS, canonical
from simulators.store.message import Digester, Message


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message about to be added: octets (or the content of a stored one), flags, internal date."""

    content: bytes | Message
    internal_date: datetime
    flags: Iterable[str] = ()

    @property
    def size(self) -> int:
        """Return the size in octets."""
        return self.content.size if isinstance(self.content, Message) else len(self.content)


class Mailbox:
    r"""A mailbox of an account. All changes go through its methods, in any thread.

    `modseq` values start at 1 and each change takes the next one (RFC 7162 §3.1). `uid_next` is the UID that
    the next message gets; `first_recent` the first UID that no session has been told as `\\Recent`.
    `early` is what is derived from each new message at once, rather than when it is first asked for.
    """

    def __init__(
        self, record: MailboxRecord, backend: Backend, lock: RLock, early: Sequence[Digester] = ()
    ) -> None:
        self._early = early
        self.identifier = record.identifier
        self.account = record.account
        self.name = record.name
        self.uid_validity = record.uid_validity
        self.uid_next = record.uid_next
        self.highest_modseq = record.highest_modseq
        self.first_recent = record.first_recent
        self.special_use = record.special_use
        self.selectable = record.selectable
        self.messages: dict[int, Message] = {}
        self.expunged: list[tuple[int, int]] = []
        self.keywords: dict[str, str] = {}
        self.octets = 0
        self._backend = backend
        self._lock = lock
        self._watches: set[Watch] = set()

    def restore(self, saved: SavedMailbox) -> None:
        """Take back what a backend kept."""
        for kept in saved.messages:
            self._admit(
                Message(kept.uid, kept.content, kept.internal_date, kept.flags, kept.modseq, kept.content_id)
            )
            for flag in kept.flags:
                self._spelling(flag)
        self.expunged = list(saved.expunged)

    def record(self, **changes: Any) -> MailboxRecord:
        """Return the state to keep, with `changes` applied."""
        present = MailboxRecord(
            self.identifier,
            self.account,
            self.name,
            self.uid_validity,
            self.uid_next,
            self.highest_modseq,
            self.first_recent,
            self.special_use,
            self.selectable,
        )
        return replace(present, **changes)

    # -- reading ------------------------------------------------------------------------------------------

    def snapshot(self) -> list[Message]:
        """Return the messages by ascending UID."""
        with self._lock:
            return list(self.messages.values())

    def expunged_since(self, modseq: int) -> list[int]:
        """Return the UIDs expunged after `modseq`, ascending (RFC 7162 §3.2.5)."""
        with self._lock:
            return sorted(uid for when, uid in self.expunged if when > modseq)

    # -- watching -----------------------------------------------------------------------------------------

    def watch(
        self, loop: asyncio.AbstractEventLoop | None = None, wake: Callable[[], None] | None = None
    ) -> tuple[Watch, list[Message]]:
        """Start watching; return the watch and the messages at that very moment."""
        with self._lock:
            watch = Watch(self._lock, loop, wake)
            self._watches.add(watch)
            return watch, list(self.messages.values())

    def unwatch(self, watch: Watch) -> None:
        """Stop watching."""
        with self._lock:
            self._watches.discard(watch)

    def dismiss(self, why: str) -> None:
        """Tell all watchers that the mailbox is no more what it was."""
        with self._lock:
            for watch in self._watches:
                watch.gone(why)

    # -- changing -----------------------------------------------------------------------------------------

    def add(self, items: Sequence[NewMessage]) -> list[Message]:
        """Add messages, all or none; return them with their UIDs."""
        with self._lock:
            if not self.selectable:
                raise UnknownMailbox(f"{self.name} cannot hold messages; choose another mailbox")
            modseq = self.highest_modseq + 1
            with self._backend.transaction():
                added = [self._prepare(item, self.uid_next + i, modseq) for i, item in enumerate(items)]
                self._backend.put_mailbox(
                    self.record(uid_next=self.uid_next + len(added), highest_modseq=modseq)
                )
            self.uid_next += len(added)
            self.highest_modseq = modseq
            for message in added:
                self._admit(message)
                for watch in self._watches:
                    watch.arrived(message)
            return added

    def _prepare(self, item: NewMessage, uid: int, modseq: int) -> Message:
        if isinstance(item.content, Message):
            content_id, content = item.content.content_id, item.content.content
        else:
            content_id, content = self._backend.put_content(item.content)
            for digester in self._early:
                content.know(digester(item.content))
        flags = frozenset(self._spelling(flag) for flag in item.flags)
        message = Message(uid, content, item.internal_date, flags, modseq, content_id)
        self._keep(message, flags, modseq)
        return message

    def set_flags(
        self, updates: Mapping[int, Iterable[str]], *, silent_for: Watch | None = None
    ) -> list[Message]:
        """Give messages new sets of flags, under one new modseq; return those that really changed.

        Unknown UIDs are left out (they were expunged meanwhile). `silent_for` is not told: it knows.
        """
        with self._lock:
            modseq = self.highest_modseq + 1
            changes: list[tuple[Message, frozenset[str]]] = []
            for uid, wanted in updates.items():
                message = self.messages.get(uid)
                if message is None:
                    continue
                flags = frozenset(self._spelling(flag) for flag in wanted)
                if flags != message.flags:
                    changes.append((message, flags))
            if not changes:
                return []
            with self._backend.transaction():
                for message, flags in changes:
                    self._keep(message, flags, modseq)
                self._backend.put_mailbox(self.record(highest_modseq=modseq))
            self.highest_modseq = modseq
            for message, flags in changes:
                message.flags = flags
                message.modseq = modseq
                for watch in self._watches:
                    if watch is not silent_for:
                        watch.changed(message.uid)
            return [message for message, _ in changes]

    def expunge(self, uids: Iterable[int]) -> list[int]:
        """Remove messages for good, under one new modseq; return the UIDs that were there."""
        with self._lock:
            present = [uid for uid in uids if uid in self.messages]
            if not present:
                return []
            modseq = self.highest_modseq + 1
            with self._backend.transaction():
                self._backend.drop_messages(self.identifier, present, modseq)
                self._backend.put_mailbox(self.record(highest_modseq=modseq))
            self.highest_modseq = modseq
            for uid in present:
                self.octets -= self.messages.pop(uid).size
                self.expunged.append((modseq, uid))
                for watch in self._watches:
                    watch.expunged(uid)
            return present

    def claim_recent(self, uid_next: int) -> int:
        r"""Make this caller the one session that sees messages below `uid_next` as `\Recent`.

        Return the first UID that is recent for it (RFC 3501 §2.3.2).
        """
        with self._lock:
            first = self.first_recent
            if uid_next > first:
                with self._backend.transaction():
                    self._backend.put_mailbox(self.record(first_recent=uid_next))
                self.first_recent = uid_next
            return first

    def renumber(self, uid_validity: int) -> None:
        """Give the mailbox a new UIDVALIDITY and its messages new UIDs, as after a rebuilt index.

        Sessions that have it selected are told that it is gone.
        """
        with self._lock:
            if uid_validity <= self.uid_validity:
                raise NotAllowed(f"UIDVALIDITY only grows: {uid_validity} is not above {self.uid_validity}")
            old = list(self.messages.values())
            modseq = self.highest_modseq + 1
            with self._backend.transaction():
                self._backend.unnumber(self.identifier)
                fresh = [
                    Message(uid, was.content, was.internal_date, was.flags, modseq, was.content_id)
                    for uid, was in enumerate(old, 1)
                ]
                for message in fresh:
                    self._keep(message, message.flags, modseq)
                self._backend.put_mailbox(
                    self.record(
                        uid_validity=uid_validity,
                        uid_next=len(fresh) + 1,
                        highest_modseq=modseq,
                        first_recent=len(fresh) + 1,
                    )
                )
            self.uid_validity, self.uid_next, self.highest_modseq = uid_validity, len(fresh) + 1, modseq
            self.first_recent = len(fresh) + 1
            self.expunged.clear()
            self.messages = {message.uid: message for message in fresh}
            self.dismiss("UIDVALIDITY changed")

    def _admit(self, message: Message) -> None:
        self.messages[message.uid] = message
        self.octets += message.size

    def _keep(self, message: Message, flags: frozenset[str], modseq: int) -> None:
        self._backend.put_message(
            self.identifier,
            MessageRecord(
                message.uid, message.content_id, message.content, message.internal_date, flags, modseq
            ),
        )

    def _spelling(self, flag: str) -> str:
        """Return the flag as this mailbox spells it: keywords keep the spelling of their first use."""
        if flag.startswith("\\"):
            return canonical(flag)
        known = self.keywords.get(flag.lower())
        if known is not None:
            return known
        if len(self.keywords) >= MAX_KEYWORDS or len(flag) > MAX_KEYWORD_LENGTH:
            raise NotAllowed(
                f"too many keywords in {self.name}, or one too long; at most {MAX_KEYWORDS} "
                f"of {MAX_KEYWORD_LENGTH} characters"
            )
        self.keywords[flag.lower()] = flag
        return flag
