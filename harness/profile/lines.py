"""Where each key of a TOML text is: `tomllib` gives values without lines, and people need lines.

The text was accepted by `tomllib` first, so the scanner only has to follow valid TOML.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

KeyPath = tuple[str | int, ...]

_BARE_END = frozenset(" \t\r\n=.]")
_VALUE_END = frozenset(",]}\n#")


def key_lines(text: str) -> Mapping[KeyPath, int]:
    """Return the line (from 1) of every table, key, and array item; empty when nested beyond reason."""
    scanner = _Scanner(text.replace("\r\n", "\n"))
    try:
        scanner.document()
    except RecursionError:
        return {}
    return scanner.lines


def line_of(lines: Mapping[KeyPath, int], path: KeyPath) -> int | None:
    """Return the line of a path, or of the nearest table above it that is written down."""
    for length in range(len(path), 0, -1):
        if (line := lines.get(path[:length])) is not None:
            return line
    return None


def dotted(path: KeyPath) -> str:
    """Return a path as people write it: `waivers[2].until`, items counted from 1."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
            continue
        bare = part and all(c.isascii() and (c.isalnum() or c in "-_") for c in part)
        text += ("." if text else "") + (part if bare else '"' + part.replace('"', '\\"') + '"')
    return text


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.lines: dict[KeyPath, int] = {}
        self.array_sizes: dict[KeyPath, int] = {}

    def document(self) -> None:
        table: KeyPath = ()
        while self._skip_blank():
            line = self.line
            if self._peek() == "[":
                table = self._header()
                self.lines.setdefault(table, line)
            else:
                self._pair(table)

    def _header(self) -> KeyPath:
        is_array = self.text.startswith("[[", self.at)
        self._move(2 if is_array else 1)
        path: KeyPath = ()
        names = self._key()
        for position, name in enumerate(names):
            path += (name,)
            is_last = position == len(names) - 1
            if is_array and is_last:
                self.lines.setdefault(path, self.line)
                index = self.array_sizes.get(path, 0)
                self.array_sizes[path] = index + 1
                path += (index,)
            elif path in self.array_sizes:
                path += (self.array_sizes[path] - 1,)
        self._move(2 if is_array else 1)
        return path

    def _pair(self, table: KeyPath) -> None:
        line = self.line
        names = self._key()
        path = table
        for name in names:
            path += (name,)
            self.lines.setdefault(path, line)
        self._move(1)
        self._skip_spaces()
        self._value(path)

    def _key(self) -> list[str]:
        names = []
        while True:
            self._skip_spaces()
            names.append(self._key_part())
            self._skip_spaces()
            if self._peek() != ".":
                return names
            self._move(1)

    def _key_part(self) -> str:
        start = self.at
        if self._peek() in "\"'":
            self._string()
            quoted = self.text[start : self.at]
            return str(next(iter(tomllib.loads(f"{quoted} = 0"))))
        while self.at < len(self.text) and self.text[self.at] not in _BARE_END:
            self.at += 1
        return self.text[start : self.at]

    def _value(self, path: KeyPath) -> None:
        first = self._peek()
        if first and first in "\"'":
            self._string()
        elif first == "[":
            self._array(path)
        elif first == "{":
            self._inline_table(path)
        else:
            while self.at < len(self.text) and self.text[self.at] not in _VALUE_END:
                self.at += 1

    def _array(self, path: KeyPath) -> None:
        self._move(1)
        index = 0
        while self._skip_blank() and self._peek() != "]":
            if self._peek() == ",":
                self._move(1)
                continue
            self.lines[(*path, index)] = self.line
            self._value((*path, index))
            index += 1
        self._move(1)

    def _inline_table(self, path: KeyPath) -> None:
        self._move(1)
        while self._skip_blank() and self._peek() != "}":
            if self._peek() == ",":
                self._move(1)
            else:
                self._pair(path)
        self._move(1)

    def _string(self) -> None:
        quote = self.text[self.at]
        if self.text.startswith(quote * 3, self.at):
            self._long_string(quote)
            return
        self._move(1)
        while self._peek() not in {quote, ""}:
            self._move(2 if self._peek() == "\\" and quote == '"' else 1)
        self._move(1)

    def _long_string(self, quote: str) -> None:
        self._move(3)
        while self.at < len(self.text) and not self.text.startswith(quote * 3, self.at):
            self._move(2 if self._peek() == "\\" and quote == '"' else 1)
        self._move(3)
        while self._peek() == quote:  # up to two more quotes belong to the string
            self._move(1)

    def _skip_blank(self) -> bool:
        while self.at < len(self.text):
            if self._peek() == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif self._peek() in " \t\r\n":
                self._move(1)
            else:
                return True
        return False

    def _skip_spaces(self) -> None:
        while self._peek() in {" ", "\t"}:
            self.at += 1

    def _peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def _move(self, count: int) -> None:
        self.line += self.text.count("\n", self.at, self.at + count)
        self.at = min(self.at + count, len(self.text))
