"""SELECT and EXAMINE (RFC 9051 §6.3.2, RFC 3501 §6.3.1, CONDSTORE and QRESYNC of RFC 7162)."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulators.imap.commands.list import describe
from simulators.imap.commands.registry import AUTHENTICATED, Call, command
from simulators.imap.faults import UidValidityChanged
from simulators.imap.parser.reader import Reader, SyntaxProblem
from simulators.imap.parser.sets import SequenceSet, compact
from simulators.imap.responses import Status, bad, ok
from simulators.imap.session import Session
from simulators.imap.view import MailboxView
from simulators.store import Mailbox
from simulators.store.names import SEPARATOR

LAST_UID = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Resync:
    """What a client knows of the mailbox (RFC 7162 §3.2.5): UIDVALIDITY, mod-sequence, UIDs, matches."""

    uid_validity: int
    modseq: int
    known: SequenceSet | None = None
    numbers: SequenceSet | None = None
    uids: SequenceSet | None = None


@dataclass(slots=True)
class Options:
    """Parameters in parentheses after the name."""

    condstore: bool = False
    resync: Resync | None = None
    seen: set[str] = field(default_factory=set)


@command("SELECT", "RFC 9051 §6.3.2", AUTHENTICATED)
async def select(session: Session, call: Call) -> Status:
    """Open a mailbox for reading and writing."""
    return _open(session, call, read_only=False)


@command("EXAMINE", "RFC 9051 §6.3.3", AUTHENTICATED)
async def examine(session: Session, call: Call) -> Status:
    """Open a mailbox for reading only."""
    return _open(session, call, read_only=True)


def _open(session: Session, call: Call, *, read_only: bool) -> Status:
    call.arguments.space()
    name = call.arguments.mailbox()
    options = _options(call.arguments)
    call.arguments.end()
    if options.resync is not None and not session.qresync:
        return bad("QRESYNC must be enabled first (RFC 7162 §3.2.3).")
    if session.view is not None:
        session.status(ok("Previous mailbox is now closed.", "CLOSED"))
        session.close_mailbox()
    mailbox = session.owner.mailbox(name)
    if session.faults.of(UidValidityChanged, call.name) is not None:
        mailbox.renumber(session.services.store.uid_validity())
    if options.condstore or options.resync is not None:
        session.enable_condstore()
    view = session.open(mailbox, read_only=read_only)
    _describe(session, view)
    if options.resync is not None:
        resynchronise(session, view, options.resync)
    verb = "EXAMINE" if read_only else "SELECT"
    return ok(f"{verb} completed.", "READ-ONLY" if read_only else "READ-WRITE")


def _describe(session: Session, view: MailboxView) -> None:
    mailbox = view.mailbox
    session.tell_flags(view)
    session.send(b"%d EXISTS" % len(view.messages))
    if not session.rev2:
        session.tell_recent(view, always=True)
        unseen = next((i for i, one in enumerate(view.messages, 1) if "\\Seen" not in one.flags), None)
        if unseen is not None:
            session.status(ok("First unseen message.", f"UNSEEN {unseen}"))
    session.status(ok("UIDs are valid.", f"UIDVALIDITY {view.uid_validity}"))
    session.status(ok("Predicted next UID.", f"UIDNEXT {view.uid_next}"))
    session.status(ok("Highest mod-sequence.", f"HIGHESTMODSEQ {mailbox.highest_modseq}"))
    if session.rev2:
        attributes = describe(session.owner, mailbox)
        session.send(f'LIST ({attributes}) "{SEPARATOR}" '.encode("ascii") + session.name(mailbox.name))


def _options(arguments: Reader) -> Options:
    options = Options()
    if arguments.at_end():
        return options
    arguments.space()
    arguments.parenthesised(lambda: _option(arguments, options), limit=10)
    return options


def _option(arguments: Reader, options: Options) -> None:
    word = arguments.keyword()
    if word in options.seen:
        raise SyntaxProblem(f"{word} is given twice")
    options.seen.add(word)
    if word == "CONDSTORE":
        options.condstore = True
    elif word == "QRESYNC":
        arguments.space()
        options.resync = _resync(arguments)
    else:
        raise SyntaxProblem(f"Unknown SELECT parameter {word[:20]}")


def _resync(arguments: Reader) -> Resync:
    arguments.need(b"(")
    uid_validity = arguments.number()
    arguments.space()
    modseq = arguments.number64()
    if modseq == 0:
        raise SyntaxProblem("The mod-sequence of QRESYNC is at least 1")
    known = numbers = uids = None
    if arguments.skip(b" "):
        if not arguments.peek(b"("):
            known = _plain_set(arguments)
            more = arguments.skip(b" ")
        else:
            more = True
        if more:
            arguments.need(b"(")
            numbers = _plain_set(arguments)
            arguments.space()
            uids = _plain_set(arguments)
            arguments.need(b")")
    arguments.need(b")")
    return Resync(uid_validity, modseq, known, numbers, uids)


def _plain_set(arguments: Reader) -> SequenceSet:
    chosen = arguments.sequence_set()
    if chosen.saved or any(None in pair for pair in chosen.ranges):
        raise SyntaxProblem("'*' and '$' are not allowed in QRESYNC sets")
    return chosen


def resynchronise(session: Session, view: MailboxView, resync: Resync) -> None:
    """Tell what changed since the client last looked (RFC 7162 §3.2.5.1)."""
    mailbox = view.mailbox
    if resync.uid_validity != mailbox.uid_validity:
        return
    floor = _matched_floor(view, resync)
    vanished = vanished_since(mailbox, resync.modseq, resync.known)
    vanished = [uid for uid in vanished if uid > floor]
    if vanished:
        session.send(b"VANISHED (EARLIER) " + compact(vanished).encode("ascii"))
    wanted = None if resync.known is None else set(resync.known.within(view.uids, LAST_UID))
    for number, message in view.everything():
        if message.modseq > resync.modseq and (wanted is None or message.uid in wanted):
            session.send(session.fetch_line(number, message, uid=True))


def _matched_floor(view: MailboxView, resync: Resync) -> int:
    """Return the highest UID up to which the client's message numbers still match: nothing vanished there."""
    if resync.numbers is None or resync.uids is None:
        return 0
    numbers = expand(resync.numbers)
    uids = expand(resync.uids)
    if len(numbers) != len(uids):
        return 0
    floor = 0
    for number, uid in zip(numbers, uids, strict=True):
        if number > len(view.uids) or view.uids[number - 1] != uid:
            break
        floor = uid
    return floor


MAX_MATCHES = 100_000


def expand(chosen: SequenceSet) -> list[int]:
    """Return the numbers of a set without `*`, at most `MAX_MATCHES`."""
    numbers: list[int] = []
    for low, high in chosen.bounded(0):
        numbers += range(low, min(high, low + MAX_MATCHES) + 1)
        if len(numbers) > MAX_MATCHES:
            break
    return numbers


def vanished_since(mailbox: Mailbox, modseq: int, known: SequenceSet | None) -> list[int]:
    """Return the UIDs expunged after `modseq`, only those of `known` when it is given."""
    vanished = mailbox.expunged_since(modseq)
    return vanished if known is None else known.within(vanished, LAST_UID)
