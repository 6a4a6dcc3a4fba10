"""COPY (RFC 9051 §6.4.7) and MOVE (RFC 9051 §6.4.8), with the COPYUID of UIDPLUS."""

from __future__ import annotations

from collections.abc import Sequence

from simulators.imap.commands.registry import SELECTED, Call, command
from simulators.imap.parser.sets import compact
from simulators.imap.responses import Refused, Status, no, ok
from simulators.imap.session import Session
from simulators.imap.view import MailboxView
from simulators.store import Mailbox, Message


@command("COPY", "RFC 9051 §6.4.7", SELECTED, uid=True)
async def copy(session: Session, call: Call) -> Status:
    """Copy messages to the end of another mailbox, all or none."""
    view = session.selected
    target, messages = _arguments(session, call, view)
    if not messages:
        return _nothing(call)
    copies = session.owner.copy(messages, target)
    return ok(f"{call.name} completed.", _copyuid(target, messages, copies))


@command("MOVE", "RFC 9051 §6.4.8", SELECTED, uid=True)
async def move(session: Session, call: Call) -> Status:
    """Move messages; COPYUID comes in an untagged OK before the EXPUNGE responses (RFC 6851 §4.3)."""
    view = session.writable
    target, messages = _arguments(session, call, view)
    if not messages:
        return _nothing(call)
    moved = session.owner.move(messages, view.mailbox, target)
    session.status(ok("Moved UIDs.", _copyuid(target, messages, moved)))
    code = f"HIGHESTMODSEQ {view.mailbox.highest_modseq}" if session.qresync else ""
    return ok("MOVE completed.", code)


def _arguments(session: Session, call: Call, view: MailboxView) -> tuple[Mailbox, list[Message]]:
    call.arguments.space()
    chosen = call.arguments.sequence_set()
    call.arguments.space()
    name = call.arguments.mailbox()
    call.arguments.end()
    messages = [message for _, message in session.messages(chosen, uid=call.uid)]
    there = [message for message in messages if not view.is_expunged(message.uid)]
    if not call.uid and len(there) < len(messages):
        # A UID that is no more is no error (RFC 9051 §6.4.9), a message number that still counts is.
        raise Refused(no("Some of the messages no longer exist.", "EXPUNGEISSUED"))
    return session.owner.mailbox(name), there


def _nothing(call: Call) -> Status:
    """Answer a set that holds no message: nothing is done, which is no error (RFC 9051 §6.4.9)."""
    return ok(f"{call.name} completed, no message chosen.")


def _copyuid(target: Mailbox, sources: Sequence[Message], copies: Sequence[Message]) -> str:
    old = compact(message.uid for message in sources)
    new = compact(message.uid for message in copies)
    return f"COPYUID {target.uid_validity} {old} {new}"
