"""The few lines of an artefact around a fault, with the spot marked.

Text is decoded without ever failing, binary is shown as hexadecimal; everything is bounded, whatever the
evidence holds. A place that cannot be found in the evidence gives no excerpt rather than a wrong one.
"""

from __future__ import annotations

import codecs
import email
import email.policy
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Final, Literal

from reports.record import Location

MAX_OCTETS: Final = 32 * 1024 * 1024
"""Evidence and unpacked parts larger than this are not looked into."""
AROUND: Final = 3
"""Lines shown before and after the marked one."""
MAX_COLUMNS: Final = 160
_BAD_ARCHIVE = (
    KeyError,
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    ValueError,
    NotImplementedError,
    EOFError,
    RuntimeError,
)
_ROW: Final = 16
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_TEXTUAL = ("text/", "message/", "multipart/", "application/xml", "application/json")
_XML_ENCODING = re.compile(rb"""<\?xml[^>]{0,100}encoding=["']([A-Za-z0-9._-]{1,30})["']""")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number or offset as shown, and the text before, in and after the mark."""

    label: str
    before: str
    marked: str = ""
    after: str = ""
    hit: bool = False


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Consecutive lines of an artefact, at least one of which is the spot."""

    kind: Literal["text", "hex"]
    lines: tuple[Line, ...]


def excerpt(content: bytes, media_type: str, location: Location) -> Excerpt | None:
    """Return the lines around `location` in `content`, or None when the place cannot be found.

    `location.part` is a MIME part number or a zip entry of `content`; `offset` and `length` count octets of
    `content` itself; `line` and `column` count from 1 in the part when there is one.
    """
    if len(content) > MAX_OCTETS:
        return None
    if location.offset is not None:
        return _at_offset(content, media_type, location.offset, max(location.length or 1, 1))
    target = content if location.part is None else part_of(content, location.part)
    if target is None:
        return None
    if location.line is not None:
        return _at_line(target, location.line, location.column, location.length)
    if location.header is not None:
        return _at_header(target, location.header)
    return None


def part_of(content: bytes, part: str) -> bytes | None:
    """Return the decoded octets of a MIME part (`1.2`), a zip entry, or an entry of a part (`2!A/B.XML`)."""
    for separator in ("!", "|", "#"):
        outer, found, inner = part.partition(separator)
        if found and (container := part_of(content, outer)) is not None:
            return part_of(container, inner)
    if re.fullmatch(r"\d{1,4}(\.\d{1,4}){0,20}", part):
        return _mime_part(content, part)
    return _zip_entry(content, part)


def _mime_part(content: bytes, number: str) -> bytes | None:
    try:
        node: Message = email.message_from_bytes(content, policy=email.policy.compat32)
        for step in number.split("."):
            if node.get_content_type() == "message/rfc822" and isinstance(inner := node.get_payload(), list):
                first = inner[0] if inner else None
                if not isinstance(first, Message):
                    return None
                node = first
            children = node.get_payload()
            if not node.is_multipart() or not isinstance(children, list):
                if step != "1":
                    return None
                continue
            child = children[int(step) - 1] if 0 < int(step) <= len(children) else None
            if not isinstance(child, Message):
                return None
            node = child
        payload = node.get_payload(decode=True)
    except (ValueError, LookupError, RecursionError, TypeError, AttributeError):
        return None  # mail that the parser gives up on: there is no such part to show
    return payload if isinstance(payload, bytes) else None


def _zip_entry(content: bytes, name: str) -> bytes | None:
    """Return an entry of the archive, or of the first attached archive that has it."""
    for archive in _archives(content):
        try:
            with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
                information = bundle.getinfo(name)
                if information.file_size > MAX_OCTETS or information.flag_bits & 1:
                    return None
                with bundle.open(information) as entry:
                    return entry.read(MAX_OCTETS)
        except _BAD_ARCHIVE:
            continue
    return None


def archived(content: bytes) -> Iterator[bytes]:
    """Yield the first entries of a zip archive, or of those attached to a mail, bounded."""
    for archive in _archives(content):
        try:
            with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
                for information in bundle.infolist()[:50]:
                    if information.file_size <= MAX_OCTETS and not information.flag_bits & 1:
                        with bundle.open(information) as entry:
                            yield entry.read(262_144)
        except _BAD_ARCHIVE:
            continue


def _archives(content: bytes) -> Iterator[bytes]:
    """Yield `content` when it is a zip archive, else the archives attached to it when it is a mail."""
    if content.startswith(b"PK\x03\x04"):
        yield content
        return
    if b"base64" not in content.lower():
        return
    try:
        parts = list(email.message_from_bytes(content, policy=email.policy.compat32).walk())[:200]
    except (RecursionError, ValueError, LookupError):
        return
    for part in parts:
        payload = None if part.is_multipart() else part.get_payload(decode=True)
        if isinstance(payload, bytes) and payload.startswith(b"PK\x03\x04"):
            yield payload


