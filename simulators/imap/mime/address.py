"""Address lists of header fields, read with patience (RFC 5322 §3.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_ADDRESSES = 2_000

_SIMPLE = re.compile(
    rb'[ \t]*(?:"([^"\\\r\n]*)"[ \t]*|([^\x00-\x1f"(),.:;<>@\[\\\]]*?)[ \t]*)'
    rb"<([^\x00-\x20\"(),:;<>@\[\\\]]+)@([A-Za-z0-9.\-]+)>[ \t]*\Z"
)
_BARE = re.compile(rb"[ \t]*([^\x00-\x20\"(),:;<>@\[\\\]]+)@([A-Za-z0-9.\-]+)[ \t]*\Z")
_TOKENS = re.compile(
    rb'(?P<space>[ \t\r\n]+)|"(?P<quoted>(?:[^"\\]|\\.)*)"?|\[(?P<domain>[^\]]*)\]?|(?P<special>[()<>@,:;])'
    rb"|(?P<word>[^\x00-\x20\"()<>@,:;\[]+|.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Address:
    """One address as ENVELOPE shows it (RFC 9051 §7.5.2).

    A group begins with an address without host, whose mailbox is its name, and ends with one that has
    neither.
    """

    name: bytes | None
    route: bytes | None
    mailbox: bytes | None
    host: bytes | None


def parse(value: bytes) -> tuple[Address, ...]:
    """Return the addresses of an unfolded value; never raises."""
    quick = _SIMPLE.match(value)
    if quick:
        name = quick.group(1) if quick.group(1) is not None else quick.group(2)
        return (Address(name or None, None, quick.group(3), quick.group(4)),)
    bare = _BARE.match(value)
    if bare:
        return (Address(None, None, bare.group(1), bare.group(2)),)
    return _Machine(value).run()


class _Machine:
    """A small token machine over one value."""

    def __init__(self, value: bytes) -> None:
        self._value = value
        self._found: list[Address] = []
        self._in_group = False
        self._clear()

    def _clear(self) -> None:
        self._words: list[bytes] = []
        self._local: list[bytes] = []
        self._host: list[bytes] = []
        self._route: list[bytes] = []
        self._comment: list[bytes] = []
        self._angle = self._at = self._seen_angle = False
        self._glue = False

    def run(self) -> tuple[Address, ...]:
        position, depth = 0, 0
        while position < len(self._value) and len(self._found) < MAX_ADDRESSES:
            match = _TOKENS.match(self._value, position)
            if match is None:
                break
            position = match.end()
            kind = match.lastgroup or "word"
            text = match.group(kind)
            if depth or (kind == "special" and text == b"("):
                depth = self._commenting(kind, text, match.group(), depth)
            elif kind == "special":
                self._special(text)
            elif kind == "space":
                self._glue = False
            else:
                self._text(kind, text)
        self._finish()
        if self._in_group:
            self._found.append(Address(None, None, None, None))
        return tuple(self._found)

    def _commenting(self, kind: str, text: bytes, whole: bytes, depth: int) -> int:
        if kind == "special" and text == b"(":
            return depth + 1
        if kind == "special" and text == b")":
            return depth - 1
        self._comment.append(b" " if kind == "space" else whole)
        return depth

    def _special(self, text: bytes) -> None:
        if text == b"," and self._angle and self._route and not self._local:
            self._route += [*self._host, b","]
            self._host, self._at = [], False
        elif text == b",":
            self._finish()
        elif text == b"<":
            self._angle = self._seen_angle = True
            self._at = False
            self._local, self._host = [], []
        elif text == b">":
            self._angle = False
        elif text == b"@":
            if self._angle and not self._local:
                self._route.append(b"@")
            self._at = True
            self._glue = True
        elif text == b":":
            self._colon()
        elif text == b";" and self._in_group:
            self._finish()
            self._found.append(Address(None, None, None, None))
            self._in_group = False
        elif text == b";":
            self._finish()

    def _colon(self) -> None:
        if self._angle:
            self._route += self._host
            self._host, self._at = [], False
        elif not self._in_group:
            self._found.append(Address(None, None, b" ".join(self._words) or None, None))
            self._in_group = True
            self._clear()

    def _text(self, kind: str, text: bytes) -> None:
        if kind == "quoted":
            text = re.sub(rb"\\(.)", rb"\1", text, flags=re.DOTALL)
        elif kind == "domain":
            text = b"[" + text + b"]"
        if self._at and not (self._seen_angle and not self._angle):
            self._host.append(text)
        elif self._angle:
            self._local.append(text)
        elif not self._seen_angle:
            if self._glue and self._words:
                self._words[-1] += text
            else:
                self._words.append(text)
            self._glue = True

    def _finish(self) -> None:
        comment = b"".join(self._comment).strip() or None
        if self._seen_angle:
            name = b" ".join(self._words) or comment
            local, host = b"".join(self._local), b"".join(self._host)
            if local or host or name:
                route = b"".join(self._route) or None
                self._found.append(Address(name, route, local, host))
        elif self._words:
            local = b"".join(self._words) if self._at else b" ".join(self._words)
            self._found.append(Address(comment, None, local, b"".join(self._host)))
        self._clear()
