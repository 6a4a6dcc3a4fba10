"""`Connection`: one SMTP or IMAP connection of the product, read from the journal.

It joins what the wire saw (connect, TLS, close) with what the protocol saw (commands, answers,
authentication attempts), in the order in which it happened.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from simulators.journal import Event

LinkProtocol = Literal["smtp", "imap"]
QUIET = frozenset({"EHLO", "HELO", "CAPABILITY", "NOOP", "QUIT", "LOGOUT", "STARTTLS", "RSET", "ID"})
"""Commands that reveal nothing of the user: a product may say them before it has finished its checks."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `verb` in upper case (`UID FETCH` is `FETCH`), whether it went under TLS."""

    verb: str
    text: str
    tls: bool
    event: Event


@dataclass(frozen=True, slots=True)
class AuthAttempt:
    """One authentication as the operator decoded it (see `simulators.operator.auth`)."""

    mechanism: str
    user: str
    accepted: bool
    reason: str
    initial_response: bool
    length: int
    tls: bool
    problems: tuple[str, ...]
    token: str | None
    event: Event


@dataclass(frozen=True)
class Connection:
    """A connection and everything that happened on it."""

    id: str
    protocol: LinkProtocol
    events: tuple[Event, ...]

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """Return the commands of the product in order."""
        secured = self.established.seq if self.established else None
        return tuple(
            Command(_verb(event), event.text, secured is not None and event.seq > secured, event)
            for event in self.events
            if event.protocol == self.protocol and event.name == "command"
        )

    @cached_property
    def auths(self) -> tuple[AuthAttempt, ...]:
        """Return the authentication attempts in order."""
        return tuple(
            _attempt(event)
            for event in self.events
            if event.protocol == self.protocol and event.name == "auth"
        )

    @property
    def authenticated(self) -> bool:
        """Tell whether the operator accepted the product."""
        return any(attempt.accepted for attempt in self.auths)

    @property
    def verbs(self) -> tuple[str, ...]:
        """Return the verbs in order."""
        return tuple(command.verb for command in self.commands)

    @cached_property
    def client_hello(self) -> Event | None:
        """Return the event of the first ClientHello, or None."""
        return self._first("tls", "client-hello")

    @cached_property
    def established(self) -> Event | None:
        """Return the event of the established TLS channel, or None."""
        return self._first("tls", "established")

    @property
    def under_tls(self) -> bool:
        """Tell whether a TLS channel was established."""
        return self.established is not None

    @property
    def closed(self) -> Event | None:
        """Return the event of the end of the connection, or None while it is open."""
        return self._first(self.protocol, "close")

    @property
    def transcript(self) -> str | None:
        """Return the address of the transcript, once the connection is closed."""
        return self.closed.evidence if self.closed else None

    def committed(self) -> tuple[Command, ...]:
        """Return the commands by which the product gave itself up to the peer: all but the quiet ones."""
        return tuple(command for command in self.commands if command.verb not in QUIET)

    def _first(self, protocol: str, name: str) -> Event | None:
        for event in self.events:
            if event.protocol == protocol and event.name == name:
                return event
        return None


def connections(events: Iterable[Event], protocol: LinkProtocol) -> tuple[Connection, ...]:
    """Group the events of a case into the connections of one protocol, oldest first."""
    grouped: dict[str, list[Event]] = {}
    kinds: dict[str, str] = {}
    for event in events:
        if not event.connection or event.protocol not in {"smtp", "imap", "tls", "mail"}:
            continue
        grouped.setdefault(event.connection, []).append(event)
        if event.protocol in {"smtp", "imap"}:
            kinds.setdefault(event.connection, event.protocol)
    return tuple(
        Connection(identifier, protocol, tuple(found))
        for identifier, found in grouped.items()
        if kinds.get(identifier) == protocol
    )


def _verb(event: Event) -> str:
    word = str(event.data.get("command") or event.data.get("name") or "").upper()
    return word.removeprefix("UID ")


def _attempt(event: Event) -> AuthAttempt:
    data: dict[str, Any] = dict(event.data)
    problems = data.get("form_problems")
    length = data.get("length")
    return AuthAttempt(
        mechanism=str(data.get("mechanism", "")).upper(),
        user=str(data.get("user") or ""),
        accepted=data.get("verdict") == "accepted",
        reason=str(data.get("reason") or ""),
        initial_response=bool(data.get("initial_response")),
        length=length if isinstance(length, int) else 0,
        tls=bool(data.get("tls")),
        problems=tuple(map(str, problems)) if isinstance(problems, list | tuple) else (),
        token=str(data["token_sha256"]) if data.get("token_sha256") else None,
        event=event,
    )
