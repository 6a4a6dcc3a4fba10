"""The directory of a tenant: the product's people, their correspondents, and invented ones beside them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from simulators.annuaire import nos
from simulators.annuaire.model import (
    Address,
    BalType,
    Coding,
    DataTrace,
    MssMailbox,
    Organization,
    Practitioner,
    PractitionerRole,
    Qualification,
    Record,
    TypeOfStructure,
    technical_id,
)
from simulators.annuaire.spec import DirectoryEntry, DirectorySpec
from simulators.people import PeopleGenerator, Professional, Structure, ascii_word

AGE = timedelta(days=3)
"""How long ago the entries of a tenant last changed."""
LIBERAL = frozenset({"SA07", "SA33"})


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody to list: a person, the address of the BAL, and where the BAL sits.

    `on_role`: on the PractitionerRole (RPPS + structure), else on the Practitioner (RPPS alone).
    """

    person: Professional
    address: str
    on_role: bool = False
    liste_rouge: bool = False
    deliverable: bool = False
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Assembled:
    """The records to load and the BAL among them."""

    records: tuple[Record, ...]
    entries: tuple[DirectoryEntry, ...]


@dataclass(slots=True)
class _Assembly:
    updated: datetime
    records: list[Record] = field(default_factory=list)
    entries: list[DirectoryEntry] = field(default_factory=list)
    structures: dict[str, int] = field(default_factory=dict)
    people: int = 0

    def structure(self, one: Structure, mailboxes: Sequence[MssMailbox], *, deliverable: bool) -> int:
        """List a structure once and return its key."""
        if one.finess in self.structures:
            return self.structures[one.finess]
        key = self.structures[one.finess] = len(self.structures) + 1
        email = f"contact@{ascii_word(one.name)}.example"
        self.records.append(_organization(key, one, email, mailboxes, self.updated))
        reference = f"Organization/{technical_id('Organization', key)}"
        self.entries += [
            DirectoryEntry(
                box.address,
                box.type,
                reference,
                one.name,
                finess=one.finess,
                ordinary_email=email,
                deliverable=deliverable,
            )
            for box in mailboxes
        ]
        return key

    def professional(self, listed: Listed, structure: int) -> None:
        """List a professional and the activity in the structure."""
        self.people += 1
        key, person = self.people, listed.person
        box = MssMailbox(listed.address, BalType.PER, listed.rank, listed.liste_rouge, digitization=True)
        on_person, on_role = ((), (box,)) if listed.on_role else ((box,), ())
        self.records += [
            _practitioner(key, person, on_person, self.updated),
            _role(key, structure, person, on_role, self.updated),
        ]
        carrier = "PractitionerRole" if listed.on_role else "Practitioner"
        reference = f"{carrier}/{technical_id('PractitionerRole' if listed.on_role else 'Practitioner', key)}"
        self.entries.append(
            DirectoryEntry(
                listed.address,
                BalType.PER,
                reference,
                person.display_name,
                person.family,
                person.given,
                person.rpps,
                person.structure.finess,
                listed.liste_rouge,
                deliverable=listed.deliverable,
            )
        )


def assemble(
    spec: DirectorySpec,
    listed: Sequence[Listed],
    organisations: Sequence[tuple[Structure, Sequence[MssMailbox]]],
    *,
    domain: str,
    rng: random.Random,
    now: datetime,
) -> Assembled:
    """Return the records of a tenant's directory.

    `listed` are the people of the tenant, `organisations` structures with their BAL (deliverable), `domain`
    that of the BAL of those who are invented beside them: one of the liste rouge, `spec.others`,
    `spec.homonyms` of the first listed who is not the product's.
    """
    assembly = _Assembly(now - AGE)
    for structure, boxes in organisations:
        assembly.structure(structure, boxes, deliverable=True)
    for one in [*listed, *_invented(spec, listed, domain, PeopleGenerator(rng), rng)]:
        known = one.person.structure
        box = MssMailbox(
            f"{ascii_word(known.name)}.{known.finess.lower()}@{domain}",
            BalType.ORG,
            description="Secrétariat",
            service="Accueil",
        )
        assembly.professional(one, assembly.structure(known, (box,), deliverable=False))
    return Assembled(tuple(assembly.records), tuple(assembly.entries))


def _invented(
    spec: DirectorySpec, listed: Sequence[Listed], domain: str, people: PeopleGenerator, rng: random.Random
) -> Iterable[Listed]:
    trades = ("10", "10", "21", "40", "50", "60")
    taken = {one.address for one in listed}
    for number in range(1 + spec.homonyms + spec.others):
        person = people.professional(profession=rng.choice(trades))
        if 0 < number <= spec.homonyms:
            # The first is the product's own professional, the second the usual correspondent.
            twin = listed[min(1, len(listed) - 1)].person
            person = Professional(
                person.ps_idnat,
                twin.family,
                twin.given,
                person.civility,
                person.exercise_title,
                person.profession,
                person.skill,
                person.structure,
            )
        address, again = f"{person.local_part}@{domain}", 1
        while address in taken:
            again += 1
            address = f"{person.local_part}{again}@{domain}"
        taken.add(address)
        yield Listed(person, address, on_role=number % 2 == 1, liste_rouge=number == 0)


def _practitioner(
    key: int, person: Professional, mailboxes: tuple[MssMailbox, ...], updated: datetime
) -> Practitioner:
    codings = [(Coding(nos.CATEGORY, "C"), Coding(nos.PROFESSION, person.profession))]
    if person.skill:
        codings.append((Coding(nos.KNOW_HOW_KIND, "S"), Coding(nos.SPECIALITY, person.skill)))
    return Practitioner(
        key,
        1,
        updated,
        True,
        person.ps_idnat,
        person.family,
        person.given,
        person.civility,
        person.exercise_title,
        tuple(Qualification(pair) for pair in codings),
        mailboxes=mailboxes,
        trace=DataTrace("RPPS", updated=updated.date()),
    )


def _role(
    key: int, structure: int, person: Professional, mailboxes: tuple[MssMailbox, ...], updated: datetime
) -> PractitionerRole:
    mode = "L" if person.sector in LIBERAL else "S"
    return PractitionerRole(
        key,
        1,
        updated,
        True,
        f"{1_000_000_000 + key}",
        key,
        structure,
        (Coding(nos.ACTIVITY_KIND, "GENR01"), Coding(nos.EXERCISE_MODE, mode)),
        start=date(2015, 1, 1),
        mailboxes=mailboxes,
        trace=DataTrace("RPPS", updated=updated.date()),
    )


def _organization(
    key: int, one: Structure, email: str, mailboxes: Sequence[MssMailbox], updated: datetime
) -> Organization:
    return Organization(
        key,
        1,
        updated,
        True,
        one.struct_idnat,
        one.name,
        finess=one.finess,
        entity="EG",
        types=(
            TypeOfStructure(nos.ORGANIZATION_TYPE, Coding(nos.ENTITY_KIND, "GEOGRAPHICAL-ENTITY")),
            TypeOfStructure(nos.SECTOR_TYPE, Coding(nos.SECTOR, one.sector)),
        ),
        address=Address(
            number=one.street_number,
            street=one.street,
            postcode=one.postcode,
            city=one.city,
            commune=one.commune,
        ),
        email=email,
        mailboxes=tuple(mailboxes),
        trace=DataTrace("FINESS", updated=updated.date()),
    )
