"""An operator's copy of the white list: the last valid one, whatever is offered next (X-OPE-LB3)."""

from __future__ import annotations

from dataclasses import dataclass

from simulators.whitelist.entries import WhiteList
from simulators.whitelist.errors import Refusal, WhiteListError
from simulators.whitelist.verifying import Trust, verify_white_list


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an offered list: `error` is why it was refused, None when it is now in use."""

    error: WhiteListError | None

    @property
    def accepted(self) -> bool:
        """Tell whether the offered list is in use."""
        return self.error is None


class WhiteListKeeper:
    """Keeps the last valid list.

    A list generated before the one in use is refused, so that an old signed copy cannot bring a removed
    operator back. Inferred: no source gives a rule.
    """

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._current: WhiteList | None = None

    @property
    def current(self) -> WhiteList | None:
        """Return the list in use; None before the first valid one (then no domain is trusted)."""
        return self._current

    def offer(self, document: bytes) -> Outcome:
        """Take a downloaded list if it is valid, else keep the one in use and say why."""
        try:
            offered = verify_white_list(document, self._trust)
            if self._current is not None and offered.generated < self._current.generated:
                raise WhiteListError(
                    Refusal.OLDER,
                    f"liste du {offered.generated:%Y-%m-%dT%H:%M:%SZ}, plus ancienne que celle en usage",
                    f"list of {offered.generated:%Y-%m-%dT%H:%M:%SZ}, older than the one in use",
                )
        except WhiteListError as error:
            return Outcome(error)
        self._current = offered
        return Outcome(None)
