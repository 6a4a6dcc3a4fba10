"""`PdfCopy`: a PDF file opened without running anything of it, its objects seen once.

What its checks need is gathered in one walk over at most `MAX_OBJECTS` objects and `MAX_DEPTH` levels of
nesting inside each. Source: ISO 32000-1 for the structure.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pikepdf

MAX_OBJECTS = 20_000
MAX_DEPTH = 12
MAX_STREAM = 16 * 1024 * 1024
"""Octets of one decoded stream that are looked at."""


class PdfError(Exception):
    """A file is no PDF that can be opened; `encrypted` when only a password is missing."""

    def __init__(self, text: str, *, encrypted: bool = False) -> None:
        super().__init__(text)
        self.encrypted = encrypted


@dataclass(frozen=True)
class PdfCopy:
    """An opened PDF."""

    raw: bytes
    document: pikepdf.Pdf
    repaired: str = ""
    """What had to be guessed to open the file, empty when nothing had."""

    @classmethod
    def open(cls, raw: bytes) -> PdfCopy:
        """Open a file. Raises `PdfError`."""
        try:
            document = pikepdf.open(io.BytesIO(raw), suppress_warnings=True)
        except pikepdf.PasswordError as error:
            raise PdfError(str(error), encrypted=True) from error
        except (pikepdf.PdfError, ValueError, RuntimeError) as error:
            raise PdfError(str(error)) from error
        told = " ".join(document.get_warnings())
        match = re.search(r"xref not found|Attempting to reconstruct[\w -]*", told)
        return cls(raw, document, match[0] if match else "")

    @property
    def header(self) -> bytes:
        """Return the first two lines."""
        return b"\n".join(re.split(rb"\r\n|\r|\n", self.raw[:1100], maxsplit=2)[:2])

    @cached_property
    def dictionaries(self) -> tuple[Any, ...]:
        """Return every dictionary and stream, direct ones included."""
        found: list[Any] = []
        for count, each in enumerate(self.document.objects):
            if count >= MAX_OBJECTS:
                break
            found.extend(_inside(each, 0))
        return tuple(found)

    def of_type(self, name: str) -> tuple[Any, ...]:
        """Return the dictionaries of this /Type."""
        return tuple(one for one in self.dictionaries if text(one.get("/Type")) == name)

    @cached_property
    def xmp(self) -> bytes | None:
        """Return the XMP packet of the document, or None."""
        stream = self.document.Root.get("/Metadata")
        return data(stream) if isinstance(stream, pikepdf.Stream) else None

    @cached_property
    def contents(self) -> tuple[bytes, ...]:
        """Return the decoded drawing streams: pages, form XObjects, Type 3 glyphs are not."""
        found = []
        for page in self.of_type("/Page"):
            stream = page.get("/Contents")
            streams = list(stream) if isinstance(stream, pikepdf.Array) else [stream]
            found += [data(one) for one in streams if isinstance(one, pikepdf.Stream)]
        for one in self.dictionaries:
            if isinstance(one, pikepdf.Stream) and text(one.get("/Subtype")) == "/Form":
                found.append(data(one))
        return tuple(each for each in found if each is not None)


def text(value: Any) -> str:
    """Return a name or a string as text; empty for anything else."""
    if isinstance(value, pikepdf.Name | pikepdf.String):
        return str(value)
    return ""


def data(stream: Any) -> bytes | None:
    """Return the decoded octets of a stream, or None when they do not decode or are too many."""
    try:
        length = int(stream.get("/Length", 0))
        if length > MAX_STREAM:
            return None
        decoded: bytes = stream.read_bytes()
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError):
        return None
    return decoded[:MAX_STREAM]


def _inside(value: Any, depth: int) -> Iterator[Any]:
    if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        yield value
        children = [value.get(key) for key in value.keys()]  # noqa: SIM118  (a pikepdf object is no mapping)
    elif isinstance(value, pikepdf.Array):
        children = list(value)
    else:
        return
    if depth >= MAX_DEPTH:
        return
    for child in children:
        # What is referred to comes in its own turn.
        if isinstance(child, pikepdf.Object) and not child.is_indirect:
            yield from _inside(child, depth + 1)
