"""`XdmArchive`: an IHE_XDM.ZIP and its entries, read with bounds and never written to disk.

Any octets give an archive; what is wrong with them is told by `problems`, for the checks to weigh. Bounds:
`MAX_ENTRIES` entries, `MAX_ENTRY` octets in one, `MAX_TOTAL` in all, `MAX_RATIO` of compression above
`RATIO_FROM` octets. Sources: IHE ITI-32 §3.32.4; PKWARE APPNOTE for the flags.
"""

from __future__ import annotations

import io
import posixpath
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

MAX_ENTRIES = 5_000
MAX_ENTRY = 256 * 1024 * 1024
MAX_TOTAL = 512 * 1024 * 1024
MAX_RATIO = 200
RATIO_FROM = 4 * 1024 * 1024
"""Smaller entries may compress as they like: a file of blanks harms nobody."""

_DRIVE = re.compile(r"^[A-Za-z]:")
_ENCRYPTED = 0x1
_DESCRIPTOR = 0x8
_PLAIN_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_UNREADABLE = (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, OSError, struct.error)
ROOT = "IHE_XDM"
METADATA = "METADATA.XML"


class Trouble(StrEnum):
    """What can be wrong with a zip or with one of its entries."""

    UNREADABLE = "unreadable"
    """No zip at all, cut short, or a directory that makes no sense."""
    TOO_MANY = "too-many"
    TOO_LARGE = "too-large"
    RATIO = "ratio"
    ENCRYPTED = "encrypted"
    PATH = "path"
    DUPLICATE = "duplicate"
    DAMAGED = "damaged"
    METHOD = "method"
    DESCRIPTOR = "descriptor"
    SURROUNDED = "surrounded"
    """Octets before the zip, or a comment after it."""


@dataclass(frozen=True, slots=True)
class ZipProblem:
    """One trouble, with the entry that it is about (None: the whole archive) and the detail seen."""

    trouble: Trouble
    detail: str
    entry: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: `name` as written in the directory of the zip; `content` is None where it was not read."""

    name: str
    size: int
    content: bytes | None
    is_directory: bool


@dataclass(frozen=True, slots=True)
class Subset:
    """One sub-directory of IHE_XDM: a submission set with its METADATA.XML, None when it is missing."""

    directory: str
    metadata: Entry | None

    @property
    def metadata_name(self) -> str:
        """Return the path at which METADATA.XML is, or should be."""
        return self.metadata.name if self.metadata else f"{self.directory}/{METADATA}"


@dataclass(frozen=True)
class XdmArchive:
    """An archive as it was received."""

    raw: bytes

    @cached_property
    def _read(self) -> tuple[tuple[Entry, ...], tuple[ZipProblem, ...]]:
        problems: list[ZipProblem] = []
        entries = tuple(_entries(self.raw, problems))
        return entries, tuple(problems)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return the entries in the order of the zip's directory."""
        return self._read[0]

    @property
    def problems(self) -> tuple[ZipProblem, ...]:
        """Return what is wrong with the zip itself."""
        return self._read[1]

    @cached_property
    def files(self) -> tuple[Entry, ...]:
        """Return the entries that are files."""
        return tuple(entry for entry in self.entries if not entry.is_directory)

    @cached_property
    def by_path(self) -> dict[str, Entry]:
        """Return the files by upper-case path; of two with the same path the first."""
        found: dict[str, Entry] = {}
        for entry in self.files:
            found.setdefault(entry.name.upper(), entry)
        return found

    def file(self, path: str) -> Entry | None:
        """Return the file at this path, whatever the case of either."""
        return self.by_path.get(path.upper())

    @cached_property
    def directories(self) -> frozenset[str]:
        """Return every directory, upper case, without a slash at its end, named or implied by a file."""
        found: set[str] = set()
        for entry in self.entries:
            path = entry.name.rstrip("/") if entry.is_directory else posixpath.dirname(entry.name)
            while path and path not in found and len(found) < MAX_ENTRIES:
                found.add(path)
                path = posixpath.dirname(path)
        return frozenset(path.upper() for path in found)

    @cached_property
    def subsets(self) -> tuple[Subset, ...]:
        """Return the sub-directories of IHE_XDM, sorted by name."""
        names = sorted(
            path for path in self.directories if path.count("/") == 1 and path.startswith(f"{ROOT}/")
        )
        return tuple(Subset(name, self.file(f"{name}/{METADATA}")) for name in names)

    def resolve(self, subset: Subset, uri: str) -> Entry | None:
        """Return the file that a slot `URI` names, relative to METADATA.XML (`../` is legal), or None."""
        path = posixpath.normpath(posixpath.join(subset.directory, uri))
        return None if path.startswith(("/", "..")) else self.file(path)


