"""BODY and BODYSTRUCTURE (RFC 9051 §7.5.2)."""

from __future__ import annotations

from collections.abc import Sequence

from simulators.imap import formats
from simulators.imap.mime import envelope, headers
from simulators.imap.mime.part import Part

_NO_PARTS = b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0'
"""A multipart without any part still has to show one (`1*body`): an empty text."""


def render(data: bytes, part: Part, *, extended: bool, utf8: bool = False) -> bytes:
    """Return the structure of `part`; with extension data (BODYSTRUCTURE) or without (BODY).

    `utf8`: parameter values in other character sets are told in UTF-8 (IMAP4rev2).
    """
    if part.is_multipart:
        return _multipart(data, part, extended, utf8)
    fields = [
        formats.string(part.type),
        formats.string(part.subtype),
        _parameters(part.parameters, utf8),
        formats.nstring(part.value(b"content-id")),
        formats.nstring(part.value(b"content-description")),
        formats.string(part.encoding),
        b"%d" % (part.end - part.body),
    ]
    if part.message is not None:
        fields += [
            envelope.render(part.message),
            render(data, part.message, extended=extended, utf8=utf8),
            b"%d" % data.count(b"\n", part.body, part.end),
        ]
    elif part.type == b"text":
        fields.append(b"%d" % data.count(b"\n", part.body, part.end))
    if extended:
        fields.append(formats.nstring(part.value(b"content-md5")))
        fields += _extension(part, utf8)
    return b"(" + b" ".join(fields) + b")"


def _multipart(data: bytes, part: Part, extended: bool, utf8: bool) -> bytes:
    if part.children:
        inner = b"".join(render(data, child, extended=extended, utf8=utf8) for child in part.children)
    else:
        inner = _NO_PARTS + (b" NIL NIL NIL NIL)" if extended else b")")
    fields = [inner, formats.string(part.subtype)]
    if extended:
        fields.append(_parameters(part.parameters, utf8))
        fields += _extension(part, utf8)
    return b"(" + b" ".join(fields) + b")"


def _extension(part: Part, utf8: bool) -> list[bytes]:
    """Return disposition, language and location."""
    language = part.value(b"content-language")
    tags = [tag.strip() for tag in language.split(b",") if tag.strip()] if language else []
    return [
        _disposition(part.value(b"content-disposition"), utf8),
        _languages(tags),
        formats.nstring(part.value(b"content-location")),
    ]


def _languages(tags: list[bytes]) -> bytes:
    if not tags:
        return b"NIL"
    if len(tags) == 1:
        return formats.string(tags[0])
    return b"(" + b" ".join(formats.string(tag) for tag in tags[:50]) + b")"


def _disposition(value: bytes | None, utf8: bool) -> bytes:
    if value is None:
        return b"NIL"
    kind, parameters = headers.parameters(value)
    if not kind:
        return b"NIL"
    return b"(" + formats.string(kind.lower()) + b" " + _parameters(parameters, utf8) + b")"


def _parameters(pairs: Sequence[tuple[bytes, bytes]], utf8: bool) -> bytes:
    if not pairs:
        return b"NIL"
    words = [
        formats.string(word)
        for name, value in headers.joined(pairs, utf8=utf8)
        for word in (name.lower(), value)
    ]
    return b"(" + b" ".join(words) + b")"
