"""What the journal says of commands and replies: short lines, no message bodies, no tokens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from simulators.journal import mask_secret

MAX_TEXT = 300
REPLIES_SHOWN = 40
"""Replies of one command that the journal shows one by one; the others are counted."""

_LITERAL = re.compile(rb"~?\{([0-9]+)\+?\}\r\n")
_SECRET = re.compile(rb"(\S+ +AUTHENTICATE +\S+ +)(\S.*)", re.IGNORECASE | re.DOTALL)
_LOGIN = re.compile(rb"(\S+ +LOGIN +)(\S.*)", re.IGNORECASE | re.DOTALL)
_PUBLIC_FETCH = re.compile(
    rb"(\* \d+ FETCH \((?:(?:UID \d+|FLAGS \([^)]*\)|MODSEQ \(\d+\)) ?)*)(.*)", re.DOTALL
)


def command_line(octets: bytes) -> tuple[str, dict[str, Any]]:
    """Return the text and the data of a command."""
    sizes: list[int] = []
    shown: list[bytes] = []
    position = 0
    while (match := _LITERAL.search(octets, position)) is not None:
        size = int(match.group(1))
        shown.append(octets[position : match.end() - 2])
        sizes.append(size)
        position = match.end() + size
    shown.append(octets[position:])
    flat = b"".join(shown)
    masked = _mask(flat)
    words = flat.split(None, 3)[:3]
    tag, name = (word.decode("ascii", "replace") for word in (*words, b"", b"")[:2])
    if name.upper() == "UID" and len(words) > 2:
        name = f"UID {words[2].decode('ascii', 'replace')}"
    data = {"tag": tag[:100], "name": name.upper()[:40], "octets": len(octets), "literals": sizes[:50]}
    return masked, data


def _mask(flat: bytes) -> str:
    for pattern, kind in ((_SECRET, "réponse SASL"), (_LOGIN, "identifiants")):
        match = pattern.fullmatch(flat)
        if match:
            return readable(match.group(1)) + mask_secret(match.group(2).decode("latin-1"), kind)
    return readable(flat)


def reply_line(line: bytes) -> tuple[str, Mapping[str, Any]]:
    """Return the text and the data of a reply given without its line end."""
    if line.startswith(b"+ ") and len(line) > 40:
        return "+ " + mask_secret(line[2:].decode("latin-1"), "défi SASL"), {"tag": "+"}
    fetched = _PUBLIC_FETCH.match(line)
    if fetched:
        head, rest = fetched.groups()
        text = readable(head) + (f"‹{len(rest)} octets›" if rest != b")" else ")")
        return text, {"tag": "*", "kind": "FETCH", "octets": len(line)}
    words = line.split(None, 2)
    tag = words[0].decode("ascii", "replace") if words else ""
    data: dict[str, Any] = {"tag": tag}
    if len(words) > 1:
        data["kind"] = words[1].decode("ascii", "replace")[:40]
    if len(words) > 2 and words[2].startswith(b"["):
        data["code"] = words[2][1 : words[2].find(b"]")].decode("ascii", "replace")[:200]
    return readable(line.split(b"\r\n", 1)[0]), data


def readable(octets: bytes) -> str:
    """Return octets as one short printable line."""
    text = octets[: MAX_TEXT * 2].decode("utf-8", "replace")
    text = "".join(char if char.isprintable() else "·" for char in text)
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "…"