def is_zip(head: bytes) -> bool:
    """Tell from its first octets whether a file is a zip."""
    return head[:4] in {b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"}


def holds_xdm(raw: bytes) -> bool:
    """Tell from the names alone whether a zip has a directory IHE_XDM; nothing is inflated."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = archive.namelist()[:MAX_ENTRIES]
    except _UNREADABLE:
        return False
    return any(name.upper().split("/")[0] == ROOT for name in names)


def _entries(raw: bytes, problems: list[ZipProblem]) -> Iterator[Entry]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except _UNREADABLE as error:
        problems.append(ZipProblem(Trouble.UNREADABLE, str(error)))
        return
    with archive:
        infos = archive.infolist()
        _surroundings(raw, archive, infos, problems)
        if len(infos) > MAX_ENTRIES:
            problems.append(ZipProblem(Trouble.TOO_MANY, f"{len(infos)} > {MAX_ENTRIES}"))
        seen: set[str] = set()
        left = MAX_TOTAL
        for info in infos[:MAX_ENTRIES]:
            name = info.orig_filename
            key = name.rstrip("/").upper()
            if key in seen:
                problems.append(ZipProblem(Trouble.DUPLICATE, name, name))
            seen.add(key)
            _name_problems(info, problems)
            content = _content(archive, info, left, problems)
            left -= len(content or b"")
            yield Entry(name, info.file_size, content, name.endswith("/"))


def _surroundings(
    raw: bytes, archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], problems: list[ZipProblem]
) -> None:
    if raw[:2] != b"PK":
        first = min((info.header_offset for info in infos), default=0)
        problems.append(ZipProblem(Trouble.SURROUNDED, f"{first} octets avant / before"))
    if archive.comment:
        problems.append(ZipProblem(Trouble.SURROUNDED, f"commentaire / comment: {archive.comment[:40]!r}"))


def _name_problems(info: zipfile.ZipInfo, problems: list[ZipProblem]) -> None:
    name = info.orig_filename
    pieces = re.split(r"[/\\]", name)
    link = stat.S_ISLNK(info.external_attr >> 16)
    if (
        name.startswith(("/", "\\"))
        or _DRIVE.match(name)
        or ".." in pieces
        or "\\" in name
        or "\0" in name
        or link
    ):
        problems.append(ZipProblem(Trouble.PATH, f"{name} (symlink)" if link else name, name))


def _content(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int, problems: list[ZipProblem]
) -> bytes | None:
    """Return the octets of an entry, or None with the reason added to the problems."""
    name = info.orig_filename
    if info.flag_bits & _DESCRIPTOR:
        problems.append(ZipProblem(Trouble.DESCRIPTOR, hex(info.flag_bits), name))
    if info.flag_bits & _ENCRYPTED:
        problems.append(ZipProblem(Trouble.ENCRYPTED, hex(info.flag_bits), name))
        return None
    if info.compress_type not in _PLAIN_METHODS:
        problems.append(ZipProblem(Trouble.METHOD, f"méthode / method {info.compress_type}", name))
        return None
    if info.file_size > min(MAX_ENTRY, left):
        problems.append(ZipProblem(Trouble.TOO_LARGE, f"{info.file_size} octets", name))
        return None
    if info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        detail = f"{info.compress_size} → {info.file_size} octets"
        problems.append(ZipProblem(Trouble.RATIO, detail, name))
        return None
    try:
        # zipfile inflates no more than the size announced by the directory, then compares the CRC.
        return archive.read(info)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        problems.append(ZipProblem(Trouble.DAMAGED, f"{type(error).__name__}: {error}", name))
        return None
