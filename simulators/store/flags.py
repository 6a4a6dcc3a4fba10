"""Message flags: system flags in their RFC 9051 §2.3.2 spelling, and keywords."""

from __future__ import annotations

from collections.abc import Iterable

SEEN, ANSWERED, FLAGGED, DELETED, DRAFT = "\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft"
SYSTEM_FLAGS = (ANSWERED, FLAGGED, DELETED, SEEN, DRAFT)
MAX_KEYWORDS = 500
"""Bound on the different keywords of one mailbox; a client cannot grow a mailbox without end."""
MAX_KEYWORD_LENGTH = 100

_CANONICAL = {flag.lower(): flag for flag in SYSTEM_FLAGS}


def canonical(flag: str) -> str:
    r"""Return a flag in its usual spelling: `\seen` becomes `\Seen`; keywords stay as they are."""
    return _CANONICAL.get(flag.lower(), flag) if flag.startswith("\\") else flag


def canonical_set(flags: Iterable[str]) -> frozenset[str]:
    """Return the flags as a set, each in its usual spelling."""
    return frozenset(canonical(flag) for flag in flags)
