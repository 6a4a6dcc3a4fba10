"""Reading search programs (RFC 9051 §6.4.4, RFC 3501 §6.4.4, RFC 7162 §3.1.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from simulators.imap.parser.reader import MAX_NESTING, Reader, SyntaxProblem, parse_set
from simulators.imap.parser.sets import SequenceSet

MAX_KEYS = 2_000

FLAG_KEYS = {
    "ANSWERED": ("\\Answered", True),
    "DELETED": ("\\Deleted", True),
    "DRAFT": ("\\Draft", True),
    "FLAGGED": ("\\Flagged", True),
    "SEEN": ("\\Seen", True),
    "UNANSWERED": ("\\Answered", False),
    "UNDELETED": ("\\Deleted", False),
    "UNDRAFT": ("\\Draft", False),
    "UNFLAGGED": ("\\Flagged", False),
    "UNSEEN": ("\\Seen", False),
}
SESSION_KEYS = frozenset(("ALL", "NEW", "OLD", "RECENT"))
DATE_KEYS = frozenset(("BEFORE", "ON", "SINCE", "SENTBEFORE", "SENTON", "SENTSINCE"))
TEXT_KEYS = frozenset(("BCC", "BODY", "CC", "FROM", "SUBJECT", "TEXT", "TO"))
SIZE_KEYS = frozenset(("LARGER", "SMALLER"))


@dataclass(frozen=True, slots=True)
class Key:
    """One search key: its name in capitals, and what it needs.

    `keys`: operands of AND, OR, NOT. `text`: what TEXT_KEYS and HEADER look for. `field`: of HEADER.
    `number`: of sizes and MODSEQ. `day`: of dates. `flag`: of (UN)KEYWORD. `chosen`: of UID and sets.
    """

    name: str
    keys: tuple[Key, ...] = ()
    text: str = ""
    field: str = ""
    number: int = 0
    day: date | None = None
    flag: str = ""
    chosen: SequenceSet | None = None

    def uses(self, name: str) -> bool:
        """Say whether this key, or one below, is a `name`."""
        return self.name == name or any(key.uses(name) for key in self.keys)


class UnknownCharset(Exception):
    """The charset is none that search texts may be in."""


class SearchReader:
    """Reads one search program in a charset."""

    def __init__(self, reader: Reader, charset: str = "utf-8") -> None:
        self._reader = reader
        self._charset = charset
        self._count = 0

    def program(self) -> Key:
        """Read keys up to the end of the command; they are all required."""
        keys = [self._key(0)]
        while not self._reader.at_end():
            self._reader.space()
            keys.append(self._key(0))
        return keys[0] if len(keys) == 1 else Key("AND", tuple(keys))

    def _key(self, depth: int) -> Key:
        self._count += 1
        if depth > MAX_NESTING or self._count > MAX_KEYS:
            raise SyntaxProblem("Search program too deep or too long")
        reader = self._reader
        if reader.peek(b"("):
            return Key("AND", tuple(reader.parenthesised(lambda: self._key(depth + 1))))
        if reader.skip(b"$"):
            return Key("SET", chosen=SequenceSet(saved=True))
        word = reader.keyword() if not reader.peek(b"*") else self._star()
        if word[0].isdigit() or word[0] == "*":
            return Key("SET", chosen=parse_set(self._rest_of_set(word)))
        return self._named(word, depth)

    def _star(self) -> str:
        self._reader.need(b"*")
        return "*"

    def _rest_of_set(self, word: str) -> bytes:
        """Return the set that begins with `word`: an atom stops before `*`."""
        reader = self._reader
        start = reader.position
        while reader.position < len(reader.data) and reader.data[reader.position] in b"0123456789*:,":
            reader.position += 1
        return word.encode("ascii") + reader.data[start : reader.position]

    def _named(self, word: str, depth: int) -> Key:
        if word in FLAG_KEYS or word in SESSION_KEYS:
            return Key(word)
        if word not in _ARGUMENTS:
            raise SyntaxProblem(f"Unknown search key {word[:30]}")
        self._reader.space()
        return _ARGUMENTS[word](self, word, depth)

    # -- keys with arguments ------------------------------------------------------------------------------

    def text(self) -> str:
        """Read a text in the charset of the program."""
        octets = self._reader.astring()
        try:
            return octets.decode(self._charset)
        except UnicodeDecodeError as problem:
            raise SyntaxProblem(f"The search text is not valid {self._charset}") from problem

    def with_text(self, word: str, depth: int) -> Key:
        """Read FROM, TO, SUBJECT, BODY, TEXT and their like."""
        del depth
        return Key(word, text=self.text())

    def with_field(self, word: str, depth: int) -> Key:
        """Read HEADER."""
        del depth
        field = self._reader.text()
        self._reader.space()
        return Key(word, text=self.text(), field=field)

    def with_date(self, word: str, depth: int) -> Key:
        """Read BEFORE, SENTON and their like."""
        del depth
        return Key(word, day=self._reader.date().date())

    def with_size(self, word: str, depth: int) -> Key:
        """Read LARGER and SMALLER."""
        del depth
        return Key(word, number=self._reader.number64())

    def with_flag(self, word: str, depth: int) -> Key:
        """Read KEYWORD and UNKEYWORD."""
        del depth
        return Key(word, flag=self._reader.atom())

    def with_uids(self, word: str, depth: int) -> Key:
        """Read UID."""
        del depth
        return Key(word, chosen=self._reader.sequence_set())

    def with_modseq(self, word: str, depth: int) -> Key:
        """Read MODSEQ, whose optional entry name and type change nothing (RFC 7162 §3.1.5)."""
        del depth
        if self._reader.peek(b'"'):
            self._reader.string()
            self._reader.space()
            if self._reader.keyword() not in {"PRIV", "SHARED", "ALL"}:
                raise SyntaxProblem("Expected priv, shared or all")
            self._reader.space()
        return Key(word, number=self._reader.number64())

    def negated(self, word: str, depth: int) -> Key:
        """Read NOT."""
        return Key(word, (self._key(depth + 1),))

    def either(self, word: str, depth: int) -> Key:
        """Read OR."""
        first = self._key(depth + 1)
        self._reader.space()
        return Key(word, (first, self._key(depth + 1)))


_ARGUMENTS = {
    **dict.fromkeys(TEXT_KEYS, SearchReader.with_text),
    **dict.fromkeys(DATE_KEYS, SearchReader.with_date),
    **dict.fromkeys(SIZE_KEYS, SearchReader.with_size),
    "HEADER": SearchReader.with_field,
    "KEYWORD": SearchReader.with_flag,
    "UNKEYWORD": SearchReader.with_flag,
    "UID": SearchReader.with_uids,
    "MODSEQ": SearchReader.with_modseq,
    "NOT": SearchReader.negated,
    "OR": SearchReader.either,
}

CHARSETS = {
    "UTF-8": "utf-8",
    "US-ASCII": "ascii",
    "ISO-8859-1": "latin-1",
    "ISO-8859-15": "iso-8859-15",
    "WINDOWS-1252": "windows-1252",
}


def charset(name: str) -> str:
    """Return the codec of a charset; raises `UnknownCharset`."""
    try:
        return CHARSETS[name.upper()]
    except KeyError:
        raise UnknownCharset(name) from None
