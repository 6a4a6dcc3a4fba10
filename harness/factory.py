"""What the cases of one process share: the simulated space and the driver of the product."""

from __future__ import annotations

from typing import Protocol

import pytest

from harness.artefacts.connections import LinkProtocol
from harness.bench import Bench, cannot_listen
from harness.cases import CaseInfo
from harness.drivers import Capabilities, Driver, open_driver
from harness.findings import Bilingual
from harness.outcomes import CaseFailed
from harness.profile import VendorProfile
from harness.specimens.book import SpecimenBook
from simulators.journal import Journal
from simulators.network import Network
from simulators.space import Space
from simulators.tenant import BalType


class OpenDriver(Protocol):
    """Opens the driver of a process; the self-test has its own."""

    def __call__(self, profile: VendorProfile, journal: Journal, worker: str) -> Driver:
        """Return the driver, not yet asked anything."""
        ...


class Watch:
    """Hears for which case the product acts. This one takes no notice; the self-test has its own."""

    def begins(self, case: str) -> None:
        """Hear that what the product does from now on is for this case."""

    def control_begins(self, case: str, control: str) -> None:
        """Hear that the product is tried by a control, for this case and the later ones that rest on it."""

    def rests_on(self, case: str, control: str) -> None:
        """Hear that a case goes on, or not, by the outcome of this control, played now or before."""


DRIVER_KEY: pytest.StashKey[OpenDriver] = pytest.StashKey()
"""Where the pytest configuration may hold another way to open the driver."""

WATCH_KEY: pytest.StashKey[Watch] = pytest.StashKey()
"""Where the pytest configuration may hold who wants to hear for which case the product acts."""

RECORD_ONLY_KEY: pytest.StashKey[bool] = pytest.StashKey()
"""True in the pytest configuration: the run record alone is written, no HTML and no JUnit."""

UNCHECKED_KEY: pytest.StashKey[bool] = pytest.StashKey()
"""True in the pytest configuration: the record is read at once by who asked for it, and by nobody else; it is
not held against its schema and no report is made of it."""


def open_from_profile(profile: VendorProfile, journal: Journal, worker: str) -> Driver:
    """Open the driver that the profile names."""
    return open_driver(profile, journal, worker=worker)


class BenchFactory:
    """The space and the driver of one process, shared by its cases."""

    def __init__(
        self,
        profile: VendorProfile,
        journal: Journal,
        seed: int,
        worker: str,
        open_with: OpenDriver,
        *,
        watch: Watch | None = None,
    ) -> None:
        self.profile = profile
        self.journal = journal
        self.watch = watch or Watch()
        self.driver: Driver = open_with(profile, journal, worker)
        self.capabilities: Capabilities = self.driver.describe()
        self.space = Space(journal, seed=seed, network=_network(profile), worker=worker)
        if self.capabilities.means != "files":  # which connect to nothing
            self._start_space()
        self._controls: dict[str, bool] = {}
        self.specimens = SpecimenBook(self)

    def _start_space(self) -> None:
        try:
            self.space.start()
        except OSError as error:
            self.close()
            raise cannot_listen(error) from error

    def open(self, info: CaseInfo) -> Bench:
        """Return the bench of one case."""
        self.watch.begins(info.id)
        return Bench(self, info)

    def control(self, protocol: LinkProtocol, mailbox: BalType, case: str) -> bool:
        """Tell whether the product opens this kind of link to a blameless operator; asked once a run.

        A refusal proves something only of a product that otherwise connects. `case` is who asks.
        """
        key = f"{protocol}/{mailbox}"
        if key not in self._controls:
            self.watch.control_begins(case, key)
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
        self.watch.rests_on(case, key)
        return self._controls[key]

    def close(self) -> None:
        """Stop the product if the run started it, then the space."""
        self.driver.close()
        self.space.close()


def _network(profile: VendorProfile) -> Network:
    asked = profile.network
    return Network(address=asked.address, domain=asked.domain, **asked.ports())
