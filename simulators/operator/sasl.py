"""Reading what a client sends to authenticate: XOAUTH2, OAUTHBEARER, PLAIN, EXTERNAL.

Two questions are kept apart: what the client meant (read as leniently as an operator would), and whether
the form is exactly the one required (ECO.1.2.1: `user=<BAL>` 0x01 `auth=Bearer <token>` 0x01 0x01), told as
a list of problems. Sources: RFC 7628 (OAUTHBEARER), RFC 4616 (PLAIN), RFC 4422 (EXTERNAL), RFC 6750 §2.1
(token characters).
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

MECHANISMS = ("XOAUTH2", "OAUTHBEARER", "PLAIN", "EXTERNAL")
_SEPARATOR = "\x01"
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*\Z")
_STRICT_XOAUTH2 = re.compile(r"user=[^\x01]+\x01auth=Bearer [^\x01 ]+\x01\x01\Z")
_STRICT_OAUTHBEARER = re.compile(
    r"n,a=[^,\x01]+,\x01(?:[A-Za-z]+=[^\x01]*\x01)*auth=Bearer [^\x01 ]+\x01\x01\Z"
)


@dataclass(frozen=True, slots=True)
class SaslForm:
    """What a client sent.

    `user` is the mailbox named (for EXTERNAL the authorization identity, may be empty), `token` the bearer
    token, `password` that of PLAIN; None where absent or unreadable. `problems` names what is wrong with
    the form, in the order of the octets; empty: exactly as required.
    """

    mechanism: str
    user: str | None = None
    token: str | None = None
    password: str | None = None
    problems: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"SaslForm({self.mechanism}, user={self.user!r}, problems={self.problems})"


def decode_response(line: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Decode the base64 of a SASL response; return the octets and what is wrong with the coding.

    `=` alone stands for an empty response (RFC 4954 §4). What cannot be decoded gives no octets and `base64`.
    """
    problems: list[str] = []
    text = line.rstrip(b"\r\n")
    if text.strip() != text or b" " in text or b"\t" in text:
        problems.append("base64-white-space")
        text = b"".join(text.split())
    if text == b"=":
        return b"", tuple(problems)
    if len(text) % 4 and b"=" not in text:
        problems.append("base64-padding")
        text += b"=" * (-len(text) % 4)
    try:
        return base64.b64decode(text, validate=True), tuple(problems)
    except binascii.Error:
        return b"", (*problems, "base64")


def read_sasl(mechanism: str, response: bytes, problems: tuple[str, ...] = ()) -> SaslForm:
    """Read a decoded response; `problems` of its coding come first in the result's.

    Raises `ValueError` for a mechanism that is not one of `MECHANISMS`.
    """
    name = mechanism.upper()
    try:
        text = response.decode("utf-8")
    except UnicodeDecodeError:
        text = response.decode("latin-1")
        problems = (*problems, "not-utf-8")
    if name in ("XOAUTH2", "OAUTHBEARER"):
        return _bearer(name, text, problems)
    if name == "PLAIN":
        return _plain(text, problems)
    if name == "EXTERNAL":
        return SaslForm(name, user=text, problems=problems)
    raise ValueError(f"unknown SASL mechanism {mechanism!r}; known: {', '.join(MECHANISMS)}")


def _bearer(name: str, text: str, problems: tuple[str, ...]) -> SaslForm:
    found = list(problems)
    strict = _STRICT_XOAUTH2 if name == "XOAUTH2" else _STRICT_OAUTHBEARER
    if _SEPARATOR not in text and "^A" in text:
        found.append("separator-written-caret-A")
        text = text.replace("^A", _SEPARATOR)
    elif _SEPARATOR not in text:
        found.append("separators-missing")
    header, fields = _fields(name, text)
    user = _gs2_user(header) if name == "OAUTHBEARER" else fields.get("user")
    if not user:
        found.append("user-missing")
    token = _token(fields.get("auth"), found)
    end = len(text) - len(text.rstrip(_SEPARATOR))
    if end != 2:
        found.append(f"trailing-separators-{end}")
    if not found and not strict.match(text):
        found.append("form")
    return SaslForm(name, user=user or None, token=token, problems=tuple(found))


def _fields(name: str, text: str) -> tuple[str, dict[str, str]]:
    parts = text.split(_SEPARATOR)
    header = parts.pop(0) if name == "OAUTHBEARER" else ""
    fields: dict[str, str] = {}
    for part in parts:
        key, equals, value = part.partition("=")
        if equals:
            fields.setdefault(key.strip().lower(), value)
    return header, fields


def _gs2_user(header: str) -> str | None:
    for item in header.split(","):
        if item.startswith("a="):
            return item[2:].replace("=2C", ",").replace("=3D", "=")
    return None


def _token(value: str | None, problems: list[str]) -> str | None:
    if value is None:
        problems.append("auth-missing")
        return None
    scheme, space, token = value.partition(" ")
    if scheme != "Bearer":
        problems.append("scheme-case" if scheme.lower() == "bearer" else "scheme")
    if not space or token != token.strip():
        problems.append("spaces-around-token")
    token = token.strip()
    if not token:
        problems.append("token-missing")
        return None
    if not _TOKEN.match(token):
        problems.append("token-characters")
    return token


def _plain(text: str, problems: tuple[str, ...]) -> SaslForm:
    parts = text.split("\0")
    if len(parts) != 3:
        return SaslForm("PLAIN", problems=(*problems, "form"))
    authorization, user, password = parts
    found = list(problems)
    if not user:
        found.append("user-missing")
    if authorization and authorization.lower() != user.lower():
        found.append("authorization-identity")
    return SaslForm("PLAIN", user=user or None, password=password, problems=tuple(found))
