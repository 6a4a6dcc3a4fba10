"""NOOP (RFC 9051 §6.1.2) and CHECK (RFC 3501 §6.4.1): occasions to hear what happened."""

from __future__ import annotations

from simulators.imap.commands.registry import ANY, SELECTED, Call, command
from simulators.imap.responses import Status, ok
from simulators.imap.session import Session


@command("NOOP", "RFC 9051 §6.1.2", ANY)
async def noop(session: Session, call: Call) -> Status:
    """Do nothing; updates are told before the answer."""
    del session
    call.arguments.end()
    return ok("NOOP completed.")


@command("CHECK", "RFC 3501 §6.4.1", SELECTED)
async def check(session: Session, call: Call) -> Status:
    """Do what NOOP does: nothing waits to be written."""
    del session
    call.arguments.end()
    return ok("CHECK completed.")
