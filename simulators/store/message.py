"""A stored message: immutable content, mutable flags."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

T = TypeVar("T")
Digester = Callable[[bytes], Mapping[Callable[[bytes], object], object]]
"""Computes several derivations of a message's octets at once, by the function of each; never raises."""


class Content:
    """The octets of one message, which never change.

    They are held (`Content.of`) or read when asked for (`loader`, for a store on disk). Values derived from
    them (structure, envelope…) are computed once and kept, which is safe because the octets never change.
    """

    __slots__ = ("_data", "_derived", "_loader", "size")

    def __init__(self, size: int, *, data: bytes | None = None, loader: Callable[[], bytes] | None = None):
        self.size = size
        self._data = data
        self._loader = loader
        self._derived: dict[Callable[[bytes], Any], Any] = {}

    @classmethod
    def of(cls, data: bytes) -> Content:
        """Hold these octets in memory."""
        return cls(len(data), data=data)

    def read(self) -> bytes:
        """Return the octets."""
        if self._data is not None:
            return self._data
        if self._loader is None:
            raise RuntimeError("content without octets and without a loader")
        return self._loader()

    def derive(self, function: Callable[[bytes], T]) -> T:
        """Return `function(octets)`, computed at most once per content."""
        try:
            return cast("T", self._derived[function])
        except KeyError:
            value = self._derived[function] = function(self.read())
            return value

    def know(self, derived: Mapping[Callable[[bytes], object], object]) -> None:
        """Take values that `derive` would otherwise compute."""
        self._derived.update(derived)


@dataclass(slots=True, eq=False)
class Message:
    r"""One message of one mailbox.

    `uid` is ascending within its mailbox; `modseq` is that of the last change of its flags (RFC 7162);
    `flags` holds canonical system flags and keywords, never `\\Recent` (which belongs to a session).
    """

    uid: int
    content: Content
    internal_date: datetime
    flags: frozenset[str]
    modseq: int
    content_id: int = 0

    @property
    def size(self) -> int:
        """Return the size in octets (RFC822.SIZE)."""
        return self.content.size
