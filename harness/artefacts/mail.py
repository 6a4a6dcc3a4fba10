"""`Mail`: an RFC 5322 message with its MIME parts, kept with the positions of everything.

Any bytes give a `Mail`; what is wrong with them is for the checks to say. Work and depth are bounded.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header
from email.message import Message
from functools import cached_property

MAX_PARTS = 2_000
MAX_DEPTH = 50
_HEADER = re.compile(rb"^([!-9;-~]+)[ \t]*:[ \t]*(.*)$", re.DOTALL)
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
        try:
            pieces = decode_header(self.value)
            return "".join(
                text if isinstance(text, str) else text.decode(charset or "ascii", "replace")
                for text, charset in pieces
            )
        except (LookupError, ValueError):
            return self.value


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
    def message_id(self) -> str | None:
        """Return the msg-id of the message with its brackets, or None when it has none that reads so."""
        header = self.first("Message-ID")
        ids = message_ids(header.value) if header else ()
        return ids[0] if ids else None

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Return the leaf parts in order; nested `message/rfc822` are one leaf."""
        return tuple(_leaves(email.message_from_bytes(self.raw, policy=email.policy.compat32)))

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


def _headers(raw: bytes) -> Iterator[Header]:
    name, value, start = b"", b"", 0
    for number, line in enumerate(raw.split(b"\n"), 1):
        text = line.removesuffix(b"\r")
        if not text:
            break
        if text[:1] in b" \t" and name:
            value += text
            continue
        if name:
            yield _header(name, value, start)
            name = b""
        if match := _HEADER.match(text):
            name, value, start = match.group(1), match.group(2), number
    if name:
        yield _header(name, value, start)


def _header(name: bytes, value: bytes, line: int) -> Header:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("ascii", "surrogateescape")
    return Header(name.decode("ascii"), text.strip(), line)


def _leaves(root: Message) -> Iterator[Part]:
    stack: list[tuple[Message, str, tuple[str, ...]]] = [(root, "", ())]
    seen = 0
    while stack and seen < MAX_PARTS:
        message, number, parents = stack.pop()
        seen += 1
        content_type = message.get_content_type()
        if message.is_multipart() and content_type.startswith("multipart/") and len(parents) < MAX_DEPTH:
            children = [child for child in message.get_payload() if isinstance(child, Message)]
            prefix = f"{number}." if number else ""
            stack.extend(
                (child, f"{prefix}{index}", (*parents, content_type))
                for index, child in reversed(list(enumerate(children, 1)))
            )
            continue
        yield _leaf(message, number or "1", parents)


def _leaf(message: Message, number: str, parents: tuple[str, ...]) -> Part:
    if message.is_multipart():
        content = b"".join(child.as_bytes() for child in message.get_payload() if isinstance(child, Message))
    else:
        decoded = message.get_payload(decode=True)
        content = decoded if isinstance(decoded, bytes) else b""
    charset = message.get_content_charset()
    return Part(
        number=number,
        content_type=message.get_content_type(),
        charset=str(charset) if charset else None,
        disposition=_disposition(message),
        filename=_filename(message),
        content=content,
        parents=parents,
    )


def _disposition(message: Message) -> str | None:
    try:
        return message.get_content_disposition()
    except (TypeError, ValueError):
        return None


def _filename(message: Message) -> str | None:
    try:
        name = message.get_filename()
    except (TypeError, ValueError, LookupError):
        return None
    return Header("", str(name), 0).decoded if name else None
