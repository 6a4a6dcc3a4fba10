"""STARTTLS (RFC 9051 §6.2.1)."""

from __future__ import annotations

from simulators.imap.commands.registry import BEFORE, Call, command
from simulators.imap.responses import Status, bad, ok
from simulators.imap.session import Session


@command("STARTTLS", "RFC 9051 §6.2.1", BEFORE)
async def starttls(session: Session, call: Call) -> Status | None:
    """Negotiate TLS.

    The answer goes out in clear and what the client had sent ahead is dropped: commands injected before
    the handshake are never run (RFC 9051 §11.1). Nothing is answered after the handshake.
    """
    call.arguments.end()
    if session.channel.tls:
        return bad("TLS is already active.")
    if session.faults.starttls_refused:
        return bad("STARTTLS is not available.")
    await session.channel.start_tls(ok("Begin TLS negotiation now.").line(call.tag))
    return None
