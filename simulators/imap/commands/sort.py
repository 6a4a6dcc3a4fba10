"""SORT (RFC 5256)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any

from simulators.imap.commands.registry import SELECTED, Call, command
from simulators.imap.commands.search import find, read_charset
from simulators.imap.mime import digest
from simulators.imap.parser.reader import Reader, SyntaxProblem
from simulators.imap.parser.search_keys import SearchReader
from simulators.imap.responses import Status, ok
from simulators.imap.session import Session
from simulators.store import Message


def _sent(message: Message) -> Any:
    """Return the sent date in UTC; without a valid Date field, the internal date (RFC 5256 §2.2)."""
    return message.content.derive(digest.summary).sent or message.internal_date.astimezone(UTC)


_CRITERIA: dict[str, Callable[[Message], Any]] = {
    "ARRIVAL": lambda message: message.internal_date.astimezone(UTC),
    "CC": lambda message: message.content.derive(digest.summary).first_cc,
    "DATE": _sent,
    "FROM": lambda message: message.content.derive(digest.summary).first_from,
    "SIZE": lambda message: message.size,
    "SUBJECT": lambda message: message.content.derive(digest.summary).base_subject,
    "TO": lambda message: message.content.derive(digest.summary).first_to,
}


@command("SORT", "RFC 5256 §3", SELECTED, uid=True, expunge=False)
async def sort(session: Session, call: Call) -> Status:
    """Find messages and tell them in the order asked for; equal ones stay in mailbox order."""
    arguments = call.arguments
    arguments.space()
    criteria = _criteria(arguments)
    arguments.space()
    codec = read_charset(arguments)
    arguments.space()
    program = SearchReader(arguments, codec).program()
    if program.uses("MODSEQ"):
        session.enable_condstore()
    found = await find(session, program)
    messages = session.selected.messages
    for name, reverse in reversed(criteria):
        found.sort(key=_key(name, messages), reverse=reverse)
    numbers = (messages[number - 1].uid if call.uid else number for number in found)
    line = b"".join([b"SORT", *(b" %d" % number for number in numbers)])
    if found and program.uses("MODSEQ"):
        line += b" (MODSEQ %d)" % max(messages[number - 1].modseq for number in found)
    session.send(line)
    return ok(f"{'UID ' if call.uid else ''}SORT completed.")


def _key(name: str, messages: Sequence[Message]) -> Callable[[int], Any]:
    criterion = _CRITERIA[name]
    return lambda number: criterion(messages[number - 1])


def _criteria(arguments: Reader) -> list[tuple[str, bool]]:
    """Return the criteria and whether each is reversed."""
    words = arguments.parenthesised(arguments.keyword, limit=20)
    criteria: list[tuple[str, bool]] = []
    reverse = False
    for word in words:
        if word == "REVERSE" and not reverse:
            reverse = True
        elif word in _CRITERIA:
            criteria.append((word, reverse))
            reverse = False
        else:
            raise SyntaxProblem(f"Unknown sort criterion {word[:20]}")
    if reverse:
        raise SyntaxProblem("REVERSE needs a criterion after it")
    return criteria
