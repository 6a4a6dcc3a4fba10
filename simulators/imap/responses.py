"""Status responses and refusals (RFC 9051 §7.1)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

from simulators.store import (
    InvalidMailboxName,
    MailboxExists,
    NotAllowed,
    QuotaExceeded,
    StoreError,
    UnknownAccount,
    UnknownMailbox,
)

Kind = Literal["OK", "NO", "BAD", "BYE"]


@dataclass(frozen=True, slots=True)
class Status:
    """A status response: `code` is what stands between brackets, empty for none."""

    kind: Kind
    text: str
    code: str = ""

    def line(self, tag: str) -> bytes:
        """Write it as a response line without line end; tag `*` makes it untagged."""
        code = f"[{self.code}] " if self.code else ""
        return f"{tag} {self.kind} {code}{_ascii(self.text)}".encode("ascii", "replace")


def _ascii(text: str) -> str:
    """Return the text in the 7-bit characters that IMAP4rev1 asks for: accents are dropped."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(
        char if " " <= char <= "~" else "" if unicodedata.combining(char) else "?" for char in plain
    )


class Refused(Exception):
    """A command ends here with this status."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.text)
        self.status = status


def ok(text: str, code: str = "") -> Status:
    """Return an OK."""
    return Status("OK", text, code)


def no(text: str, code: str = "") -> Status:
    """Return a NO."""
    return Status("NO", text, code)


def bad(text: str, code: str = "") -> Status:
    """Return a BAD."""
    return Status("BAD", text, code)


def bye(text: str, code: str = "") -> Status:
    """Return a BYE."""
    return Status("BYE", text, code)


_CODES: dict[type[StoreError], str] = {
    UnknownAccount: "NONEXISTENT",
    UnknownMailbox: "NONEXISTENT",
    MailboxExists: "ALREADYEXISTS",
    InvalidMailboxName: "CANNOT",
    NotAllowed: "CANNOT",
    QuotaExceeded: "OVERQUOTA",
}


def refusal(problem: StoreError, *, creating: bool = False) -> Status:
    """Return the NO for what the store refused.

    With `creating` (APPEND, COPY, MOVE) an unknown target says TRYCREATE (RFC 9051 §6.3.12).
    """
    if creating and isinstance(problem, UnknownMailbox):
        return no(str(problem), "TRYCREATE")
    return no(str(problem), _CODES.get(type(problem), ""))
