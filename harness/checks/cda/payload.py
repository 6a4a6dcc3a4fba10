"""Files embedded in base64: is it base64, is it the file that is announced."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

_OTHER = re.compile(r"[^A-Za-z0-9+/=]")
_SIGNATURES: dict[str, tuple[bytes, ...]] = {
    "application/pdf": (b"%PDF-",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/tiff": (b"II*\x00", b"MM\x00*"),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "text/rtf": (b"{\\rtf",),
}
_SEARCHED = 1024
"""Readers look for the signature of a PDF in its first kilobyte."""


class PayloadError(ValueError):
    """The text is no base64, or not of the announced type; the message is what was found."""


def decoded(element: _Element) -> bytes:
    """Return the octets that an element holds in base64. Raises `PayloadError`."""
    text = "".join("".join(map(str, element.itertext())).split())
    if not text:
        raise PayloadError("vide / empty")
    other = _OTHER.search(text)
    if other is not None:
        raise PayloadError(f"caractère / character {other[0]!r} (position {other.start() + 1})")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise PayloadError(f"{len(text)} caractères / characters : {error}") from error


def of_type(content: bytes, media_type: str) -> None:
    """Refuse octets that do not begin (a PDF: and end) as their type does. Raises `PayloadError`."""
    signatures = _SIGNATURES.get(media_type)
    if signatures is None:
        return
    head = content[:_SEARCHED]
    if not any(
        each in head if media_type == "application/pdf" else head.startswith(each) for each in signatures
    ):
        raise PayloadError(f"{content[:12]!r}…")
    if media_type == "application/pdf" and b"%%EOF" not in content[-_SEARCHED:]:
        raise PayloadError("sans %%EOF : tronqué / truncated")
