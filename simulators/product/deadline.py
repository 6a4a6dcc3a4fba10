"""Real time left to answer; the injected clock only dates things, it does not bound waits."""

from __future__ import annotations

from simulators.clock import monotonic_ms
from simulators.product.errors import ConnectionLost

LONGEST_WAIT_S = 30.0
"""No request may hold the product longer than this, whatever its deadline says."""


class Deadline:
    """An instant of the monotonic clock before which an operation has to end."""

    __slots__ = ("_end_ms",)

    def __init__(self, seconds: float) -> None:
        self._end_ms = monotonic_ms() + 1000 * min(max(seconds, 0.05), LONGEST_WAIT_S)

    def remaining(self) -> float:
        """Return the seconds left, more than 0.

        Raises `ConnectionLost` when none is.
        """
        left = (self._end_ms - monotonic_ms()) / 1000
        if left <= 0:
            raise ConnectionLost(
                "Délai dépassé : le serveur n'a pas répondu à temps. Vérifiez le réseau, puis réessayez."
            )
        return left
