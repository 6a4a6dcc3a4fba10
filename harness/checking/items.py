"""The artefacts under the paths given, found one at a time and in the order of their names."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.checking.kinds import HEAD, Kind, by_name, is_mbox, recognise

MAX_ARTEFACT = 512 * 1024 * 1024
"""Octets of one artefact that are judged; a mail of the trust space has 25 million at most."""


@dataclass(frozen=True, slots=True)
class Item:
    """One artefact: `member` is the rank of a mail in an mbox, from 1; `length` None means the whole file."""

    path: str
    kind: Kind
    member: str | None = None
    offset: int = 0
    length: int | None = None
    stamp: str = ""
    """Size and time of the file, by which a run that is resumed knows that it has not changed."""

    @property
    def key(self) -> str:
        """Return what names the artefact in the state of a run."""
        return f"{self.path}|{self.member or ''}|{self.stamp}"

    def read(self) -> bytes:
        """Return its octets. Raises `OSError`."""
        with Path(self.path).open("rb") as file:
            file.seek(self.offset)
            return file.read(-1 if self.length is None else self.length)


@dataclass(frozen=True, slots=True)
class Left:
    """A file that is not judged, and why: `unknown`, `too-large`, or the system's own words."""

    path: str
    reason: str

    @property
    def harmless(self) -> bool:
        """Tell whether it is only a file of another kind."""
        return self.reason == "unknown"


def find(paths: list[Path], wanted: Kind | None) -> Iterator[Item | Left]:
    """Yield every artefact under the paths; a file given by name is judged as what its name announces."""
    for path in paths:
        if path.is_dir():
            yield from _folder(path, wanted)
        else:
            yield from _file(path, wanted, named=True)


def _folder(folder: Path, wanted: Kind | None) -> Iterator[Item | Left]:
    """Walk a folder; a maildir needs nothing more than to leave `tmp` out."""
    for parent, folders, names in os.walk(folder):
        maildir = {"cur", "new", "tmp"} <= set(folders)
        folders[:] = sorted(one for one in folders if not (maildir and one == "tmp"))
        for name in sorted(names):
            yield from _file(Path(parent) / name, wanted, named=False)


def _file(path: Path, wanted: Kind | None, *, named: bool) -> Iterator[Item | Left]:
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            yield Left(str(path), "unknown")
            return
        with path.open("rb") as file:
            head = file.read(HEAD)
        if wanted in {None, Kind.MAIL} and is_mbox(head):
            yield from _mbox(path, _stamp(facts))
            return
    except OSError as error:
        yield Left(str(path), error.strerror or str(error))
        return
    found = recognise(head)
    if wanted is Kind.MAIL and found is Kind.MDN:
        found = Kind.MAIL  # an acknowledgement is a mail too
    # What --as names is judged so; in a folder a file that is plainly of another kind is left alone.
    kind = wanted if named and wanted else found or (by_name(path.name) if named else None)
    if kind is None or (wanted is not None and kind is not wanted):
        yield Left(str(path), "unknown")
    elif facts.st_size > MAX_ARTEFACT:
        yield Left(str(path), "too-large")
    else:
        yield Item(str(path), kind, stamp=_stamp(facts))


def _stamp(facts: os.stat_result) -> str:
    return f"{facts.st_size}:{facts.st_mtime_ns}"


def _mbox(path: Path, stamp: str) -> Iterator[Item | Left]:
    """Yield the mails of an mbox; lines are read in pieces, so that no line fills the memory."""
    rank, start, position, blank, beginning = 0, 0, 0, True, True
    with path.open("rb") as file:
        while piece := file.readline(HEAD):
            if beginning and blank and piece.startswith(b"From "):
                if rank:
                    yield _mail(path, rank, start, position - start, stamp)
                rank, start = rank + 1, position + len(piece)
            blank = beginning and not piece.strip(b"\r\n")
            beginning = piece.endswith(b"\n")
            position += len(piece)
    yield _mail(path, rank, start, position - start, stamp)


def _mail(path: Path, rank: int, start: int, length: int, stamp: str) -> Item | Left:
    if length > MAX_ARTEFACT:
        return Left(f"{path}#{rank}", "too-large")
    return Item(str(path), Kind.MAIL, str(rank), start, length, stamp)
