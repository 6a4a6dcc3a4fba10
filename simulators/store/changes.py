"""Telling watchers (IMAP sessions, tests) what changed in a mailbox."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock

from simulators.store.message import Message


@dataclass(slots=True)
class Changes:
    """What happened to a mailbox since the watcher last asked.

    `gone` says why the mailbox can no longer be used as it was (deleted, renumbered), or is empty.
    """

    arrived: list[Message] = field(default_factory=list)
    changed: set[int] = field(default_factory=set)
    expunged: set[int] = field(default_factory=set)
    gone: str = ""

    def __bool__(self) -> bool:
        return bool(self.arrived or self.changed or self.expunged or self.gone)


class Watch:
    """One watcher of one mailbox; collects changes, and calls `wake` once per batch in its own loop.

    `wake` runs in `loop`'s thread whichever thread made the change. What is collected is bounded by the size
    of the mailbox. Without a loop nobody is woken and the watcher polls.
    """

    __slots__ = ("_changes", "_lock", "_loop", "_scheduled", "_wake")

    def __init__(
        self,
        lock: RLock,
        loop: asyncio.AbstractEventLoop | None = None,
        wake: Callable[[], None] | None = None,
    ) -> None:
        self._lock = lock
        self._loop = loop
        self._wake = wake
        self._changes = Changes()
        self._scheduled = False

    @property
    def pending(self) -> bool:
        """Whether `take` would return something."""
        return bool(self._changes)

    def take(self) -> Changes:
        """Return what was collected, and start anew."""
        with self._lock:
            changes, self._changes = self._changes, Changes()
            return changes

    def arrived(self, message: Message) -> None:
        """Note a new message."""
        self._changes.arrived.append(message)
        self._schedule()

    def changed(self, uid: int) -> None:
        """Note new flags."""
        self._changes.changed.add(uid)
        self._schedule()

    def expunged(self, uid: int) -> None:
        """Note a message that is no more."""
        self._changes.expunged.add(uid)
        self._schedule()

    def gone(self, why: str) -> None:
        """Note that the mailbox is no more what it was."""
        self._changes.gone = why
        self._schedule()

    def _schedule(self) -> None:
        if self._scheduled or self._loop is None or self._loop.is_closed():
            return
        self._scheduled = True
        if asyncio._get_running_loop() is self._loop:
            # The change comes from the loop's own thread, which need not be woken through its socket.
            self._loop.call_soon(self._run)
        else:
            self._loop.call_soon_threadsafe(self._run)

    def _run(self) -> None:
        self._scheduled = False
        if self._wake is not None:
            self._wake()
