"""LIST (RFC 9051 §6.3.9 with LIST-EXTENDED, LIST-STATUS, SPECIAL-USE) and LSUB (RFC 3501 §6.3.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from simulators.imap.commands.registry import AUTHENTICATED, Call, command
from simulators.imap.commands.status import read_items, send_status
from simulators.imap.parser.reader import Reader, SyntaxProblem
from simulators.imap.responses import Status, bad, ok
from simulators.imap.session import Session
from simulators.store import Account, Mailbox
from simulators.store.names import INBOX, SEPARATOR, parents

MAX_PATTERNS = 50
_SELECTION = frozenset(("SUBSCRIBED", "REMOTE", "RECURSIVEMATCH", "SPECIAL-USE"))
_RETURN = frozenset(("SUBSCRIBED", "CHILDREN", "SPECIAL-USE", "STATUS"))


@dataclass(slots=True)
class Request:
    """What LIST was asked: selection options, reference, patterns, return options."""

    reference: str = ""
    patterns: list[str] = field(default_factory=list)
    selection: set[str] = field(default_factory=set)
    returns: set[str] = field(default_factory=set)
    items: list[str] = field(default_factory=list)
    extended: bool = False


@command("LIST", "RFC 9051 §6.3.9", AUTHENTICATED)
async def list_(session: Session, call: Call) -> Status:
    """List mailboxes."""
    request = _read(call.arguments)
    if not request.extended and request.patterns == [""]:
        session.send(f'LIST (\\Noselect) "{SEPARATOR}" ""'.encode("ascii"))
        return ok("LIST completed.")
    if "RECURSIVEMATCH" in request.selection and "SUBSCRIBED" not in request.selection:
        return bad("RECURSIVEMATCH needs another selection option (RFC 5258 §3.1).")
    account = session.owner
    for name, mailbox, attributes, info in _listed(account, request):
        line = f'LIST ({" ".join(attributes)}) "{SEPARATOR}" '.encode("ascii") + session.name(name)
        session.send(line + info)
        if request.items and mailbox is not None and mailbox.selectable:
            send_status(session, mailbox, request.items)
    return ok("LIST completed.")


@command("LSUB", "RFC 3501 §6.3.9", AUTHENTICATED)
async def lsub(session: Session, call: Call) -> Status:
    r"""List subscriptions; a name with a subscribed inferior beyond `%` is shown as `\Noselect`."""
    call.arguments.space()
    reference = call.arguments.mailbox()
    call.arguments.space()
    pattern = Matcher(reference + call.arguments.list_pattern())
    call.arguments.end()
    account = session.owner
    shown: dict[str, bool] = {}
    for name in sorted(account.subscriptions):
        if pattern.fullmatch(name):
            shown[name] = True
        else:
            for superior in parents(name):
                if pattern.fullmatch(superior):
                    shown.setdefault(superior, superior in account.subscriptions)
    for name, subscribed in sorted(shown.items(), key=_inbox_first):
        mailbox = account.mailboxes.get(name)
        plain = subscribed and (mailbox is None or mailbox.selectable)
        attributes = "" if plain else "\\Noselect"
        session.send(f'LSUB ({attributes}) "{SEPARATOR}" '.encode("ascii") + session.name(name))
    return ok("LSUB completed.")


def _inbox_first(item: tuple[str, object]) -> tuple[bool, str]:
    return item[0] != INBOX, item[0]


# -- reading ----------------------------------------------------------------------------------------------


def _read(arguments: Reader) -> Request:
    request = Request()
    arguments.space()
    if arguments.peek(b"("):
        request.extended = True
        request.selection = set(arguments.parenthesised(lambda: _word(arguments, _SELECTION), empty=True))
        arguments.space()
    request.reference = arguments.mailbox()
    arguments.space()
    if arguments.peek(b"("):
        request.extended = True
        request.patterns = arguments.parenthesised(arguments.list_pattern, limit=MAX_PATTERNS)
    else:
        request.patterns = [arguments.list_pattern()]
    if not arguments.at_end():
        request.extended = True
        arguments.space()
        arguments.need(b"RETURN ")
        arguments.parenthesised(lambda: _return(arguments, request), empty=True)
    arguments.end()
    return request


def _word(arguments: Reader, known: frozenset[str]) -> str:
    word = arguments.keyword()
    if word not in known:
        raise SyntaxProblem(f"Unknown LIST option {word[:20]}")
    return word


def _return(arguments: Reader, request: Request) -> None:
    word = _word(arguments, _RETURN)
    request.returns.add(word)
    if word == "STATUS":
        arguments.space()
        request.items = read_items(arguments)


class Matcher:
    """A mailbox pattern. Matching takes time linear in the name, whatever the pattern (no backtracking).

    All positions in the pattern are tried at once, as bits of one number.
    """

    def __init__(self, pattern: str) -> None:
        pattern = re.sub(r"[*%]*\*[*%]*", "*", pattern)
        pattern = re.sub(r"%+", "%", pattern)
        if pattern[:5].upper() == INBOX and pattern[5:6] in {"", SEPARATOR, "*", "%"}:
            pattern = INBOX + pattern[5:]
        self._literal: dict[str, int] = {}
        self._star = self._percent = 0
        for index, char in enumerate(pattern):
            bit = 1 << index
            if char == "*":
                self._star |= bit
            elif char == "%":
                self._percent |= bit
            else:
                self._literal[char] = self._literal.get(char, 0) | bit
        self._end = 1 << len(pattern)

    def fullmatch(self, name: str) -> bool:
        """Say whether the whole name matches."""
        wild = self._star | self._percent
        states = 1 | ((1 & wild) << 1)
        for char in name:
            stay = self._star if char == SEPARATOR else wild
            states = ((states & self._literal.get(char, 0)) << 1) | (states & stay)
            states |= (states & wild) << 1
            if not states:
                return False
        return bool(states & self._end)


# -- choosing ---------------------------------------------------------------------------------------------

Listed = tuple[str, Mailbox | None, list[str], bytes]


def _listed(account: Account, request: Request) -> list[Listed]:
    patterns = [Matcher(request.reference + pattern) for pattern in request.patterns if pattern]
    names = {mailbox.name for mailbox in account}
    if "SUBSCRIBED" in request.selection:
        names |= account.subscriptions
    found: list[Listed] = []
    for name in sorted(names, key=lambda one: (one != INBOX, one)):
        if not any(pattern.fullmatch(name) for pattern in patterns):
            continue
        mailbox = account.mailboxes.get(name)
        info = _child_info(account, name, request)
        if _chosen(account, name, mailbox, request) or info:
            found.append((name, mailbox, _attributes(account, name, mailbox, request), info))
    return found


def _chosen(account: Account, name: str, mailbox: Mailbox | None, request: Request) -> bool:
    if "SUBSCRIBED" in request.selection and name not in account.subscriptions:
        return False
    if "SPECIAL-USE" in request.selection:
        return mailbox is not None and bool(mailbox.special_use)
    return True


def _child_info(account: Account, name: str, request: Request) -> bytes:
    """Return CHILDINFO for a name whose inferiors were chosen, under RECURSIVEMATCH (RFC 5258 §4)."""
    if "RECURSIVEMATCH" not in request.selection:
        return b""
    below = any(one.startswith(name + SEPARATOR) for one in account.subscriptions)
    return b' ("CHILDINFO" ("SUBSCRIBED"))' if below else b""


def describe(account: Account, mailbox: Mailbox) -> str:
    """Return the attributes of a mailbox as a plain LIST shows them."""
    return " ".join(_attributes(account, mailbox.name, mailbox, Request()))


def _attributes(account: Account, name: str, mailbox: Mailbox | None, request: Request) -> list[str]:
    """Return the attributes: all of them for a plain LIST, for an extended one those asked (RFC 5258)."""
    asked = request.selection | request.returns
    attributes: list[str] = []
    if mailbox is None:
        attributes.append("\\NonExistent")
    elif not mailbox.selectable:
        attributes.append("\\Noselect")
    if not request.extended or "CHILDREN" in asked:
        inferiors = any(one.startswith(name + SEPARATOR) for one in account.mailboxes)
        attributes.append("\\HasChildren" if inferiors else "\\HasNoChildren")
    if "SUBSCRIBED" in asked and name in account.subscriptions:
        attributes.append("\\Subscribed")
    if mailbox is not None and mailbox.special_use and (not request.extended or "SPECIAL-USE" in asked):
        attributes.append(mailbox.special_use)
    return attributes
