"""STORE (RFC 9051 §6.4.6) with UNCHANGEDSINCE (RFC 7162 §3.1.3)."""

from __future__ import annotations

from collections.abc import Sequence

from simulators.imap.commands.registry import SELECTED, Call, command
from simulators.imap.parser.reader import Reader, SyntaxProblem
from simulators.imap.parser.sets import compact
from simulators.imap.responses import Status, no, ok
from simulators.imap.session import Session
from simulators.imap.view import Numbered
from simulators.store.flags import canonical_set

_MODES = ("FLAGS", "+FLAGS", "-FLAGS")


@command("STORE", "RFC 9051 §6.4.6", SELECTED, uid=True, expunge=False)
async def store(session: Session, call: Call) -> Status:
    """Replace, add or remove flags."""
    arguments = call.arguments
    arguments.space()
    chosen = arguments.sequence_set()
    arguments.space()
    limit = _unchanged_since(arguments)
    mode, silent = _mode(arguments)
    arguments.space()
    flags = _flags(arguments)
    arguments.end()
    view = session.writable
    if limit is not None:
        session.enable_condstore()
    messages = session.messages(chosen, uid=call.uid)
    refused = [pair for pair in messages if limit is not None and pair[1].modseq > limit]
    wanted = [pair for pair in messages if limit is None or pair[1].modseq <= limit]
    # A UID that is no more is no error (RFC 9051 §6.4.9), a message number that still counts is.
    gone = [] if call.uid else [pair for pair in wanted if view.is_expunged(pair[1].uid)]
    updates = {
        message.uid: _new_flags(view.mailbox.keywords, message.flags, mode, flags) for _, message in wanted
    }
    changed = {message.uid for message in view.mailbox.set_flags(updates, silent_for=session.watch)}
    session.tell_new_keywords()
    _tell(session, call, wanted, changed, silent=silent)
    code = ""
    if refused:
        code = "MODIFIED " + compact(one.uid if call.uid else number for number, one in refused)
    if gone:
        # RFC 2180 §4.2: the change could not be made for all.
        return no("Some of the messages no longer exist.", code or "EXPUNGEISSUED")
    return ok(f"{'UID ' if call.uid else ''}STORE completed.", code)


def _unchanged_since(arguments: Reader) -> int | None:
    if not arguments.skip(b"("):
        return None
    arguments.need(b"UNCHANGEDSINCE ")
    limit = arguments.number64()
    arguments.need(b") ")
    return limit


def _mode(arguments: Reader) -> tuple[str, bool]:
    word = arguments.keyword()
    silent = word.endswith(".SILENT")
    mode = word.removesuffix(".SILENT")
    if mode not in _MODES:
        raise SyntaxProblem(f"Unknown STORE item {word[:20]}")
    return mode, silent


def _flags(arguments: Reader) -> list[str]:
    if arguments.peek(b"("):
        return arguments.flag_list()
    flags = [arguments.flag()]
    while arguments.skip(b" "):
        flags.append(arguments.flag())
    return flags


def _new_flags(
    keywords: dict[str, str], present: frozenset[str], mode: str, flags: Sequence[str]
) -> frozenset[str]:
    spelled = canonical_set(keywords.get(flag.lower(), flag) for flag in flags)
    if mode == "FLAGS":
        return spelled
    return present | spelled if mode == "+FLAGS" else present - spelled


def _tell(
    session: Session, call: Call, messages: Sequence[Numbered], changed: set[int], *, silent: bool
) -> None:
    """Tell the flags; a silent store still tells new mod-sequences (RFC 7162 §3.1.3)."""
    for number, message in messages:
        if not silent:
            session.send(session.fetch_line(number, message, uid=call.uid))
            session.selected.forget_change(message.uid)
        elif session.condstore and message.uid in changed:
            uid = b"UID %d " % message.uid if call.uid or session.qresync or session.rev2 else b""
            session.send(b"%d FETCH (%bMODSEQ (%d))" % (number, uid, message.modseq))
