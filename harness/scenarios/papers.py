"""Files that travel as attachments of an ordinary mail: a one-page PDF, a small image."""

from __future__ import annotations

import struct
import zlib
from datetime import datetime

from schemas.scenarios import Document
from simulators.documents.pdf import Line, write_pdf

_SUFFIX = {"application/pdf": "pdf", "image/png": "png"}


def file_name(document: Document) -> str:
    """Return the name of the attachment: plain letters, which every mail client shows."""
    return f"{document.key}.{_SUFFIX[media_type(document)]}"


def media_type(document: Document) -> str:
    """Return the media type of the attachment."""
    return document.file if document.file in _SUFFIX else "application/pdf"


def content(document: Document, instant: datetime) -> bytes:
    """Return the octets of the attachment, invented."""
    if media_type(document) == "image/png":
        return _png(64)
    lines = [Line(document.name.fr, size=14), Line("Document de démonstration, données inventées.", gap=12)]
    return write_pdf(lines, title=document.name.fr, created=instant, author="Banc MSSanté")


def _png(side: int) -> bytes:
    """Return a grey square (PNG, ISO/IEC 15948)."""
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\x00" + b"\x80" * side) * side)
    pieces = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in pieces
    )
