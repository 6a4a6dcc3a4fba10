"""CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 9051 §6.3.4-6.3.8)."""

from __future__ import annotations

from simulators.imap.commands.registry import AUTHENTICATED, Call, command
from simulators.imap.responses import Refused, Status, no, ok
from simulators.imap.session import Session

SPECIAL_USES = ("\\Archive", "\\Drafts", "\\Junk", "\\Sent", "\\Trash")


def _name(call: Call) -> str:
    call.arguments.space()
    return call.arguments.mailbox()


@command("CREATE", "RFC 9051 §6.3.4", AUTHENTICATED)
async def create(session: Session, call: Call) -> Status:
    """Create a mailbox, perhaps for a special use (RFC 6154 §3)."""
    name = _name(call)
    use = ""
    if not call.arguments.at_end():
        call.arguments.space()
        call.arguments.need(b"(USE ")
        asked = call.arguments.parenthesised(lambda: _use(call), empty=True, limit=10)
        call.arguments.need(b")")
        use = asked[0] if asked else ""
        if len(asked) > 1 or (use and session.owner.special(use) is not None):
            raise Refused(no("That special use cannot be given.", "USEATTR"))
    call.arguments.end()
    session.owner.create(name, special_use=use)
    return ok("CREATE completed.")


def _use(call: Call) -> str:
    call.arguments.need(b"\\")
    word = "\\" + call.arguments.atom()
    known = next((use for use in SPECIAL_USES if use.lower() == word.lower()), None)
    if known is None:
        raise Refused(no(f"Unknown special use {word[:20]}.", "USEATTR"))
    return known


@command("DELETE", "RFC 9051 §6.3.5", AUTHENTICATED)
async def delete(session: Session, call: Call) -> Status:
    """Delete a mailbox; its subscription stays (RFC 9051 §6.3.5)."""
    name = _name(call)
    call.arguments.end()
    mailbox = session.owner.find(name)
    if session.view is not None and session.view.mailbox is mailbox:
        # The session that deletes its own selected mailbox simply leaves it; others are sent away.
        session.close_mailbox()
    session.owner.delete(name)
    return ok("DELETE completed.")


@command("RENAME", "RFC 9051 §6.3.6", AUTHENTICATED)
async def rename(session: Session, call: Call) -> Status:
    """Rename a mailbox."""
    name = _name(call)
    new_name = _name(call)
    call.arguments.end()
    session.owner.rename(name, new_name)
    return ok("RENAME completed.")


@command("SUBSCRIBE", "RFC 9051 §6.3.7", AUTHENTICATED)
async def subscribe(session: Session, call: Call) -> Status:
    """Add a name to the subscriptions; it must exist (RFC 9051 allows the check)."""
    name = _name(call)
    call.arguments.end()
    if session.owner.find(name) is None:
        raise Refused(no("No such mailbox.", "NONEXISTENT"))
    session.owner.subscribe(name, True)
    return ok("SUBSCRIBE completed.")


@command("UNSUBSCRIBE", "RFC 9051 §6.3.8", AUTHENTICATED)
async def unsubscribe(session: Session, call: Call) -> Status:
    """Remove a name from the subscriptions."""
    name = _name(call)
    call.arguments.end()
    session.owner.subscribe(name, False)
    return ok("UNSUBSCRIBE completed.")
