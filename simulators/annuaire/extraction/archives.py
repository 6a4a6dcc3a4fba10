"""The archives of the public service, streamed: nothing is held but the piece being compressed."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, cast

from simulators.annuaire.extraction.columns import ACTIVITY, DIPLOMAS, KNOW_HOW, MSSANTE
from simulators.annuaire.extraction.writing import (
    activity_lines,
    diploma_lines,
    know_how_lines,
    mssante_lines,
)
from simulators.annuaire.store import DirectoryStore

PIECE = 1 << 18
"""Octets of text compressed at a time."""
Lines = Callable[[], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Archive:
    """A ZIP to send: `name` for `Content-Disposition`, `members` by name, and its octets by `stream()`."""

    name: str
    made: datetime
    members: tuple[tuple[str, Lines], ...]

    def stream(self) -> Iterator[bytes]:
        """Return the octets, piece after piece; each call reads the store anew."""
        sink = _Sink()
        with zipfile.ZipFile(cast(IO[bytes], sink), "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for name, lines in self.members:
                info = zipfile.ZipInfo(name, self.made.timetuple()[:6])
                info.compress_type = zipfile.ZIP_DEFLATED
                with archive.open(info, "w", force_zip64=True) as member:
                    for piece in _pieces(lines()):
                        member.write(piece)
                        yield from sink.taken()
                yield from sink.taken()
        yield from sink.taken()


def mssante_zip(store: DirectoryStore, at: datetime) -> Archive:
    """Return `Extraction_Correspondance_MSSante_<AAAAMMJJhhmm>.zip` as of an instant (UTC in its name)."""
    stamp = f"{at:%Y%m%d%H%M}"
    name = f"{MSSANTE.name}_{stamp}"
    return Archive(f"{name}.zip", at, ((f"{name}.txt", lambda: mssante_lines(store, at)),))


def ps_libre_acces_zip(store: DirectoryStore, at: datetime) -> Archive:
    """Return `PS_LibreAcces_<AAAAMMJJhhmm>.zip`: activities, know-how, diplomas."""
    stamp = f"{at:%Y%m%d%H%M}"
    members: tuple[tuple[str, Lines], ...] = (
        (f"{DIPLOMAS.name}_{stamp}.txt", lambda: diploma_lines(store, at)),
        (f"{ACTIVITY.name}_{stamp}.txt", lambda: activity_lines(store, at)),
        (f"{KNOW_HOW.name}_{stamp}.txt", lambda: know_how_lines(store, at)),
    )
    return Archive(f"PS_LibreAcces_{stamp}.zip", at, members)


class _Sink:
    """What `zipfile` writes into: it cannot seek, so sizes follow their data."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def taken(self) -> Iterator[bytes]:
        pieces, self._pieces = self._pieces, []
        if pieces:
            yield b"".join(pieces)


def _pieces(lines: Iterable[str]) -> Iterator[bytes]:
    waiting: list[str] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= PIECE:
            yield "".join(waiting).encode("utf-8")
            waiting, size = [], 0
    yield "".join(waiting).encode("utf-8")
