"""The words that a PDF shows, as far as its fonts say which characters their codes stand for.

Read are the strings of the pages and of the form XObjects, through ToUnicode maps, or as Windows-1252 for a
simple font without one. A composite font without a map cannot be read: `PdfText.complete` is then false, and
nothing may be concluded from a missing word. Source: ISO 32000-1 §9.10.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf

from harness.artefacts.pdf import PdfCopy, data, text

MAX_CHARS = 2_000_000
MAX_PAGES = 500
MAX_FORMS = 200
_BLOCK = re.compile(rb"begin(bfchar|bfrange|codespacerange)(.*?)end\1", re.DOTALL)
_TOKEN = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\[)|(\])")
_SHOW = {"Tj", "TJ", "'", '"'}
_SPACING = -200
"""Thousandths of the type size by which TJ moves when a blank is meant."""
_MAX_RANGE = 65_536


@dataclass(frozen=True, slots=True)
class PdfText:
    """Text in drawing order; `complete` when every font could be read."""

    text: str
    complete: bool


@dataclass(frozen=True, slots=True)
class _Font:
    width: int
    characters: dict[int, str] | None

    def read(self, raw: bytes) -> str:
        if self.characters is None:
            return raw.decode("cp1252", "replace") if self.width == 1 else ""
        codes = (int.from_bytes(raw[at : at + self.width]) for at in range(0, len(raw), self.width))
        return "".join(self.characters.get(code, "") for code in codes)

    @property
    def readable(self) -> bool:
        return self.characters is not None or self.width == 1


def extract(copy: PdfCopy) -> PdfText:
    """Return the text of a PDF; what is damaged is left out and makes the text incomplete."""
    pieces: list[str] = []
    complete = True
    size = 0
    fonts: dict[tuple[int, int], _Font] = {}
    for holder in _holders(copy):
        try:
            for piece in _shown(holder, fonts):
                pieces.append(piece)
                size += len(piece)
                if size > MAX_CHARS:
                    return PdfText("".join(pieces), False)
        except (pikepdf.PdfError, RuntimeError, ValueError, TypeError):
            complete = False
    complete = complete and all(font.readable for font in fonts.values())
    return PdfText("".join(pieces), complete)


def _holders(copy: PdfCopy) -> Iterator[Any]:
    for count, page in enumerate(copy.document.pages):
        if count >= MAX_PAGES:
            return
        yield page
    forms = [
        one
        for one in copy.dictionaries
        if isinstance(one, pikepdf.Stream) and text(one.get("/Subtype")) == "/Form"
    ]
    yield from forms[:MAX_FORMS]


def _shown(holder: Any, known: dict[tuple[int, int], _Font]) -> Iterator[str]:
    resources = holder.get("/Resources")
    named = resources.get("/Font") if isinstance(resources, pikepdf.Dictionary) else None
    font = _Font(1, None)
    for instruction in pikepdf.parse_content_stream(holder, "Tf Tj TJ ' \" Td TD T* Tm ET"):
        name, operands = str(instruction.operator), instruction.operands
        if name == "Tf" and isinstance(named, pikepdf.Dictionary):
            chosen = named.get(str(operands[0]))
            if isinstance(chosen, pikepdf.Dictionary):
                key = chosen.objgen if chosen.is_indirect else (0, id(chosen))
                font = known.get(key) or _font(chosen)
                known[key] = font
        elif name in _SHOW:
            yield from _strings(operands[-1], font)
        else:
            yield " "


def _strings(operand: Any, font: _Font) -> Iterator[str]:
    pieces = list(operand) if isinstance(operand, pikepdf.Array) else [operand]
    for piece in pieces:
        if isinstance(piece, pikepdf.String):
            yield font.read(bytes(piece))
        elif not isinstance(piece, pikepdf.Object) and float(piece) < _SPACING:
            yield " "


def _font(font: Any) -> _Font:
    width = 2 if text(font.get("/Subtype")) == "/Type0" else 1
    stream = font.get("/ToUnicode")
    content = data(stream) if isinstance(stream, pikepdf.Stream) else None
    return _Font(width, _characters(content) if content else None)


def _characters(content: bytes) -> dict[int, str]:
    found: dict[int, str] = {}
    for match in _BLOCK.finditer(content):
        tokens = [
            bytes.fromhex(one.group(1).decode("ascii")) if one.group(1) is not None else one.group()
            for one in _TOKEN.finditer(match.group(2))
        ]
        if match.group(1) == b"bfchar":
            for code, value in zip(tokens[::2], tokens[1::2], strict=False):
                found[int.from_bytes(code)] = _utf16(value)
        elif match.group(1) == b"bfrange":
            _range(tokens, found)
    return found


def _range(tokens: list[bytes], found: dict[int, str]) -> None:
    position = 0
    while position + 2 < len(tokens):
        first, last = int.from_bytes(tokens[position]), int.from_bytes(tokens[position + 1])
        position += 2
        if tokens[position] == b"[":
            position += 1
            while position < len(tokens) and tokens[position] != b"]":
                found[first] = _utf16(tokens[position])
                first, position = first + 1, position + 1
        else:
            start = _utf16(tokens[position])
            for code in range(first, min(last, first + _MAX_RANGE) + 1):
                if start:
                    found[code] = start[:-1] + chr(min(ord(start[-1]) + code - first, 0x10FFFF))
        position += 1


def _utf16(raw: bytes) -> str:
    return raw.decode("utf-16-be", "replace")
