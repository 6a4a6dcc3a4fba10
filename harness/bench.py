"""What a case works with: its tenant of the space, the product, the recorded wire, and the ways to judge.

A case first says in what world it plays (`bench.world(...)`), then lets the product act
(`bench.product...`), then judges what was recorded (`bench.judge(...)`). The tenant opens and the product
is configured at the first action.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.artefacts.connections import LinkProtocol
from harness.cases import CaseInfo
from harness.checks.mail import Sender
from harness.drivers import Capabilities, DriverFault
from harness.errors import EnvironmentFault
from harness.findings import Bilingual, FaultClass, Finding, Severity
from harness.needs import Needs
from harness.outcomes import CaseFailed, NotTested
from harness.product import ProductHandle
from harness.profile import VendorProfile
from harness.scenarios.told import ScenarioTold
from simulators.space import Space
from simulators.tenant import Bal, BalType, Tenant, TenantSpec

if TYPE_CHECKING:
    from harness.factory import BenchFactory
    from harness.specimens.book import Played
    from harness.specimens.scene import Scene

LONGEST_REAL_WAIT_S = 30.0
"""A product without an injected clock is waited for in real time, never longer than this for one step."""


class Bench(Needs):
    """The bench of one case."""

    def __init__(self, factory: BenchFactory, info: CaseInfo) -> None:
        super().__init__(factory.journal)
        self.info = info
        self.profile = factory.profile
        self.findings: list[Finding] = []
        self.steps: list[str] = []
        self.scenario: ScenarioTold | None = None
        self._factory = factory
        self._spec = TenantSpec(mailboxes=(default_mailbox(factory.profile, info),))
        self._tenant: Tenant | None = None
        self._rested_on: list[Played] = []
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
                raise cannot_listen(error) from error
        return self._tenant

    @property
    def tenant_id(self) -> str:
        """Return the id of the tenant, empty when there is none.

        A case that rests on a scene played for several cases has that scene's tenant: its exchange is the
        one that was judged.
        """
        if self._tenant is not None:
            return self._tenant.id
        return next((played.tenant for played in self._rested_on if played.tenant), "")

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
    def capabilities(self) -> Capabilities:
        """Return what the product announces that it can do."""
        return self._factory.capabilities

    def controlled(self, protocol: LinkProtocol) -> bool:
        """Tell whether the product opens this kind of link to a blameless operator; asked once a run."""
        return self._factory.control(protocol, self._spec.mailboxes[0], self.info.id)

    @property
    def clocked(self) -> bool:
        """Tell whether the product lives by an injected clock."""
        return self.capabilities.clock

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

    def specimens(self, scene: Scene) -> Played:
        """Return what came of a scene: played once a process, whatever the number of cases that judge it."""
        played = self._factory.specimens.of(scene, self.info.id)
        self._rested_on.append(played)
        return played

    def evidence(self) -> Iterator[str]:
        """Yield the addresses of the evidence of this case and of the scenes it rests on, each once."""
        found = dict.fromkeys(one for played in self._rested_on for one in played.evidence)
        if self._tenant is not None:
            found.update(dict.fromkeys(super().evidence()))
        yield from found

    # --- the product ------------------------------------------------------------------------------

    @property
    def product(self) -> ProductHandle:
        """Return the product, configured for the tenant at its first action."""
        return self._product

    def attachment(self, name: str, media_type: str, octets: int) -> dict[str, str]:
        """Write a file of that size and return it as an attachment of `send`."""
        path = self.space.folder / f"{self.tenant.id}-{name}"
        block = self.tenant.id.encode().ljust(64, b"-")
        path.write_bytes((block * (octets // 64 + 1))[:octets])
        return {"name": name, "media_type": media_type, "path": str(path)}

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


def cannot_listen(error: OSError) -> EnvironmentFault:
    """Say that the space found no port to listen on."""
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
