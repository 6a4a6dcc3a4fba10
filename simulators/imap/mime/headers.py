"""Header fields of a message or part: names, unfolded values, parameters, encoded words."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

MAX_FIELDS = 2_000
MAX_PARAMETERS = 100

_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:((?:[^\n]|\n[ \t])*)\n?", re.MULTILINE)
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_PARAMETER = re.compile(
    rb';[\s]*([^\s=;"()]+)[ \t\r\n]*=[ \t\r\n]*(?:"((?:[^"\\]|\\.)*)"?|([^;\s]*))', re.DOTALL
)
_CONTINUED = re.compile(rb"(.+)\*([0-9]{1,2})(\*?)\Z", re.DOTALL)
_COMMENT = re.compile(rb"\([^()]*\)")
_TOKEN = re.compile(rb'[^\s()<>@,;:\\"/\[\]?=]+')
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?([^?\s]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(=\?[^?\s]{1,80}\?[bBqQ]\?)")


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: lower-case name, raw value (folded, without the last line end), whole octets."""

    name: bytes
    raw: bytes
    octets: bytes

    @property
    def value(self) -> bytes:
        """Return the unfolded value without surrounding white space."""
        return _FOLD.sub(b"", self.raw).strip(b" \t\r\n") if b"\n" in self.raw else self.raw.strip(b" \t\r\n")


def split(block: bytes) -> tuple[Field, ...]:
    """Return the fields of a header block (up to and without the blank line), at most `MAX_FIELDS`."""
    fields: list[Field] = []
    for match in _FIELD.finditer(block):
        fields.append(Field(match.group(1).lower(), match.group(2), match.group()))
        if len(fields) >= MAX_FIELDS:
            break
    return tuple(fields)


def first(fields: Sequence[Field], name: bytes) -> bytes | None:
    """Return the unfolded value of the first field of this (lower-case) name."""
    for field in fields:
        if field.name == name:
            return field.value
    return None


def parameters(value: bytes) -> tuple[bytes, tuple[tuple[bytes, bytes], ...]]:
    """Split a structured value: `text/plain; charset=utf-8` gives the main value and the parameters.

    RFC 2231 names (`filename*0*`) stay as they are; `joined` puts their values together.
    """
    start = value.find(b";")
    main = value if start < 0 else value[:start]
    if b"(" in main:
        main = _COMMENT.sub(b"", main)
    if start < 0:
        return main.strip(), ()
    found: list[tuple[bytes, bytes]] = []
    for match in _PARAMETER.finditer(value, start):
        quoted = match.group(2)
        text = match.group(3) if quoted is None else re.sub(rb"\\(.)", rb"\1", quoted, flags=re.DOTALL)
        found.append((match.group(1), text))
        if len(found) >= MAX_PARAMETERS:
            break
    return main.strip(), tuple(found)


def joined(pairs: Sequence[tuple[bytes, bytes]], *, utf8: bool = False) -> tuple[tuple[bytes, bytes], ...]:
    """Put continuations together (RFC 2231 §3): `name*0`, `name*1` become `name`, `name*0*`… become `name*`.

    With `utf8` the value of a `name*` is also decoded into UTF-8, as IMAP4rev2 asks (RFC 9051 §7.5.2);
    without, it stays `charset'language'%xx`, which is what IMAP4rev1 clients expect and decode.
    """
    pieces: dict[bytes, dict[int, tuple[bool, bytes]]] = {}
    plain: list[tuple[bytes, bytes]] = []
    for name, value in pairs:
        match = _CONTINUED.match(name)
        if match is None:
            plain.append((name, _percent_decoded(value) if utf8 and name.endswith(b"*") else value))
        else:
            place = pieces.setdefault(match.group(1).lower(), {})
            place.setdefault(int(match.group(2)), (bool(match.group(3)), value))
    for name, parts in pieces.items():
        run = [parts[index] for index in range(len(parts)) if index in parts]
        extended = any(coded for coded, _ in run)
        value = b"".join(text for _, text in run)
        if extended and utf8:
            value = _percent_decoded(value)
        plain.append((name + b"*" if extended else name, value))
    return tuple(plain)


def _percent_decoded(value: bytes) -> bytes:
    charset, first, rest = value.partition(b"'")
    _, second, text = rest.partition(b"'")
    if not first or not second:
        charset, text = b"utf-8", value
    return to_text(unquote_to_bytes(text), charset.decode("ascii", "replace")).encode("utf-8", "replace")


def parameter(pairs: Sequence[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    """Return the value of the parameter of this (lower-case) name."""
    return next((value for key, value in pairs if key.lower() == name), None)


def token(value: bytes) -> bytes | None:
    """Return the first token of a value (Content-Transfer-Encoding), or None."""
    match = _TOKEN.search(_COMMENT.sub(b"", value))
    return match.group() if match else None


def decoded(value: bytes) -> str:
    """Return a value for people and searches: encoded words (RFC 2047) and raw UTF-8 decoded."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    if "=?" not in text:
        return text
    return _ENCODED_WORD.sub(_decode_word, _BETWEEN_WORDS.sub(r"\1\2", text))


def _decode_word(match: re.Match[str]) -> str:
    charset, encoding, text = match.groups()
    raw = text.encode("utf-8", "replace")
    try:
        if encoding in "bB":
            octets = base64.b64decode(raw + b"=" * (-len(raw) % 4))
        else:
            octets = quopri.decodestring(raw, header=True)
    except (binascii.Error, ValueError):
        return match.group()
    return to_text(octets, charset.partition("*")[0])


def to_text(octets: bytes, charset: str) -> str:
    """Decode octets by a charset name; an unknown charset reads as UTF-8, then as Latin-1."""
    for name in (charset, "utf-8"):
        try:
            return octets.decode(name, "replace" if name == charset else "strict")
        except (LookupError, UnicodeError, ValueError):
            continue
    return octets.decode("latin-1")
