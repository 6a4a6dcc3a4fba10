"""Making strings from the product safe to show: nothing invisible or broken, and a sane length."""

from __future__ import annotations

import re
from typing import Final

CUT_AT: Final = 400
"""Characters shown of a string when nothing else is said."""

_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE = "\u200b-\u200d\u2060\ufeff\u00ad\u2028\u2029\ufff9-\ufffb"
_UNSAFE = re.compile(
    f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff{_DIRECTION}{_INVISIBLE}]"
)
_BLANKS = re.compile(r"[\t\n]+")


def clean(text: str) -> str:
    """Return `text` with every character that is invisible, broken or reorders its neighbours made visible.

    Each becomes its code point (`‹U+202E›`), a lone surrogate U+FFFD. Line feed and tabulation stay.
    """
    return _UNSAFE.sub(_visible, text) if _UNSAFE.search(text) else text


def cut(text: str, limit: int = CUT_AT) -> str:
    """Return at most `limit` characters of `text`, cleaned, and how many were left out."""
    if len(text) <= limit:
        return clean(text)
    return f"{clean(text[:limit])}… (+{len(text) - limit})"


def one_line(text: str, limit: int) -> str:
    """Return `text` on one line of at most `limit` characters."""
    flat = clean(_BLANKS.sub(" ", text[: limit * 2]))
    return flat if len(flat) <= limit else f"{flat[: max(limit - 1, 0)]}…"


def slug(text: str, limit: int = 60) -> str:
    """Return a piece of `text` fit for an HTML id: ASCII letters, digits, `-`, `_`, `.` turned to `-`."""
    return re.sub(r"[^A-Za-z0-9_]+", "-", text[: limit * 4]).strip("-")[:limit] or "x"


def _visible(found: re.Match[str]) -> str:
    code = ord(found.group())
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return f"‹U+{code:04X}›"
