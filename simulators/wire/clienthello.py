"""The ClientHello, read by us and not by the TLS library: what the product offers, before any negotiation.

ECO.1.1.3 is about the suites a product *offers*; a library only tells which one was chosen. Sources: RFC 5246
§7.4.1.2, RFC 8446 §4.1.2, RFC 6066 §3 (SNI), RFC 7301 (ALPN), RFC 8701 (GREASE).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simulators.wire.names import (
    SIGNALLING_SUITES,
    TLS13_SUITES,
    group_name,
    is_grease,
    scheme_name,
    suite_name,
    version_name,
)

MAX_CLIENT_HELLO = 65_536
"""Octets beyond which a ClientHello is refused; real ones, post-quantum shares included, stay under 2 KB."""

_HANDSHAKE = 22
_CLIENT_HELLO = 1
_SNI, _GROUPS, _SIGNATURES, _ALPN, _VERSIONS = 0, 10, 13, 16, 43


class ClientHelloError(ValueError):
    """The octets are no ClientHello: something else was sent, or it is malformed."""


class IncompleteClientHello(ClientHelloError):
    """The octets begin like a ClientHello and more are needed."""


@dataclass(frozen=True, slots=True)
class ClientHello:
    """What a client offered.

    `legacy_version` is the field of the message itself, `versions` those offered, best first as sent (from
    `supported_versions`, else the legacy field alone), GREASE left out. `suites`, `groups` and `signatures`
    are the raw numbers in order, GREASE and signalling values included. `sni` and `alpn` are text; None or
    empty when absent. `extensions` lists the extension numbers in order.
    """

    legacy_version: int
    versions: tuple[int, ...]
    suites: tuple[int, ...]
    groups: tuple[int, ...]
    signatures: tuple[int, ...]
    sni: str | None
    alpn: tuple[str, ...]
    extensions: tuple[int, ...]

    @property
    def suite_names(self) -> tuple[str, ...]:
        """Names of the suites, in order (`GREASE` and SCSV as such)."""
        return tuple(suite_name(suite) for suite in self.suites)

    @property
    def real_suites(self) -> tuple[int, ...]:
        """TLS 1.2 suites and older: without GREASE, signalling values and suites of TLS 1.3."""
        return tuple(
            suite
            for suite in self.suites
            if not is_grease(suite) and suite not in SIGNALLING_SUITES and suite not in TLS13_SUITES
        )

    def as_data(self) -> dict[str, object]:
        """Return the form that goes into the journal."""
        return {
            "legacy_version": version_name(self.legacy_version),
            "versions": [version_name(version) for version in self.versions],
            "suites": list(self.suites),
            "suite_names": list(self.suite_names),
            "groups": [group_name(group) for group in self.groups],
            "signature_algorithms": [scheme_name(scheme) for scheme in self.signatures],
            "sni": self.sni,
            "alpn": list(self.alpn),
            "extensions": list(self.extensions),
        }


class _Reader:
    """Cursor over one message; every read beyond its end is a `ClientHelloError`."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def left(self) -> int:
        return len(self.data) - self.at

    def take(self, length: int) -> bytes:
        if length > self.left():
            raise ClientHelloError(f"ClientHello cut at octet {self.at}: {length} octets announced")
        piece = self.data[self.at : self.at + length]
        self.at += length
        return piece

    def number(self, width: int) -> int:
        return int.from_bytes(self.take(width), "big")

    def vector(self, width: int) -> bytes:
        return self.take(self.number(width))


def parse_client_hello(data: bytes) -> ClientHello:
    """Read the ClientHello at the head of `data` (TLS records, several if fragmented).

    Raises `IncompleteClientHello` when more octets are needed and `ClientHelloError` when it cannot be one.
    """
    return _parse_message(_handshake_message(data))


def _handshake_message(data: bytes) -> bytes:
    message = b""
    at = 0
    while True:
        if at > MAX_CLIENT_HELLO:
            raise ClientHelloError(f"ClientHello longer than {MAX_CLIENT_HELLO} octets")
        header = data[at : at + 5]
        if header and header[0] != _HANDSHAKE:
            raise ClientHelloError(f"no TLS handshake record: first octet 0x{header[0]:02X}")
        if len(header) > 1 and header[1] != 3:
            raise ClientHelloError(f"no TLS record: version octet 0x{header[1]:02X}")
        if len(header) < 5:
            raise IncompleteClientHello(f"{len(data)} octets, record header cut")
        length = int.from_bytes(header[3:5], "big")
        if length == 0 or length > 0x4800:
            raise ClientHelloError(f"record of {length} octets")
        message += data[at + 5 : at + 5 + length]
        if message and message[0] != _CLIENT_HELLO:
            raise ClientHelloError(f"handshake message {message[0]} where a ClientHello (1) belongs")
        if len(message) >= 4:
            wanted = 4 + int.from_bytes(message[1:4], "big")
            if wanted > MAX_CLIENT_HELLO:
                raise ClientHelloError(f"ClientHello of {wanted} octets announced")
            if len(message) >= wanted:
                return message[4:wanted]
        at += 5 + length
        if at > len(data):
            raise IncompleteClientHello(f"{len(data)} octets, record cut")


def _parse_message(body: bytes) -> ClientHello:
    reader = _Reader(body)
    legacy_version = reader.number(2)
    reader.take(32)  # random
    reader.vector(1)  # session id
    suites = _numbers(reader.vector(2), "cipher suites")
    reader.vector(1)  # compression methods
    extensions = dict(_extensions(reader.vector(2))) if reader.left() else {}
    versions = tuple(
        version for version in _list8(extensions.get(_VERSIONS), "versions") if not is_grease(version)
    )
    return ClientHello(
        legacy_version=legacy_version,
        versions=versions or (legacy_version,),
        suites=suites,
        groups=_list16(extensions.get(_GROUPS), "groups"),
        signatures=_list16(extensions.get(_SIGNATURES), "signature algorithms"),
        sni=_server_name(extensions.get(_SNI)),
        alpn=_alpn(extensions.get(_ALPN)),
        extensions=tuple(extensions),
    )


def _extensions(block: bytes) -> Iterator[tuple[int, bytes]]:
    reader = _Reader(block)
    while reader.left():
        yield reader.number(2), reader.vector(2)


def _numbers(block: bytes, what: str) -> tuple[int, ...]:
    if len(block) % 2:
        raise ClientHelloError(f"{what}: odd number of octets ({len(block)})")
    return tuple(int.from_bytes(block[at : at + 2], "big") for at in range(0, len(block), 2))


def _list16(extension: bytes | None, what: str) -> tuple[int, ...]:
    return () if extension is None else _numbers(_Reader(extension).vector(2), what)


def _list8(extension: bytes | None, what: str) -> tuple[int, ...]:
    return () if extension is None else _numbers(_Reader(extension).vector(1), what)


def _server_name(extension: bytes | None) -> str | None:
    if extension is None:
        return None
    names = _Reader(_Reader(extension).vector(2))
    while names.left():
        kind, name = names.number(1), names.vector(2)
        if kind == 0:
            return name.decode("ascii", "backslashreplace")
    return None


def _alpn(extension: bytes | None) -> tuple[str, ...]:
    if extension is None:
        return ()
    names = _Reader(_Reader(extension).vector(2))
    found: list[str] = []
    while names.left():
        found.append(names.vector(1).decode("ascii", "backslashreplace"))
    return tuple(found)
