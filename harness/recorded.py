"""What was recorded of a case: events of every wire, connections, mails, raw bytes."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from harness.artefacts.connections import Connection, LinkProtocol, connections
from harness.artefacts.sent import SentMail, sent_mails
from harness.findings import Bilingual, FaultClass
from harness.outcomes import NotTested

if TYPE_CHECKING:
    from simulators.journal import Event, Journal, ProtocolName
    from simulators.space import Space
    from simulators.tenant import Tenant

_TOO_MANY_EVENTS = Bilingual(
    "Plus d'événements que le banc n'en garde en mémoire pour un cas : il ne peut pas juger.",
    "More events than the bench keeps in memory for one case: it cannot judge.",
)


class Recorded(ABC):
    """Reads what the journal and the evidence hold of one case's tenant."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    @property
    @abstractmethod
    def tenant(self) -> Tenant:
        """Return the tenant of this case, opened at first use."""

    @property
    @abstractmethod
    def tenant_id(self) -> str:
        """Return the id of the tenant, empty when the case never opened one."""

    @property
    @abstractmethod
    def space(self) -> Space:
        """Return the space in which the tenant lives."""

    def settle(self) -> None:
        """Wait until the space has read what the product already sent."""
        self.space.settle()

    def wait_until(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until `condition` holds, looking again at each event; tell whether it came to hold."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._journal.wait_for(self.tenant.id, min(left, 0.1), since=self.mark)
        return True

    def events(
        self, protocol: ProtocolName | None = None, name: str | None = None, since: int = 0
    ) -> Sequence[Event]:
        """Return the events of this case."""
        if self._journal.is_cut(self.tenant_id):
            raise NotTested(_TOO_MANY_EVENTS, FaultClass.HARNESS)
        return self._journal.events(self.tenant.id, protocol=protocol, name=name, since=since)

    def wait_for(self, protocol: ProtocolName, name: str, timeout_s: float, since: int = 0) -> Event | None:
        """Wait for an event of this case, at most `timeout_s` real seconds."""
        return self._journal.wait_for(self.tenant.id, timeout_s, protocol=protocol, name=name, since=since)

    @property
    def mark(self) -> int:
        """Return the number of the last event so far, to look only at what comes after."""
        seen = self.events()
        return seen[-1].seq if seen else 0

    def connections(self, protocol: LinkProtocol, since: int = 0) -> tuple[Connection, ...]:
        """Return the connections that the product opened to the operator by this protocol."""
        return connections(self.events(since=since), protocol)

    def links(self) -> tuple[Connection, ...]:
        """Return the connections of both protocols."""
        return self.connections("smtp") + self.connections("imap")

    def transcript(self, link: Connection) -> bytes:
        """Return the transcript of a connection, empty while it is open."""
        return self.raw(link.transcript) if link.transcript else b""

    def issued_tokens(self) -> tuple[str, ...]:
        """Return the access tokens that Pro Santé Connect gave the product in this case."""
        found = []
        for event in self.events("oauth", "token-response"):
            if event.evidence:
                _, _, body = self.raw(event.evidence).partition(b"\r\n\r\n")
                with suppress(ValueError):
                    found.append(str(json.loads(body).get("access_token", "")))
        return tuple(token for token in found if token)

    def sent(self, since: int = 0) -> tuple[SentMail, ...]:
        """Return the mails that the operator accepted from the product."""
        return sent_mails(self.events("mail", "message", since), self._journal.evidence)

    def one_sent(self, since: int = 0) -> SentMail:
        """Return the mail that the product just sent; without one, the case cannot be played."""
        found = self.sent(since)
        if not found:
            raise NotTested(
                Bilingual(
                    "Le produit dit avoir envoyé, mais aucun message n'est arrivé chez l'opérateur.",
                    "The product says that it sent, but no message reached the operator.",
                )
            )
        return found[-1]

    def raw(self, digest: str) -> bytes:
        """Return the bytes of a piece of evidence."""
        return self._journal.evidence.read(digest)

    def evidence(self) -> Iterator[str]:
        """Yield the addresses of the evidence of this case, each once."""
        if self.tenant_id:
            yield from dict.fromkeys(event.evidence for event in self.events() if event.evidence)
