"""How commands speak: one language, and signs that every terminal can show."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from schemas.messages import message
from schemas.text import Bilingual, Language

LANGUAGES: tuple[Language, ...] = ("fr", "en")
_SIGNS = {"ok": ("✓", "+"), "warning": ("!", "!"), "error": ("✕", "x"), "info": ("·", "-")}


@dataclass(frozen=True, slots=True)
class Console:
    """Language and streams of one command line."""

    language: Language = "fr"
    debug: bool = False

    def say(self, text: str | Bilingual = "", *, error: bool = False) -> None:
        """Write a line; a character that the terminal cannot show becomes a question mark."""
        stream = sys.stderr if error else sys.stdout
        line = text.in_(self.language) if isinstance(text, Bilingual) else text
        print(_showable(line, stream), file=stream, flush=error)

    def tell(self, key: str, **values: object) -> None:
        """Write a text of `schemas/messages/cli.toml`."""
        self.say(self.text(key, **values))

    def text(self, key: str, **values: object) -> str:
        """Return a text of `schemas/messages/cli.toml` in the language of the command line."""
        return message(f"cli.{key}").filled(**values).in_(self.language)

    def sign(self, level: str) -> str:
        """Return ✓ ! ✕ · or what an older terminal can show instead."""
        best, plain = _SIGNS[level]
        return best if _showable(best, sys.stdout) == best else plain

    def table(self, rows: Sequence[Sequence[str]], indent: str = "") -> None:
        """Write rows with aligned columns; the last column is not padded."""
        if not rows:
            return
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
            self.say((indent + "  ".join([*cells, row[-1]])).rstrip())


def language_from(arguments: list[str], environment: Any = os.environ) -> tuple[Language, str | None]:
    """Take `--lang` out of the arguments, wherever it is; return the language, and a word that is none."""
    asked = environment.get("MSSANTE_LANG", "")
    position = 0
    while position < len(arguments) and arguments[position] != "--":
        argument = arguments[position]
        if argument == "--lang":
            asked = arguments[position + 1] if position + 1 < len(arguments) else "?"
            del arguments[position : position + 2]
        elif argument.startswith("--lang="):
            asked = argument.partition("=")[2]
            del arguments[position]
        else:
            position += 1
            continue
    known = asked.strip().lower()[:2]
    if known == "en":
        return "en", None
    return "fr", None if known in {"", "fr"} else asked


def flag_from(arguments: list[str], name: str) -> bool:
    """Take a flag out of the arguments, wherever it is before `--`; return whether it was there."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    if name not in arguments[:end]:
        return False
    arguments.remove(name)
    return True


def _showable(text: str, stream: TextIO) -> str:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode(encoding, "replace").decode(encoding)
    return text