def _at_offset(content: bytes, media_type: str, offset: int, length: int) -> Excerpt | None:
    if not 0 <= offset < len(content):
        return None
    if not _is_text(content, media_type):
        return _hex(content, offset, length)
    line = content.count(b"\n", 0, offset) + 1
    start = content.rfind(b"\n", 0, offset) + 1
    end = content.find(b"\n", offset)
    decoded = content[start:offset].decode("utf-8", "replace")
    spot = content[offset : min(offset + length, len(content) if end < 0 else end)].decode("utf-8", "replace")
    return _at_line(content, line, len(decoded) + 1, len(spot))


def _at_header(content: bytes, header: str) -> Excerpt | None:
    end = re.search(rb"\r?\n\r?\n", content)
    block = content[: end.start()] if end else content
    name = re.escape(header.strip().rstrip(":").encode("utf-8", "replace"))
    found = re.search(rb"(?im)^" + name + rb"[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*", block)
    if found is None:
        return None
    first = content.count(b"\n", 0, found.start()) + 1
    return _at_line(content, first, None, None, lines=min(found.group().count(b"\n") + 1, 6))


def _at_line(
    content: bytes, line: int, column: int | None, length: int | None, *, lines: int = 1
) -> Excerpt | None:
    if _looks_binary(content):
        return None
    all_lines = _decoded(content).split("\n")
    if not 1 <= line <= len(all_lines):
        return None
    first, last = max(1, line - AROUND), min(len(all_lines), line + lines - 1 + AROUND)
    shown = tuple(
        _marked(number, all_lines[number - 1].rstrip("\r"), column if number == line else None, length)
        if line <= number < line + lines
        else Line(str(number), _short(all_lines[number - 1].rstrip("\r")))
        for number in range(first, last + 1)
    )
    return Excerpt("text", shown)


def _marked(number: int, text: str, column: int | None, length: int | None) -> Line:
    if column is None or not 1 <= column <= len(text):
        return Line(str(number), "", _short(text) or "␤", "", hit=True)
    start = column - 1
    stop = start + length if length else _word_end(text, start)
    before, marked, after = text[:start], text[start:stop], text[stop:]
    if len(before) > MAX_COLUMNS // 2:
        before = "…" + before[-MAX_COLUMNS // 2 :]
    return Line(str(number), before, _short(marked), _short(after, MAX_COLUMNS // 2), hit=True)


def _word_end(text: str, start: int) -> int:
    found = re.compile(r"<[^<>]*>|[\w@.:-]+|\S").match(text, start)
    return max(found.end(), start + 1) if found else start + 1


def _short(text: str, limit: int = MAX_COLUMNS) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…"


def _is_text(content: bytes, media_type: str) -> bool:
    named = media_type.lower().startswith(_TEXTUAL) or media_type.lower().endswith("+xml")
    return not _looks_binary(content) and (named or content[:4096].isascii())


def _looks_binary(content: bytes) -> bool:
    start = content[:4096]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    return len(_CONTROL.findall(start)) * 20 > len(start)


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    named = _XML_ENCODING.search(content[:200])
    if named:
        try:
            return content.decode(named.group(1).decode("ascii"), "replace")
        except (LookupError, ValueError):
            return content.decode("utf-8", "replace")
    return content.decode("utf-8", "replace")


def _hex(content: bytes, offset: int, length: int) -> Excerpt:
    first = max(0, offset // _ROW - AROUND)
    last = min((offset + min(length, 4 * _ROW) - 1) // _ROW + AROUND, (len(content) - 1) // _ROW)
    stop = offset + length
    lines = []
    for row in range(first, last + 1):
        start = row * _ROW
        chunk = content[start : start + _ROW]
        low, high = max(offset - start, 0), min(stop - start, len(chunk))
        readable = "".join(chr(octet) if 32 <= octet < 127 else "·" for octet in chunk)
        if low < high:
            after = chunk[high:].hex(" ")
            lines.append(
                Line(
                    f"{start:08x}",
                    _spaced(chunk[:low]),
                    chunk[low:high].hex(" "),
                    f" {after}   {readable}",
                    hit=True,
                )
            )
        else:
            lines.append(Line(f"{start:08x}", f"{chunk.hex(' ')}   {readable}"))
    return Excerpt("hex", tuple(lines))


def _spaced(chunk: bytes) -> str:
    return f"{chunk.hex(' ')} " if chunk else ""
