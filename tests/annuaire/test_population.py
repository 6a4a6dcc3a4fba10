"""The invented directory: the same again, valid identifiers, plausible shares, and its cast."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from itertools import islice

from annuaire_stores import found, text, token

from schemas.identifiers import finess, idnat, rpps, siret
from simulators.annuaire import nos, numbers
from simulators.annuaire.building import small_store
from simulators.annuaire.model import (
    BalType,
    Device,
    HealthcareService,
    MssMailbox,
    Organization,
    Practitioner,
    PractitionerRole,
    Record,
    ServiceKind,
)
from simulators.annuaire.population import CREATED, Population

SIZE = 4_000
EVERYTHING = tuple(Population(SIZE).records())
PEOPLE = [one for one in EVERYTHING if isinstance(one, Practitioner)]
ROLES = [one for one in EVERYTHING if isinstance(one, PractitionerRole)]
PLACES = [one for one in EVERYTHING if isinstance(one, Organization)]


def boxes(records: tuple[Record, ...] = EVERYTHING) -> list[MssMailbox]:
    holders = [one for one in records if isinstance(one, Practitioner | PractitionerRole | Organization)]
    return [box for one in holders for box in one.mailboxes]


def test_the_same_seed_gives_the_same_directory() -> None:
    assert tuple(Population(300, seed=4).records()) == tuple(Population(300, seed=4).records())
    assert tuple(Population(300, seed=4).records()) != tuple(Population(300, seed=5).records())


def test_the_size_is_that_asked_for() -> None:
    for size in (10, 11, 500):
        assert sum(isinstance(one, Practitioner) for one in Population(size).records()) == size
    assert len(PEOPLE) == SIZE


def test_identifiers_are_valid_and_fictitious() -> None:
    assert all(rpps.check(one.rpps) == () and one.rpps.startswith("99700") for one in PEOPLE)
    assert len({one.rpps for one in PEOPLE}) == SIZE
    for place in PLACES:
        assert idnat.check_struct(place.idnst) == (), place
        assert not place.finess or finess.parse(place.finess).fictitious
        assert not place.siret or (siret.check(place.siret) == () and place.siret.startswith("0"))
        assert bool(place.entity) is bool(place.finess)
    assert len({one.idnst for one in PLACES}) == len(PLACES)
    beyond = numbers.rpps(2_599_999)
    assert rpps.parse(beyond).key_is_valid and beyond.startswith("99725")


def test_keys_are_unique_and_references_lead_somewhere() -> None:
    for kind in (Practitioner, PractitionerRole, Organization, HealthcareService, Device):
        keys = [one.key for one in EVERYTHING if isinstance(one, kind)]
        assert len(keys) == len(set(keys)) and min(keys, default=1) >= 1
    places, people = {one.key: one for one in PLACES}, {one.key for one in PEOPLE}
    for role in ROLES:
        assert role.practitioner in people
        assert role.organization is None or role.organization in places
        assert role.active is (role.organization is not None)
    for place in PLACES:
        if place.part_of is not None:
            assert places[place.part_of].entity == "EJ" and place.entity == "EG"


def test_addresses_are_plausible_and_nobody_shares_one() -> None:
    addresses = [box.address.casefold() for box in boxes()]
    assert len(addresses) == len(set(addresses))
    for address in addresses:
        local, _, domain = address.partition("@")
        assert domain.endswith(".mssante.fr") and address.isascii() and " " not in address and local


def test_each_type_sits_where_it_belongs() -> None:
    for person in PEOPLE:
        assert {box.type for box in person.mailboxes} <= {BalType.PER, BalType.CAB}
    for place in PLACES:
        assert {box.type for box in place.mailboxes} <= {BalType.ORG, BalType.APP}


def test_shares_are_those_of_the_sources() -> None:
    counts = Counter(one.profession for one in PEOPLE if one.active)
    known = 2_096_000  # the sum of the weights of `professions.TRADES`
    assert abs(counts["60"] / SIZE - 700_000 / known) < 0.06
    assert abs(counts["10"] / SIZE - 230_000 / known) < 0.04
    assert 0.15 < len(boxes()) / SIZE < 0.3, "some 535,000 published BAL for 2.6 million"
    types = Counter(box.type for box in boxes())
    assert types["PER"] > types["ORG"] > types["APP"] > 0 and types["CAB"] > 0
    homonyms = Counter((one.family, one.given) for one in PEOPLE if one.active)
    assert homonyms.most_common(1)[0][1] > 2
    several = Counter(role.practitioner for role in ROLES)
    assert max(several.values()) >= 3 and sum(not role.active for role in ROLES) > SIZE * 0.02


def test_the_cast_has_each_case() -> None:
    people, places = {one.key: one for one in PEOPLE[:10]}, {one.key: one for one in PLACES[:6]}
    assert [people[key].text for key in (2, 3, 4)] == ["MARTIN Jean"] * 3
    assert "'" in people[5].family and [box.rank for box in people[5].mailboxes] == [2, 1]
    assert "-" in people[6].family and sum(role.practitioner == 6 for role in ROLES) == 3
    assert people[7].mailboxes[0].liste_rouge and not people[8].active
    assert {box.type for box in people[10].mailboxes} == {BalType.PER, BalType.CAB}
    assert places[2].part_of == 1 and places[2].email and not places[6].active
    assert {box.type for box in places[2].mailboxes} == {BalType.ORG, BalType.APP}
    assert any(isinstance(one, HealthcareService) and one.kind is ServiceKind.SOCIAL for one in EVERYTHING)


def test_one_domain_for_all() -> None:
    records = tuple(Population(200, domain="banc-1.mssante.fr").records())
    assert {box.address.partition("@")[2] for box in boxes(records)} == {"banc-1.mssante.fr"}
    addresses = [box.address.casefold() for box in boxes(records)]
    assert len(addresses) == len(set(addresses))


def test_memory_does_not_grow_with_the_size() -> None:
    def peak(size: int) -> int:
        tracemalloc.start()
        try:
            for _ in islice(Population(size).records(), size):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(8_000) < peak(2_000) + 3_000_000


def test_the_embedded_directory() -> None:
    with small_store() as store:
        assert found(store, "Practitioner", text("family", "leveque"), text("given", "anne-s"), at=CREATED)[
            :1
        ] == [1]
        assert found(
            store, "Practitioner", token("identifier", numbers.rpps(1), system=nos.RPPS), at=CREATED
        ) == [1]
        assert store.counts(CREATED).resources["Practitioner"] > 100, "more than two pages"
