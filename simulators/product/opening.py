"""Opening an SMTP or IMAP session: connection, TLS, certificate checks, authentication."""

from __future__ import annotations

import copy
import ssl
from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from simulators.clock import Clock
from simulators.product.behaviour import REFERENCE, Behaviour
from simulators.product.channel import Channel, TlsRefused
from simulators.product.deadline import Deadline
from simulators.product.errors import AuthenticationFailed, ConnectionLost, ProductError
from simulators.product.revocation import RevocationChecker
from simulators.product.sasl import Credentials, plain, xoauth2
from simulators.product.settings import Endpoint, Mailbox, Settings
from simulators.product.tls import operator_context, shown_chain, small_curve_context, tls_10_context
from simulators.product.trust import OperatorTrust
from simulators.product.watched import but
from simulators.product.web import Web


class Openable(Protocol):
    """A session that can be opened over a channel."""

    channel: Channel

    def open(self, secure: Callable[[Channel], None], credentials: tuple[Credentials, ...]) -> None:
        """Greet, start TLS, authenticate."""
        ...


SessionT = TypeVar("SessionT", bound=Openable)


class Opener:
    """Opens sessions of one configured space; TLS contexts are made once per mailbox."""

    def __init__(self, settings: Settings, clock: Clock, behaviour: Behaviour, web: Web) -> None:
        self._settings = settings
        self._behaviour = behaviour
        revocation = RevocationChecker(web, clock, behaviour)
        self._trust = OperatorTrust(settings.accepted_policy, clock, behaviour, revocation)
        self._contexts: dict[tuple[str, str], ssl.SSLContext] = {}

    @property
    def unhurried(self) -> Opener:
        """The same without the commands in clear that a variant sends when it opens a session on the way."""
        calm = copy.copy(self)
        calm._behaviour = but(self._behaviour, before_starttls="nothing")
        return calm

    def open(
        self,
        make: Callable[[Channel, Behaviour], SessionT],
        endpoint: Endpoint,
        mailbox: Mailbox,
        token: str,
        deadline: Deadline,
    ) -> SessionT:
        """Return an authenticated session.

        `token` is the PSC access token, empty for an APP mailbox. Raises `Refused` when a check of the
        product's says no, `AuthenticationFailed`, `ConnectionLost` or `Failed`.
        """
        credentials = tuple(self._credentials(mailbox, token))
        kind = "main"
        while True:
            try:
                return self._attempt(make, endpoint, mailbox, credentials, kind=kind, deadline=deadline)
            except ProductError as error:
                other = self._fallback(error, mailbox, kind)
                if other is None:
                    raise
                kind = other

    def _attempt(
        self,
        make: Callable[[Channel, Behaviour], SessionT],
        endpoint: Endpoint,
        mailbox: Mailbox,
        credentials: tuple[Credentials, ...],
        *,
        kind: str,
        deadline: Deadline,
    ) -> SessionT:
        context = self._context(mailbox, kind)

        def secure(channel: Channel) -> None:
            shown = shown_chain(channel.start_tls(context))
            self._trust.check(shown, channel.endpoint.host, deadline)

        channel = Channel(endpoint, deadline)
        session = make(channel, self._behaviour)
        try:
            session.open(secure, credentials)
        except BaseException:
            channel.close()
            raise
        return session

    def _credentials(self, mailbox: Mailbox, token: str) -> Iterator[Credentials]:
        """Yield what is tried in turn; only variants have a second, conforming, try."""
        if mailbox.type != "APP":
            first = xoauth2(mailbox, token, self._behaviour)
            right = xoauth2(mailbox, token, REFERENCE)
        else:
            right = plain(mailbox, REFERENCE)
            first = plain(mailbox, self._behaviour)
            if self._behaviour.app_mechanism == "XOAUTH2":
                first = xoauth2(mailbox, token or "sans-jeton", REFERENCE)
        yield first
        if first != right:
            yield right

    def _fallback(self, error: ProductError, mailbox: Mailbox, kind: str) -> str | None:
        """Return which context a variant tries next; the reference product never tries again."""
        if kind != "main":
            return None
        behaviour = self._behaviour
        if isinstance(error, TlsRefused):
            if "PROTOCOL" in error.reason and behaviour.tls_10_fallback:
                return "tls-1.0"
            if "HANDSHAKE_FAILURE" in error.reason and behaviour.small_curve_fallback:
                return "small-curve"
        left = isinstance(error, (AuthenticationFailed, ConnectionLost, TlsRefused))
        if left and mailbox.type == "APP" and not behaviour.app_client_certificate:
            return "with-certificate"
        return None

    def _context(self, mailbox: Mailbox, kind: str) -> ssl.SSLContext:
        key = (mailbox.address if mailbox.type == "APP" else "", kind)
        if key not in self._contexts:
            behaviour = self._behaviour
            match kind:
                case "tls-1.0":
                    made = tls_10_context(self._settings, mailbox, behaviour)
                case "small-curve":
                    made = small_curve_context(self._settings, mailbox, behaviour)
                case "with-certificate":
                    made = operator_context(
                        self._settings, mailbox, but(behaviour, app_client_certificate=True)
                    )
                case _:
                    made = operator_context(self._settings, mailbox, behaviour)
            self._contexts[key] = made
        return self._contexts[key]
