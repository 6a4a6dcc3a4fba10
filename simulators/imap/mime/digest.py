"""What is derived from a message once and kept: rendered structures, and texts for searching and sorting."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_tz
from functools import lru_cache

from simulators.imap.mime import address, bodystructure, envelope, headers, section
from simulators.imap.mime.part import Part, body_start, parse
from simulators.store import Content

PREVIEW_LENGTH = 200
TEXT_LIMIT = 2_000_000
"""Characters of one part that a search looks at: the time of a search stays bounded."""
KEPT_TEXT = 4_000
"""Characters of a message, header included, up to which its searchable text is kept: mails of health
professionals carry their content in attachments and are far below. Longer ones are decoded at each search."""
_APART = "\x00"
"""Between the texts of parts: no search string can hold it, so none is found across two parts."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """ENVELOPE and BODYSTRUCTURE as they are sent."""

    envelope: bytes
    structure: bytes


def rendered(data: bytes) -> Rendered:
    """Render a message's envelope and structure, mostly asked for together."""
    return _rendered(data, parse(data))


def _rendered(data: bytes, root: Part) -> Rendered:
    return Rendered(envelope.render(root), bodystructure.render(data, root, extended=True))


def plain_structure(data: bytes) -> bytes:
    """Render BODY: the structure without extension data."""
    return bodystructure.render(data, parse(data), extended=False)


def structure_utf8(data: bytes) -> bytes:
    """Render BODYSTRUCTURE for IMAP4rev2, parameter values in UTF-8."""
    return bodystructure.render(data, parse(data), extended=True, utf8=True)


@lru_cache(maxsize=32)
def tree(content: Content) -> Part:
    """Return the parts of a message; a few recent ones are kept for clients that fetch piece by piece."""
    return parse(content.read())


def folded(text: str) -> str:
    """Return a text as searches compare it: without case and compatibility forms (RFC 5051)."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text).casefold()


@dataclass(frozen=True, slots=True)
class Summary:
    """Header values for searching and sorting.

    Texts are folded. `sent` is the instant of the Date field in UTC, `sent_day` its day in its own zone; both
    None when there is no valid Date.
    """

    subject: str
    sender: str
    to: str
    cc: str
    bcc: str
    sent: datetime | None
    sent_day: date | None
    first_from: str
    first_to: str
    first_cc: str
    base_subject: str


def summary(data: bytes) -> Summary:
    """Summarise a message's header."""
    return _summary(headers.split(data[: body_start(data)]))


def _summary(fields: Sequence[headers.Field]) -> Summary:
    values: dict[bytes, list[bytes]] = {}
    for field in fields:
        values.setdefault(field.name, []).append(field.value)

    def text(name: bytes) -> str:
        return folded(" ".join(headers.decoded(value) for value in values.get(name, ())))

    def first(name: bytes) -> str:
        found = values.get(name)
        boxes = address.parse(found[0]) if found else ()
        return folded((boxes[0].mailbox or b"").decode("utf-8", "replace")) if boxes else ""

    sent, day = _date(values.get(b"date", [b""])[0])
    subject = text(b"subject")
    return Summary(
        subject,
        text(b"from"),
        text(b"to"),
        text(b"cc"),
        text(b"bcc"),
        sent,
        day,
        first(b"from"),
        first(b"to"),
        first(b"cc"),
        base_subject(subject),
    )


def _date(value: bytes) -> tuple[datetime | None, date | None]:
    try:
        parsed = parsedate_tz(value.decode("ascii", "replace"))
        if parsed is None:
            return None, None
        local = datetime(*parsed[:5], min(parsed[5], 59), tzinfo=UTC)
        return local - timedelta(seconds=parsed[9] or 0), local.date()
    except (ValueError, OverflowError, TypeError, IndexError):
        return None, None


def base_subject(subject: str) -> str:
    """Return the base subject (RFC 5256 §2.1) of a decoded, folded subject."""
    text = " ".join(subject.split())
    while True:
        before = text
        while text.endswith("(fwd)"):
            text = text[:-5].rstrip()
        text = _without_leader(text)
        if text.startswith("[fwd:") and text.endswith("]"):
            text = text[5:-1].strip()
        if text == before:
            return text


