"""The plaintext of one connection, both ways, as evidence: what was said, in which order, under TLS or not.

Form: for each run of octets one head line `C 0 23 12.400 clear` (direction C client or S server, offset in
that direction, length, milliseconds since the connection, `clear` or `tls`), LF, the octets, LF. Past the
bound a last line `cut C 123 S 456` gives how many octets passed in all. The judge reads it back with
`read_transcript`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["C", "S"]
MEDIA_TYPE = "application/x-mssante-transcript"


@dataclass(frozen=True, slots=True)
class Chunk:
    """One run of octets: who sent it, where it stands in that direction, when (ms), whether under TLS."""

    direction: Direction
    offset: int
    at_ms: float
    tls: bool
    octets: bytes


class Transcript:
    """Collects the chunks of one connection up to `limit` octets; beyond, it only counts."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = 0
        self._chunks: list[Chunk] = []
        self.totals: dict[Direction, int] = {"C": 0, "S": 0}

    @property
    def cut(self) -> bool:
        """Whether something passed that was not kept."""
        return sum(self.totals.values()) > self._kept

    def add(self, direction: Direction, octets: bytes, at_ms: float, *, tls: bool) -> None:
        """Note that `octets` passed."""
        offset = self.totals[direction]
        self.totals[direction] += len(octets)
        kept = octets[: max(0, self._limit - self._kept)]
        if kept:
            self._kept += len(kept)
            self._chunks.append(Chunk(direction, offset, at_ms, tls, bytes(kept)))

    def to_bytes(self) -> bytes:
        """Return the evidence form."""
        parts: list[bytes] = []
        for chunk in self._chunks:
            layer = "tls" if chunk.tls else "clear"
            head = f"{chunk.direction} {chunk.offset} {len(chunk.octets)} {chunk.at_ms:.3f} {layer}\n"
            parts += (head.encode("ascii"), chunk.octets, b"\n")
        if self.cut:
            parts.append(f"cut C {self.totals['C']} S {self.totals['S']}\n".encode("ascii"))
        return b"".join(parts)


def read_transcript(content: bytes) -> list[Chunk]:
    """Read the evidence form back; raises `ValueError` when `content` is not one."""
    chunks: list[Chunk] = []
    at = 0
    while at < len(content):
        end = content.find(b"\n", at)
        if end < 0:
            raise ValueError(f"transcript head line cut at octet {at}")
        words = content[at:end].decode("ascii", "replace").split(" ")
        if words[0] == "cut":
            break
        if len(words) != 5 or words[0] not in ("C", "S"):
            raise ValueError(f"no transcript head line at octet {at}")
        length = int(words[2])
        octets = content[end + 1 : end + 1 + length]
        if len(octets) != length:
            raise ValueError(f"transcript chunk cut at octet {end + 1}")
        direction: Direction = "C" if words[0] == "C" else "S"
        chunks.append(Chunk(direction, int(words[1]), float(words[3]), words[4] == "tls", octets))
        at = end + 2 + length
    return chunks


def plaintext(chunks: list[Chunk], direction: Direction) -> bytes:
    """Return everything one side said."""
    return b"".join(chunk.octets for chunk in chunks if chunk.direction == direction)
