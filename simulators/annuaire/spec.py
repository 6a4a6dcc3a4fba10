"""What a test asks of the directory of its tenant, and what it is told of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulators.annuaire.fhir.conduct import Conduct
from simulators.annuaire.fhir.faults import DirectoryFault
from simulators.annuaire.model import BalType, Record


@dataclass(frozen=True, slots=True)
class DirectorySpec:
    """A directory for a tenant.

    It always holds the product's mailboxes and the correspondents, their structures with a BAL ORG and an
    ordinary e-mail, and one professional of the liste rouge. `others` adds so many invented professionals (a
    page has 50), `homonyms` so many who bear the name of the usual correspondent. `faults` are on from the
    beginning. `extraction_every_h` is how often the product is told to load the extraction files by itself.
    """

    conduct: Conduct = field(default_factory=Conduct)
    faults: tuple[DirectoryFault, ...] = ()
    others: int = 20
    homonyms: int = 0
    extraction_every_h: float = 24


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """One BAL of the directory, and who or what carries it.

    `reference` is `Type/id` of the carrier. `name` is that of the person or the structure. `ordinary_email`
    is a contact address of the structure that is no BAL. `deliverable`: mail to it arrives in the space.
    """

    address: str
    type: BalType
    reference: str
    name: str
    family: str = ""
    given: str = ""
    rpps: str = ""
    finess: str = ""
    liste_rouge: bool = False
    ordinary_email: str = ""
    deliverable: bool = False


@dataclass(frozen=True, slots=True)
class TenantDirectory:
    """The directory of an open tenant; every operation is safe to call from the test's thread.

    `entries` are the BAL that were put there at the beginning, those of the liste rouge included.
    """

    base_url: str
    extraction_url: str
    libre_acces_url: str
    extraction_every_h: float
    api_key: str
    operator_key: str
    entries: tuple[DirectoryEntry, ...]
    break_with: Callable[..., None]
    repair: Callable[[], None]
    behave: Callable[[Conduct], None]
    change: Callable[[str, Callable[[Record], Record]], None]
    withdraw: Callable[[str], None]

    def entry(self, address: str) -> DirectoryEntry:
        """Return the entry of an address; raises `KeyError`."""
        return {one.address: one for one in self.entries}[address]

    @property
    def liste_rouge(self) -> Sequence[str]:
        """Return the addresses that must never be seen."""
        return [one.address for one in self.entries if one.liste_rouge]

    @property
    def ordinary_emails(self) -> Sequence[str]:
        """Return the contact addresses that are no BAL."""
        return sorted({one.ordinary_email for one in self.entries if one.ordinary_email})

    def to_json(self) -> dict[str, Any]:
        """Return the form of `configure` of driver/1."""
        return {
            "base_url": self.base_url,
            "api_key": self.api_key,
            "extraction_url": self.extraction_url,
            "libre_acces_url": self.libre_acces_url,
            "extraction_every_h": self.extraction_every_h,
        }
