"""What one session sees of its selected mailbox.

Message numbers belong to a session: they change only when the session has been told (EXISTS, EXPUNGE,
VANISHED), and EXPUNGE may be told only at certain moments (RFC 9051 §7.5.1). So a view keeps its own list of
messages, and takes in what happened when the session asks for it.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from simulators.imap.parser.reader import SyntaxProblem
from simulators.imap.parser.sets import SequenceSet
from simulators.store import Mailbox, Message

Numbered = tuple[int, Message]
"""A message number and its message."""


@dataclass(slots=True)
class Updates:
    """What the session has to be told, in this order.

    `expunged`: (message number at that moment, UID); `exists`: new number of messages, None when unchanged;
    `changed`: messages with new flags.
    """

    expunged: list[tuple[int, int]] = field(default_factory=list)
    exists: int | None = None
    changed: list[Numbered] = field(default_factory=list)


class MailboxView:
    """The selected mailbox of one session; `gone` says why it can no longer be used, or is empty."""

    def __init__(
        self,
        mailbox: Mailbox,
        *,
        read_only: bool,
        loop: asyncio.AbstractEventLoop | None = None,
        wake: Callable[[], None] | None = None,
    ) -> None:
        self.mailbox = mailbox
        self.read_only = read_only
        self.uid_validity = mailbox.uid_validity
        self.watch, self.messages = mailbox.watch(loop, wake)
        self.uids = [message.uid for message in self.messages]
        self.uid_next = mailbox.uid_next
        self.recent: set[int] = set()
        self.gone = ""
        self.recent_told = 0
        self.keywords_told = 0
        self._expunged: set[int] = set()
        self._changed: set[int] = set()
        self._claim_recent(self.messages)

    def close(self) -> None:
        """Stop watching."""
        self.mailbox.unwatch(self.watch)

    def _claim_recent(self, messages: Iterable[Message]) -> None:
        first = self.mailbox.first_recent
        if not self.read_only:
            first = self.mailbox.claim_recent(self.uid_next)
        self.recent.update(message.uid for message in messages if message.uid >= first)

    # -- what happened ------------------------------------------------------------------------------------

    @property
    def pending(self) -> bool:
        """Whether `sync` may have something to tell."""
        return self.watch.pending or bool(self._expunged or self._changed or self.gone)

    def sync(self, *, expunge: bool) -> Updates:
        """Take in what happened; with `expunge` also the disappearance of messages."""
        taken = self.watch.take()
        updates = Updates()
        self.gone = self.gone or taken.gone
        self._expunged |= taken.expunged
        self._changed |= taken.changed
        arrived = [message for message in taken.arrived if message.uid not in self._expunged]
        for message in taken.arrived:
            if message.uid in self._expunged:
                # It came and went between two looks: this session never learns of it.
                self._expunged.discard(message.uid)
            self.uid_next = max(self.uid_next, message.uid + 1)
        if expunge and self._expunged:
            updates.expunged = self._remove(self._expunged)
            self._expunged = set()
        if arrived:
            self.messages += arrived
            self.uids += [message.uid for message in arrived]
            self._claim_recent(arrived)
            updates.exists = len(self.messages)
        # Of a message that was not there before there is nothing to correct.
        for uid in sorted(self._changed.difference(message.uid for message in arrived)):
            number = self.number_of(uid)
            if number is not None:
                updates.changed.append((number, self.messages[number - 1]))
        self._changed.clear()
        return updates

    def _remove(self, uids: set[int]) -> list[tuple[int, int]]:
        """Remove messages; return (number, UID), highest first: each number is true when it is told."""
        told: list[tuple[int, int]] = []
        for uid in sorted(uids, reverse=True):
            number = self.number_of(uid)
            if number is None:
                continue
            del self.messages[number - 1]
            del self.uids[number - 1]
            self.recent.discard(uid)
            told.append((number, uid))
        return told

    # -- finding messages ---------------------------------------------------------------------------------

    def number_of(self, uid: int) -> int | None:
        """Return the message number of a UID, or None."""
        index = bisect_left(self.uids, uid)
        return index + 1 if index < len(self.uids) and self.uids[index] == uid else None

    def select(self, chosen: SequenceSet, *, uid: bool, saved: Sequence[int] = ()) -> list[Numbered]:
        """Return the messages of a set, ascending.

        UIDs that do not exist are left out (RFC 9051 §6.4.9). A message number that does not exist makes the
        command wrong: raises `SyntaxProblem`.
        """
        if chosen.saved:
            numbers = [number for one in saved if (number := self.number_of(one)) is not None]
            return [(number, self.messages[number - 1]) for number in numbers]
        if uid:
            return self._by_uid(chosen)
        count = len(self.messages)
        picked: set[int] = set()
        for low, high in chosen.bounded(count):
            if high > count or low < 1:
                raise SyntaxProblem("Message number beyond the last message")
            if len(chosen.ranges) == 1:
                return list(zip(range(low, high + 1), self.messages[low - 1 : high], strict=True))
            picked.update(range(low, high + 1))
        return [(number, self.messages[number - 1]) for number in sorted(picked)]

    def _by_uid(self, chosen: SequenceSet) -> list[Numbered]:
        if not self.uids:
            return []
        found = chosen.within(self.uids, self.uids[-1])
        numbers = (bisect_left(self.uids, uid) + 1 for uid in found)
        return [(number, self.messages[number - 1]) for number in numbers]

    def everything(self) -> list[Numbered]:
        """Return all messages with their numbers."""
        return list(enumerate(self.messages, 1))

    def is_expunged(self, uid: int) -> bool:
        """Say whether the message is gone although this session was not told yet."""
        return uid not in self.mailbox.messages

    def flags(self, message: Message) -> set[str]:
        r"""Return the flags as this session sees them, `\Recent` included."""
        return set(message.flags) | {"\\Recent"} if message.uid in self.recent else set(message.flags)

    def forget_change(self, uid: int) -> None:
        """Do not tell the flags of this message again: they were just told."""
        self._changed.discard(uid)
