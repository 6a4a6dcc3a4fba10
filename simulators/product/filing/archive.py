"""Opening IHE_XDM.ZIP: nothing is written to disk, nothing is taken that the limits do not allow."""

from __future__ import annotations

import hashlib
import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulators.product.behaviour import Behaviour
from simulators.product.filing.metadata import Entry, read_metadata
from simulators.product.filing.xml import Unreadable

MAX_ENTRIES = 2_000
MAX_FILE = 30_000_000
"""Octets of one file: more than the biggest mail can hold without compression."""
MAX_TOTAL = 60_000_000
MEMORY = 96_000_000
"""Where a product without limits gives up; the real one would go on until the machine does."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Submitted:
    """A document as submitted: what METADATA.XML says of it, and its octets."""

    entry: Entry
    content: bytes


def open_archive(content: bytes, behaviour: Behaviour, folder: Callable[[], Path]) -> tuple[Submitted, ...]:
    """Return the documents of an archive; raises `Unreadable` saying what is wrong with it.

    `folder` gives the product's working folder, for the product that unpacks to disk.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _documents(_Bounded(archive, behaviour), behaviour, folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as error:
        raise Unreadable(f"l'archive IHE_XDM est endommagée ({error})") from error
    except ValueError as error:
        raise Unreadable(f"l'archive IHE_XDM ne se lit pas ({error})") from error


class _Bounded:
    """Reads the files of a ZIP, never more than the limits whatever the directory says."""

    def __init__(self, archive: zipfile.ZipFile, behaviour: Behaviour) -> None:
        infos = archive.infolist()
        if len(infos) > MAX_ENTRIES:
            raise Unreadable(f"l'archive IHE_XDM a plus de {MAX_ENTRIES} fichiers")
        self._archive = archive
        self._behaviour = behaviour
        self._left = MAX_TOTAL
        self.names = {info.filename: info for info in infos if not info.is_dir()}

    def read(self, name: str) -> bytes:
        pieces: list[bytes] = []
        size = 0
        with self._archive.open(self.names[name]) as file:
            while chunk := file.read(_CHUNK):
                size += len(chunk)
                over = size > min(MAX_FILE, self._left)
                if over and self._behaviour.unpacking_bounded:
                    raise Unreadable(
                        f"{posixpath.basename(name)} se décompresse au-delà de ce qui est permis"
                    )
                if size > MEMORY:
                    raise MemoryError("mémoire épuisée par la décompression")
                pieces.append(chunk)
        self._left -= size
        return b"".join(pieces)


def _documents(archive: _Bounded, behaviour: Behaviour, folder: Callable[[], Path]) -> tuple[Submitted, ...]:
    outside = [name for name in archive.names if ".." in name.split("/")]
    if outside and behaviour.writes_outside:
        _unpack(archive, outside, folder())
    try:
        found = list(_submitted(archive, behaviour))
    except Unreadable:
        if behaviour.leaves_temporary:
            _unpack(archive, [name for name in archive.names if name not in outside], folder() / "tmp")
        raise
    if len(found) > 1 and behaviour.documents_read == "first":
        return tuple(found[:1])
    return tuple(found)


def _submitted(archive: _Bounded, behaviour: Behaviour) -> Iterator[Submitted]:
    sets = [name for name in archive.names if posixpath.basename(name).upper() == "METADATA.XML"]
    if not sets:
        raise Unreadable("l'archive IHE_XDM n'a pas de METADATA.XML")
    empty = True
    for name in sorted(sets):
        for entry in read_metadata(archive.read(name), behaviour):
            empty = False
            yield Submitted(entry, _document(archive, posixpath.dirname(name), entry, behaviour))
    if empty:
        raise Unreadable("METADATA.XML ne décrit aucun document")


def _document(archive: _Bounded, base: str, entry: Entry, behaviour: Behaviour) -> bytes:
    path = posixpath.normpath(posixpath.join(base, entry.uri))
    if path not in archive.names:
        raise Unreadable(f"le document {entry.uri!r} annoncé par METADATA.XML manque dans l'archive")
    content = archive.read(path)
    if entry.size is not None and entry.size != len(content) and behaviour.size_compared:
        raise Unreadable(f"{entry.uri} : la taille n'est pas celle que METADATA.XML annonce")
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    if entry.hash is not None and entry.hash.lower() != digest and behaviour.hash_compared:
        raise Unreadable(f"{entry.uri} : l'empreinte n'est pas celle que METADATA.XML annonce")
    return content


def _unpack(archive: _Bounded, names: Sequence[str], folder: Path) -> None:
    """Write files to disk under their names, as a product does that gives them to another program."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(archive.read(name))
