"""Builds a whole mail that carries documents: headers, text, archive, PDF/A-1 copies.

ECO.2.1.1 (one patient, one archive, one copy a document), ECO.2.1.3 (subject), ECO.2.4.1 to 2.4.3
(X-MSS-CODECDA, X-MSS-INS, X-MSS-NIL). The message is written here rather than by the standard library so
that its bytes are the same on every version of Python.
"""

from __future__ import annotations

import base64
import quopri
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header as EncodedHeader
from urllib.parse import quote

from simulators.clock import Clock
from simulators.documents.archive import ARCHIVE_NAME, BuiltArchive
from simulators.documents.ebxml import Action, SubmittedDocument
from simulators.documents.times import paris

SUBJECT_PREFIX = "XDM/1.0/DDM+"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends to whom, and what the mail says of itself.

    `sender` and `recipients` are addresses; `nil` is the product's reference on convergence (ECO.2.4.3).
    `label` and `text` replace the label of the subject and the body that the documents give. With
    `acknowledge` a return receipt is asked for, to the sender. `thread` is the Message-ID answered.
    """

    sender: str
    recipients: tuple[str, ...]
    nil: str
    copies_to: tuple[str, ...] = ()
    label: str | None = None
    text: str | None = None
    acknowledge: bool = False
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class BuiltMail:
    """A mail: its bytes (RFC 5322, CRLF), what it carries, and the headers that a reader compares.

    `copies` are the PDF/A-1 attachments by name; `codes` the value of X-MSS-CODECDA; `qualified` is whether
    X-MSS-INS is `O`.
    """

    content: bytes
    message_id: str
    subject: str
    codes: str
    qualified: bool
    archive: BuiltArchive
    copies: dict[str, bytes]


def build_mail(archive: BuiltArchive, envelope: Envelope, clock: Clock, rng: random.Random) -> BuiltMail:
    """Build the mail around an archive; the date is the clock's, Message-ID and boundary come from `rng`.

    An N1 and an N3 of one document have one copy between them when their copies are the same bytes.

    Raises `ValueError` when two different copies would have one name (give the documents file numbers), or
    when an address or the reference is not one line of ASCII.
    """
    documents = [document for submission in archive.submissions for document in submission.documents]
    copies = _copies(documents)
    label = " ".join((envelope.label or documents[0].cda.header.title).split())
    patient = documents[0].cda.header.patient
    name = f"{patient.birth_family} {patient.first_given}"
    subject = f"{SUBJECT_PREFIX}{label} {name} {patient.birth_date:%d/%m/%Y}"
    domain = envelope.sender.rpartition("@")[2]
    message_id = f"<{rng.getrandbits(96):024x}@{domain}>"
    codes = ",".join(document.cda.header.model.code.code for document in documents)
    boundary = f"=_{rng.getrandbits(96):024x}"
    headers = [
        ("Date", _date(clock.now())),
        ("From", envelope.sender),
        ("To", ", ".join(envelope.recipients)),
        *([("Cc", ", ".join(envelope.copies_to))] if envelope.copies_to else []),
        ("Message-ID", message_id),
        *([("In-Reply-To", envelope.thread), ("References", envelope.thread)] if envelope.thread else []),
        ("Subject", _encoded("Subject", subject)),
        ("X-MSS-NIL", envelope.nil),
        ("X-MSS-CODECDA", codes),
        ("X-MSS-INS", "O" if patient.qualified else "N"),
        *([("Disposition-Notification-To", envelope.sender)] if envelope.acknowledge else []),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/mixed; boundary="{boundary}"'),
    ]
    parts = [
        _text_part(envelope.text or "\n".join(_body(documents))),
        _attachment(ARCHIVE_NAME, "application/zip", archive.content),
        *(_attachment(name, "application/pdf", copy) for name, copy in copies.items()),
    ]
    content = _assemble(headers, boundary, parts)
    return BuiltMail(content, message_id, subject, codes, patient.qualified, archive, copies)


def _copies(documents: Sequence[SubmittedDocument]) -> dict[str, bytes]:
    copies: dict[str, bytes] = {}
    for document in documents:
        name, copy = document.cda.copy_name, document.cda.copy
        if copies.setdefault(name, copy) != copy:
            raise ValueError(
                f"two different documents would have the copy {name!r}: the name has only date, type, "
                "patient and file number (ECO.2.1.6), so give each header its file_number"
            )
    return copies


def _body(documents: Sequence[SubmittedDocument]) -> Iterator[str]:
    yield "Bonjour,"
    yield ""
    for document in documents:
        header = document.cda.header
        match document.action:
            case Action.CHANGE:
                announcement = "Ce document annule et remplace la version précédente"
            case Action.DELETE:
                announcement = "Ce document est à supprimer"
            case None:
                announcement = "Vous trouverez ci-joint le document"
        yield f"{announcement} : {header.title} du {header.time:%d/%m/%Y}."
    yield ""
    yield "Cordialement"


def _text_part(text: str) -> bytes:
    head = (
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode("ascii")
    normal = "\n".join(text.splitlines()) + "\n"
    return head + quopri.encodestring(normal.encode("utf-8")).replace(b"\n", b"\r\n")


def _attachment(name: str, media_type: str, content: bytes) -> bytes:
    head = (
        f"Content-Type: {media_type};\r\n {_parameter('name', name)}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;\r\n {_parameter('filename', name)}\r\n\r\n"
    ).encode("ascii")
    return head + base64.encodebytes(content).replace(b"\n", b"\r\n")


def _parameter(name: str, value: str) -> str:
    if value.isascii() and not any(character in '"\\' for character in value):
        return f'{name}="{value}"'
    return f"{name}*=UTF-8''{quote(value, safe='')}"


def _encoded(name: str, value: str) -> str:
    charset = "us-ascii" if value.isascii() else "utf-8"
    return EncodedHeader(value, charset, header_name=name).encode(linesep="\r\n")


def _date(instant: datetime) -> str:
    local = paris(instant)
    day, month = _DAYS[local.weekday()], _MONTHS[local.month - 1]
    return f"{day}, {local.day:02d} {month} {local:%Y %H:%M:%S %z}"


def _assemble(headers: Sequence[tuple[str, str]], boundary: str, parts: Sequence[bytes]) -> bytes:
    for name, value in headers:
        unfolded = value.replace("\r\n ", "")
        if not unfolded.isascii() or "\n" in unfolded or "\r" in unfolded:
            raise ValueError(
                f"header {name}: {value!r} is not one line of ASCII; only the subject may have accents"
            )
    head = "".join(f"{name}: {value}\r\n" for name, value in headers).encode("ascii")
    opening = f"--{boundary}\r\n".encode("ascii")
    body = b"".join(opening + part + b"\r\n" for part in parts)
    return head + b"\r\n" + body + f"--{boundary}--\r\n".encode("ascii")
