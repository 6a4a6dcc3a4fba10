"""MIME parts and header lines as octets, lines ended by CRLF (RFC 2045, 2047, 2231, 5322)."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Sequence
from email.header import Header
from email.quoprimime import body_encode
from email.utils import encode_rfc2231

from simulators.product.draft import Attachment

CRLF = b"\r\n"
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,80}")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")


def field(name: str, value: str) -> bytes:
    """Return one header line, folded only where `value` is."""
    return f"{name}: {value}".encode("utf-8", "replace") + CRLF


def text_field(name: str, value: str) -> bytes:
    """Return an unstructured header line, encoded (RFC 2047, UTF-8) and folded as needed."""
    flat = _CONTROLS.sub(" ", value).strip()
    charset = "us-ascii" if flat.isascii() else "utf-8"
    coded = Header(flat, charset, maxlinelen=76, header_name=name).encode(linesep="\r\n")
    return field(name, coded)


def labelled(address: str, label: str) -> str:
    """Return `label <address>`, the label quoted or encoded as it needs."""
    flat = _CONTROLS.sub(" ", label).strip()
    if not flat:
        return f"<{address}>"
    if flat.isascii():
        escaped = flat.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"{_gap(escaped, address)}<{address}>'
    coded = Header(flat, "utf-8", maxlinelen=70).encode(linesep="\r\n")
    return f"{coded}{_gap(coded, address)}<{address}>"


def _gap(label: str, address: str) -> str:
    return " " if len(label) + len(address) < 68 else "\r\n "


def text_part(subtype: str, text: str, charset: str) -> bytes:
    """Return a text part, quoted-printable."""
    octets = text.encode(charset, "xmlcharrefreplace").decode("latin-1")
    body = body_encode(octets.replace("\n", "\r\n"), maxlinelen=76, eol="\r\n")
    return (
        field("Content-Type", f"text/{subtype}; charset={charset}")
        + field("Content-Transfer-Encoding", "quoted-printable")
        + CRLF
        + body.encode("ascii")
    )


def multipart(subtype: str, parts: Sequence[bytes]) -> bytes:
    """Return a multipart holding `parts`, each with its header."""
    boundary = f"=_{secrets.token_hex(16)}"
    mark = b"--" + boundary.encode("ascii")
    inside = b"".join(mark + CRLF + part.removesuffix(CRLF) + CRLF for part in parts)
    head = field("Content-Type", f'multipart/{subtype};\r\n boundary="{boundary}"')
    return head + CRLF + inside + mark + b"--" + CRLF


def attachment_part(attachment: Attachment) -> bytes:
    """Return an attached file in base64; plain ASCII message/rfc822 goes as it is (RFC 2046 §5.2.1)."""
    media_type = attachment.media_type if _MEDIA_TYPE.fullmatch(attachment.media_type) else ""
    name = _CONTROLS.sub("_", attachment.name) or "piece-jointe"
    encoding, body = "base64", base64.encodebytes(attachment.data).replace(b"\n", CRLF)
    if media_type.lower().startswith(("message/", "multipart/")):
        plain = attachment.data.replace(CRLF, b"\n")
        if plain.isascii() and b"\r" not in plain and all(len(line) < 998 for line in plain.split(b"\n")):
            encoding, body = "7bit", plain.replace(b"\n", CRLF)
        else:
            media_type = ""
    return (
        field("Content-Type", f"{media_type or 'application/octet-stream'};\r\n {_parameter('name', name)}")
        + field("Content-Disposition", f"attachment;\r\n {_parameter('filename', name)}")
        + field("Content-Transfer-Encoding", encoding)
        + CRLF
        + body
    )


def _parameter(name: str, value: str) -> str:
    if value.isascii():
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{name}="{escaped}"'
    return f"{name}*={encode_rfc2231(value, 'utf-8')}"
