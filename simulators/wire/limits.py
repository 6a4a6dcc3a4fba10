"""Bounds of a simulated operator: what a hostile or broken peer may take before it is cut off."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WireLimits:
    """Bounds of one listener.

    `connections` at once; `idle_s` without an octet received, by the tenant's clock where there is one;
    `handshake_s` for the TLS handshake (real time); `line` octets of a line (for the protocol above, RFC
    4954 §4 asks 12288 for SASL); `transcript` octets of plaintext kept per connection; `pending` octets not
    yet taken by a slow peer beyond which the connection is cut.
    """

    connections: int = 4096
    idle_s: float = 600.0
    handshake_s: float = 60.0
    line: int = 12_290
    transcript: int = 2_097_152
    pending: int = 67_108_864


class LineTooLong(ValueError):
    """A line passed the bound before its end was seen."""


class LineBuffer:
    """Cuts received octets into lines of at most `limit` octets, end included.

    A line that is longer is swallowed whole and reported once, so memory stays bounded and the
    next line is read properly.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = bytearray()
        self._swallowing = False

    def feed(self, octets: bytes) -> None:
        """Add received octets."""
        self._held += octets

    def clear(self) -> bytes:
        """Drop and return what was not yet read (for STARTTLS)."""
        left = bytes(self._held)
        self._held.clear()
        self._swallowing = False
        return left

    def line(self) -> bytes | None:
        """Return the next line with its LF, or None when none is whole.

        Raises `LineTooLong` once per line.
        """
        end = self._held.find(b"\n")
        if self._swallowing:
            del self._held[: end + 1 if end >= 0 else len(self._held)]
            if end < 0:
                return None
            self._swallowing = False
            return self.line()
        if end < 0:
            if len(self._held) > self._limit:
                self._held.clear()
                self._swallowing = True
                raise LineTooLong(f"line longer than {self._limit} octets")
            return None
        line = bytes(self._held[: end + 1])
        del self._held[: end + 1]
        if len(line) > self._limit:
            raise LineTooLong(f"line of {len(line)} octets, limit {self._limit}")
        return line
