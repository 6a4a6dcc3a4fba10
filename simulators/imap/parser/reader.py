"""Reading the arguments of one command (RFC 9051 §9, RFC 3501 §9).

A command arrives here whole: its line, and each literal in place, after its `{n}` and line end. The reader is
a cursor over these octets. It raises `SyntaxProblem` and nothing else, whatever the octets are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeVar

from simulators.imap.parser import mutf7
from simulators.imap.parser.sets import MAX_RANGES, SequenceSet

T = TypeVar("T")

MAX_NUMBER = 0xFFFF_FFFF
MAX_NUMBER64 = (1 << 63) - 1
MAX_NESTING = 50

_ATOM = re.compile(rb'[^\x00-\x20\x7f-\xff(){%*"\\\]]+')
_ASTRING = re.compile(rb'[^\x00-\x20\x7f-\xff(){%*"\\]+')
_LIST_CHARS = re.compile(rb'[^\x00-\x20\x7f(){"\\]+')
_TAG = re.compile(rb'[^\x00-\x20\x7f-\xff(){%*"\\+]+')
_NUMBER = re.compile(rb"[0-9]+")
_QUOTED = re.compile(rb'"((?:[^"\\\r\n\x00]|\\["\\])*)"')
_LITERAL = re.compile(rb"(~?)\{([0-9]+)\+?\}\r?\n")
_FLAG = re.compile(rb'\\?[^\x00-\x20\x7f-\xff(){%*"\\\]]+')
_SEQUENCE = re.compile(rb"[0-9*:,]+")
_RANGE = re.compile(rb"([1-9][0-9]*|\*)(?::([1-9][0-9]*|\*))?\Z")
_DATE = re.compile(rb'"?([0-9]{1,2})-([A-Za-z]{3})-([0-9]{4})"?')
_DATE_TIME = re.compile(
    rb'"([ 0-9][0-9])-([A-Za-z]{3})-([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})"'
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class SyntaxProblem(Exception):
    """The command does not follow the grammar; the text is fit for a BAD response."""


class ImpossibleName(SyntaxProblem):
    """The grammar is followed, but no mailbox can have this name: fit for a NO response."""


class Reader:
    """A cursor over one command. `utf8` is set once the client enabled IMAP4rev2 or UTF8=ACCEPT."""

    __slots__ = ("data", "position", "utf8")

    def __init__(self, data: bytes, position: int = 0, *, utf8: bool = False) -> None:
        self.data = data
        self.position = position
        self.utf8 = utf8

    # -- basics -------------------------------------------------------------------------------------------

    def at_end(self) -> bool:
        """Say whether nothing is left."""
        return self.position >= len(self.data)

    def end(self) -> None:
        """Require that nothing is left."""
        if not self.at_end():
            raise SyntaxProblem(f"Unexpected text after the arguments: {self.peek_text()}")

    def peek_text(self) -> str:
        """Return the next few octets for an error text."""
        rest = self.data[self.position : self.position + 20]
        return repr(rest.decode("ascii", "replace"))

    def peek(self, octets: bytes) -> bool:
        """Say whether these octets come next (ASCII letters without case)."""
        return self.data[self.position : self.position + len(octets)].upper() == octets

    def skip(self, octets: bytes) -> bool:
        """Skip these octets (given in capitals) if they come next, and say whether they did."""
        if self.peek(octets):
            self.position += len(octets)
            return True
        return False

    def need(self, octets: bytes) -> None:
        """Skip these octets, which must come next."""
        if not self.skip(octets):
            raise SyntaxProblem(f"Expected {octets.decode()!r}, found {self.peek_text()}")

    def space(self) -> None:
        """Skip the one space that must come next."""
        self.need(b" ")

    def _match(self, pattern: re.Pattern[bytes], what: str) -> re.Match[bytes]:
        match = pattern.match(self.data, self.position)
        if match is None:
            raise SyntaxProblem(f"Expected {what}, found {self.peek_text()}")
        self.position = match.end()
        return match

    # -- words --------------------------------------------------------------------------------------------

    def tag(self) -> str:
        """Read the tag of a command."""
        return self._match(_TAG, "a tag").group().decode("ascii")

    def atom(self) -> str:
        """Read an atom."""
        return self._match(_ATOM, "an atom").group().decode("ascii")

    def keyword(self) -> str:
        """Read an atom whose case does not matter, in capitals."""
        return self.atom().upper()

    def number(self, *, maximum: int = MAX_NUMBER) -> int:
        """Read a number up to `maximum`."""
        digits = self._match(_NUMBER, "a number").group()
        value = int(digits) if len(digits) < 25 else maximum + 1
        if value > maximum:
            raise SyntaxProblem(f"Number too large, at most {maximum}")
        return value

    def number64(self) -> int:
        """Read a 63-bit number (mod-sequence, size)."""
        return self.number(maximum=MAX_NUMBER64)

    def literal(self) -> tuple[bytes, bool] | None:
        """Read a literal if one comes next: its octets and whether it is a literal8."""
        match = _LITERAL.match(self.data, self.position)
        if match is None:
            return None
        if len(match.group(2)) > 18:
            raise SyntaxProblem("Literal too large")
        start, size = match.end(), int(match.group(2))
        if start + size > len(self.data):
            raise SyntaxProblem("Literal shorter than announced")
        self.position = start + size
        return self.data[start : start + size], bool(match.group(1))

    def string(self) -> bytes:
        """Read a quoted string or a literal."""
        if self.peek(b'"'):
            return self._quoted()
        literal = self.literal()
        if literal is None:
            raise SyntaxProblem(f"Expected a string, found {self.peek_text()}")
        octets, binary = literal
        if not binary and b"\x00" in octets:
            raise SyntaxProblem("NUL octets need a literal8 (RFC 3516)")
        return octets

    def _quoted(self) -> bytes:
        content = self._match(_QUOTED, "a closed quoted string").group(1)
        if not self.utf8 and not content.isascii():
            raise SyntaxProblem("8-bit octets in a quoted string; send a literal or enable UTF8=ACCEPT")
        return content if b"\\" not in content else re.sub(rb"\\(.)", rb"\1", content)

    def astring(self) -> bytes:
        """Read an atom or a string."""
        if self.peek(b'"') or self.peek(b"{"):
            return self.string()
        return self._match(_ASTRING, "a string").group()

    def text(self) -> str:
        """Read an astring that must be UTF-8."""
        return self._utf8(self.astring())

    def nstring(self) -> bytes | None:
        """Read a string or NIL."""
        if self.peek(b'"') or self.peek(b"{"):
            return self.string()
        self.need(b"NIL")
        return None

    @staticmethod
    def _utf8(octets: bytes) -> str:
        try:
            return octets.decode("utf-8")
        except UnicodeDecodeError as problem:
            raise SyntaxProblem("Not valid UTF-8") from problem

    # -- mailboxes ----------------------------------------------------------------------------------------

    def mailbox(self) -> str:
        """Read a mailbox name: modified UTF-7 (IMAP4rev1) or UTF-8 (IMAP4rev2, UTF8=ACCEPT)."""
        return self._mailbox_name(self.astring())

    def list_pattern(self) -> str:
        """Read a mailbox pattern with `%` and `*` (`list-mailbox`)."""
        if self.peek(b'"') or self.peek(b"{"):
            octets = self.string()
        else:
            octets = self._match(_LIST_CHARS, "a mailbox pattern").group()
        try:
            return self._mailbox_name(octets)
        except ImpossibleName:
            # Part of a shifted sequence, before a wildcard: such a pattern is allowed and matches no name.
            return octets.decode("ascii", "backslashreplace")

    def _mailbox_name(self, octets: bytes) -> str:
        name = self._utf8(octets)
        if self.utf8:
            return name
        if not name.isascii():
            raise ImpossibleName("Mailbox name is not in modified UTF-7")
        try:
            return mutf7.decode(name)
        except ValueError as problem:
            raise ImpossibleName(f"Mailbox name is not in modified UTF-7: {problem}") from problem

    # -- lists, sets, flags, dates ------------------------------------------------------------------------

    def parenthesised(self, item: Callable[[], T], *, empty: bool = False, limit: int = 10_000) -> list[T]:
        """Read `(item item …)`."""
        self.need(b"(")
        items: list[T] = []
        if empty and self.skip(b")"):
            return items
        while True:
            items.append(item())
            if len(items) > limit:
                raise SyntaxProblem(f"More than {limit} items in a list")
            if self.skip(b")"):
                return items
            self.space()

    def sequence_set(self) -> SequenceSet:
        """Read a sequence set or `$`."""
        if self.skip(b"$"):
            return SequenceSet(saved=True)
        return parse_set(self._match(_SEQUENCE, "a message set").group())

    def flag(self) -> str:
        r"""Read one flag that a client may set (not `\Recent`)."""
        flag = self._match(_FLAG, "a flag").group().decode("ascii")
        known = ("\\answered", "\\flagged", "\\deleted", "\\seen", "\\draft")
        if flag.startswith("\\") and flag.lower() not in known:
            raise SyntaxProblem(f"Invalid system flag {flag}")
        return flag

    def flag_list(self) -> list[str]:
        """Read a parenthesised list of flags."""
        return self.parenthesised(self.flag, empty=True, limit=200)

    def date(self) -> datetime:
        """Read a date, as midnight without a zone (RFC 9051 §6.4.4: zones are disregarded)."""
        match = self._match(_DATE, "a date such as 1-Feb-2026")
        return _instant(match.group(3), match.group(2), match.group(1)).replace(tzinfo=None)

    def date_time(self) -> datetime:
        """Read a date with time and zone, aware."""
        match = self._match(_DATE_TIME, 'a date-time such as "01-Feb-2026 08:00:00 +0100"')
        day, month, year, hour, minute, second, sign, zone_hour, zone_minute = match.groups()
        instant = _instant(year, month, day.strip(), hour, minute, second)
        offset = timedelta(hours=int(zone_hour), minutes=int(zone_minute))
        if offset >= timedelta(hours=24):
            raise SyntaxProblem("Invalid zone in a date-time")
        return instant.replace(tzinfo=timezone(-offset if sign == b"-" else offset))


def _instant(year: bytes, month: bytes, day: bytes, *clock: bytes) -> datetime:
    try:
        number = MONTHS.index(month.decode("ascii").lower()) + 1
        hour, minute, second = (int(part) for part in clock) if clock else (0, 0, 0)
        return datetime(int(year), number, int(day), hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError as problem:
        raise SyntaxProblem(f"Invalid date: {problem}") from problem


def parse_set(text: bytes) -> SequenceSet:
    """Read a sequence set from its text; raises `SyntaxProblem`."""
    ranges: list[tuple[int | None, int | None]] = []
    pieces = text.split(b",", MAX_RANGES + 1)
    if len(pieces) > MAX_RANGES:
        raise SyntaxProblem(f"More than {MAX_RANGES} ranges in a message set")
    for piece in pieces:
        match = _RANGE.match(piece)
        if match is None:
            raise SyntaxProblem("Invalid message set")
        first, last = match.groups()
        low = _set_number(first)
        ranges.append((low, low if last is None else _set_number(last)))
    return SequenceSet(tuple(ranges))


def _set_number(text: bytes) -> int | None:
    if text == b"*":
        return None
    if len(text) > 10 or int(text) > MAX_NUMBER:
        raise SyntaxProblem("Number too large in a message set")
    return int(text)
