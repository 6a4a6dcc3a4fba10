"""Searches on each store: every parameter, its modifiers, and what it must not find."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from annuaire_stores import NOW, T0, bal, dated, found, person, profile, records, refers, text, token

from simulators.annuaire import nos
from simulators.annuaire.building import fill, small_store
from simulators.annuaire.model import Practitioner, technical_id
from simulators.annuaire.parameters import RESOURCES, parameters_of
from simulators.annuaire.population import CREATED, Population
from simulators.annuaire.postgres import PrivateCluster, create_postgres_store, unavailable
from simulators.annuaire.query import Criterion, Include, Query, StringValue, TokenValue, fold
from simulators.annuaire.sql_store import SqlStore
from simulators.annuaire.sqlite import memory_store
from simulators.annuaire.store import About

KINDS = ("sqlite", "postgres")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateCluster]:
    reason = unavailable()
    if reason is not None:
        pytest.skip(reason)
    # The server may run as another user than the tests, who may not enter pytest's folders.
    folder = Path("/tmp") if Path("/tmp").is_dir() else tmp_path_factory.mktemp("pg")
    from tempfile import TemporaryDirectory

    with (
        TemporaryDirectory(prefix="mssante-pg-", dir=folder) as place,
        PrivateCluster(Path(place)) as running,
    ):
        yield running


def emptied(cluster: PrivateCluster) -> SqlStore:
    from simulators.annuaire.postgres import PostgresDatabase

    database = PostgresDatabase(cluster.url)
    database.run("DROP SCHEMA public CASCADE")
    database.run("CREATE SCHEMA public")
    database.close()
    return create_postgres_store(cluster.url)


@pytest.fixture(scope="module", params=KINDS)
def store(request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    made = memory_store() if request.param == "sqlite" else emptied(request.getfixturevalue("cluster"))
    with made:
        made.add_all(records())
        made.finish(About("population", T0, 5))
        yield made


@pytest.mark.parametrize(
    ("criterion", "keys"),
    [
        (text("family", "leve"), [1, 2]),
        (text("family", "LÉVÊ"), [1, 2]),
        (text("family", "eveque"), []),
        (text("family", "VÊQ", modifier="contains"), [1, 2]),
        (text("family", "qu", modifier="contains"), [1, 2]),
        (text("family", "LÉVÊQUE", modifier="exact"), [1]),
        (text("family", "lévêque", modifier="exact"), []),
        (text("family", "d'ang", "coeur"), [3, 4]),
        (text("given", "anne-s"), [1]),
        (text("name", "chlo"), [3]),
        (text("name", "leveque j"), [2]),
        (text("name", "que je", modifier="contains"), [2]),
        (text("name", "LEVEQUE Jean", modifier="exact"), [2]),
        (text("name", "dr"), [1, 4]),
        (text("number-smartcard", "3100000002"), [2]),
        (text("mailbox-mss", "A.LEVEQUE@medecin"), [1]),
        (text("mailbox-mss", "mssante.fr", modifier="contains"), [1, 4]),
        (text("mailbox-mss", "@", modifier="contains"), [1, 4]),
        (text("mailbox-mss", "chloe@x.mssante.fr"), []),
        (text("family", "%"), []),
        (text("family", "_", modifier="contains"), []),
        (text("family", "\0"), []),
        (text("family", "\ud800", modifier="contains"), []),
        (token("identifier", "\0"), []),
        (token("mailbox-mss-type", "\0"), []),
        (text("family", 'qu"e AND', modifier="contains"), []),
        (token("identifier", "99700000001"), [1]),
        (token("identifier", "899700000001", system=nos.IDNPS), [1]),
        (token("identifier", "99700000001", system=nos.IDNPS), []),
        (token("identifier", "99700000001", "99700000004", system=nos.RPPS), [1, 4]),
        (token("identifier-type", "RPPS"), [1, 2, 3, 4, 5]),
        (token("qualification-code", "10", system=nos.PROFESSION), [1, 4]),
        (token("qualification-code", "10", system=nos.SPECIALITY), []),
        (token("qualification-code", "SM54", "50"), [1, 3]),
        (token("qualification-code", None, system=nos.SPECIALITY), [1, 4]),
        (token("qualification-code", "10", modifier="not"), [2, 3, 5]),
        (token("active", "false"), [5]),
        (token("type-smartcard", "CPS"), [1, 2, 3, 4]),
        (token("data-registration-authority", "CNOM"), [1, 2, 3, 4]),
        (token("data-information-system", "FINESS"), []),
        (token("_id", technical_id("Practitioner", 3), "nonsense"), [3]),
        (token("_id", technical_id("Practitioner", 3), modifier="not"), [1, 2, 4, 5]),
        (token("mailbox-mss-type", "CAB", system=nos.MESSAGING_TYPE), [4]),
        (token("mailbox-mss-type", "PER"), [1]),
        (dated("ge", T0 - timedelta(days=2)), [1, 2, 5]),
        (dated("lt", T0 - timedelta(days=3)), [4]),
        (dated("ne", T0 - timedelta(days=2)), [1, 3, 4, 5]),
    ],
)
def test_practitioners(store: SqlStore, criterion: Criterion, keys: list[int]) -> None:
    assert found(store, "Practitioner", criterion) == keys


@pytest.mark.parametrize(
    ("resource", "criterion", "keys"),
    [
        ("Organization", text("name", "hopital"), [1]),
        ("Organization", text("name", "etoile", modifier="contains"), [1]),
        ("Organization", text("address", "12 rue"), [1]),
        ("Organization", text("address", "orl"), [1]),
        ("Organization", text("address", "glise", modifier="contains"), [1]),
        ("Organization", text("address-line", "12 RUE de l'Église", modifier="exact"), [1]),
        ("Organization", text("address-city", "ORLEANS"), [1]),
        ("Organization", text("address-city", "Orléans", modifier="exact"), [1]),
        ("Organization", text("address-city", "orleans", modifier="exact"), []),
        ("Organization", text("address-postalcode", "78"), [1]),
        ("Organization", text("address-postalcode", "800", modifier="contains"), [1]),
        ("Organization", text("pharmacy-licence", "78#"), [2]),
        ("Organization", text("mailbox-mss", "cardio"), [1]),
        ("Organization", text("mailbox-mss", "contact@pont.example"), []),
        ("Organization", token("identifier", "750000001", system=nos.FINESS), [1]),
        ("Organization", token("identifier", "75000000200012", system=nos.SIRET), [2]),
        ("Organization", token("identifier-type", "FINEJ"), [1]),
        ("Organization", token("type", "SA33", modifier="not"), [1]),
        ("Organization", refers("partof", technical_id("Organization", 1)), [2]),
        ("PractitionerRole", refers("practitioner", technical_id("Practitioner", 1)), [1, 2]),
        ("PractitionerRole", refers("organization", technical_id("Organization", 2)), [2]),
        ("PractitionerRole", refers("organization", technical_id("Practitioner", 2)), []),
        ("PractitionerRole", token("role", "FON-AU"), [2]),
        ("PractitionerRole", token("identifier", "1000000003"), [3]),
        ("PractitionerRole", text("mailbox-mss", "anne@pont.mssante.fr"), [2]),
        ("HealthcareService", token("service-type", "16"), [1]),
        ("HealthcareService", token("identifier", "52-52-49883", system=nos.ARHGOS), [1]),
        ("HealthcareService", refers("organization", technical_id("Organization", 2)), [2]),
        ("Device", token("status", "inactive"), [2]),
        ("Device", text("manufacturer", "eclair"), [1]),
        ("Device", text("model", "pete", modifier="contains"), [1]),
        ("Device", token("type", "06201", system=nos.EQUIPMENT_TYPE), [1]),
    ],
)
def test_the_others(store: SqlStore, resource: str, criterion: Criterion, keys: list[int]) -> None:
    assert found(store, resource, criterion) == keys  # type: ignore[arg-type]


def test_profiles(store: SqlStore) -> None:
    base = "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-dp-healthcareservice-"
    assert found(store, "HealthcareService", profile(f"{base}social-equipment|1.2.0")) == [2]
    assert found(store, "HealthcareService", profile(f"{base}healthcare-activity")) == [1]


def test_criteria_are_joined_by_and(store: SqlStore) -> None:
    assert found(store, "Practitioner", text("family", "leve"), token("qualification-code", "60")) == [2]
    assert found(store, "Practitioner", text("family", "leve"), text("given", "lo")) == []
    both = (token("qualification-code", "10"), token("qualification-code", "SM04"))
    assert found(store, "Practitioner", *both) == [4]


def test_includes_follow_their_page(store: SqlStore) -> None:
    forward = (
        Include("PractitionerRole", "organization", "Organization"),
        Include("PractitionerRole", "practitioner", "Practitioner"),
    )
    page = store.search(Query("PractitionerRole", (token("role", "S", "L"),), forward), NOW)
    assert [(one.resource, one.key) for one in page.included] == [
        ("Organization", 1),
        ("Organization", 2),
        ("Practitioner", 1),
    ]
    backward = (Include("PractitionerRole", "practitioner", "Practitioner", reverse=True),)
    page = store.search(Query("Practitioner", (text("family", "leve"),), backward), NOW)
    assert [one.key for one in page.included] == [1, 2, 3]
    parents = (Include("Organization", "partof", "Organization"),)
    page = store.search(Query("Organization", (), parents), NOW)
    assert (page.total, page.included) == (2, ()), "a match is not included again"


def test_records_come_back_as_they_went_in(store: SqlStore) -> None:
    for record in records():
        assert store.get(record.resource, record.key, NOW, public=False) == record


def test_liste_rouge_stays_inside(store: SqlStore) -> None:
    seen = store.get("Practitioner", 3, NOW)
    assert isinstance(seen, Practitioner) and seen.mailboxes == ()
    kept = store.get("Practitioner", 3, NOW, public=False)
    assert isinstance(kept, Practitioner) and len(kept.mailboxes) == 1
    assert store.counts(NOW).liste_rouge == 1
    assert all(not box.liste_rouge for one in store.every("Practitioner", NOW) for box in one.mailboxes)  # type: ignore[union-attr]


def test_an_unknown_parameter_is_refused(store: SqlStore) -> None:
    with pytest.raises(KeyError):
        store.search(Query("Device", (text("family", "x"),)), NOW)


def reference(records_: list[Practitioner], criteria: tuple[Criterion, ...]) -> list[int]:
    """Say what a search should find, the plain way."""

    def satisfied(one: Practitioner, criterion: Criterion) -> bool:
        for value in criterion.values:
            if isinstance(value, StringValue):
                raw = [getattr(one, criterion.parameter)]
                if criterion.parameter == "given" and not one.given:
                    raw = [""]
                wanted = fold(value.text)
                if criterion.modifier == "contains" and any(wanted in fold(text_) for text_ in raw):
                    return True
                if criterion.modifier == "" and any(fold(text_).startswith(wanted) for text_ in raw):
                    return True
            elif isinstance(value, TokenValue):
                codes = {coding.code for part in one.qualifications for coding in part.codings}
                if (value.code in codes) is not (criterion.modifier == "not"):
                    return True
        return False

    return [one.key for one in records_ if all(satisfied(one, criterion) for criterion in criteria)]


def test_every_way_of_finding_a_page_agrees_with_the_plain_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches listed, read in order, or answered by an index of two columns: all agree."""
    store = fill(memory_store(), Population(1_200))
    people = [one for one in store.every("Practitioner", CREATED) if isinstance(one, Practitioner)]
    rng = random.Random(7)
    searches = []
    for _ in range(60):
        one = rng.choice([p for p in people if p.family])
        family, given = one.family[: rng.randrange(1, 5)], one.given[: rng.randrange(1, 4)]
        pool = [
            text("family", family),
            text("given", given),
            text("family", one.family[1:4], modifier="contains"),
            token("qualification-code", rng.choice(["10", "60", "SM54", "SM30"])),
            token("qualification-code", "10", modifier="not"),
        ]
        searches.append(tuple(rng.sample(pool, rng.randrange(1, 4))))
    expected = [reference(people, criteria) for criteria in searches]
    assert sum(map(bool, expected)) > 20
    for listed, names, cheap in ((20_000, 60, 2_000.0), (20_000, 60, -1.0), (1, 0, 0.0)):
        monkeypatch.setattr("simulators.annuaire.searching.LISTED", listed)
        monkeypatch.setattr("simulators.annuaire.searching.MOST_NAMES", names)
        monkeypatch.setattr("simulators.annuaire.searching.CHEAP_US", cheap)
        for criteria, keys in zip(searches, expected, strict=True):
            pages, after = [], None
            while True:
                page = store.search(
                    Query("Practitioner", criteria, total="accurate", count=90), CREATED, after
                )
                assert page.total == len(keys)
                pages += [one.key for one in page.matches]
                after = page.next_after
                if after is None:
                    break
            assert pages == keys


