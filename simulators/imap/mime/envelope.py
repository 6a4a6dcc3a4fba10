"""ENVELOPE (RFC 9051 §7.5.2): the header fields that a list of messages shows."""

from __future__ import annotations

from simulators.imap import formats
from simulators.imap.mime import address
from simulators.imap.mime.part import Part

_NAMES = (b"from", b"sender", b"reply-to", b"to", b"cc", b"bcc")


def render(part: Part) -> bytes:
    """Return the envelope of a message, in parentheses."""
    text: dict[bytes, bytes] = {}
    lists: dict[bytes, list[bytes]] = {}
    for field in part.fields:
        if field.name in _NAMES:
            lists.setdefault(field.name, []).append(field.value)
        elif field.name not in text and field.name in _TEXTS:
            text[field.name] = field.value
    addresses = {name: _addresses(lists.get(name, ())) for name in _NAMES}
    for name in (b"sender", b"reply-to"):
        if addresses[name] == b"NIL":
            addresses[name] = addresses[b"from"]
    return (
        b"("
        + formats.nstring(text.get(b"date"))
        + b" "
        + formats.nstring(text.get(b"subject"))
        + b" "
        + b" ".join(addresses[name] for name in _NAMES)
        + b" "
        + formats.nstring(text.get(b"in-reply-to"))
        + b" "
        + formats.nstring(text.get(b"message-id"))
        + b")"
    )


_TEXTS = frozenset((b"date", b"subject", b"in-reply-to", b"message-id"))


def _addresses(values: list[bytes] | tuple[()]) -> bytes:
    """Write the addresses of all fields of one name; NIL when there are none."""
    written = [_address(one) for value in values for one in address.parse(value)]
    return b"(" + b"".join(written) + b")" if written else b"NIL"


def _address(one: address.Address) -> bytes:
    parts = (one.name, one.route, one.mailbox, one.host)
    return b"(" + b" ".join(formats.nstring(part) for part in parts) + b")"
