r"""Taking in a message after DATA: end of data, transparency, bounds (RFC 5321 §4.5.2, §4.5.3.1.6).

Octets are handled in the lots in which they come, not line by line: that is what makes a large message
cheap. Only CRLF `.` CRLF ends the data; a bare LF or CR is content (and told), so nothing can be smuggled
behind `\n.\n`.
"""

from __future__ import annotations

from dataclasses import dataclass

_END = b"\r\n.\r\n"
MAX_LINE = 998
"""Octets of a line without its CRLF (RFC 5322 §2.1.1)."""


@dataclass(frozen=True, slots=True)
class Received:
    """A message, dots removed. `size` is its true size even when `too_big` (then `content` is empty)."""

    content: bytes
    size: int
    too_big: bool
    longest_line: int
    bare_lf: int
    bare_cr: int
    nul: int

    @property
    def line_too_long(self) -> bool:
        """Whether a line passes the 998 octets."""
        return self.longest_line > MAX_LINE


class DataReceiver:
    """Collects one message of at most `limit` octets; a bigger one is counted, not kept."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        # The CRLF that ended the DATA line: a first line of one dot is the end too.
        self._held = bytearray(b"\r\n")
        self._searched = 0
        self._dropped = 0

    def feed(self, octets: bytes) -> bytes | None:
        """Take octets; None while more is needed, else what follows the end of data."""
        self._held += octets
        end = self._held.find(_END, max(0, self._searched - len(_END)))
        if end < 0:
            self._searched = len(self._held)
            if len(self._held) > self._limit + 2 and not self._fits():
                tail = bytes(self._held[-len(_END) :])
                self._dropped += len(self._held) - len(tail)
                self._held[:] = tail
                self._searched = 0
            return None
        rest = bytes(self._held[end + len(_END) :])
        del self._held[end + 2 :]
        return rest

    def _fits(self) -> bool:
        return not self._dropped and len(self._held) - 2 <= self._limit + self._held.count(b"\r\n.")

    def result(self) -> Received:
        """Return the message, once `feed` has told its end."""
        if self._dropped:
            size = self._dropped + len(self._held) - 2
            return Received(b"", size, True, 0, 0, 0, 0)
        plain = bytes(self._held).replace(b"\r\n.", b"\r\n")
        content = plain[2:]
        too_big = len(content) > self._limit
        return Received(
            content=b"" if too_big else content,
            size=len(content),
            too_big=too_big,
            longest_line=max(map(len, plain.split(b"\r\n"))),
            bare_lf=content.count(b"\n") - content.count(b"\r\n"),
            bare_cr=content.count(b"\r") - content.count(b"\r\n"),
            nul=content.count(b"\0"),
        )
