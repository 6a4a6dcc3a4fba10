"""The parts of a message: where each begins and ends, and what its header says (RFC 2045, 2046)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from simulators.imap.mime import headers
from simulators.imap.mime.headers import Field

MAX_DEPTH = 40
MAX_PARTS = 5_000
"""Beyond these bounds a part is taken as a leaf: a message cannot make the server work without end."""

Parameters = tuple[tuple[bytes, bytes], ...]


@dataclass(slots=True)
class Part:
    """One MIME entity inside `data[start:end]`; its body begins at `body`.

    `type` and `subtype` are in lower case. `children` are the parts of a multipart; `message` is the entity
    inside a message/rfc822 (or message/global).
    """

    start: int
    body: int
    end: int
    fields: tuple[Field, ...]
    type: bytes
    subtype: bytes
    parameters: Parameters
    children: tuple[Part, ...] = ()
    message: Part | None = None
    _index: dict[bytes, Field] = field(default_factory=dict, repr=False)

    @property
    def is_multipart(self) -> bool:
        """Whether this is a multipart."""
        return self.type == b"multipart"

    def value(self, name: bytes) -> bytes | None:
        """Return the unfolded value of the first field of this (lower-case) name."""
        if not self._index and self.fields:
            for one in reversed(self.fields):
                self._index[one.name] = one
        found = self._index.get(name)
        return found.value if found is not None else None

    @property
    def encoding(self) -> bytes:
        """Return the transfer encoding in lower case, `7bit` when none is given."""
        value = self.value(b"content-transfer-encoding")
        return ((headers.token(value) if value else None) or b"7bit").lower()

    def walk(self) -> Iterator[Part]:
        """Yield this part and all those below."""
        yield self
        for child in self.children:
            yield from child.walk()
        if self.message is not None:
            yield from self.message.walk()


def parse(data: bytes) -> Part:
    """Return the structure of a whole message; never raises."""
    return _Parser(data).entity(0, len(data), (b"text", b"plain"), 0)


class _Parser:
    """Parses one message, within a budget of parts."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._left = MAX_PARTS

    def _spend(self) -> bool:
        self._left -= 1
        return self._left >= 0

    def entity(self, start: int, end: int, default: tuple[bytes, bytes], depth: int) -> Part:
        """Return the entity in `data[start:end]`."""
        body = body_start(self._data, start, end)
        fields = headers.split(self._data[start:body])
        kind, subtype, parameters = _content_type(headers.first(fields, b"content-type"), default)
        part = Part(start, body, end, fields, kind, subtype, parameters)
        if part.is_multipart and depth < MAX_DEPTH:
            part.children = self._children(part, depth)
        elif is_message(part) and depth < MAX_DEPTH and self._spend():
            part.message = self.entity(body, end, (b"text", b"plain"), depth + 1)
        elif part.is_multipart or is_message(part):
            part.type, part.subtype = b"application", b"octet-stream"
        return part

    def _children(self, part: Part, depth: int) -> tuple[Part, ...]:
        boundary = headers.parameter(part.parameters, b"boundary")
        if not boundary:
            return ()
        default = (b"message", b"rfc822") if part.subtype == b"digest" else (b"text", b"plain")
        return tuple(
            self.entity(low, high, default, depth + 1)
            for low, high in self._between(part.body, part.end, b"--" + boundary)
        )

    def _between(self, start: int, end: int, delimiter: bytes) -> Iterator[tuple[int, int]]:
        """Yield (start, end) of each body part; the line end before a delimiter belongs to the delimiter."""
        data = self._data
        position = start
        opened: int | None = None
        while (found := _delimiter(data, position, start, end, delimiter)) >= 0:
            if opened is not None:
                yield opened, max(opened, _before_line_end(data, found, opened))
            after = found + len(delimiter)
            if data.startswith(b"--", after) or not self._spend():
                return
            line_end = data.find(b"\n", after, end)
            position = opened = end if line_end < 0 else line_end + 1
        if opened is not None:
            yield opened, end


def is_message(part: Part) -> bool:
    """Say whether the part holds a whole message."""
    return part.type == b"message" and part.subtype in {b"rfc822", b"global"}


def body_start(data: bytes, start: int = 0, end: int | None = None) -> int:
    """Return where the body begins: after the first empty line, or at the end when there is none."""
    end = len(data) if end is None else end
    if data.startswith(b"\r\n", start, end):
        return start + 2
    if data.startswith(b"\n", start, end):
        return start + 1
    mixed = data.find(b"\n\r\n", start, end)
    bare = data.find(b"\n\n", start, end if mixed < 0 else mixed + 2)
    if bare >= 0:
        return bare + 2
    return end if mixed < 0 else mixed + 3


def _content_type(value: bytes | None, default: tuple[bytes, bytes]) -> tuple[bytes, bytes, Parameters]:
    if value is None:
        return (*default, ((b"charset", b"us-ascii"),) if default[0] == b"text" else ())
    main, parameters = headers.parameters(value)
    kind, slash, subtype = main.partition(b"/")
    kind, subtype = kind.strip().lower(), subtype.strip().lower()
    if not slash or not kind or not subtype or b" " in kind or b" " in subtype:
        return b"text", b"plain", ((b"charset", b"us-ascii"),)
    if kind == b"text" and not parameters:
        parameters = ((b"charset", b"us-ascii"),)
    return kind, subtype, parameters


def _delimiter(data: bytes, position: int, start: int, end: int, delimiter: bytes) -> int:
    """Return where the next delimiter line begins, or -1."""
    while True:
        found = data.find(delimiter, position, end)
        if found < 0:
            return -1
        after = found + len(delimiter)
        at_line_start = found == start or data[found - 1] == 10
        if at_line_start and (after >= end or data[after : after + 1] in b" \t\r\n-"):
            tail = data[after : after + 2]
            if not tail.startswith(b"-") or tail == b"--":
                return found
        position = found + 1


def _before_line_end(data: bytes, position: int, floor: int) -> int:
    if position > floor and data[position - 1] == 10:
        position -= 1
        if position > floor and data[position - 1] == 13:
            position -= 1
    return position
