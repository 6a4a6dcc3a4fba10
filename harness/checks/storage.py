"""Rules on what the product leaves on disk (ECO.1.2.5). Reads the named files, never more."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from harness.checks.rulebook import finding
from harness.findings import Finding, Location

MAX_FILES = 20_000
MAX_FILE_OCTETS = 64 * 1024 * 1024
BLOCK = 1024 * 1024
SHORTEST_NEEDLE = 8
"""Octets below which a match would prove nothing."""


def no_token_stored(paths: Iterable[str], tokens: Sequence[str]) -> Iterator[Finding]:
    """AUTH-020: no file holds a token, as it is or in base64, in UTF-8 or in UTF-16.

    The signature part of a JWT (after the last dot) is what is searched: it is unique and survives cutting.
    """
    needles = tuple({form for token in tokens for form in _forms(token) if len(form) >= SHORTEST_NEEDLE})
    if not needles:
        return
    for path in _files(paths):
        offset = _find(path, needles)
        if offset is not None:
            yield finding(
                "AUTH-020",
                expected="aucun jeton dans les fichiers",
                found=f"jeton dans {path.name}",
                location=Location(part=path.name, offset=offset),
            )


def _forms(token: str) -> Iterator[bytes]:
    mark = token.rpartition(".")[2] or token
    yield mark.encode()
    yield mark.encode("utf-16-le")
    for shift in range(3):
        # Base64 of a text inside a longer one: drop what depends on its neighbours.
        coded = base64.b64encode(b"\0" * shift + mark.encode())
        yield coded[4:-4]


def _files(paths: Iterable[str]) -> Iterator[Path]:
    seen = 0
    for name in paths:
        root = Path(name)
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file() and not path.is_symlink():
                seen += 1
                if seen > MAX_FILES:
                    return
                yield path


def _find(path: Path, needles: Sequence[bytes]) -> int | None:
    longest = max(map(len, needles))
    tail, position = b"", 0
    try:
        with path.open("rb") as content:
            while position < MAX_FILE_OCTETS and (block := content.read(BLOCK)):
                window = tail + block
                for needle in needles:
                    at = window.find(needle)
                    if at >= 0:
                        return position - len(tail) + at
                tail = window[-longest:]
                position += len(block)
    except OSError:
        return None
    return None
