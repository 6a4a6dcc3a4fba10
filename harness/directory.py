"""Scenes of the Annuaire Santé: a search as the user makes it, records that change meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from harness.artefacts.directory import DirectoryCall, directory_calls
from harness.bench import Bench
from harness.checks.directory import Offered, offered
from harness.drivers import Answer
from harness.findings import Bilingual
from harness.outcomes import NotTested
from simulators.annuaire import nos
from simulators.annuaire.fhir.conduct import Conduct
from simulators.annuaire.fhir.faults import (
    DirectoryFault,
    DuplicateEntry,
    EmptyPage,
    KeyRefused,
    Refused,
    Slow,
    StalePage,
    TooManyCalls,
    TruncatedJson,
    Unavailable,
    WrongResourceType,
    WrongTotal,
)
from simulators.annuaire.model import (
    BalType,
    Coding,
    MssMailbox,
    Organization,
    Practitioner,
    PractitionerRole,
    Qualification,
    Record,
    key_of,
    technical_id,
)
from simulators.annuaire.spec import DirectoryEntry, DirectorySpec, TenantDirectory
from simulators.tenant import Contact

__all__ = [
    "SEARCH",
    "Conduct",
    "DirectoryFault",
    "DuplicateEntry",
    "EmptyPage",
    "KeyRefused",
    "Refused",
    "Slow",
    "StalePage",
    "TooManyCalls",
    "TruncatedJson",
    "Twin",
    "Unavailable",
    "WrongResourceType",
    "WrongTotal",
    "add_mailboxes",
    "alike",
    "calls",
    "change_structure",
    "delete",
    "directory",
    "entry_of",
    "found",
    "hide",
    "holder",
    "loading",
    "need_calls",
    "organisation",
    "rename",
    "search",
    "structure_of",
    "twins",
    "with_directory",
]

SEARCH = ("search_directory",)
"""What searching an address needs."""
_LOADED = Bilingual("charger les fichiers d'extraction", "load the extraction files")
_FOUND = Bilingual(
    "trouver une adresse dans un annuaire sans défaut", "find an address in a blameless directory"
)


def with_directory(bench: Bench, *faults: DirectoryFault, **spec: Any) -> None:
    """Give the tenant a directory; `spec` changes `DirectorySpec`. Before the product's first action."""
    spec.setdefault("others", 4)
    bench.world(directory=DirectorySpec(faults=faults, **spec))


def directory(bench: Bench) -> TenantDirectory:
    """Return the directory of the tenant."""
    found = bench.tenant.directory
    if found is None:
        raise RuntimeError("the tenant has no directory: call with_directory first")
    return found


def entry_of(bench: Bench, contact: Contact | None = None) -> DirectoryEntry:
    """Return the entry of a correspondent, the usual one unless told otherwise."""
    return directory(bench).entry((contact or bench.tenant.correspondent).address)


def organisation(bench: Bench) -> DirectoryEntry:
    """Return the BAL ORG of a correspondent's structure."""
    return next(one for one in directory(bench).entries if one.type == "ORG" and one.deliverable)


def calls(bench: Bench, since: int = 0) -> tuple[DirectoryCall, ...]:
    """Return what the product asked of the directory."""
    return directory_calls(bench.events("http", since=since))


def search(bench: Bench, **criteria: str) -> Offered:
    """Let the user search; return what the composer shows, with what the user is told beside it."""
    if bench.product.can("status"):
        bench.product.status()  # what was told before is not about this search
    answer = bench.product.search_directory(**criteria)
    alerts = bench.product.status().get("alerts", ()) if bench.product.can("status") else ()
    return offered(answer, alerts if isinstance(alerts, list) else ())


def need_calls(bench: Bench) -> None:
    """Go on only if the product asked the directory: what it does with answers cannot be seen otherwise."""
    if not any(call.api for call in calls(bench)):
        raise NotTested(
            Bilingual(
                "Le produit n'a pas interrogé l'API de l'annuaire : son emploi ne peut pas être jugé.",
                "The product did not ask the directory's API: how it uses it cannot be judged.",
            )
        )


def found(bench: Bench, address: str, **criteria: str) -> Offered:
    """Search what a blameless directory holds; without it the case cannot be played."""
    shown = search(bench, **criteria)
    need_calls(bench)
    if address not in shown:
        raise NotTested(
            Bilingual(
                f"Préalable non rempli ({_FOUND.fr}) : {shown} {shown.told}",
                f"Precondition not met ({_FOUND.en}): {shown} {shown.told}",
            )
        )
    return shown


def alike(bench: Bench) -> list[str]:
    """Return the addresses of the usual correspondent and of the namesakes."""
    entry = entry_of(bench)
    return [
        one.address
        for one in directory(bench).entries
        if (one.family, one.given) == (entry.family, entry.given) and not one.liste_rouge
    ]


