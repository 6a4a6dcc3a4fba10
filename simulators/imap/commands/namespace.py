"""NAMESPACE (RFC 9051 §6.3.10)."""

from __future__ import annotations

from simulators.imap.commands.registry import AUTHENTICATED, Call, command
from simulators.imap.responses import Status, ok
from simulators.imap.session import Session
from simulators.store.names import SEPARATOR


@command("NAMESPACE", "RFC 9051 §6.3.10", AUTHENTICATED)
async def namespace(session: Session, call: Call) -> Status:
    """Tell that there is one personal namespace without prefix, and no other."""
    call.arguments.end()
    session.send(f'NAMESPACE (("" "{SEPARATOR}")) NIL NIL'.encode("ascii"))
    return ok("NAMESPACE completed.")
