"""APPEND (RFC 9051 §6.3.12) with MULTIAPPEND (RFC 3502), BINARY (RFC 3516) and UTF8 (RFC 6855)."""

from __future__ import annotations

from datetime import datetime

from simulators.imap.commands.registry import AUTHENTICATED, Call, command
from simulators.imap.parser.reader import Reader, SyntaxProblem
from simulators.imap.parser.sets import compact
from simulators.imap.responses import Refused, Status, no, ok
from simulators.imap.session import Session
from simulators.store import NewMessage

MAX_MESSAGES = 1_000


@command("APPEND", "RFC 9051 §6.3.12", AUTHENTICATED)
async def append(session: Session, call: Call) -> Status:
    """Add messages to a mailbox, all or none; the answer gives their UIDs."""
    call.arguments.space()
    name = call.arguments.mailbox()
    items: list[NewMessage] = []
    while True:
        call.arguments.space()
        items.append(_message(session, call.arguments))
        if call.arguments.at_end():
            break
        if len(items) >= MAX_MESSAGES:
            raise SyntaxProblem(f"More than {MAX_MESSAGES} messages in one APPEND")
    mailbox, added = session.owner.add(name, items)
    uids = compact(message.uid for message in added)
    return ok("APPEND completed.", f"APPENDUID {mailbox.uid_validity} {uids}")


def _message(session: Session, arguments: Reader) -> NewMessage:
    flags: list[str] = []
    date: datetime | None = None
    if arguments.peek(b"("):
        flags = arguments.flag_list()
        arguments.space()
    if arguments.peek(b'"'):
        date = arguments.date_time()
        arguments.space()
    content = _content(session, arguments)
    return NewMessage(content, date or session.services.clock.now(), flags)


def _content(session: Session, arguments: Reader) -> bytes:
    if arguments.skip(b"UTF8 ("):
        if "UTF8=ACCEPT" not in session.enabled and not session.rev2:
            raise SyntaxProblem("UTF8 messages need ENABLE UTF8=ACCEPT")
        found = arguments.literal()
        arguments.need(b")")
    else:
        found = arguments.literal()
    if found is None:
        raise SyntaxProblem(f"Expected a message literal, found {arguments.peek_text()}")
    content, binary = found
    if b"\x00" in content:
        if binary:
            raise Refused(no("Messages with NUL octets cannot be kept; encode them.", "UNKNOWN-CTE"))
        raise SyntaxProblem("A literal cannot hold NUL octets")
    if not content:
        raise Refused(no("An empty message cannot be added.", "CANNOT"))
    return content