def test_every_parameter_of_every_resource_is_answered() -> None:
    store = small_store()
    values = {
        "token": (TokenValue("x"),),
        "string": (StringValue("x"),),
        "reference": refers("p", "001-01-1000001").values,
        "date": dated("ge", T0).values,
        "uri": profile("x").values,
    }
    for resource in RESOURCES:
        for one in parameters_of(resource, mailbox_type=True).values():
            for modifier in ("", *one.modifiers):
                known = "" if modifier == "text" else modifier
                criterion = Criterion(one.name, one.kind, values[one.kind], known)  # type: ignore[arg-type]
                store.search(Query(resource, (criterion,)), CREATED)


def test_thousands_of_values_and_criteria_are_answered(store: SqlStore) -> None:
    ids = [f"99700000{number:03d}" for number in range(4_000)]
    assert found(store, "Practitioner", token("identifier", *ids)) == [1, 2, 3, 4, 5]
    names = [f"x{number}" for number in range(1_500)]
    assert found(store, "Practitioner", text("family", *names, "leve")) == [1, 2]
    assert found(store, "Practitioner", text("family", *names, "veq", modifier="contains")) == [1, 2]
    assert found(store, "Practitioner", *[text("family", "leve")] * 1_200) == [1, 2]
    assert found(store, "Practitioner", text("name", "a " * 3_000)) == []
    assert found(store, "Practitioner", text("family", "x" * 50_000, modifier="contains")) == []


def test_a_total_left_out_only_when_it_is_costly(store: SqlStore) -> None:
    assert store.search(Query("Practitioner", total="none"), NOW).total is None
    assert store.search(Query("Practitioner"), NOW).total == 5
    page = store.search(Query("Practitioner", count=2), NOW)
    assert page.next_after is not None and page.total == 5
    assert store.search(Query("Practitioner", count=2), NOW, page.next_after).matches[0].key == 3


def test_a_new_store_finds_what_is_put_into_it(store: SqlStore) -> None:
    later = NOW + timedelta(days=40)
    kept = store.put(person(0, "ZYGMUNT", "Éva", bal("eva@z.mssante.fr")), later)
    assert (kept.key, kept.version) == (6, 1)
    assert found(store, "Practitioner", text("family", "gmun", modifier="contains")) == []
    assert found(store, "Practitioner", text("family", "gmun", modifier="contains"), at=later) == [6]
    assert found(store, "Practitioner", text("mailbox-mss", "eva@", modifier="contains"), at=later) == [6]
    assert store.counts(later).resources["Practitioner"] == 6
    assert store.counts(NOW).resources["Practitioner"] == 5
