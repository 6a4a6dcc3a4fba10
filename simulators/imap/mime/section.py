"""Sections of a message (RFC 9051 §6.4.5.1) and decoded parts (RFC 3516)."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterable

from simulators.imap.mime.headers import Field
from simulators.imap.mime.part import Part
from simulators.imap.parser.sections import Section

_BARE_LF = re.compile(rb"(?<!\r)\n")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


class UnknownEncoding(Exception):
    """The part's transfer encoding is unknown or its octets do not follow it (UNKNOWN-CTE)."""


def find(root: Part, numbers: Iterable[int]) -> Part | None:
    """Return the part of these numbers, or None.

    Part 1 of a message that is no multipart is its body; inside message/rfc822 numbering goes on with the
    parts of the message.
    """
    part: Part = root
    container: Part | None = root
    for number in numbers:
        if container is None:
            return None
        if container.is_multipart and not container.children and number == 1:
            # BODYSTRUCTURE shows one empty text in a multipart without parts.
            end = container.end
            part = Part(end, end, end, (), b"text", b"plain", ())
        elif container.is_multipart:
            if not 0 < number <= len(container.children):
                return None
            part = container.children[number - 1]
        elif number == 1:
            part = container
        else:
            return None
        container = part.message or (part if part.is_multipart else None)
    return part


def extract(data: bytes, root: Part, section: Section) -> bytes | None:
    """Return the octets of a section, or None when there is no such part."""
    part = find(root, section.numbers)
    if part is None:
        return None
    if section.text == "MIME":
        return data[part.start : part.body]
    if not section.text:
        return data[part.body : part.end] if section.numbers else data[part.start : part.end]
    message = part.message if section.numbers else part
    return None if message is None else _of_message(data, message, section)


def _of_message(data: bytes, message: Part, section: Section) -> bytes:
    if section.text == "TEXT":
        return data[message.body : message.end]
    if section.text == "HEADER":
        return data[message.start : message.body]
    wanted = {name.lower() for name in section.names}
    keep = section.text == "HEADER.FIELDS"
    return _chosen(message.fields, wanted, keep=keep) + _blank_line(data, message)


def _chosen(fields: Iterable[Field], wanted: set[bytes], *, keep: bool) -> bytes:
    return b"".join(_line(field) for field in fields if (field.name in wanted) is keep)


def _line(field: Field) -> bytes:
    return field.octets if field.octets.endswith(b"\n") else field.octets + b"\r\n"


def _blank_line(data: bytes, message: Part) -> bytes:
    """Return the line that ends the header, as the message has it (RFC 9051: it is included)."""
    return b"\n" if data[message.start : message.body].endswith(b"\n\n") else b"\r\n"


def decode(data: bytes, part: Part) -> bytes:
    """Return the octets of a part without its transfer encoding; raises `UnknownEncoding`."""
    octets = data[part.body : part.end]
    encoding = part.encoding
    if part.is_multipart or part.message is not None:
        return octets
    if encoding in {b"7bit", b"8bit", b"binary"}:
        return _lines(part, octets)
    if encoding == b"quoted-printable":
        return _lines(part, quopri.decodestring(octets))
    if encoding == b"base64":
        clean = _NOT_BASE64.sub(b"", octets)
        try:
            return _lines(part, base64.b64decode(clean + b"=" * (-len(clean) % 4)))
        except binascii.Error as problem:
            raise UnknownEncoding(f"the part is not valid base64: {problem}") from problem
    raise UnknownEncoding(f"transfer encoding {encoding.decode('ascii', 'replace')!r} is unknown")


def _lines(part: Part, octets: bytes) -> bytes:
    """Return textual octets with CRLF at line ends, as BINARY has to send them (RFC 9051 §7.5.2)."""
    return _BARE_LF.sub(b"\r\n", octets) if part.type == b"text" else octets
