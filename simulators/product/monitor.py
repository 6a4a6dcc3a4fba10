"""A thread that watches idle sessions and clocks: it sleeps until a socket speaks or something is due."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable


class Monitor:
    """Calls `tend` under `lock` whenever a watched socket is readable or the wait is over.

    `watch` returns the sockets and the seconds until something is due (None: nothing), under the same lock.
    """

    def __init__(
        self,
        lock: threading.RLock,  # type: ignore[valid-type, unused-ignore]
        watch: Callable[[], tuple[list[socket.socket], float | None]],
        tend: Callable[[], None],
    ) -> None:
        self._lock = lock
        self._watch = watch
        self._tend = tend
        self._stopping = False
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._thread = threading.Thread(target=self._run, name="product-monitor", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look again at what to watch."""
        with contextlib.suppress(BlockingIOError):
            self._writer.send(b".")

    def stop(self) -> None:
        """End the thread; call without holding the lock."""
        self._stopping = True
        self.wake()
        self._thread.join(10)
        self._reader.close()
        self._writer.close()

    def _run(self) -> None:
        while not self._stopping:
            with selectors.DefaultSelector() as selector:
                selector.register(self._reader, selectors.EVENT_READ)
                with self._lock:
                    sockets, wait = self._watch()
                    for one in sockets:
                        # A socket closed since then has no number any more; the next round forgets it.
                        with contextlib.suppress(ValueError, KeyError, OSError):
                            selector.register(one, selectors.EVENT_READ)
                ready = selector.select(wait)
            woken = [key for key, _ in ready if key.fileobj is self._reader]
            if woken:
                with contextlib.suppress(BlockingIOError):
                    self._reader.recv(4096)
            if len(woken) == len(ready) and ready:
                continue
            with self._lock:
                if not self._stopping:
                    self._tend()
