"""The next links of a directory: opaque, living for a while, all pages as of the first one's instant."""

from __future__ import annotations

import random
import string
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulators.annuaire.query import Query

MAX_KEPT = 10_000
"""Next links that a directory remembers; the oldest go first, as if too old."""
_ALPHABET = string.ascii_letters + string.digits + "-_"
_LENGTH = 48


@dataclass(frozen=True, slots=True)
class NextPage:
    """What a next link stands for.

    `at` is the instant as of which the whole search shows the data, `number` of the page (the first is 1),
    `total` as the first page gave it. `held_back`: a fault has answered an empty page in its place already.
    """

    query: Query
    at: datetime
    after: int | None
    number: int
    self_url: str
    total: int | None = None
    held_back: bool = False


class Pages:
    """The living links of one directory. Safe from several threads."""

    def __init__(self, rng: random.Random, life_s: float) -> None:
        self.life = timedelta(seconds=life_s)
        self._rng = rng
        self._known: OrderedDict[str, tuple[NextPage, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def issue(self, page: NextPage, now: datetime) -> str:
        """Return a new link id; it begins with `u`, as those of the live server."""
        with self._lock:
            token = "u" + "".join(self._rng.choices(_ALPHABET, k=_LENGTH))
            self._known[token] = (page, now + self.life)
            if len(self._known) > MAX_KEPT:
                self._known.popitem(last=False)
        return token

    def find(self, token: str, now: datetime) -> NextPage | None:
        """Return what a link stands for, None when it is unknown or too old; it may be asked again."""
        with self._lock:
            known = self._known.get(token)
        if known is None or now >= known[1]:
            return None
        return known[0]

    def forget(self) -> None:
        """Let every link go stale now."""
        with self._lock:
            self._known.clear()