def _without_leader(text: str) -> str:
    """Drop `re:`, `fw:`, `fwd:` (with a blob before the colon) and leading `[blobs]` that leave something."""
    while True:
        rest = _skip_blobs(text)
        for word in ("re", "fwd", "fw"):
            if rest.startswith(word):
                tail = _skip_blobs(rest[len(word) :].lstrip())
                if tail.startswith(":"):
                    text = tail[1:].lstrip()
                    break
        else:
            if text.startswith("["):
                end = text.find("]")
                after = text[end + 1 :].lstrip() if end > 0 and "[" not in text[1:end] else ""
                if after:
                    text = after
                    continue
            return text


def _skip_blobs(text: str) -> str:
    while text.startswith("["):
        end = text.find("]")
        if end < 0 or "[" in text[1:end]:
            return text
        text = text[end + 1 :].lstrip()
    return text


def header_texts(data: bytes, name: str) -> list[str]:
    """Return the folded values of all header fields of a (lower-case) name."""
    fields = headers.split(data[: body_start(data)])
    wanted = name.encode("utf-8")
    return [folded(headers.decoded(field.value)) for field in fields if field.name == wanted]


def whole_header(data: bytes) -> str:
    """Return the whole header, folded and decoded, for TEXT."""
    return _header_text(headers.split(data[: body_start(data)]))


def _header_text(fields: Sequence[headers.Field]) -> str:
    return folded(
        "\n".join(f"{field.name.decode('ascii')}: {headers.decoded(field.value)}" for field in fields)
    )


def body_texts(content: Content) -> list[str]:
    """Return the decoded, folded texts of all textual parts, and the headers of inner messages and parts."""
    return list(_texts(content.read(), tree(content)))


def _texts(data: bytes, root: Part) -> Iterator[str]:
    for part in root.walk():
        if part.start:
            yield folded(data[part.start : part.body].decode("utf-8", "replace"))
        if part.type == b"text":
            yield folded(_decoded_text(data, part))


@dataclass(frozen=True, slots=True)
class SearchText:
    """What TEXT and BODY look at, folded: the message's header and, in one string, the texts of its parts."""

    header: str
    body: str


def search_text(data: bytes) -> SearchText | None:
    """Return the searchable text of a message, None when it is too long to be kept."""
    return _search_text(data, parse(data))


def _search_text(data: bytes, root: Part) -> SearchText | None:
    textual = sum(part.end - part.body for part in root.walk() if part.type == b"text")
    # Quoted-printable, the widest transfer encoding, takes three octets for one.
    if root.body > KEPT_TEXT or textual > KEPT_TEXT * 3:
        return None
    header, body = _header_text(root.fields), _APART.join(_texts(data, root))
    return SearchText(header, body) if len(header) + len(body) <= KEPT_TEXT else None


def early(data: bytes) -> Mapping[Callable[[bytes], object], object]:
    """Return what clients ask of nearly every message, from one reading of its parts (about 0.1 ms).

    Made at delivery, so that the first list or search of a mailbox of 50,000 messages need not read them all.
    A store on disk that was opened again makes each value when it is first asked for (30 to 90 µs a message).
    """
    root = parse(data)
    return {
        summary: _summary(root.fields),
        rendered: _rendered(data, root),
        search_text: _search_text(data, root),
    }


def _decoded_text(data: bytes, part: Part) -> str:
    charset = (headers.parameter(part.parameters, b"charset") or b"utf-8").decode("ascii", "replace")
    if charset.lower() == "us-ascii":
        charset = "utf-8"
    try:
        octets = section.decode(data, part)
    except section.UnknownEncoding:
        octets = data[part.body : part.end]
    return headers.to_text(octets[:TEXT_LIMIT], charset)


def preview(data: bytes) -> bytes | None:
    """Return the first words of the text of a message in UTF-8 (RFC 8970), None when it has no text."""
    for part in parse(data).walk():
        if part.type == b"text" and part.subtype == b"plain":
            text = " ".join(_decoded_text(data, part)[: PREVIEW_LENGTH * 10].split())
            return text[:PREVIEW_LENGTH].encode("utf-8", "replace")
    return None
