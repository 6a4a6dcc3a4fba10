"""`Mail`: an RFC 5322 message with its MIME parts, kept with the positions of everything.

Any bytes give a `Mail`; what is wrong with them is for the checks to say. Work and depth are bounded.
"""

from __future__ import annotations

import binascii
import codecs
import hashlib
import quopri
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from functools import cached_property
from typing import TypeVar

MAX_PARTS = 2_000
MAX_DEPTH = 50
LONGEST_DECODED = 100_000
"""Characters of a header value beyond which its words are not decoded nor its addresses read."""
_SLOW_CODECS = frozenset({"punycode", "idna"})
"""Codecs of Python that are no charset of mail, and take a time that grows with the square of the text."""
_MIME_HEADERS = ("Content-Type", "Content-Disposition")
_Value = TypeVar("_Value")
_HEADER = re.compile(rb"^([!-9;-~]+)[ \t]*:[ \t]*(.*)$", re.DOTALL)
_BOUNDARY_END = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")
_MSG_ID = re.compile(r"<[^<>\s@]+@[^<>\s@]+>")


@dataclass(frozen=True, slots=True)
class Header:
    """One header field: name as written, value unfolded (8-bit octets as surrogates), line from 1."""

    name: str
    value: str
    line: int

    @property
    def decoded(self) -> str:
        """Return the value with its RFC 2047 words decoded; what cannot be decoded stays as it is."""
        return decoded_words(self.value)

    @property
    def addresses(self) -> tuple[tuple[str, str], ...]:
        """Return the (label, address) pairs of an address header, labels decoded.

        Encoded words are decoded after the addresses are told apart (RFC 2047 §6.2): a label may hold a
        comma.
        """
        if len(self.value) > LONGEST_DECODED:
            return ()
        try:
            pairs = getaddresses([self.value])
        except RecursionError:  # comments nested without end
            return ()
        return tuple((decoded_words(label), address) for label, address in pairs)


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf MIME part: `number` as IMAP counts (`1.2`), decoded `content` octets."""

    number: str
    content_type: str
    charset: str | None
    disposition: str | None
    filename: str | None
    content: bytes
    parents: tuple[str, ...]

    @property
    def is_attachment(self) -> bool:
        """Tell whether the part is a file beside the text rather than the text."""
        return self.disposition == "attachment" or self.filename is not None


@dataclass(frozen=True)
class Mail:
    """A message as it crossed the wire."""

    raw: bytes

    @cached_property
    def sha256(self) -> str:
        """Return the SHA-256 of the raw octets: its id as evidence."""
        return hashlib.sha256(self.raw).hexdigest()

    @cached_property
    def headers(self) -> tuple[Header, ...]:
        """Return the header fields of the message in order."""
        return tuple(_headers(self.raw))

    def all(self, name: str) -> tuple[Header, ...]:
        """Return every header field of this name, whatever its case."""
        wanted = name.lower()
        return tuple(header for header in self.headers if header.name.lower() == wanted)

    def first(self, name: str) -> Header | None:
        """Return the first header field of this name, or None."""
        found = self.all(name)
        return found[0] if found else None

    @property
    def is_report(self) -> bool:
        """Tell whether the mail says that it is a report (DSN, MDN): `multipart/report` (RFC 6522)."""
        header = self.first("Content-Type")
        return header is not None and header.value.lower().lstrip().startswith("multipart/report")

    @property
    def message_id(self) -> str | None:
        """Return the msg-id of the message with its brackets, or None when it has none that reads so."""
        header = self.first("Message-ID")
        ids = message_ids(header.value) if header else ()
        return ids[0] if ids else None

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Return the leaf parts in order; nested `message/rfc822` are one leaf."""
        return tuple(_leaves(self.raw))

    @property
    def body_parts(self) -> tuple[Part, ...]:
        """Return the text parts that are the body, not files."""
        return tuple(
            part for part in self.parts if part.content_type.startswith("text/") and not part.is_attachment
        )

    @cached_property
    def structure(self) -> tuple[str, ...]:
        """Return the content types on the way to the body: `("multipart/mixed", "multipart/alternative")`."""
        bodies = self.body_parts
        return bodies[0].parents if bodies else ()


def message_ids(value: str) -> tuple[str, ...]:
    """Return the msg-ids of a header value (`References`, `In-Reply-To`, `Message-ID`) in order."""
    return tuple(_MSG_ID.findall(value))


def decoded_words(value: str) -> str:
    """Return a text with its RFC 2047 words decoded; what cannot be decoded stays as it is."""
    if len(value) > LONGEST_DECODED:
        return value
    try:
        return "".join(
            text if isinstance(text, str) else decoded_text(text, charset)
            for text, charset in decode_header(value)
        )
    except (LookupError, ValueError, MessageError):
        return value


def decoded_text(octets: bytes, charset: str | None) -> str:
    """Return a text by its charset, undecodable octets replaced; without a usable charset, as UTF-8."""
    try:
        codec = codecs.lookup(charset or "utf-8")
        if codec.name not in _SLOW_CODECS:
            return octets.decode(codec.name, "replace")
    except (LookupError, ValueError):
        pass  # not a charset of text: read as UTF-8 below
    return octets.decode("utf-8", "replace")


