"""How many calls a second an application may make (DOSSIER §2.1: 17)."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta

WINDOW = timedelta(seconds=1)


class CallRate:
    """Counts the calls of one key over the last second. Safe from several threads."""

    def __init__(self) -> None:
        self._calls: deque[datetime] = deque()
        self._lock = threading.Lock()

    def take(self, now: datetime, limit: int | None) -> bool:
        """Count a call made now; False when there were `limit` in the second before (it is not counted)."""
        if limit is None:
            return True
        with self._lock:
            while self._calls and now - self._calls[0] >= WINDOW:
                self._calls.popleft()
            if len(self._calls) >= limit:
                return False
            self._calls.append(now)
            return True
