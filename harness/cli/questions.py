"""The questions of `mssante init`: what is asked, what is allowed, what is taken when nothing is said."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import typer

from harness.cli.console import Console
from harness.errors import UsageError
from schemas.messages import message

FIELDS = (
    "name",
    "vendor",
    "product-version",
    "nil",
    "corridor",
    "level",
    "roles",
    "mailboxes",
    "integration",
    "driver",
    "url",
    "command",
    "path",
)
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "corridor": ("LGC", "DPI", "RIS", "SGL", "PFI", "DUI", "OFFICINE", "OPERATEUR", "AUTRE"),
    "level": ("basic", "intermediate", "advanced"),
    "roles": ("send", "receive"),
    "mailboxes": ("PER", "ORG", "APP"),
    "integration": ("client", "send-function"),
    "driver": ("http", "command", "manual", "artefacts"),
}
_SEVERAL = frozenset({"roles", "mailboxes"})
_DEFAULTS: Mapping[str, str] = {
    "name": "MonLogiciel",
    "vendor": "Mon éditeur",
    "product-version": "1.0",
    "nil": "A-COMPLETER",
    "corridor": "AUTRE",
    "level": "basic",
    "roles": "send, receive",
    "mailboxes": "PER, ORG",
    "integration": "client",
    "driver": "http",
    "url": "http://127.0.0.1:9000",
    "command": "python pilote.py",
    "path": ".",
}
_ONLY_WITH = {"url": "http", "command": "command", "path": "artefacts"}
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Answers:
    """What a profile is written from."""

    name: str
    vendor: str
    version: str
    nil: str
    corridor: str
    level: str
    roles: tuple[str, ...]
    mailboxes: tuple[str, ...]
    integration: str
    driver: str
    url: str
    command: tuple[str, ...]
    path: str


def check_answers(given: Mapping[str, str]) -> None:
    """Refuse an option that has a value which is not allowed; raises `UsageError` with the choices."""
    for name, value in given.items():
        if value:
            checked(name, value)


def checked(name: str, value: str) -> str:
    """Return the answer as it is written; raises `UsageError` when it is not allowed."""
    choices = _CHOICES.get(name)
    if choices is None:
        return value.strip()
    words = [word.strip() for word in value.split(",")] if name in _SEVERAL else [value.strip()]
    known = {choice.casefold(): choice for choice in choices}
    wrong = [word for word in words if word.casefold() not in known]
    if wrong:
        raise UsageError(
            message("cli.init-wrong").filled(name=f"--{name}", value=wrong[0]),
            fix=message("cli.init-wrong-fix").filled(choices=", ".join(choices)),
        )
    return ", ".join(dict.fromkeys(known[word.casefold()] for word in words))


def ask_missing(console: Console, given: Mapping[str, str], *, ask: bool) -> Answers:
    """Return all the answers: those given, else asked, else the defaults."""
    values: dict[str, str] = {}
    for name in FIELDS:
        only_with = _ONLY_WITH.get(name)
        if given[name]:
            values[name] = checked(name, given[name])
        elif only_with not in {None, values.get("driver")}:
            values[name] = ""
        else:
            values[name] = _asked(console, name) if ask else _DEFAULTS[name]
    return Answers(
        name=values["name"],
        vendor=values["vendor"],
        version=values["product-version"],
        nil=values["nil"],
        corridor=values["corridor"],
        level=values["level"],
        roles=tuple(values["roles"].split(", ")),
        mailboxes=tuple(values["mailboxes"].split(", ")),
        integration=values["integration"],
        driver=values["driver"],
        url=values["url"],
        command=_words(values["command"]),
        path=values["path"],
    )


def _asked(console: Console, name: str) -> str:
    default = _DEFAULTS[name]
    choices = f" ({', '.join(_CHOICES[name])})" if name in _CHOICES else ""
    for _ in range(_TRIES):
        print(f"{console.text(f'opt-{name}')}{choices} [{default}] : ", end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            raise typer.Abort
        try:
            return checked(name, line.strip() or default)
        except UsageError as error:
            console.say(error.text(console.language))
    raise typer.Abort


def _words(command: str) -> tuple[str, ...]:
    """Split a command as a shell does; backslashes are kept, since Windows paths have them."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.escape = ""
    lexer.commenters = ""
    try:
        return tuple(lexer)
    except ValueError as error:
        raise UsageError(
            message("cli.init-wrong").filled(name="--command", value=command),
            fix=message("cli.init-wrong-fix").filled(choices='python pilote.py, "C:/Outil/x.exe" --test'),
        ) from error
