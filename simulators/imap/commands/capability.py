"""CAPABILITY (RFC 9051 §6.1.1)."""

from __future__ import annotations

from simulators.imap.commands.registry import ANY, Call, command
from simulators.imap.responses import Status, ok
from simulators.imap.session import Session


@command("CAPABILITY", "RFC 9051 §6.1.1", ANY)
async def capability(session: Session, call: Call) -> Status:
    """List what the server offers in this state."""
    call.arguments.end()
    session.send(("CAPABILITY " + " ".join(session.capabilities())).encode("ascii"))
    return ok("CAPABILITY completed.")
