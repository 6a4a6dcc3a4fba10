"""LOGOUT (RFC 9051 §6.1.3)."""

from __future__ import annotations

from simulators.imap.commands.registry import ANY, Call, command
from simulators.imap.responses import Status, bye, ok
from simulators.imap.session import Session


@command("LOGOUT", "RFC 9051 §6.1.3", ANY)
async def logout(session: Session, call: Call) -> Status:
    """Say BYE, then OK, then close."""
    call.arguments.end()
    session.status(bye("Au revoir."))
    session.channel.closing_reason = "logout"
    session.end()
    return ok("LOGOUT completed.")
