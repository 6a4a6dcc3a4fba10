"""Mailbox names: hierarchy, INBOX, special uses (RFC 6154)."""

from __future__ import annotations

from simulators.store.errors import InvalidMailboxName

SEPARATOR = "/"
INBOX = "INBOX"
MAX_NAME_OCTETS = 1000
MAX_DEPTH = 20

STANDARD_MAILBOXES = (
    (INBOX, ""),
    ("Sent", "\\Sent"),
    ("Drafts", "\\Drafts"),
    ("Trash", "\\Trash"),
    ("Junk", "\\Junk"),
    ("Archive", "\\Archive"),
)
"""Mailboxes of a new account and their special use."""


def normalise(name: str) -> str:
    """Return the name by which a mailbox is known: INBOX in capitals.

    Raises `InvalidMailboxName` for names that no store could keep.
    """
    first, separator, rest = name.partition(SEPARATOR)
    if first.upper() == INBOX:
        name = INBOX + separator + rest
    levels = name.split(SEPARATOR)
    if not all(levels):
        raise InvalidMailboxName("the name has an empty level; write each level between single separators")
    if len(levels) > MAX_DEPTH or len(name.encode("utf-8", "surrogatepass")) > MAX_NAME_OCTETS:
        raise InvalidMailboxName(
            f"the name is too long or too deep; at most {MAX_DEPTH} levels and {MAX_NAME_OCTETS} octets"
        )
    if any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or 0xD800 <= ord(char) < 0xE000 for char in name):
        raise InvalidMailboxName("the name holds control characters; use printable ones")
    return name


def parents(name: str) -> list[str]:
    """Return the superior names, outermost first: `a/b/c` gives `a`, `a/b`."""
    levels = name.split(SEPARATOR)
    return [SEPARATOR.join(levels[:depth]) for depth in range(1, len(levels))]
