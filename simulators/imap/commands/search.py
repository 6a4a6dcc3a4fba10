"""SEARCH (RFC 9051 §6.4.4, RFC 3501 §6.4.4), ESEARCH (RFC 4731), SEARCHRES (RFC 5182)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from simulators.imap import formats
from simulators.imap.commands.registry import SELECTED, Call, command
from simulators.imap.parser.reader import Reader, SyntaxProblem
from simulators.imap.parser.search_keys import CHARSETS, Key, SearchReader, UnknownCharset, charset
from simulators.imap.parser.sets import compact
from simulators.imap.responses import Refused, Status, no, ok
from simulators.imap.searching import compile_key
from simulators.imap.session import Session

SLICE = 1_000
"""Messages judged before other sessions get their turn."""
_RETURN = frozenset(("MIN", "MAX", "ALL", "COUNT", "SAVE"))


@dataclass(frozen=True, slots=True)
class Request:
    """A search: return options (None when RETURN was not given) and the program."""

    returns: frozenset[str] | None
    program: Key


@command("SEARCH", "RFC 9051 §6.4.4", SELECTED, uid=True, expunge=False)
async def search(session: Session, call: Call) -> Status:
    """Find messages and tell their numbers or UIDs."""
    call.arguments.space()
    request = _read(call.arguments)
    saving = request.returns is not None and "SAVE" in request.returns
    try:
        if request.program.uses("MODSEQ"):
            session.enable_condstore()
        found = await find(session, request.program)
    except Refused:
        if saving:
            session.saved = []
        raise
    if saving:
        assert request.returns is not None
        uids = session.selected.uids
        session.saved = _to_save([uids[number - 1] for number in found], request.returns)
    _tell(session, call, request, found)
    return ok(f"{'UID ' if call.uid else ''}SEARCH completed.")


def _read(arguments: Reader) -> Request:
    returns: frozenset[str] | None = None
    if arguments.skip(b"RETURN "):
        returns = frozenset(arguments.parenthesised(lambda: _return(arguments), empty=True))
        returns = returns or frozenset(("ALL",))
        arguments.space()
    codec = "utf-8"
    if arguments.skip(b"CHARSET "):
        codec = read_charset(arguments)
        arguments.space()
    return Request(returns, SearchReader(arguments, codec).program())


def _return(arguments: Reader) -> str:
    word = arguments.keyword()
    if word not in _RETURN:
        raise SyntaxProblem(f"Unknown search return option {word[:20]}")
    return word


def read_charset(arguments: Reader) -> str:
    """Read a charset name and return its codec; refuses with BADCHARSET."""
    try:
        return charset(arguments.astring().decode("ascii", "replace"))
    except UnknownCharset as problem:
        known = " ".join(CHARSETS)
        raise Refused(no(f"Unknown charset {str(problem)[:40]}.", f"BADCHARSET ({known})")) from None


async def find(session: Session, program: Key) -> list[int]:
    """Return the numbers of the messages that a program finds, ascending.

    Numbers, not pairs: 50,000 new tuples would set off a collection of the whole heap (0.1 s) now and then.
    """
    view = session.selected
    predicate = compile_key(program, view, session.saved)
    messages = view.messages
    found: list[int] = []
    for start in range(0, len(messages), SLICE):
        part = messages[start : start + SLICE]
        found += [number for number, message in enumerate(part, start + 1) if predicate(number, message)]
        if start + SLICE < len(messages):
            await asyncio.sleep(0)
    return found


def _to_save(uids: list[int], returns: frozenset[str]) -> list[int]:
    """Return the UIDs to keep for `$` (RFC 5182 §2.1): with only MIN or MAX, only those."""
    if returns & {"ALL", "COUNT"} or returns == {"SAVE"} or not uids:
        return uids
    kept = {uids[0]} if "MIN" in returns else set()
    if "MAX" in returns:
        kept.add(uids[-1])
    return sorted(kept)


def _tell(session: Session, call: Call, request: Request, found: Sequence[int]) -> None:
    view = session.selected
    numbers = [view.uids[number - 1] for number in found] if call.uid else found
    with_modseq = request.program.uses("MODSEQ") and bool(found)
    modseqs = [view.messages[number - 1].modseq for number in found] if with_modseq else [0]
    if request.returns is None and not session.rev2:
        line = b"".join([b"SEARCH", *(b" %d" % number for number in numbers)])
        session.send(line + (b" (MODSEQ %d)" % max(modseqs) if with_modseq else b""))
        return
    returns = request.returns or frozenset(("ALL",))
    if returns == {"SAVE"}:
        return
    parts = [b"ESEARCH (TAG " + formats.string(call.tag.encode("ascii")) + b")"]
    if call.uid:
        parts.append(b"UID")
    if numbers and "MIN" in returns:
        parts.append(b"MIN %d" % numbers[0])
    if numbers and "MAX" in returns:
        parts.append(b"MAX %d" % numbers[-1])
    if numbers and "ALL" in returns:
        parts.append(b"ALL " + compact(numbers).encode("ascii"))
    if "COUNT" in returns:
        parts.append(b"COUNT %d" % len(numbers))
    if with_modseq:
        parts.append(b"MODSEQ %d" % _modseq(modseqs, returns))
    session.send(b" ".join(parts))


def _modseq(found: list[int], returns: frozenset[str]) -> int:
    """Return the mod-sequence to tell (RFC 7162 §3.1.10): that of what is told."""
    if returns & {"ALL", "COUNT"} or not returns & {"MIN", "MAX"}:
        return max(found)
    return max(found[:1] * ("MIN" in returns) + found[-1:] * ("MAX" in returns))
