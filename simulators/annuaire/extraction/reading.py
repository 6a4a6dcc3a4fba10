"""Reading extraction files as they come: zipped or not, BOM, CRLF, more columns, lines that are broken.

A line that cannot be used is counted and reported, never fatal; memory is bounded whatever the file.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from simulators.annuaire.extraction.columns import KINDS, SEPARATOR, FileKind, kind_of, plain
from simulators.annuaire.store import StoreError

LONGEST_LINE = 64 * 1024
SHOWN = 10
"""So many refused lines are told one by one."""
TEXTS = (".txt", ".csv")


class UnknownFileError(StoreError):
    """A file is missing, broken, or no extraction of the directory."""


@dataclass(slots=True)
class FileReport:
    """What was read of a file: `refused` lines with `(line, reason)` for the first of them.

    `recoded` lines were not UTF-8 and were read as Windows-1252.
    """

    name: str
    kind: str
    lines: int = 0
    refused: int = 0
    recoded: int = 0
    octets: int = 0
    reasons: list[tuple[int, str]] = field(default_factory=list)

    def refuse(self, line: int, reason: str) -> None:
        """Count a line that cannot be used."""
        self.refused += 1
        if len(self.reasons) < SHOWN:
            self.reasons.append((line, reason))


class Line:
    """One line by column name; a column that the file does not have is empty."""

    __slots__ = ("_places", "_values", "number")

    def __init__(self, places: dict[str, int], values: list[str], number: int) -> None:
        self._places, self._values, self.number = places, values, number

    def __getitem__(self, column: str) -> str:
        place = self._places.get(column)
        return self._values[place].strip() if place is not None else ""


class ExtractionFile:
    """One text of an extraction: `kind`, and its lines, once."""

    def __init__(self, name: str, stream: IO[bytes]) -> None:
        self._stream = stream
        header = stream.readline(LONGEST_LINE)
        text = _text(header)[0].removeprefix("\ufeff").rstrip("\r\n")
        kind = kind_of(text)
        if kind is None:
            begun = text[:60] or "nothing"
            raise UnknownFileError(
                f"{name} is no extraction of the directory: its first line should be the header of one of"
                f" {', '.join(one.name for one in KINDS)}, and begins with {begun!r}."
            )
        self.kind: FileKind = kind
        self.report = FileReport(name, kind.name, octets=len(header))
        names = [plain(one) for one in text.split(SEPARATOR)]
        while names and not names[-1]:
            names.pop()
        self._places = {one: place for place, one in reversed(list(enumerate(names)))}
        self._width = len(names)

    def lines(self) -> Iterator[Line]:
        """Give the usable lines; count the others in `report`."""
        report, number = self.report, 1
        while raw := self._stream.readline(LONGEST_LINE):
            number += 1
            report.octets += len(raw)
            if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
                report.octets += _skip(self._stream)
                report.lines += 1
                report.refuse(number, f"longer than {LONGEST_LINE} octets")
                continue
            text, recoded = _text(raw)
            text = text.rstrip("\r\n")
            if not text.strip():
                continue
            report.lines += 1
            report.recoded += recoded
            values = text.split(SEPARATOR)
            if len(values) < self._width:
                report.refuse(number, f"{len(values)} columns of {self._width}")
                continue
            yield Line(self._places, values, number)


@contextmanager
def opened(path: Path) -> Iterator[Iterator[ExtractionFile]]:
    """Give the texts of a file, ZIP or plain, one after the other.

    Raises `UnknownFileError` when it is missing, no extraction, or a ZIP that is broken.
    """
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                yield _members(path, archive)
        else:
            with path.open("rb") as stream:
                yield iter((ExtractionFile(path.name, stream),))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise UnknownFileError(f"{path} is a broken or encrypted archive: {error}. Get it again.") from error
    except OSError as error:
        raise UnknownFileError(f"{path} cannot be read: {error.strerror or error}.") from error


def _members(path: Path, archive: zipfile.ZipFile) -> Iterator[ExtractionFile]:
    names = [info for info in archive.infolist() if info.filename.lower().endswith(TEXTS)]
    if not names:
        raise UnknownFileError(f"{path} has no text file in it: is it an extraction of the directory?")
    for info in names:
        with archive.open(info) as stream:
            yield ExtractionFile(f"{path.name}/{info.filename}", stream)


def _text(raw: bytes) -> tuple[str, bool]:
    try:
        return raw.decode("utf-8"), False
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace"), True


def _skip(stream: IO[bytes]) -> int:
    """Skip the rest of a line; return how many octets."""
    skipped = 0
    while raw := stream.readline(LONGEST_LINE):
        skipped += len(raw)
        if raw.endswith(b"\n"):
            break
    return skipped
