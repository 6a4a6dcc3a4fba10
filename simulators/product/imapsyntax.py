"""Reading IMAP responses (RFC 3501 §9, RFC 9051 §9): lines, literals, lists; writing quoted strings."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence

from simulators.product.channel import Channel
from simulators.product.errors import Failed

MAX_LINE = 1_000_000
MAX_RESPONSE = 80_000_000
MAX_DEPTH = 40
_LITERAL = re.compile(rb"\{(\d{1,10})\+?\}$")
_ATOM_END = frozenset(b' ()"\r\n')

Value = bytes | None | list["Value"]
"""A string or atom, NIL, or a list."""


def read_response(channel: Channel) -> list[bytes]:
    """Return one response as line parts and literals in turn: part, literal, part, …, part.

    Raises `Failed` when it is larger than 80 MB, `ConnectionLost` when the connection ends.
    """
    parts: list[bytes] = []
    size = 0
    while True:
        line = channel.read_line(MAX_LINE)
        parts.append(line)
        size += len(line)
        match = _LITERAL.search(line)
        if match is None:
            return parts
        size += int(match[1])
        if size > MAX_RESPONSE:
            raise Failed("Le serveur IMAP de l'opérateur a envoyé une réponse démesurée.")
        parts.append(channel.read_exactly(int(match[1])))


def parse_values(parts: Sequence[bytes]) -> list[Value]:
    """Return the values of a response; raises `Failed` when it is not IMAP."""
    parser = _Parser(parts)
    values = parser.items(0)
    if not parser.at_end():
        raise _garbage()
    return values


def quoted(text: str) -> bytes:
    """Return an IMAP quoted string.

    Raises `Failed` for what a quoted string cannot hold (RFC 3501: 7-bit text without CR, LF or NUL).
    """
    if not text.isascii() or any(c in text for c in "\r\n\0"):
        raise Failed("Caractères impossibles dans une commande IMAP.")
    return b'"' + text.replace("\\", "\\\\").replace('"', '\\"').encode("ascii") + b'"'


def folder_name(name: str) -> bytes:
    """Return the folder as a quoted string in modified UTF-7 (RFC 3501 §5.1.3)."""
    out = ""
    for run in re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", name):
        if " " <= run[0] <= "~":
            out += run.replace("&", "&-")
        else:
            coded = base64.b64encode(run.encode("utf-16-be", "surrogatepass")).decode("ascii")
            out += "&" + coded.rstrip("=").replace("/", ",") + "-"
    return quoted(out)


def _garbage() -> Failed:
    return Failed("Le serveur IMAP de l'opérateur répond de façon incompréhensible.")


class _Parser:
    def __init__(self, parts: Sequence[bytes]) -> None:
        self._parts = parts
        self._part = 0
        self._at = 0

    def at_end(self) -> bool:
        return self._part == len(self._parts) - 1 and self._at >= len(self._text)

    @property
    def _text(self) -> bytes:
        return self._parts[self._part]

    def items(self, depth: int) -> list[Value]:
        if depth > MAX_DEPTH:
            raise _garbage()
        found: list[Value] = []
        while self._at < len(self._text):
            octet = self._text[self._at : self._at + 1]
            if octet == b" ":
                self._at += 1
            elif octet == b")":
                if depth == 0:
                    raise _garbage()
                return found
            elif octet == b"(":
                self._at += 1
                found.append(self.items(depth + 1))
                if self._text[self._at : self._at + 1] != b")":
                    raise _garbage()
                self._at += 1
            else:
                found.append(self._string(octet))
        if depth:
            raise _garbage()
        return found

    def _string(self, octet: bytes) -> bytes | None:
        if octet == b'"':
            return self._quoted()
        literal = _LITERAL.match(self._text, self._at)
        if literal is not None and self._part + 2 < len(self._parts):
            value = self._parts[self._part + 1]
            self._part += 2
            self._at = 0
            return value
        return self._atom()

    def _quoted(self) -> bytes:
        out = bytearray()
        at = self._at + 1
        text = self._text
        while at < len(text):
            if text[at : at + 1] == b"\\":
                out += text[at + 1 : at + 2]
                at += 2
            elif text[at : at + 1] == b'"':
                self._at = at + 1
                return bytes(out)
            else:
                out.append(text[at])
                at += 1
        raise _garbage()

    def _atom(self) -> bytes | None:
        start = at = self._at
        text = self._text
        brackets = 0
        while at < len(text) and (brackets or text[at] not in _ATOM_END):
            brackets += {0x5B: 1, 0x5D: -1}.get(text[at], 0)
            brackets = max(brackets, 0)
            at += 1
        if at == start:
            raise _garbage()
        self._at = at
        atom = text[start:at]
        return None if atom.upper() == b"NIL" else atom
