"""A small directory in each kind of store, and searches written short."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from simulators.annuaire import nos
from simulators.annuaire.model import (
    Address,
    BalType,
    Coding,
    DataTrace,
    Device,
    HealthcareService,
    MssMailbox,
    Organization,
    Practitioner,
    PractitionerRole,
    Qualification,
    Record,
    ServiceKind,
    Smartcard,
    TypeOfStructure,
)
from simulators.annuaire.parameters import ResourceType
from simulators.annuaire.query import (
    Criterion,
    DateValue,
    Include,
    Query,
    ReferenceValue,
    StringValue,
    TokenValue,
    Total,
    UriValue,
)
from simulators.annuaire.sql_store import SqlStore

T0 = datetime(2026, 1, 12, 4, 30, tzinfo=UTC)
NOW = T0 + timedelta(days=1)


def qualified(profession: str, skill: str = "") -> tuple[Qualification, ...]:
    practice = (Qualification((Coding(nos.CATEGORY, "C"), Coding(nos.PROFESSION, profession))),)
    return practice + ((Qualification((Coding(nos.SPECIALITY, skill),)),) if skill else ())


def bal(address: str, kind: str = "PER", *, red: bool = False) -> MssMailbox:
    return MssMailbox(address, BalType(kind), liste_rouge=red)


def person(
    key: int, family: str, given: str, *boxes: MssMailbox, profession: str = "10", skill: str = ""
) -> Practitioner:
    return Practitioner(
        key,
        1,
        T0 - timedelta(days=key),
        True,
        f"8997000000{key:02d}",
        family,
        given,
        "MME" if given.endswith("e") else "M",
        "DR" if profession == "10" else "",
        qualified(profession, skill),
        (Smartcard("CPS", f"31000000{key:02d}"),),
        boxes,
        DataTrace("RPPS", "CNOM"),
    )


def records() -> list[Record]:
    places: list[Record] = [
        Organization(
            *(1, 1, T0, True),
            idnst="1750000001",
            name="Hôpital de l'Étoile",
            finess="750000001",
            entity="EJ",
            siren="000000018",
            types=(TypeOfStructure(nos.SECTOR_TYPE, Coding(nos.SECTOR, "SA01")),),
            address=Address(
                number="12", street_type="RUE", street="de l'Église", postcode="78000", city="Orléans"
            ),
            mailboxes=(bal("Cardiologie@etoile.mssante.fr", "ORG"), bal("robot@etoile.mssante.fr", "APP")),
        ),
        Organization(
            *(2, 1, T0, True),
            idnst="375000000200012",
            name="Pharmacie du Pont",
            siret="75000000200012",
            part_of=1,
            pharmacy_licence="78#000042",
            types=(TypeOfStructure(nos.SECTOR_TYPE, Coding(nos.SECTOR, "SA33")),),
            email="contact@pont.example",
        ),
    ]
    people: list[Record] = [
        person(1, "LÉVÊQUE", "Anne-Sophie", bal("a.leveque@medecin.mssante.fr"), skill="SM54"),
        person(2, "LEVEQUE", "Jean", profession="60"),
        person(3, "D'ANGELO", "Chloé", bal("chloe@x.mssante.fr", red=True), profession="50"),
        person(4, "CŒURET", "Loïc", bal("cab@x.mssante.fr", "CAB"), skill="SM04"),
        Practitioner(5, 1, T0, False, "899700000005", "", ""),
    ]
    roles: list[Record] = [
        PractitionerRole(1, 1, T0, True, "1000000001", 1, 1, (Coding(nos.EXERCISE_MODE, "S"),)),
        PractitionerRole(
            *(2, 1, T0, True, "1000000002", 1, 2),
            codes=(Coding(nos.EXERCISE_MODE, "L"), Coding(nos.FUNCTION, "FON-AU")),
            mailboxes=(bal("anne@pont.mssante.fr"),),
        ),
        PractitionerRole(3, 1, T0, False, "1000000003", 2),
    ]
    others: list[Record] = [
        HealthcareService(
            *(1, 1, T0, True, ServiceKind.ACTIVITY, 1, "52-52-49883"), type=Coding(nos.CARE_ACTIVITY, "16")
        ),
        HealthcareService(2, 1, T0, True, ServiceKind.SOCIAL, 2),
        Device(
            1, 1, T0, "active", "93-93-67204", Coding(nos.EQUIPMENT_TYPE, "06201"), 1, "Éclair", "Tempête 2"
        ),
        Device(2, 1, T0, "inactive", "93-93-67205"),
    ]
    return [*places, *people, *roles, *others]


def text(name: str, *values: str, modifier: str = "") -> Criterion:
    return Criterion(name, "string", tuple(map(StringValue, values)), modifier)  # type: ignore[arg-type]


def token(name: str, *values: str | None, system: str | None = None, modifier: str = "") -> Criterion:
    return Criterion(name, "token", tuple(TokenValue(one, system) for one in values), modifier)  # type: ignore[arg-type]


def refers(name: str, *ids: str) -> Criterion:
    return Criterion(name, "reference", tuple(map(ReferenceValue, ids)))


def dated(prefix: str, low: datetime, high: datetime | None = None) -> Criterion:
    value = DateValue(prefix, low, high or low + timedelta(days=1))  # type: ignore[arg-type]
    return Criterion("_lastUpdated", "date", (value,))


def profile(uri: str) -> Criterion:
    return Criterion("_profile", "uri", (UriValue(uri),))


def found(
    store: SqlStore,
    resource: ResourceType,
    *criteria: Criterion,
    at: datetime = NOW,
    total: Total | None = None,
    includes: tuple[Include, ...] = (),
) -> list[int]:
    page = store.search(Query(resource, criteria, includes, total=total, count=1000), at)
    assert total == "none" or page.total == len(page.matches)
    return [record.key for record in page.matches]
