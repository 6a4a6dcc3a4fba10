"""Asks a person on a terminal."""

from __future__ import annotations

import sys
from typing import TextIO

from harness.drivers.manual import Reply, Step
from harness.drivers.protocol import Status
from schemas.messages import message
from schemas.text import Language

_LETTERS: dict[Language, dict[str, Status]] = {
    "fr": {"f": "done", "r": "refused", "e": "failed", "n": "unsupported"},
    "en": {"d": "done", "r": "refused", "f": "failed", "n": "unsupported"},
}
MOST_LINES = 200
MOST_TRIES = 20


class TerminalPrompter:
    """Writes each step and reads the answer; without a terminal there is nobody to ask.

    `interactive` overrides the question whether `source` is a terminal.
    """

    def __init__(
        self,
        language: Language = "fr",
        source: TextIO | None = None,
        sink: TextIO | None = None,
        *,
        interactive: bool | None = None,
    ) -> None:
        self._language = language
        self._source = source
        self._sink = sink
        self._interactive = interactive

    def ask(self, step: Step) -> Reply | None:
        """Put one step; None at the end of input or when there is no terminal."""
        source = self._source or sys.stdin
        if not self._is_terminal(source):
            return None
        self._tell(self._head(step))
        self._tell(step.instruction.in_(self._language))
        status = self._status(source)
        if status is None:
            return None
        lines: tuple[str, ...] = ()
        if status == "done" and step.wants:
            lines = self._lines(step, source)
        self._tell(message("drivers.detail-asked").in_(self._language), end=" : ")
        return Reply(status, source.readline().strip(), lines)

    def _is_terminal(self, source: TextIO) -> bool:
        if self._interactive is not None:
            return self._interactive
        try:
            return source.isatty()
        except (ValueError, AttributeError, OSError):  # closed, or pytest's stand-in for a captured stdin
            return False

    def _head(self, step: Step) -> str:
        if step.remaining is None:
            text = message("drivers.waiting-unknown").filled(number=step.number)
        else:
            text = message("drivers.waiting").filled(number=step.number, remaining=step.remaining)
        return f"\n── {text.in_(self._language)} ──"

    def _status(self, source: TextIO) -> Status | None:
        letters = _LETTERS[self._language]
        for _ in range(MOST_TRIES):
            self._tell(message("drivers.choices").in_(self._language), end=" : ")
            line = source.readline()
            if not line:
                return None
            if status := letters.get(line.strip().lower()[:1]):
                return status
            self._tell(message("drivers.choice-again").in_(self._language))
        return None

    def _lines(self, step: Step, source: TextIO) -> tuple[str, ...]:
        wanted = step.wants.in_(self._language) if step.wants else ""
        self._tell(f"{wanted} ({message('drivers.lines-asked').in_(self._language)})")
        kept: list[str] = []
        while len(kept) < MOST_LINES and (line := source.readline().rstrip("\r\n")):
            kept.append(line)
        return tuple(kept)

    def _tell(self, text: str, end: str = "\n") -> None:
        print(text, end=end, file=self._sink or sys.stdout, flush=True)
