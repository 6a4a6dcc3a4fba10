"""CLOSE (RFC 9051 §6.4.1) and UNSELECT (RFC 9051 §6.4.2)."""

from __future__ import annotations

from simulators.imap.commands.registry import SELECTED, Call, command
from simulators.imap.responses import Status, ok
from simulators.imap.session import Session


@command("CLOSE", "RFC 9051 §6.4.1", SELECTED)
async def close(session: Session, call: Call) -> Status:
    r"""Expunge the `\Deleted` messages without telling, unless read-only, and leave the mailbox."""
    call.arguments.end()
    view = session.selected
    code = ""
    if not view.read_only:
        deleted = [message.uid for message in view.messages if "\\Deleted" in message.flags]
        if view.mailbox.expunge(deleted) and session.qresync:
            code = f"HIGHESTMODSEQ {view.mailbox.highest_modseq}"
    session.close_mailbox()
    return ok("CLOSE completed.", code)


@command("UNSELECT", "RFC 9051 §6.4.2", SELECTED)
async def unselect(session: Session, call: Call) -> Status:
    """Leave the mailbox without expunging."""
    call.arguments.end()
    session.close_mailbox()
    return ok("UNSELECT completed.")
