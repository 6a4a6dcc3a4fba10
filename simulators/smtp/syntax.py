"""Arguments of MAIL and RCPT: paths, parameters, xtext (RFC 5321 §4.1.2, RFC 3461 §4-5)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PATH = re.compile(r'\s*<(?P<path>(?:"(?:[^"\\]|\\.)*"|[^<>"])*)>(?P<rest>.*)\Z', re.DOTALL)
_ROUTE = re.compile(r"@[^:]*:")
_PARAMETER = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9-]*)(?:=(?P<value>[^=\s\x00-\x1f]+))?\Z")
_LOCAL_DOT_ATOM = re.compile(r"[^\s\x00-\x1f\x7f()<>@,;:\\\"\[\]]+\Z")
_LOCAL_QUOTED = re.compile(r'"(?:[^"\\\r\n]|\\[^\r\n])*"\Z')
_DOMAIN = re.compile(r"[^\s\x00-\x20\x7f()<>@,;:\\\"\[\]]+\Z|\[[^\[\]\s]+\]\Z")
_XTEXT = re.compile(r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})*\Z")
NOTIFY_VALUES = frozenset({"NEVER", "SUCCESS", "FAILURE", "DELAY"})


class SyntaxProblem(ValueError):
    """An argument that does not follow the grammar; `address` when it is the address itself."""

    def __init__(self, text: str, *, address: bool = False) -> None:
        super().__init__(text)
        self.address = address


@dataclass(frozen=True, slots=True)
class Path:
    """An address (empty: the null reverse-path) and its parameters, names in upper case, values as sent.

    `sent` is the parameters' text, for the journal.
    """

    address: str
    parameters: tuple[tuple[str, str | None], ...]
    sent: str

    def get(self, name: str) -> str | None:
        """Return the value of a parameter, None when absent or without value."""
        return dict(self.parameters).get(name)

    def has(self, name: str) -> bool:
        """Say whether a parameter was given."""
        return any(key == name for key, _ in self.parameters)


def parse_path(argument: str, keyword: str) -> Path:
    """Read `FROM:<a@b> NAME=value` (`keyword` is `FROM` or `TO`); raises `SyntaxProblem`."""
    head, colon, tail = argument.partition(":")
    if not colon or head.strip().upper() != keyword:
        raise SyntaxProblem(f"{keyword}:<address> expected")
    match = _PATH.match(tail)
    if match is None:
        raise SyntaxProblem(f"{keyword}:<address> expected, with angle brackets")
    rest = match["rest"]
    if rest and not rest[0].isspace():
        raise SyntaxProblem("space expected after the address")
    address = _ROUTE.sub("", match["path"], count=1) if match["path"].startswith("@") else match["path"]
    if address:
        check_address(address)
    return Path(address, tuple(_parameter(word) for word in rest.split()), rest.strip())


def check_address(address: str) -> None:
    """Raise `SyntaxProblem` when `address` is no `local-part@domain`."""
    local, at, domain = address.rpartition("@")
    good = at and (_LOCAL_DOT_ATOM.match(local) or _LOCAL_QUOTED.match(local)) and _DOMAIN.match(domain)
    if not good or len(address) > 254:
        raise SyntaxProblem("malformed address", address=True)


def _parameter(word: str) -> tuple[str, str | None]:
    match = _PARAMETER.match(word)
    if match is None:
        raise SyntaxProblem("malformed parameter")
    return match["name"].upper(), match["value"]


def decode_xtext(value: str) -> str:
    """Decode RFC 3461 §4 xtext; raises `SyntaxProblem`."""
    if not _XTEXT.match(value):
        raise SyntaxProblem("malformed xtext")
    octets = re.sub(rb"\+([0-9A-F]{2})", lambda found: bytes((int(found[1], 16),)), value.encode("ascii"))
    text = octets.decode("utf-8", "replace")
    if not text.isprintable():
        raise SyntaxProblem("xtext hides control characters")
    return text


def parse_notify(value: str | None) -> frozenset[str]:
    """Read the value of NOTIFY; raises `SyntaxProblem`."""
    words = frozenset((value or "").upper().split(","))
    if not words <= NOTIFY_VALUES or ("NEVER" in words and len(words) > 1):
        raise SyntaxProblem("malformed NOTIFY")
    return words


def parse_original_recipient(value: str | None) -> str:
    """Read the value of ORCPT and return `type;address` with the address decoded; raises `SyntaxProblem`."""
    kind, semicolon, address = (value or "").partition(";")
    if not semicolon or not kind or not address:
        raise SyntaxProblem("malformed ORCPT")
    return f"{kind};{decode_xtext(address)}"
