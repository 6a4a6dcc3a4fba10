"""STATUS (RFC 9051 §6.3.11, RFC 8438 SIZE, RFC 7162 HIGHESTMODSEQ)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulators.imap.commands.registry import AUTHENTICATED, Call, command
from simulators.imap.parser.reader import Reader, SyntaxProblem
from simulators.imap.responses import Status, ok
from simulators.imap.session import Session
from simulators.store import Mailbox

_ITEMS: dict[str, Callable[[Mailbox], int]] = {
    "MESSAGES": lambda box: len(box.messages),
    "RECENT": lambda box: sum(uid >= box.first_recent for uid in box.messages),
    "UIDNEXT": lambda box: box.uid_next,
    "UIDVALIDITY": lambda box: box.uid_validity,
    "UNSEEN": lambda box: sum("\\Seen" not in one.flags for one in box.snapshot()),
    "DELETED": lambda box: sum("\\Deleted" in one.flags for one in box.snapshot()),
    "SIZE": lambda box: box.octets,
    "HIGHESTMODSEQ": lambda box: box.highest_modseq,
    "DELETED-STORAGE": lambda box: sum(one.size for one in box.snapshot() if "\\Deleted" in one.flags),
}
APPENDLIMIT = "APPENDLIMIT"


def read_items(arguments: Reader) -> list[str]:
    """Read the parenthesised list of items."""

    def item() -> str:
        word = arguments.keyword()
        if word not in _ITEMS and word != APPENDLIMIT:
            raise SyntaxProblem(f"Unknown STATUS item {word[:20]}")
        return word

    return arguments.parenthesised(item, limit=30)


def send_status(session: Session, mailbox: Mailbox, items: Sequence[str]) -> None:
    """Send the STATUS response of a mailbox."""
    if "HIGHESTMODSEQ" in items:
        session.enable_condstore()
    values = [
        f"{item} {session.services.config.limits.message if item == APPENDLIMIT else _ITEMS[item](mailbox)}"
        for item in items
    ]
    session.send(b"STATUS " + session.name(mailbox.name) + f" ({' '.join(values)})".encode("ascii"))


@command("STATUS", "RFC 9051 §6.3.11", AUTHENTICATED)
async def status(session: Session, call: Call) -> Status:
    """Tell the state of a mailbox without selecting it."""
    call.arguments.space()
    name = call.arguments.mailbox()
    call.arguments.space()
    items = read_items(call.arguments)
    call.arguments.end()
    send_status(session, session.owner.mailbox(name), items)
    return ok("STATUS completed.")
