"""The table of commands."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache

from simulators.imap.parser.reader import Reader
from simulators.imap.responses import Status
from simulators.imap.session import Session, State

ANY = frozenset((State.NOT_AUTHENTICATED, State.AUTHENTICATED, State.SELECTED))
BEFORE = frozenset((State.NOT_AUTHENTICATED,))
AUTHENTICATED = frozenset((State.AUTHENTICATED, State.SELECTED))
ONLY_AUTHENTICATED = frozenset((State.AUTHENTICATED,))
SELECTED = frozenset((State.SELECTED,))


@dataclass(frozen=True, slots=True)
class Call:
    """One command as received: its tag, its name, whether it came after UID, and its arguments."""

    tag: str
    name: str
    uid: bool
    arguments: Reader


Handler = Callable[[Session, Call], Awaitable[Status | None]]
"""Does the command and returns its answer, or None when it answered itself (STARTTLS)."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One command: when it is allowed, whether it has a UID form, and what it does.

    `expunge` says whether EXPUNGE responses may come before its answer; they may always after a UID form
    (RFC 9051 §7.5.1).
    """

    name: str
    rfc: str
    states: frozenset[State]
    handler: Handler
    uid: bool
    expunge: bool


_TABLE: dict[str, Spec] = {}


def command(
    name: str, rfc: str, states: frozenset[State], *, uid: bool = False, expunge: bool = True
) -> Callable[[Handler], Handler]:
    """Register the decorated coroutine as the handler of a command."""

    def register(handler: Handler) -> Handler:
        _TABLE[name] = Spec(name, rfc, states, handler, uid, expunge)
        return handler

    return register


@cache
def all_commands() -> Mapping[str, Spec]:
    """Return all commands by name; the modules beside this one are imported on first use."""
    package = __name__.rpartition(".")[0]
    folder = importlib.import_module(package).__path__
    for module in pkgutil.iter_modules(folder):
        importlib.import_module(f"{package}.{module.name}")
    return dict(sorted(_TABLE.items()))


def find(name: str) -> Spec | None:
    """Return the command of this name in capitals, or None."""
    return all_commands().get(name)
