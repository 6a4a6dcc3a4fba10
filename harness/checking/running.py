"""Runs a check: artefacts in, lines out in the same order, on one process or several, resumed after a kill.

At most `WINDOW` chunks are under way: memory does not grow with the number of artefacts. The state of a run
is one JSON line per artefact, appended as it is written; a line cut by a kill is judged again.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import chain, islice
from multiprocessing import connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from harness.checking.items import Item, Left
from harness.checking.judging import judge, line

if TYPE_CHECKING:
    from harness.packs.judging import PackRef

ALONE = 24
"""Artefacts judged in this process before others are started: below that, starting them costs more."""
CHUNK = 16
WINDOW = 4
"""Chunks under way per process."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How every artefact is judged; the verdict of the official `packs` stands beside ours.

    `trusted` are the domains of a white list, None without one; `annuaire` is the file of a directory store.
    """

    level: str | None = None
    packs: tuple[PackRef, ...] = ()
    trusted: frozenset[str] | None = None
    annuaire: str | None = None


@dataclass(slots=True)
class Totals:
    """Counts of a run, those of the part done before a kill included."""

    verdicts: dict[str, int] = field(default_factory=lambda: {"passed": 0, "warning": 0, "failed": 0})
    resumed: int = 0
    unknown: int = 0
    unread: int = 0

    @property
    def judged(self) -> int:
        """Return the number of artefacts."""
        return sum(self.verdicts.values())

    @property
    def exit_code(self) -> int:
        """Return 3 when a file could not be read, 1 with an error in an artefact, 0 otherwise."""
        return 3 if self.unread else 1 if self.verdicts["failed"] else 0


class State:
    """What a run has done, on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.done: set[int] = set()
        self._file: TextIO | None = None

    def load(self, totals: Totals) -> None:
        """Read what an earlier run did. Raises `OSError`."""
        if self.path.is_file():
            with self.path.open("r", encoding="utf-8", errors="replace") as file:
                for text in file:
                    self._recall(text, totals)
        self._file = self.path.open("a", encoding="utf-8", newline="\n")
        if self._file.tell():
            # The line that a kill may have cut stays alone on its line.
            self._file.write("\n")

    def _recall(self, text: str, totals: Totals) -> None:
        try:
            known = json.loads(text)
            key, verdict = str(known["key"]), str(known["verdict"])
        except (ValueError, TypeError, KeyError):
            return
        if verdict in totals.verdicts and hash(key) not in self.done:
            self.done.add(hash(key))
            totals.verdicts[verdict] += 1
            totals.resumed += 1

    def knows(self, item: Item) -> bool:
        """Tell whether an artefact was judged, and its file has not changed since."""
        return hash(item.key) in self.done

    def add(self, item: Item, verdict: str) -> None:
        """Remember an artefact whose line is written."""
        if self._file is not None:
            self._file.write(json.dumps({"key": item.key, "verdict": verdict}, ensure_ascii=True) + "\n")
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def judged(
    items: Iterable[Item], jobs: int, settings: Settings
) -> Iterator[tuple[Item, dict[str, Any] | Left]]:
    """Yield each artefact with its line, in order; `jobs` 0 means as many processes as processors."""
    stream = iter(items)
    first = list(islice(stream, ALONE if jobs != 1 else 0))
    ahead = list(islice(stream, 1)) if jobs != 1 else []
    if jobs == 1 or not ahead:
        for item in chain(first, ahead, stream):
            yield item, one(item, settings)
        return
    yield from _spread(chain(first, ahead, stream), jobs or os.cpu_count() or 1, settings)


def _spread(
    items: Iterator[Item], jobs: int, settings: Settings
) -> Iterator[tuple[Item, dict[str, Any] | Left]]:
    waiting: deque[tuple[list[Item], Future[list[dict[str, Any] | Left]]]] = deque()
    # Spawned everywhere: a fork of a process that has threads may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_end_with_parent) as pool:
        try:
            while chunk := list(islice(items, CHUNK)):
                waiting.append((chunk, pool.submit(several, chunk, settings)))
                if len(waiting) >= jobs * WINDOW:
                    yield from _next(waiting)
            while waiting:
                yield from _next(waiting)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _end_with_parent() -> None:
    """End this worker when the run that started it is killed: nobody else would tell it."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(3)

    threading.Thread(target=watch, daemon=True).start()


def _next(
    waiting: deque[tuple[list[Item], Future[list[dict[str, Any] | Left]]]],
) -> Iterator[tuple[Item, dict[str, Any] | Left]]:
    chunk, future = waiting.popleft()
    yield from zip(chunk, future.result(), strict=True)


def several(chunk: list[Item], settings: Settings) -> list[dict[str, Any] | Left]:
    """Return the lines of a chunk of artefacts: what another process or machine does."""
    return [one(item, settings) for item in chunk]


def one(item: Item, settings: Settings) -> dict[str, Any] | Left:
    """Return the line of one artefact, or why its file could not be read."""
    try:
        content = item.read()
    except OSError as error:
        return Left(item.path, error.strerror or str(error))
    judgement = judge(
        content, item.kind, settings.level, trusted=settings.trusted, annuaire=settings.annuaire
    )
    told = line(judgement, item.path, item.member)
    if settings.packs:
        from harness.packs.judging import official  # noqa: PLC0415  (SaxonC is loaded only then)

        told["official"] = official(content, item.kind, settings.packs)
    return told
