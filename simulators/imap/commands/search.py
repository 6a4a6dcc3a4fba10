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
from simulators.imap.view import Numbered

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
        session.saved = _to_save(found, request.returns)
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


async def find(session: Session, program: Key) -> list[Numbered]:
    """Return the messages that a program finds, in order."""
    view = session.selected
    predicate = compile_key(program, view, session.saved)
    candidates = view.everything()
    found: list[Numbered] = []
    for start in range(0, len(candidates), SLICE):
        found += [pair for pair in candidates[start : start + SLICE] if predicate(*pair)]
        if start + SLICE < len(candidates):
            await asyncio.sleep(0)
    return found


def _to_save(found: Sequence[Numbered], returns: frozenset[str]) -> list[int]:
    """Return the UIDs to keep for `$` (RFC 5182 §2.1): with only MIN or MAX, only those."""
    uids = [message.uid for _, message in found]
    if returns & {"ALL", "COUNT"} or returns == {"SAVE"} or not uids:
        return uids
    kept = {uids[0]} if "MIN" in returns else set()
    if "MAX" in returns:
        kept.add(uids[-1])
    return sorted(kept)


def _tell(session: Session, call: Call, request: Request, found: Sequence[Numbered]) -> None:
    numbers = [message.uid if call.uid else number for number, message in found]
    highest = max((message.modseq for _, message in found), default=0)
    with_modseq = request.program.uses("MODSEQ") and bool(found)
    if request.returns is None and not session.rev2:
        line = b"".join([b"SEARCH", *(b" %d" % number for number in numbers)])
        session.send(line + (b" (MODSEQ %d)" % highest if with_modseq else b""))
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
        parts.append(b"MODSEQ %d" % _modseq(found, returns, highest))
    session.send(b" ".join(parts))


def _modseq(found: Sequence[Numbered], returns: frozenset[str], highest: int) -> int:
    """Return the mod-sequence to tell (RFC 7162 §3.1.10): that of what is told."""
    if returns & {"ALL", "COUNT"}:
        return highest
    ends = ([found[0]] if "MIN" in returns else []) + ([found[-1]] if "MAX" in returns else [])
    return max((message.modseq for _, message in ends), default=highest)
