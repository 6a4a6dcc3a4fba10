"""What a directory store (`mssante annuaire build|load`) says of an address; one open store a process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from harness.checks.publication import Lookup, Published

if TYPE_CHECKING:
    from simulators.annuaire.model import MssMailbox, Record
    from simulators.annuaire.parameters import ResourceType
    from simulators.annuaire.sql_store import SqlStore

HOLDERS: tuple[ResourceType, ...] = ("PractitionerRole", "Organization", "Practitioner")


@cache
def lookup_in(path: str) -> Lookup:
    """Return how to look an address up in the store of a file.

    Raises `simulators.annuaire.store.StoreFormatError` when the file is none.
    """
    from simulators.annuaire.sqlite import open_store  # noqa: PLC0415  (asked for by --annuaire alone)

    store = open_store(Path(path))
    now = datetime.now(UTC)

    def look(address: str) -> Published | None:
        return next(_found(store, address, now), None)

    return look


def _found(store: SqlStore, address: str, now: datetime) -> Iterator[Published]:
    from simulators.annuaire.query import Criterion, Query, StringValue  # noqa: PLC0415

    criterion = Criterion("mailbox-mss", "string", (StringValue(address),))
    for resource in HOLDERS:
        page = store.search(Query(resource, (criterion,), total="none"), now)
        for record in page.matches:
            for mailbox in getattr(record, "mailboxes", ()):
                if mailbox.address.lower() == address.lower():
                    yield _published(store, record, mailbox, now)


def _published(store: SqlStore, record: Record, mailbox: MssMailbox, now: datetime) -> Published:
    from simulators.annuaire.model import Organization, Practitioner, PractitionerRole  # noqa: PLC0415

    person, structure = "", ""
    if isinstance(record, PractitionerRole):
        holder = store.get("Practitioner", record.practitioner, now)
        person = holder.rpps if isinstance(holder, Practitioner) else ""
        place = store.get("Organization", record.organization, now) if record.organization else None
        structure = (place.finess or place.siret) if isinstance(place, Organization) else ""
    elif isinstance(record, Practitioner):
        person = record.rpps
    elif isinstance(record, Organization):
        structure = record.finess or record.siret or record.rpps_rang
        person = record.rpps_rang
    return Published(str(mailbox.type), person, structure, bool(getattr(record, "active", True)))
