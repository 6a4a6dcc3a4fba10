"""Sections of a message as FETCH names them (RFC 9051 §6.4.5.1)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """What stands between the brackets: part numbers, then HEADER, HEADER.FIELDS, TEXT or MIME.

    `text` is the word in capitals, empty for the whole part; `names` are those of HEADER.FIELDS(.NOT), as
    the client wrote them.
    """

    numbers: tuple[int, ...] = ()
    text: str = ""
    names: tuple[bytes, ...] = ()

    def written(self) -> bytes:
        """Return the section as a response repeats it."""
        words = [b".".join(b"%d" % number for number in self.numbers)] if self.numbers else []
        if self.text:
            words.append(self.text.encode("ascii"))
        text = b".".join(words)
        return text + b" (" + b" ".join(self.names) + b")" if self.names else text
