"""Reading what FETCH asks for (RFC 9051 §6.4.5, RFC 3516, RFC 8970, RFC 7162)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulators.imap.parser.reader import Reader, SyntaxProblem
from simulators.imap.parser.sections import Section

MAX_FIELDS = 500
MAX_SECTION_DEPTH = 100

SIMPLE = frozenset(
    (
        "ENVELOPE",
        "FLAGS",
        "INTERNALDATE",
        "RFC822.SIZE",
        "UID",
        "BODYSTRUCTURE",
        "MODSEQ",
        "RFC822",
        "RFC822.HEADER",
        "RFC822.TEXT",
    )
)
MACROS = {
    "FAST": ("FLAGS", "INTERNALDATE", "RFC822.SIZE"),
    "ALL": ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"),
    "FULL": ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"),
}
_NAME = re.compile(rb"[A-Za-z0-9.]+")
_PART = re.compile(rb"[0-9]{1,10}(?:\.[0-9]{1,10})*")


@dataclass(frozen=True, slots=True)
class Item:
    r"""One thing to fetch.

    `section` and `partial` (offset, count) are those of BODY[…] and BINARY[…]; `peek` leaves `\\Seen` alone.
    """

    name: str
    section: Section | None = None
    partial: tuple[int, int] | None = None
    peek: bool = True


def read_items(reader: Reader) -> list[Item]:
    """Read the items: a macro, one item, or a list in parentheses."""
    for macro, names in MACROS.items():
        if reader.peek(macro.encode()) and reader.data[reader.position + len(macro) :][:1] in {b"", b" "}:
            reader.position += len(macro)
            return [Item(name) for name in names]
    if reader.peek(b"("):
        return reader.parenthesised(lambda: _item(reader), limit=200)
    return [_item(reader)]


def _item(reader: Reader) -> Item:
    match = _NAME.match(reader.data, reader.position)
    if match is None:
        raise SyntaxProblem(f"Expected a FETCH item, found {reader.peek_text()}")
    name = match.group().decode("ascii").upper()
    reader.position = match.end()
    if reader.peek(b"[") and name in {"BODY", "BODY.PEEK"}:
        section = _section(reader)
        return Item("BODY[]", section, _partial(reader), name.endswith("PEEK"))
    if name in {"BINARY", "BINARY.PEEK", "BINARY.SIZE"}:
        section = Section(_numbers_in_brackets(reader))
        if name == "BINARY.SIZE":
            return Item(name, section)
        return Item("BINARY[]", section, _partial(reader), name.endswith("PEEK"))
    if name == "PREVIEW":
        if reader.skip(b" ("):
            reader.need(b"LAZY)")
        return Item(name)
    if name == "BODY" or name in SIMPLE:
        return Item(name, peek=name not in {"RFC822", "RFC822.TEXT"})
    raise SyntaxProblem(f"Unknown FETCH item {name[:30]}")


def _numbers(reader: Reader) -> tuple[int, ...]:
    match = _PART.match(reader.data, reader.position)
    if match is None:
        return ()
    reader.position = match.end()
    numbers = tuple(int(number) for number in match.group().split(b"."))
    if len(numbers) > MAX_SECTION_DEPTH or 0 in numbers:
        raise SyntaxProblem("Invalid part number")
    return numbers


def _numbers_in_brackets(reader: Reader) -> tuple[int, ...]:
    reader.need(b"[")
    numbers = _numbers(reader)
    reader.need(b"]")
    return numbers


def _section(reader: Reader) -> Section:
    reader.need(b"[")
    numbers = _numbers(reader)
    if numbers and not reader.skip(b"."):
        reader.need(b"]")
        return Section(numbers)
    if reader.skip(b"]"):
        if numbers:
            raise SyntaxProblem("A section ends with a dot")
        return Section()
    for text in ("HEADER.FIELDS.NOT", "HEADER.FIELDS"):
        if reader.skip(text.encode() + b" "):
            names = tuple(reader.parenthesised(reader.astring, limit=MAX_FIELDS))
            if any(b"\r" in name or b"\n" in name for name in names):
                raise SyntaxProblem("Invalid header field name")
            reader.need(b"]")
            return Section(numbers, text, names)
    for text in ("HEADER", "TEXT", "MIME"):
        if reader.skip(text.encode()):
            if text == "MIME" and not numbers:
                raise SyntaxProblem("MIME needs a part number")
            reader.need(b"]")
            return Section(numbers, text)
    raise SyntaxProblem(f"Unknown section {reader.peek_text()}")


def _partial(reader: Reader) -> tuple[int, int] | None:
    if not reader.skip(b"<"):
        return None
    offset = reader.number64()
    reader.need(b".")
    count = reader.number64()
    reader.need(b">")
    if count == 0:
        raise SyntaxProblem("A partial fetch asks for at least one octet")
    return offset, count
