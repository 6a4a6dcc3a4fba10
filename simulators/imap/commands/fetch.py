"""FETCH (RFC 9051 §6.4.5), BINARY (RFC 3516), PREVIEW (RFC 8970), CHANGEDSINCE and VANISHED (RFC 7162)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulators.imap import formats
from simulators.imap.commands.registry import SELECTED, Call, command
from simulators.imap.commands.select import vanished_since
from simulators.imap.faults import ExpungeMidway, StaleLiteralSize
from simulators.imap.mime import digest, section
from simulators.imap.mime.part import body_start
from simulators.imap.parser.fetch_items import Item, read_items
from simulators.imap.parser.reader import Reader, SyntaxProblem
from simulators.imap.parser.sections import Section
from simulators.imap.parser.sets import SequenceSet, compact
from simulators.imap.responses import Status, no, ok
from simulators.imap.session import Session
from simulators.imap.view import Numbered
from simulators.store import Message

Renderer = Callable[[Message], bytes]


@dataclass(slots=True)
class Modifiers:
    """What stands in parentheses after the items."""

    changed_since: int | None = None
    vanished: bool = False


@command("FETCH", "RFC 9051 §6.4.5", SELECTED, uid=True, expunge=False)
async def fetch(session: Session, call: Call) -> Status:
    """Tell what is asked of messages."""
    arguments = call.arguments
    arguments.space()
    chosen = arguments.sequence_set()
    arguments.space()
    items = read_items(arguments)
    modifiers = _modifiers(arguments)
    arguments.end()
    if modifiers.vanished and not (call.uid and session.qresync and modifiers.changed_since is not None):
        raise SyntaxProblem("VANISHED needs UID FETCH, CHANGEDSINCE and QRESYNC enabled (RFC 7162 §3.2.6)")
    messages = session.messages(chosen, uid=call.uid)
    if modifiers.changed_since is not None or any(item.name == "MODSEQ" for item in items):
        session.enable_condstore()
    if modifiers.changed_since is not None:
        since = modifiers.changed_since
        messages = [pair for pair in messages if pair[1].modseq > since]
        if not any(item.name == "MODSEQ" for item in items):
            items.append(Item("MODSEQ"))
    if modifiers.vanished:
        _tell_vanished(session, chosen, modifiers.changed_since or 0)
    return await _answer(session, call, items, messages)


def _modifiers(arguments: Reader) -> Modifiers:
    modifiers = Modifiers()
    if arguments.skip(b" "):
        arguments.parenthesised(lambda: _modifier(arguments, modifiers), limit=5)
    return modifiers


def _modifier(arguments: Reader, modifiers: Modifiers) -> None:
    word = arguments.keyword()
    if word == "CHANGEDSINCE":
        arguments.space()
        modifiers.changed_since = arguments.number64()
    elif word == "VANISHED":
        modifiers.vanished = True
    else:
        raise SyntaxProblem(f"Unknown FETCH modifier {word[:20]}")


def _tell_vanished(session: Session, chosen: SequenceSet, since: int) -> None:
    vanished = vanished_since(session.selected.mailbox, since, chosen)
    if vanished:
        session.send(b"VANISHED (EARLIER) " + compact(vanished).encode("ascii"))


async def _answer(session: Session, call: Call, items: list[Item], messages: Sequence[Numbered]) -> Status:
    seen = _mark_seen(session, items, messages)
    names = {item.name for item in items}
    if call.uid and "UID" not in names:
        items.insert(0, Item("UID"))
    work = _Renderers(session)
    renderers = [work.of(item) for item in items]
    extra: list[Renderer] = []
    if "FLAGS" not in names:
        extra.append(work.flags)
    if session.condstore and "MODSEQ" not in names:
        extra.append(work.modseq)
    midway = session.faults.of(ExpungeMidway, "FETCH")
    for count, (number, message) in enumerate(messages, 1):
        chosen = renderers + extra if message.uid in seen else renderers
        parts = b" ".join([render(message) for render in chosen])
        session.send(b"%d FETCH (%b)" % (number, parts))
        if midway is not None and count == midway.after:
            _expunge_first(session)
        if count % 200 == 0:
            await session.channel.drain()
    verb = "UID FETCH" if call.uid else "FETCH"
    if work.undecodable:
        return no("Some parts could not be decoded.", "UNKNOWN-CTE")
    return ok(f"{verb} completed.")


def _mark_seen(session: Session, items: Sequence[Item], messages: Sequence[Numbered]) -> set[int]:
    r"""Set `\Seen` where a body is fetched without PEEK; return the UIDs whose flags changed."""
    view = session.selected
    if view.read_only or all(item.peek for item in items):
        return set()
    unseen = {one.uid: one.flags | {"\\Seen"} for _, one in messages if "\\Seen" not in one.flags}
    return {one.uid for one in view.mailbox.set_flags(unseen, silent_for=session.watch)}


def _expunge_first(session: Session) -> None:
    view = session.selected
    if view.messages:
        view.mailbox.expunge([view.messages[0].uid])
        session.tell_updates(expunge=True)


class _Renderers:
    """Makes, for each item asked, the function that writes it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.undecodable = False

    def of(self, item: Item) -> Renderer:
        """Return the function that writes this item of a message."""
        if item.name == "BODYSTRUCTURE" and self._session.rev2:
            return lambda message: b"BODYSTRUCTURE " + message.content.derive(digest.structure_utf8)
        simple = _SIMPLE.get(item.name)
        if simple is not None:
            return simple
        if item.name in {"FLAGS", "MODSEQ"}:
            return self.flags if item.name == "FLAGS" else self.modseq
        sections = {"BODY[]": self._body, "BINARY[]": self._binary, "BINARY.SIZE": self._binary_size}
        return sections[item.name](item) if item.name in sections else self._whole(item.name)

    def flags(self, message: Message) -> bytes:
        """Write FLAGS."""
        return b"FLAGS " + self._session.flags(message)

    def modseq(self, message: Message) -> bytes:
        """Write MODSEQ."""
        return b"MODSEQ (%d)" % message.modseq

    def _literal(self, octets: bytes | None) -> bytes:
        if octets is None:
            return b"NIL"
        stale = self._session.faults.of(StaleLiteralSize, "FETCH")
        if stale is not None:
            return b"{%d}\r\n" % max(0, len(octets) + stale.excess) + octets
        return formats.literal(octets)

    def _whole(self, name: str) -> Renderer:
        wanted = Section((), {"RFC822": "", "RFC822.HEADER": "HEADER", "RFC822.TEXT": "TEXT"}[name])
        return lambda message: name.encode("ascii") + b" " + self._literal(_section(message, wanted))

    def _body(self, item: Item) -> Renderer:
        assert item.section is not None
        wanted, partial = item.section, item.partial
        label = b"BODY[" + _written(wanted) + b"]" + _offset(partial) + b" "
        return lambda message: label + self._literal(_cut(_section(message, wanted), partial))

    def _binary(self, item: Item) -> Renderer:
        assert item.section is not None
        wanted, partial = item.section, item.partial
        label = b"BINARY[" + wanted.written() + b"]" + _offset(partial) + b" "

        def render(message: Message) -> bytes:
            octets = _cut(self._decoded(message, wanted), partial)
            return label + (b"NIL" if octets is None else formats.literal8(octets))

        return render

    def _binary_size(self, item: Item) -> Renderer:
        assert item.section is not None
        wanted = item.section
        label = b"BINARY.SIZE[" + wanted.written() + b"] "
        return lambda message: label + b"%d" % len(self._decoded(message, wanted) or b"")

    def _decoded(self, message: Message, wanted: Section) -> bytes | None:
        if not wanted.numbers:
            return message.content.read()
        part = section.find(digest.tree(message.content), wanted.numbers)
        if part is None:
            return None
        try:
            return section.decode(message.content.read(), part)
        except section.UnknownEncoding:
            self.undecodable = True
            return None


