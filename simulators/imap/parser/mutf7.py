"""Modified UTF-7 of mailbox names (RFC 3501 §5.1.3)."""

from __future__ import annotations

import base64
import binascii


def encode(name: str) -> str:
    """Return the modified UTF-7 form of a mailbox name: `Envoyés` gives `Envoy&AOk-s`."""
    out: list[str] = []
    pending: list[str] = []

    def flush() -> None:
        if pending:
            octets = "".join(pending).encode("utf-16-be", "surrogatepass")
            out.append("&" + base64.b64encode(octets).decode("ascii").rstrip("=").replace("/", ",") + "-")
            pending.clear()

    for char in name:
        if " " <= char <= "~":
            flush()
            out.append("&-" if char == "&" else char)
        else:
            pending.append(char)
    flush()
    return "".join(out)


def decode(name: str) -> str:
    """Return the Unicode name behind a modified UTF-7 form.

    Raises `ValueError` when it is none: a shift that is not closed, base64 that is not UTF-16, characters
    that had to be encoded, or an encoding that `encode` would not give back (RFC 3501 allows only one).
    """
    out: list[str] = []
    position = 0
    while position < len(name):
        char = name[position]
        if char != "&":
            if not " " <= char <= "~":
                raise ValueError(f"character {char!r} must be written in modified UTF-7")
            out.append(char)
            position += 1
            continue
        end = name.find("-", position)
        if end < 0:
            raise ValueError("the shift '&' is not closed by '-'")
        out.append(_shifted(name[position + 1 : end]))
        position = end + 1
    result = "".join(out)
    if encode(result) != name:
        raise ValueError("not the shortest modified UTF-7 form")
    return result


def _shifted(text: str) -> str:
    if not text:
        return "&"
    try:
        octets = base64.b64decode(text.replace(",", "/") + "=" * (-len(text) % 4), validate=True)
        return octets.decode("utf-16-be")
    except (binascii.Error, UnicodeError) as problem:
        raise ValueError(f"{text!r} is not base64 of UTF-16: {problem}") from problem
