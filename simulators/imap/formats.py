"""Writing values in the grammar of responses (RFC 9051 §9)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from simulators.imap.parser import mutf7
from simulators.imap.parser.reader import MONTHS

MAX_QUOTED = 1000
_PLAIN = re.compile(rb"[\x20\x21\x23-\x5b\x5d-\x7e]*\Z")
_PRINTABLE = re.compile(rb"[\x20-\x7e]*\Z")
_ATOM = re.compile(rb'[^\x00-\x20\x7f-\xff(){%*"\\\]]+\Z')
_ESCAPED = re.compile(rb'(["\\])')
_MONTH_NAMES = tuple(month.capitalize() for month in MONTHS)


def string(value: bytes) -> bytes:
    """Write octets as a quoted string, or as a literal when they need one.

    A literal cannot hold NUL (RFC 9051 §9, CHAR8): it becomes 0x80, as Dovecot does.
    """
    if len(value) <= MAX_QUOTED:
        if _PLAIN.match(value):
            return b'"' + value + b'"'
        if _PRINTABLE.match(value):
            return b'"' + _ESCAPED.sub(rb"\\\1", value) + b'"'
    return literal(value)


def literal(value: bytes) -> bytes:
    """Write octets as a literal; NUL becomes 0x80."""
    if b"\x00" in value:
        value = value.replace(b"\x00", b"\x80")
    return b"{%d}\r\n" % len(value) + value


def literal8(value: bytes) -> bytes:
    """Write octets as a literal8 when they hold NUL, as a literal otherwise (RFC 3516 §4.1)."""
    if b"\x00" in value:
        return b"~{%d}\r\n" % len(value) + value
    return b"{%d}\r\n" % len(value) + value


def astring(value: bytes) -> bytes:
    """Write octets as an atom where they are one, as a string otherwise."""
    return value if _ATOM.match(value) else string(value)


def nstring(value: bytes | None) -> bytes:
    """Write octets or NIL."""
    return b"NIL" if value is None else string(value)


def mailbox(name: str, *, utf8: bool) -> bytes:
    """Write a mailbox name: an atom where it is one, in UTF-8 or modified UTF-7."""
    octets = name.encode("utf-8") if utf8 else mutf7.encode(name).encode("ascii")
    if _ATOM.match(octets) and octets.upper() != b"NIL":
        return octets
    if utf8 and len(octets) <= MAX_QUOTED and not any(octet < 32 or octet == 127 for octet in octets):
        return b'"' + _ESCAPED.sub(rb"\\\1", octets) + b'"'
    return string(octets)


def flag_list(flags: Iterable[str]) -> bytes:
    r"""Write flags in parentheses, system flags first: `(\Answered \Seen $MDNSent)`."""
    ordered = sorted(flags, key=lambda flag: (not flag.startswith("\\"), flag))
    return b"(" + " ".join(ordered).encode("ascii", "replace") + b")"


def date_time(instant: datetime) -> bytes:
    """Write an aware instant in its own zone: `"01-Feb-2026 08:00:00 +0100"` with quotes."""
    offset = instant.utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset is not None else 0
    sign = "-" if minutes < 0 else "+"
    zone = f"{sign}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"
    text = (
        f'"{instant.day:02d}-{_MONTH_NAMES[instant.month - 1]}-{instant.year:04d} '
        f'{instant.hour:02d}:{instant.minute:02d}:{instant.second:02d} {zone}"'
    )
    return text.encode("ascii")
