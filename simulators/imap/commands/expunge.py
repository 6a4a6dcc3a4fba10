"""EXPUNGE (RFC 9051 §6.4.3) and UID EXPUNGE (RFC 9051 §6.4.9, UIDPLUS)."""

from __future__ import annotations

from simulators.imap.commands.registry import SELECTED, Call, command
from simulators.imap.responses import Status, ok
from simulators.imap.session import Session


@command("EXPUNGE", "RFC 9051 §6.4.3", SELECTED, uid=True)
async def expunge(session: Session, call: Call) -> Status:
    r"""Remove the `\Deleted` messages (UID form: only those of a set) for good."""
    chosen = None
    if call.uid:
        call.arguments.space()
        chosen = call.arguments.sequence_set()
    call.arguments.end()
    view = session.writable
    targets = view.messages if chosen is None else [one for _, one in session.messages(chosen, uid=True)]
    gone = view.mailbox.expunge([one.uid for one in targets if "\\Deleted" in one.flags])
    verb = "UID EXPUNGE" if call.uid else "EXPUNGE"
    code = f"HIGHESTMODSEQ {view.mailbox.highest_modseq}" if gone and session.qresync else ""
    return ok(f"{verb} completed.", code)
