"""The faults that are on, and how often each endpoint has answered since they began."""

from __future__ import annotations

import threading
from collections import Counter

from simulators.psc.faults import Canned, Endpoint, PscFault


class Breakage:
    """Thread-safe: a test switches faults while the loop answers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: tuple[PscFault, ...] = ()
        self._answers: Counter[Endpoint] = Counter()

    @property
    def faults(self) -> tuple[PscFault, ...]:
        """The faults that are on."""
        return self._faults

    def switch(self, faults: tuple[PscFault, ...]) -> None:
        """Switch these faults on, and those before off; counting begins again."""
        with self._lock:
            self._faults = faults
            self._answers.clear()

    def instead(self, endpoint: Endpoint) -> Canned | None:
        """Count one answer of `endpoint`; return what a fault wants in its place."""
        with self._lock:
            self._answers[endpoint] += 1
            for fault in self._faults:
                canned = fault.instead(endpoint, self._answers[endpoint])
                if canned is not None:
                    return canned
        return None
