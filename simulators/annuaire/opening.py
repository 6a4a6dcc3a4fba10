"""Opening the directory of a tenant on the server of the space, and the handle that the test gets."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from simulators.annuaire.assembling import Assembled, Listed, assemble
from simulators.annuaire.fhir.conduct import Conduct
from simulators.annuaire.fhir.directory import Directory
from simulators.annuaire.fhir.server import AnnuaireSante
from simulators.annuaire.model import (
    BalType,
    MssMailbox,
    Organization,
    Practitioner,
    PractitionerRole,
    Record,
    key_of,
)
from simulators.annuaire.parameters import ResourceType
from simulators.annuaire.spec import DirectoryEntry, DirectorySpec, TenantDirectory
from simulators.annuaire.sqlite import memory_store
from simulators.annuaire.store import About, DirectoryStore
from simulators.clock import Clock
from simulators.people import Structure, ascii_word

if TYPE_CHECKING:
    from simulators.tenancy import OpenTenant

_ORDER: dict[str, int] = {"Organization": 0, "Practitioner": 1, "PractitionerRole": 2}


class OpenDirectory:
    """The directory of one tenant while it is open: its store, and its place on the server."""

    def __init__(
        self, server: AnnuaireSante, tenant: str, spec: DirectorySpec, made: Assembled, clock: Clock
    ) -> None:
        self._server = server
        self._tenant = tenant
        self._spec = spec
        self._clock = clock
        self.store = _filled(made.records, clock)
        self.directory: Directory = server.add_tenant(
            tenant,
            store=self.store,
            clock=clock,
            api_key=f"cle-annuaire-{tenant}",
            operator_key=f"cle-operateur-{tenant}",
            conduct=spec.conduct,
        )
        self.directory.break_with(*spec.faults)
        self._entries = {one.address: one for one in made.entries}

    def handle(self) -> TenantDirectory:
        """Return what the test is given."""
        directory = self.directory
        return TenantDirectory(
            base_url=directory.base,
            extraction_url=self._server.extraction_url(self._tenant),
            libre_acces_url=self._server.extraction_url(self._tenant, "PS_LibreAcces"),
            extraction_every_h=self._spec.extraction_every_h,
            api_key=directory.api_key,
            operator_key=directory.operator_key or "",
            entries=tuple(self._entries.values()),
            break_with=directory.break_with,
            repair=directory.repair,
            behave=self._behave,
            change=self.change,
            withdraw=self.withdraw,
        )

    def close(self) -> None:
        """Leave the server and forget the data."""
        self._server.remove_tenant(self._tenant)
        self.store.close()

    def _behave(self, conduct: Conduct) -> None:
        self.directory.conduct = conduct

    def change(self, reference: str, change: Callable[[Record], Record]) -> None:
        """Change a record (`Type/id`); it is seen after the delay of the conduct. Raises `KeyError`."""
        resource, key = _known(reference)
        if self.directory.change(resource, key, change) is None:
            raise KeyError(reference)

    def withdraw(self, address: str) -> None:
        """Take a BAL out of the directory, as an operator does when it is closed; raises `KeyError`."""
        entry: DirectoryEntry = self._entries[address]

        def without(record: Record) -> Record:
            assert isinstance(record, Practitioner | PractitionerRole | Organization)
            kept: tuple[MssMailbox, ...] = tuple(b for b in record.mailboxes if b.address != address)
            return replace(record, mailboxes=kept, updated=self._clock.now())

        self.change(entry.reference, without)


def _known(reference: str) -> tuple[ResourceType, int]:
    for resource in ("Practitioner", "PractitionerRole", "Organization"):
        kind, _, identifier = reference.partition("/")
        key = key_of(resource, identifier) if kind == resource else None
        if key is not None:
            return resource, key
    raise KeyError(reference)


def _filled(records: Sequence[Record], clock: Clock) -> DirectoryStore:
    store = memory_store()
    store.add_all(sorted(records, key=lambda one: (_ORDER[one.resource], one.key)))
    store.finish(About("population", clock.now(), len(records)))
    return store


async def open_directory(tenant: OpenTenant, spec: DirectorySpec) -> OpenDirectory:
    """Open the directory of a tenant: its mailboxes, its correspondents (with their BAL ORG), others."""
    organisations = _organisations(tenant)
    for _, boxes in organisations:
        for box in boxes:
            if not tenant.store.has_account(box.address):
                tenant.store.create_account(box.address)
    made = assemble(
        spec,
        _people(tenant),
        organisations,
        domain=tenant.correspondents[0].domain,
        # A generator of its own: a test that asks for a directory changes nobody else.
        rng=random.Random(f"{tenant.id}/annuaire"),  # noqa: S311
        now=tenant.clock.now(),
    )
    return OpenDirectory(await tenant.space.annuaire(), tenant.id, spec, made, tenant.clock)


def _people(tenant: OpenTenant) -> list[Listed]:
    """List the holder of the BAL PER, then the correspondents, their BAL in turn on either resource."""
    mine = [
        Listed(bal.holder, bal.address, on_role=True, deliverable=True)
        for bal in tenant.mailboxes
        if bal.type == "PER" and bal.holder is not None
    ]
    return mine + [
        Listed(one.person, one.address, on_role=number % 2 == 1, deliverable=True)
        for number, one in enumerate(tenant.correspondents)
    ]


def _organisations(tenant: OpenTenant) -> list[tuple[Structure, tuple[MssMailbox, ...]]]:
    own = tuple(
        MssMailbox(bal.address, BalType(bal.type), rank, description=bal.label)
        for rank, bal in enumerate((one for one in tenant.mailboxes if one.type != "PER"), 1)
    )
    theirs = [
        (
            one.person.structure,
            (
                MssMailbox(
                    f"{ascii_word(one.person.structure.name)}@{one.domain}",
                    BalType.ORG,
                    1,
                    description="Secrétariat",
                ),
            ),
        )
        for one in tenant.correspondents
    ]
    return [(tenant.professional.structure, own), *theirs]