def _headers(raw: bytes) -> Iterator[Header]:
    name, pieces, start, at, number = b"", [b""], 0, 0, 0
    while at < len(raw):
        number += 1
        end = raw.find(b"\n", at)
        end = len(raw) if end < 0 else end
        text = raw[at:end].removesuffix(b"\r")
        at = end + 1
        if not text:
            break
        if text[:1] in b" \t" and name:
            pieces.append(text)
            continue
        if name:
            yield _header(name, b"".join(pieces), start)
            name = b""
        if match := _HEADER.match(text):
            name, pieces, start = match.group(1), [match.group(2)], number
    if name:
        yield _header(name, b"".join(pieces), start)


def _header(name: bytes, value: bytes, line: int) -> Header:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("ascii", "surrogateescape")
    return Header(name.decode("ascii"), text.strip(), line)


def _leaves(raw: bytes) -> Iterator[Part]:
    stack: list[tuple[bytes, str, tuple[str, ...]]] = [(raw, "", ())]
    seen = 0
    while stack and seen < MAX_PARTS:
        octets, number, parents = stack.pop()
        seen += 1
        start = _body_start(octets)
        body = octets[start:]
        fields, encoding = _mime_fields(octets[:start])
        if parents[-1:] == ("multipart/digest",):
            fields.set_default_type("message/rfc822")  # RFC 2046 §5.1.5
        content_type = fields.get_content_type()
        children: list[bytes] = []
        if content_type.startswith("multipart/") and len(parents) < MAX_DEPTH:
            children = _split(body, _boundary(fields))
        if not children:
            yield _leaf(fields, _decoded(body, encoding), number or "1", parents)
            continue
        prefix = f"{number}." if number else ""
        stack.extend(
            (child, f"{prefix}{index}", (*parents, content_type))
            for index, child in reversed(list(enumerate(children, 1)))
        )


def _body_start(octets: bytes) -> int:
    """Return where the body begins: after the first empty line, or at the first line that is no header."""
    at = 0
    while at < len(octets):
        end = octets.find(b"\n", at)
        end = len(octets) if end < 0 else end
        line = octets[at:end].removesuffix(b"\r")
        if not line:
            return end + 1
        if line[:1] not in b" \t" and not _HEADER.match(line) and not (at == 0 and line[:5] == b"From "):
            return at
        at = end + 1
    return len(octets)


def _mime_fields(head: bytes) -> tuple[Message, str]:
    """Return the fields that say what a part is, and its transfer encoding in lower case."""
    fields, encoding = Message(), ""
    for header in _headers(head):
        for name in _MIME_HEADERS:
            if header.name.lower() == name.lower() and name not in fields:
                fields[name] = header.value
        if header.name.lower() == "content-transfer-encoding" and not encoding:
            encoding = header.value.lower()
    return fields, encoding


def _boundary(fields: Message) -> str:
    try:
        return fields.get_boundary() or ""
    except (TypeError, ValueError, LookupError):
        return ""


def _split(body: bytes, boundary: str) -> list[bytes]:
    """Return the parts of a multipart body; none without its boundary."""
    if not boundary:
        return []
    mark = b"--" + boundary.encode("utf-8", "surrogateescape")
    parts: list[bytes] = []
    start, at = -1, body.find(mark)
    while at >= 0 and len(parts) < MAX_PARTS:
        ending = _BOUNDARY_END.match(body, at + len(mark)) if at == 0 or body[at - 1] == 10 else None
        if ending is not None:
            if start >= 0:
                before = body[start : max(start, at)]
                parts.append(before.removesuffix(b"\n").removesuffix(b"\r"))
            if ending.group(1):
                return parts
            start = ending.end()
        at = body.find(mark, at + len(mark))
    if start >= 0 and len(parts) < MAX_PARTS:
        parts.append(body[start:])
    return parts


def _decoded(body: bytes, encoding: str) -> bytes:
    """Undo the transfer encoding; what does not decode stays as it is."""
    if encoding == "quoted-printable":
        return quopri.decodestring(body)
    if encoding == "base64":
        try:
            return binascii.a2b_base64(body + b"===")
        except binascii.Error:
            return body
    return body


def _leaf(fields: Message, content: bytes, number: str, parents: tuple[str, ...]) -> Part:
    charset = _tolerant(fields.get_content_charset)
    name = _tolerant(fields.get_filename)
    return Part(
        number=number,
        content_type=fields.get_content_type(),
        charset=str(charset) if charset else None,
        disposition=_tolerant(fields.get_content_disposition),
        filename=decoded_words(str(name)) if name else None,
        content=content,
        parents=parents,
    )


def _tolerant(read: Callable[[], _Value]) -> _Value | None:
    """Return what a parameter says, None when it is too broken to be read."""
    try:
        return read()
    except (TypeError, ValueError, LookupError):
        return None