def _section(message: Message, wanted: Section) -> bytes | None:
    data = message.content.read()
    if not wanted.numbers and wanted.text in {"", "HEADER", "TEXT"}:
        if not wanted.text:
            return data
        start = body_start(data)
        return data[:start] if wanted.text == "HEADER" else data[start:]
    return section.extract(data, digest.tree(message.content), wanted)


def _written(wanted: Section) -> bytes:
    """Write the section back; field names that are no atoms become strings."""
    if not wanted.names:
        return wanted.written()
    return Section(
        wanted.numbers, wanted.text, tuple(formats.astring(name) for name in wanted.names)
    ).written()


def _offset(partial: tuple[int, int] | None) -> bytes:
    return b"" if partial is None else b"<%d>" % partial[0]


def _cut(octets: bytes | None, partial: tuple[int, int] | None) -> bytes | None:
    if octets is None or partial is None:
        return octets
    return octets[partial[0] : partial[0] + partial[1]]


_SIMPLE: dict[str, Renderer] = {
    "UID": lambda message: b"UID %d" % message.uid,
    "INTERNALDATE": lambda message: b"INTERNALDATE " + formats.date_time(message.internal_date),
    "RFC822.SIZE": lambda message: b"RFC822.SIZE %d" % message.size,
    "ENVELOPE": lambda message: b"ENVELOPE " + message.content.derive(digest.rendered).envelope,
    "BODY": lambda message: b"BODY " + message.content.derive(digest.plain_structure),
    "BODYSTRUCTURE": lambda message: b"BODYSTRUCTURE " + message.content.derive(digest.rendered).structure,
    "PREVIEW": lambda message: b"PREVIEW " + formats.nstring(message.content.derive(digest.preview)),
}