def delete(bench: Bench, entry: DirectoryEntry) -> None:
    """Delete the holder of a BAL and the activity, as the authority does: both stay, inactive and empty."""

    def deleted(record: Record) -> Record:
        assert isinstance(record, Practitioner | PractitionerRole)
        return replace(record, active=False, mailboxes=())

    person = holder(bench, entry)
    key = key_of("Practitioner", person.partition("/")[2])
    assert key is not None
    directory(bench).change(f"PractitionerRole/{technical_id('PractitionerRole', key)}", deleted)
    directory(bench).change(person, deleted)


def loading(bench: Bench) -> Answer:
    """Let the product load the extraction files; the case goes on only if it did."""
    return bench.need(bench.product.update_directory(), _LOADED)


# --- records ------------------------------------------------------------------------------------------


def holder(bench: Bench, entry: DirectoryEntry) -> str:
    """Return the reference of the professional who holds a BAL, whichever record carries it."""
    if entry.reference.startswith("Practitioner/"):
        return entry.reference
    role = _role(bench, entry.reference)
    return f"Practitioner/{technical_id('Practitioner', role.practitioner)}"


def structure_of(bench: Bench, entry: DirectoryEntry) -> str:
    """Return the reference of the structure in which somebody works."""
    # Each professional of a tenant has one activity, under the same number.
    key = key_of("Practitioner", holder(bench, entry).partition("/")[2])
    assert key is not None
    role = _role(bench, f"PractitionerRole/{technical_id('PractitionerRole', key)}")
    assert role.organization is not None
    return f"Organization/{technical_id('Organization', role.organization)}"


def _role(bench: Bench, reference: str) -> PractitionerRole:
    seen: list[PractitionerRole] = []

    def look(record: Record) -> Record:
        assert isinstance(record, PractitionerRole)
        seen.append(record)
        return record

    directory(bench).change(reference, look)
    return seen[0]


def rename(bench: Bench, entry: DirectoryEntry, family: str, given: str) -> None:
    """Give the holder of a BAL another name."""

    def change(record: Record) -> Record:
        assert isinstance(record, Practitioner)
        return replace(record, family=family, given=given)

    directory(bench).change(holder(bench, entry), change)


def change_structure(bench: Bench, reference: str, change: Callable[[Organization], Organization]) -> None:
    """Change a structure."""

    def changed(record: Record) -> Record:
        assert isinstance(record, Organization)
        return change(record)

    directory(bench).change(reference, changed)


def add_mailboxes(bench: Bench, reference: str, boxes: Sequence[tuple[str, str, int | None]]) -> None:
    """Add BAL (address, type, rank) to a record, before those that it has."""
    made = tuple(MssMailbox(address, BalType(kind), rank) for address, kind, rank in boxes)

    def changed(record: Record) -> Record:
        assert isinstance(record, Practitioner | PractitionerRole | Organization)
        return replace(record, mailboxes=(*made, *record.mailboxes))

    directory(bench).change(reference, changed)


def hide(bench: Bench, entry: DirectoryEntry) -> None:
    """Put a BAL on the liste rouge."""

    def changed(record: Record) -> Record:
        assert isinstance(record, Practitioner | PractitionerRole | Organization)
        kept = tuple(
            replace(one, liste_rouge=one.liste_rouge or one.address == entry.address)
            for one in record.mailboxes
        )
        return replace(record, mailboxes=kept)

    directory(bench).change(entry.reference, changed)


@dataclass(frozen=True, slots=True)
class Twin:
    """What one of two namesakes is like: codes of TRE_G15 and TRE_R38, town and postcode of the structure."""

    profession: str = "10"
    specialty: str = "SM54"
    city: str = "Orléans"
    postcode: str = "45000"


def twins(bench: Bench, first: Twin, second: Twin) -> tuple[str, str]:
    """Make namesakes of two correspondents, different in what is told; return their addresses."""
    contacts = bench.tenant.correspondents(2)
    for contact, twin in zip(contacts, (first, second), strict=True):
        entry = entry_of(bench, contact)
        rename(bench, entry, "VASSEUR", "Louis")
        _qualify(bench, entry, twin)
        change_structure(bench, structure_of(bench, entry), partial(_moved, twin))
    return contacts[0].address, contacts[1].address


def _qualify(bench: Bench, entry: DirectoryEntry, twin: Twin) -> None:
    practice = Qualification((Coding(nos.CATEGORY, "C"), Coding(nos.PROFESSION, twin.profession)))
    skill = Qualification((Coding(nos.KNOW_HOW_KIND, "S"), Coding(nos.SPECIALITY, twin.specialty)))

    def changed(record: Record) -> Record:
        assert isinstance(record, Practitioner)
        return replace(record, qualifications=(practice, skill) if twin.specialty else (practice,))

    directory(bench).change(holder(bench, entry), changed)


def _moved(twin: Twin, structure: Organization) -> Organization:
    return replace(structure, address=replace(structure.address, city=twin.city, postcode=twin.postcode))
