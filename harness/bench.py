"""What a case works with: its tenant of the space, the product, the recorded wire, and the ways to judge.

A case first says in what world it plays (`bench.world(...)`), then lets the product act
(`bench.product...`), then judges what was recorded (`bench.judge(...)`). The tenant opens and the product
is configured at the first action.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Protocol

import pytest

from harness.artefacts.connections import QUIET, Connection, LinkProtocol, connections
from harness.artefacts.sent import SentMail, sent_mails
from harness.cases import CaseInfo
from harness.checks.mail import Sender
from harness.checks.psc import sign_ins
from harness.drivers import Answer, Capabilities, Driver, DriverFault, open_driver
from harness.errors import EnvironmentFault
from harness.findings import Bilingual, FaultClass, Finding, Severity
from harness.outcomes import CaseFailed, NotConcerned, NotTested
from harness.product import ProductHandle
from harness.profile import VendorProfile
from simulators.journal import Event, Journal, ProtocolName
from simulators.network import Network
from simulators.space import Space
from simulators.tenant import Bal, BalType, Tenant, TenantSpec

LONGEST_REAL_WAIT_S = 30.0
"""A product without an injected clock is waited for in real time, never longer than this for one step."""

_TOO_MANY_EVENTS = Bilingual(
    "Plus d'événements que le banc n'en garde en mémoire pour un cas : il ne peut pas juger.",
    "More events than the bench keeps in memory for one case: it cannot judge.",
)


class OpenDriver(Protocol):
    """Opens the driver of a process; the self-test has its own."""

    def __call__(self, profile: VendorProfile, journal: Journal, worker: str) -> Driver:
        """Return the driver, not yet asked anything."""
        ...


DRIVER_KEY: pytest.StashKey[OpenDriver] = pytest.StashKey()
"""Where the pytest configuration may hold another way to open the driver."""

RECORD_ONLY_KEY: pytest.StashKey[bool] = pytest.StashKey()
"""True in the pytest configuration: the run record alone is written, no HTML and no JUnit."""


def open_from_profile(profile: VendorProfile, journal: Journal, worker: str) -> Driver:
    """Open the driver that the profile names."""
    return open_driver(profile, journal, worker=worker)


class BenchFactory:
    """The space and the driver of one process, shared by its cases."""

    def __init__(
        self, profile: VendorProfile, journal: Journal, seed: int, worker: str, open_with: OpenDriver
    ) -> None:
        self.profile = profile
        self.journal = journal
        self.driver: Driver = open_with(profile, journal, worker)
        self.capabilities: Capabilities = self.driver.describe()
        self.space = Space(journal, seed=seed, network=_network(profile), worker=worker)
        try:
            self.space.start()
        except OSError as error:
            self.close()
            raise _cannot_listen(error) from error
        self._controls: dict[str, bool] = {}

    def open(self, info: CaseInfo) -> Bench:
        """Return the bench of one case."""
        return Bench(self, info)

    def control(self, protocol: LinkProtocol, mailbox: str) -> bool:
        """Tell whether the product opens this kind of link to a blameless operator; asked once a run.

        A refusal proves something only of a product that otherwise connects.
        """
        key = f"{protocol}/{mailbox}"
        if key not in self._controls:
            info = CaseInfo(
                f"controle/{key}", "basic", (), frozenset(), frozenset(), frozenset(), Bilingual(key, key)
            )
            bench = Bench(self, info)
            bench.world(mailboxes=(mailbox,))
            try:
                self._controls[key] = bench.product.open(protocol).status == "done"
            except CaseFailed:
                # It hung or died: whatever it does here is told by the cases about that.
                self._controls[key] = False
            finally:
                bench.close()
        return self._controls[key]

    def close(self) -> None:
        """Stop the product if the run started it, then the space."""
        self.driver.close()
        self.space.close()


class Bench:
    """The bench of one case."""

    def __init__(self, factory: BenchFactory, info: CaseInfo) -> None:
        self.info = info
        self.profile = factory.profile
        self.findings: list[Finding] = []
        self.steps: list[str] = []
        self._factory = factory
        self._spec = TenantSpec(mailboxes=(default_mailbox(factory.profile, info),))
        self._tenant: Tenant | None = None
        self._product = ProductHandle(self, factory.driver, factory.capabilities)

    # --- the world --------------------------------------------------------------------------------

    def world(self, **changes: Any) -> None:
        """Change the specification of the tenant (`TenantSpec`); only before the product's first action."""
        if self._tenant is not None:
            raise RuntimeError("the tenant is open: call bench.world before the first action")
        self._spec = replace(self._spec, **changes)

    def endpoint(self, protocol: LinkProtocol, **changes: Any) -> None:
        """Change the end point of one protocol (`EndpointSpec`); only before the product's first action."""
        spec = self._spec
        changed = replace(spec.smtp if protocol == "smtp" else spec.imap, **changes)
        self.world(**{protocol: changed})

    @property
    def tenant(self) -> Tenant:
        """Return the tenant of this case, opened at first use."""
        if self._tenant is None:
            try:
                self._tenant = self._factory.space.open_tenant(self.info.id, self._spec)
            except OSError as error:
                raise _cannot_listen(error) from error
        return self._tenant

    @property
    def tenant_id(self) -> str:
        """Return the id of the tenant, empty when the case never opened one."""
        return self._tenant.id if self._tenant is not None else ""

    @property
    def space(self) -> Space:
        """Return the space in which the tenant lives."""
        return self._factory.space

    @property
    def bal(self) -> Bal:
        """Return the product's first mailbox."""
        return self.tenant.mailboxes[0]

    @property
    def sender(self) -> Sender:
        """Return how the product's first mailbox must present itself."""
        return sender_of(self.bal)

    @property
    def clocked(self) -> bool:
        """Tell whether the product lives by an injected clock."""
        return self._factory.capabilities.clock

    def seconds(self, simulated: float, real: float) -> float:
        """Choose a duration: `simulated` for a product with an injected clock, else the short `real` one."""
        return simulated if self.clocked else real

    def pass_time(self, seconds: float) -> None:
        """Let time pass for the space and the product alike.

        Raises `NotTested` when a product without a clock would have to wait too long.
        """
        if self.clocked:
            self.tenant.clock.advance(seconds)
            self.product.advance(seconds)
        elif seconds <= LONGEST_REAL_WAIT_S:
            time.sleep(seconds)
        else:
            raise NotTested(
                Bilingual(
                    f"Il faudrait attendre {seconds:.0f} s : le produit n'offre pas l'action advance.",
                    f"It would take {seconds:.0f} s: the product has no advance action.",
                )
            )
        self.settle()

    # --- the product ------------------------------------------------------------------------------

    @property
    def product(self) -> ProductHandle:
        """Return the product, configured for the tenant at its first action."""
        return self._product

    def need_control(self, protocol: LinkProtocol) -> None:
        """Go on only if the product connects when everything is right: otherwise a refusal proves nothing."""
        if not self._factory.control(protocol, self._spec.mailboxes[0]):
            raise NotTested(
                Bilingual(
                    f"Le produit ne se connecte pas en {protocol.upper()} à un opérateur sans défaut : "
                    "son refus ici ne prouverait rien.",
                    f"The product does not connect by {protocol.upper()} to a blameless operator: "
                    "its refusal here would prove nothing.",
                )
            )

    def need_tls(self, protocol: LinkProtocol) -> tuple[Connection, ...]:
        """Return the connections of a protocol if one got as far as a command under TLS, or spoke in clear.

        A product that never gets there (it refuses the certificate, say) fails other cases, not those
        about what comes after. Where some connections say something of the user, those that only greet and
        leave (a probe) are left out.
        """
        links = self.connections(protocol)
        if any(command.tls or command.verb not in QUIET for link in links for command in link.commands):
            return tuple(link for link in links if link.committed()) or links
        raise NotTested(
            Bilingual(
                f"Le produit n'a envoyé aucune commande {protocol.upper()} sous TLS.",
                f"The product sent no {protocol.upper()} command under TLS.",
            )
        )

    def need(self, answer: Answer, what: Bilingual) -> Answer:
        """Return the answer if the product did it; otherwise the case cannot be played."""
        if answer.status == "done":
            return answer
        raise NotTested(
            Bilingual(
                f"Préalable non rempli ({what.fr}) : le produit répond « {answer.status} » {answer.detail}",
                f"Precondition not met ({what.en}): the product answers “{answer.status}” {answer.detail}",
            )
        )

    def need_parameter(self, action: str, parameter: str) -> None:
        """Go on only if the product's action understands this parameter."""
        if not self._factory.capabilities.understands(action, parameter):
            raise NotTested(
                Bilingual(
                    f"L'action {action} du produit ne connaît pas {parameter}.",
                    f"The product's {action} action does not know {parameter}.",
                )
            )

    def need_open_session(self) -> None:
        """Go on only if the product keeps a session open: what ends it cannot be seen otherwise.

        A driver that announces no sessions, and of which none is seen open, has none to end: the requirement
        is not about it.
        """
        if any(link.authenticated and link.closed is None for link in self.links()):
            return
        if not self._factory.capabilities.sessions:
            raise NotConcerned(
                Bilingual(
                    "Le produit ne garde aucune session ouverte : il n'en a pas à fermer.",
                    "The product keeps no session open: it has none to close.",
                )
            )
        raise NotTested(
            Bilingual(
                "Le produit annonce des sessions, mais aucune n'est restée ouverte : rien à fermer ici.",
                "The product announces sessions but none stayed open: there is nothing to close here.",
            )
        )

    def need_sign_in(self) -> None:
        """Go on only if the product asked Pro Santé Connect for a sign-in."""
        if not sign_ins(self.events("oauth")):
            raise NotTested(
                Bilingual(
                    "Le produit n'a envoyé aucune demande d'autorisation à Pro Santé Connect.",
                    "The product sent no authorization request to Pro Santé Connect.",
                )
            )

    def attachment(self, name: str, media_type: str, octets: int) -> dict[str, str]:
        """Write a file of that size and return it as an attachment of `send`."""
        path = self.space.folder / f"{self.tenant.id}-{name}"
        block = self.tenant.id.encode().ljust(64, b"-")
        path.write_bytes((block * (octets // 64 + 1))[:octets])
        return {"name": name, "media_type": media_type, "path": str(path)}

    def wait_until(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until `condition` holds, looking again at each event; tell whether it came to hold."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._factory.journal.wait_for(self.tenant.id, min(left, 0.1), since=self.mark)
        return True

    def reopen(self, protocol: LinkProtocol) -> tuple[Answer, tuple[Connection, ...]]:
        """Close the sessions where the product can, open a link again; return the answer and the new links.

        A product that opens nothing new (it kept its session and has no `disconnect`) cannot be judged so.
        """
        if self.product.can("disconnect"):
            self.product.disconnect()
        mark = self.mark
        answer = self.product.open(protocol)
        links = tuple(link for link in self.connections(protocol, mark) if link.commands)
        if answer.status == "done" and not links:
            raise NotTested(
                Bilingual(
                    "Le produit garde sa session et n'offre pas l'action disconnect : rien à juger.",
                    "The product keeps its session and has no disconnect action: nothing to judge.",
                )
            )
        return answer, links

    # --- what was recorded ------------------------------------------------------------------------

    def settle(self) -> None:
        """Wait until the space has read what the product already sent."""
        self.space.settle()

    def events(
        self, protocol: ProtocolName | None = None, name: str | None = None, since: int = 0
    ) -> Sequence[Event]:
        """Return the events of this case."""
        if self._factory.journal.is_cut(self.tenant_id):
            raise NotTested(_TOO_MANY_EVENTS, FaultClass.HARNESS)
        return self._factory.journal.events(self.tenant.id, protocol=protocol, name=name, since=since)

    def wait_for(self, protocol: ProtocolName, name: str, timeout_s: float, since: int = 0) -> Event | None:
        """Wait for an event of this case, at most `timeout_s` real seconds."""
        return self._factory.journal.wait_for(
            self.tenant.id, timeout_s, protocol=protocol, name=name, since=since
        )

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
        return sent_mails(self.events("mail", "message", since), self._factory.journal.evidence)

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
        return self._factory.journal.evidence.read(digest)

    def evidence(self) -> Iterator[str]:
        """Yield the addresses of the evidence of this case, each once."""
        if self._tenant is not None:
            yield from dict.fromkeys(event.evidence for event in self.events() if event.evidence)

    # --- judging ----------------------------------------------------------------------------------

    def judge(self, *groups: Iterable[Finding]) -> None:
        """Keep the findings that serve this case; raise `CaseFailed` when one is an error.

        A finding that serves other requirements than the case's own is kept for its own case: one fault
        must not fail every case that happens to see it.
        """
        served = set(self.info.requirements)
        new = [found for group in groups for found in group if served & set(found.requirements)]
        self.findings.extend(new)
        errors = [found for found in new if found.severity is Severity.ERROR]
        if errors:
            raise CaseFailed(errors)

    def driver_fault(self, fault: DriverFault) -> None:
        """Turn what the driver could not do into a finding of the right fault class."""
        if fault.fault is not FaultClass.PRODUCT:
            raise NotTested(fault.message, fault.fault) from fault
        blame = replace(fault.finding, requirements=self.info.requirements)
        self.findings.append(blame)
        raise CaseFailed([blame]) from fault

    def close(self) -> None:
        """Let the product leave the tenant, then close it."""
        if self._tenant is None:
            return
        with suppress(DriverFault, NotTested):  # NotTested: the person of a manual driver left
            self._product.leave()
        self._factory.space.close_tenant(self._tenant)


def _cannot_listen(error: OSError) -> EnvironmentFault:
    return EnvironmentFault(
        Bilingual(
            f"L'espace simulé ne peut pas écouter : {error}.", f"The simulated space cannot listen: {error}."
        ),
        Bilingual(
            "Un port fixé dans [network] est pris, par un autre programme ou par une autre exécution.",
            "A port fixed in [network] is taken, by another program or another run.",
        ),
        Bilingual(
            "Libérez le port, ou retirez-le du profil : l'espace prend alors un port libre.",
            "Free the port, or remove it from the profile: the space then takes a free one.",
        ),
    )


def _network(profile: VendorProfile) -> Network:
    asked = profile.network
    return Network(address=asked.address, domain=asked.domain, **asked.ports())


def default_mailbox(profile: VendorProfile, info: CaseInfo) -> BalType:
    """Return the mailbox type of a case: the first claimed that it accepts, PER before ORG and APP."""
    accepted = info.mailboxes or {"PER", "ORG", "APP"}
    kinds: tuple[BalType, ...] = ("PER", "ORG", "APP")
    claimed = [kind for kind in kinds if kind in profile.claims.mailboxes]
    return next((kind for kind in claimed if kind in accepted), claimed[0])


def sender_of(bal: Bal) -> Sender:
    """Return how a mailbox must present itself in From."""
    holder = bal.holder
    return Sender(
        address=bal.address,
        type=bal.type,
        label=bal.label,
        family=holder.family if holder else "",
        given=holder.given if holder else "",
        contact=bal.contact or "",
    )
