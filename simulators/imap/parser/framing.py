"""From octets as they come to whole commands: lines, literals, bounds.

`Framer` does no input or output. It is fed octets and answers events; between two events it holds no more
than its limits, whatever the peer announces or sends.

- `Command`: one whole command, literals in place.
- `Continue`: the peer waits for `+` before it sends a literal.
- `TooBig`: a literal above the limit was announced. A synchronising one is not coming (RFC 7888: answer NO
  and go on). After a non-synchronising one the rest of the stream means nothing: say BYE.
- `TooLong`: a line without end; say BYE.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_LITERAL_AT_END = re.compile(rb"(~?)\{([0-9]{1,20})(\+?)\}\Z")
_START = re.compile(rb"([^\x00-\x20\x7f-\xff(){%*\"\\+]{1,100}) +(UID +)?([A-Za-z]{1,20})")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one command, in octets.

    `line` covers the text of a command without its literals (tokens of 12 KB and sets of thousands of UIDs
    fit). `literal` is the bound of literals that are not messages, `message` that of APPEND's.
    `non_synchronising` is 4096 under LITERAL- (RFC 7888 §5), None under LITERAL+.
    """

    line: int = 65_536
    literal: int = 65_536
    message: int = 50_000_000
    literals: int = 2_000
    non_synchronising: int | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """A whole command without its last line end."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class Line:
    """A line in line mode (IDLE, AUTHENTICATE), without its line end."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class Continue:
    """The peer waits for `+`; `tag` is that of the command under way."""

    tag: str


@dataclass(frozen=True, slots=True)
class TooBig:
    """A literal of `size` octets is above `limit`; `fatal` when it is coming anyway."""

    tag: str
    size: int
    limit: int
    fatal: bool


@dataclass(frozen=True, slots=True)
class TooLong:
    """The line (or the whole command) is longer than `limit`."""

    tag: str
    limit: int


FrameEvent = Command | Line | Continue | TooBig | TooLong


class Framer:
    """Cuts the stream. `appending` says whether the command so far may carry a whole message."""

    def __init__(self, limits: Limits, appending: Callable[[str], bool] = lambda name: name == "APPEND"):
        self.limits = limits
        self._appending = appending
        self._buffer = bytearray()
        self._scanned = 0
        self._parts: list[bytes] = []
        self._text_size = 0
        self._literals = 0
        self._missing = 0
        self._literal: bytearray | None = None
        self.dead = False

    @property
    def buffered(self) -> int:
        """Return how many octets are held."""
        held = len(self._buffer) + sum(len(part) for part in self._parts)
        return held + (len(self._literal) if self._literal is not None else 0)

    def feed(self, data: bytes) -> None:
        """Take octets as they come."""
        if not self.dead:
            self._buffer += data

    @property
    def unread(self) -> int:
        """Return how many octets wait outside any command under way."""
        return len(self._buffer)

    def discard(self) -> bytes:
        """Forget and return everything held (STARTTLS: what came before the handshake is not trusted)."""
        held = b"".join(self._parts) + bytes(self._buffer)
        self._buffer.clear()
        self._reset()
        return held

    def _reset(self) -> None:
        self._parts.clear()
        self._scanned = self._text_size = self._literals = self._missing = 0
        self._literal = None

    def next_line(self) -> Line | TooLong | None:
        """Return one bare line, without regard to literals."""
        line = self._take_line()
        if line is None or isinstance(line, TooLong):
            return line
        return Line(line)

    def next(self) -> FrameEvent | None:
        """Return the next event, or None when more octets are needed."""
        while not self.dead:
            if self._literal is not None:
                if not self._fill():
                    return None
                continue
            line = self._take_line()
            if line is None or isinstance(line, TooLong):
                return line
            self._text_size += len(line)
            if self._text_size > self.limits.line:
                return self._too_long()
            match = _LITERAL_AT_END.search(line[-30:])
            if match is None:
                self._parts.append(line)
                octets = b"".join(self._parts)
                self._reset()
                return Command(octets)
            event = self._announce(line, int(match.group(2)), bool(match.group(3)))
            if event is not None:
                return event
        return None

    def _announce(self, line: bytes, size: int, non_synchronising: bool) -> FrameEvent | None:
        self._parts.append(line + b"\r\n")
        tag, name = self._start()
        limit = self.limits.message if self._appending(name) else self.limits.literal
        if non_synchronising and self.limits.non_synchronising is not None:
            limit = min(limit, self.limits.non_synchronising)
        held = sum(len(part) for part in self._parts[:-1])
        if size > limit or held + size > self.limits.message + self.limits.line:
            return self._too_big(tag, size, limit, non_synchronising)
        self._literals += 1
        if self._literals > self.limits.literals:
            return self._too_long()
        self._literal, self._missing = bytearray(), size
        return None if non_synchronising else Continue(tag)

    def _too_big(self, tag: str, size: int, limit: int, fatal: bool) -> TooBig:
        self._reset()
        if fatal:
            self.dead = True
            self._buffer.clear()
        return TooBig(tag, size, limit, fatal)

    def _too_long(self) -> TooLong:
        tag, _ = self._start()
        self.dead = True
        self._buffer.clear()
        self._reset()
        return TooLong(tag, self.limits.line)

    def _start(self) -> tuple[str, str]:
        match = _START.match(self._parts[0]) if self._parts else None
        if match is None:
            return "*", ""
        return match.group(1).decode("ascii"), match.group(3).decode("ascii").upper()

    def _take_line(self) -> bytes | TooLong | None:
        end = self._buffer.find(b"\n", self._scanned)
        if end < 0:
            self._scanned = len(self._buffer)
            return self._too_long() if self._scanned > self.limits.line else None
        line = bytes(self._buffer[: end + 1])
        del self._buffer[: end + 1]
        self._scanned = 0
        return line.removesuffix(b"\n").removesuffix(b"\r")

    def _fill(self) -> bool:
        """Move octets into the literal under way; say whether it is complete."""
        assert self._literal is not None
        take = self._buffer[: self._missing]
        del self._buffer[: self._missing]
        self._literal += take
        self._missing -= len(take)
        if self._missing:
            return False
        self._parts.append(bytes(self._literal))
        self._literal = None
        return True
