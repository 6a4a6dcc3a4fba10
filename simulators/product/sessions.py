"""The sessions that the product keeps open, and what it does when they end.

Rules: a session that the operator closes is opened again without the user while Pro Santé Connect is valid
(ECO.1.2.7); when the refresh token is no longer valid the sessions end (ECO.1.2.6); an error of one session
disturbs nothing else (ECO.1.2.3). The caller holds the product's lock around every method.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from simulators.clock import Clock, monotonic_ms
from simulators.product.autoconfig import Servers, find_servers
from simulators.product.behaviour import Behaviour
from simulators.product.deadline import Deadline
from simulators.product.errors import AuthenticationFailed, Failed, ProductError, Refused
from simulators.product.imap import ImapSession
from simulators.product.opening import Opener
from simulators.product.psc import PscEnded, PscSession
from simulators.product.settings import Endpoint, Mailbox, Settings
from simulators.product.smtp import SmtpSession
from simulators.product.web import Web

ProtocolName = Literal["smtp", "imap"]
PAUSES_S = (0.0, 0.1, 0.5, 2.0, 10.0, 30.0)
"""Waits before the successive tries to open again; a session that held a few seconds starts from zero."""
STEADY_MS = 3_000
REOPENING_WAIT_S = 5.0
CLOSING_WAIT_S = 2.0


@dataclass(slots=True)
class Kept:
    """One session that the user wants open."""

    mailbox: Mailbox
    protocol: ProtocolName
    session: SmtpSession | ImapSession | None = None
    opened_ms: float = 0.0
    tries: int = 0
    retry_ms: float = 0.0

    def alive(self) -> bool:
        """Whether the operator still holds the session."""
        return self.session is not None and self.session.poll()


@dataclass(slots=True)
class SessionKeeper:
    """Opens, watches, reopens and closes the sessions of one configured space."""

    settings: Settings
    clock: Clock
    behaviour: Behaviour
    web: Web
    opener: Opener
    psc: PscSession | None
    alert: Callable[[str], None]
    signed_in: Callable[[str], None]
    _kept: dict[tuple[str, ProtocolName], Kept] = field(default_factory=dict)
    _servers: dict[str, Servers] = field(default_factory=dict)

    def connect(
        self, mailbox: Mailbox, protocol: ProtocolName, deadline: Deadline, *, hurried: bool = False
    ) -> None:
        """Open the session unless it is; from then on it is kept open.

        `hurried`: opened on the way by another action (sending, listing), which only variants mind.
        """
        key = (mailbox.address, protocol)
        kept = self._kept.get(key) or Kept(mailbox, protocol)
        if not kept.alive():
            self._open(kept, deadline, hurried=hurried)
        self._kept[key] = kept

    def smtp(self, mailbox: Mailbox, deadline: Deadline) -> SmtpSession:
        """Return the live SMTP session of a mailbox, opening it when needed."""
        self.connect(mailbox, "smtp", deadline, hurried=True)
        session = self._kept[mailbox.address, "smtp"].session
        if not isinstance(session, SmtpSession):
            raise Failed("La session SMTP n'est pas ouverte.")
        session.channel.deadline = deadline
        return session

    def imap(self, mailbox: Mailbox, deadline: Deadline) -> ImapSession:
        """Return the live IMAP session of a mailbox, opening it when needed."""
        self.connect(mailbox, "imap", deadline, hurried=True)
        session = self._kept[mailbox.address, "imap"].session
        if not isinstance(session, ImapSession):
            raise Failed("La session IMAP n'est pas ouverte.")
        session.channel.deadline = deadline
        return session

    def servers(self, mailbox: Mailbox, deadline: Deadline) -> Servers | None:
        """Read the autoconfiguration of a mailbox when a server is not configured; None when both are."""
        if self.settings.smtp is not None and self.settings.imap is not None:
            return None
        if mailbox.domain not in self._servers:
            self._servers[mailbox.domain] = find_servers(
                self.settings, mailbox, self.web, self.behaviour, deadline
            )
        return self._servers[mailbox.domain]

    def is_open(self, protocol: ProtocolName, address: str | None) -> bool:
        """Whether a session is open, for one mailbox or for any."""
        return any(
            kept.session is not None
            for (owner, name), kept in self._kept.items()
            if name == protocol and (address is None or owner == address)
        )

    def drop(self, mailbox: Mailbox, protocol: ProtocolName) -> None:
        """Close at once a session that broke in the middle of an exchange; it stays wanted."""
        kept = self._kept.get((mailbox.address, protocol))
        if kept is not None:
            self._forget_session(kept)

    def close(self, address: str | None = None) -> None:
        """End the sessions of a mailbox, or all, politely (LOGOUT, QUIT)."""
        for key in [key for key in self._kept if address is None or key[0] == address]:
            self._leave(self._kept.pop(key))

    def abandon(self) -> None:
        """Close everything without a word (a new space was configured, or the product stops)."""
        for kept in self._kept.values():
            self._forget_session(kept)
        self._kept.clear()

    def tend(self) -> None:
        """Do what is due: renew the token, end dead sessions, open again what the operator closed."""
        self.renew()
        for kept in list(self._kept.values()):
            if kept.session is not None and not kept.alive():
                self._operator_closed(kept)
        for kept in list(self._kept.values()):
            if kept.session is None and kept.retry_ms <= monotonic_ms() and self.behaviour.reopens:
                self._reopen(kept)

    def renew(self) -> None:
        """Renew the PSC token when due; end the sessions when it is no longer renewed (ECO.1.2.6)."""
        if self.psc is None:
            return
        try:
            idle = all(kept.session is None for kept in self._kept.values())
            self.psc.renew_if_due(Deadline(REOPENING_WAIT_S), idle=idle)
        except PscEnded as error:
            self.psc_ended(error)
        except Failed as error:
            if self.behaviour.ends_with_refresh_token:
                self.alert(str(error))

    def psc_ended(self, error: PscEnded) -> None:
        """End the sessions that live by the PSC token, and tell the user."""
        self.alert(str(error))
        for key in [key for key, kept in self._kept.items() if kept.mailbox.type != "APP"]:
            self._leave(self._kept.pop(key))

    def sockets(self) -> list[socket.socket]:
        """Return the sockets to watch."""
        return [kept.session.channel.socket for kept in self._kept.values() if kept.session is not None]

    def wait_s(self) -> float | None:
        """Return the real seconds until something is due; None when nothing will be."""
        waits: list[float] = []
        if self.psc is not None and (renew_at := self.psc.renew_at) is not None:
            waits.append((renew_at - self.clock.now()).total_seconds())
        lost = [kept for kept in self._kept.values() if kept.session is None]
        if lost and self.behaviour.reopens:
            now = monotonic_ms()
            waits += [(kept.retry_ms - now) / 1000 for kept in lost]
        return max(min(waits), 0.005) if waits else None

    def _open(self, kept: Kept, deadline: Deadline, *, hurried: bool = False) -> None:
        self._forget_session(kept)
        token = self._token(kept.mailbox, deadline)
        endpoint = self._endpoint(kept, deadline)
        opener = self.opener if hurried else self.opener.unhurried
        if kept.protocol == "smtp":
            kept.session = opener.open(SmtpSession, endpoint, kept.mailbox, token, deadline)
        else:
            kept.session = opener.open(ImapSession, endpoint, kept.mailbox, token, deadline)
        kept.opened_ms = monotonic_ms()

    def _token(self, mailbox: Mailbox, deadline: Deadline) -> str:
        if mailbox.type == "APP" and self.behaviour.app_mechanism == "PLAIN":
            return ""
        if self.psc is None:
            if mailbox.type == "APP":
                return ""
            raise Failed(f"La BAL {mailbox.address} demande Pro Santé Connect, qui n'est pas paramétré.")
        token = self.psc.access_token(deadline)
        self.signed_in(token)
        return token

    def _endpoint(self, kept: Kept, deadline: Deadline) -> Endpoint:
        given = self.settings.smtp if kept.protocol == "smtp" else self.settings.imap
        if given is not None:
            return given
        found = self.servers(kept.mailbox, deadline)
        if found is None:
            raise Failed("Aucun serveur n'est paramétré.")
        return found.smtp if kept.protocol == "smtp" else found.imap

    def _operator_closed(self, kept: Kept) -> None:
        steady = monotonic_ms() - kept.opened_ms > STEADY_MS
        kept.tries = 0 if steady else kept.tries
        self._forget_session(kept)
        self._plan(kept)

    def _reopen(self, kept: Kept) -> None:
        if kept.mailbox.type != "APP" and (self.psc is None or not self.psc.open):
            self._kept.pop((kept.mailbox.address, kept.protocol), None)
            return
        try:
            self._open(kept, Deadline(REOPENING_WAIT_S))
        except PscEnded as error:
            self.psc_ended(error)
        except (Refused, AuthenticationFailed) as error:
            self._kept.pop((kept.mailbox.address, kept.protocol), None)
            self.alert(str(error))
        except ProductError as error:
            if kept.tries == 1:
                self.alert(str(error))
            self._plan(kept)

    def _plan(self, kept: Kept) -> None:
        kept.retry_ms = monotonic_ms() + 1000 * PAUSES_S[min(kept.tries, len(PAUSES_S) - 1)]
        kept.tries += 1

    def _leave(self, kept: Kept) -> None:
        session, kept.session = kept.session, None
        if isinstance(session, SmtpSession):
            session.quit(Deadline(CLOSING_WAIT_S))
        elif session is not None:
            session.logout(Deadline(CLOSING_WAIT_S))

    def _forget_session(self, kept: Kept) -> None:
        if kept.session is not None:
            kept.session.channel.close()
            kept.session = None
