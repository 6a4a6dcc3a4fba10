"""Each fault from the outside, with a client that is not ours, and a blameless directory once repaired."""

from __future__ import annotations

import json

import httpx
import pytest
from fhir_world import FILLERS, SOPHIE, World, next_of

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
    VanishedAddress,
    WrongResourceType,
    WrongTotal,
)


@pytest.fixture(autouse=True)
def blameless_after(world: World) -> object:
    yield
    world.directory.repair()
    bundle = world.bundle("Practitioner?_count=10")
    assert (bundle["total"], len(bundle["entry"])) == (4 + FILLERS, 10)


def test_slow(world: World) -> None:
    world.directory.break_with(Slow(5.0))
    with pytest.raises(httpx.ReadTimeout):
        world.get("Practitioner", timeout=0.1)


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (KeyRefused(), 401),
        (Unavailable(), 503),
        (Unavailable(500), 500),
        (Unavailable(502), 502),
        (TooManyCalls(None), 429),
    ],
)
def test_refusals(world: World, fault: DirectoryFault, status: int) -> None:
    world.directory.break_with(fault)
    for path in ("Practitioner", f"Practitioner/{SOPHIE}", "metadata"):
        answer = world.get(path)
        assert answer.status_code == status
        assert "searchset" not in answer.text
    assert world.events("metadata-response")[-1].data["fault"] == type(fault).__name__


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 412, 500])
def test_every_documented_status_with_its_outcome(world: World, status: int) -> None:
    world.directory.break_with(Refused(status, "Parce que", times=1))
    answer = world.get("Practitioner")
    assert answer.status_code == status
    assert answer.json()["issue"][0]["diagnostics"] == "Parce que"
    assert world.get("Practitioner").status_code == 200


def test_too_many_calls_goes_by_itself(world: World) -> None:
    world.directory.break_with(TooManyCalls(2, retry_after_s=3))
    first, second, third = (world.get("Practitioner") for _ in range(3))
    assert (first.status_code, second.status_code, third.status_code) == (429, 429, 200)
    assert first.headers["retry-after"] == "3"


@pytest.mark.parametrize("status", [None, 400, 410])
def test_a_stale_link_in_the_middle(world: World, status: int | None) -> None:
    world.directory.break_with(StalePage(3, status))
    first = world.bundle("Practitioner?_count=10")
    second = world.http.get(str(next_of(first)))
    assert second.status_code == 200
    third = world.http.get(str(next_of(second.json())))
    assert third.status_code == (status or 500)
    assert third.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("page", [1, 2])
def test_an_empty_page_with_next_in_the_middle(world: World, page: int) -> None:
    world.directory.break_with(EmptyPage(page))
    sizes, bundle = [], world.bundle("Practitioner?_count=30")
    sizes.append(len(bundle["entry"]))
    while link := next_of(bundle):
        bundle = world.http.get(link).json()
        sizes.append(len(bundle["entry"]))
    assert sizes == ([0, 30, 30, 4] if page == 1 else [30, 0, 30, 4])


def test_truncated_json(world: World) -> None:
    world.directory.break_with(TruncatedJson())
    answer = world.get("Practitioner")
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_another_resource_than_a_bundle(world: World) -> None:
    world.directory.break_with(WrongResourceType("Patient", times=1))
    assert world.get("Practitioner").json() == {"resourceType": "Patient"}
    assert world.get("Practitioner").json()["resourceType"] == "Bundle"


def test_a_duplicate_entry(world: World) -> None:
    world.directory.break_with(DuplicateEntry())
    shown = world.ids("Practitioner?_count=10")
    assert len(shown) == 11
    assert shown[-1] == shown[0]


def test_a_vanished_address(world: World) -> None:
    address = "sophie.martin@medecin.mssante.fr"
    assert address in world.get(f"Practitioner/{SOPHIE}").text
    world.directory.break_with(VanishedAddress(address))
    for path in (
        f"Practitioner/{SOPHIE}",
        "Practitioner?family=martin",
        f"PractitionerRole?practitioner={SOPHIE}&_include=*",
    ):
        read = world.get(path)
        assert read.status_code == 200
        assert address not in read.text
    assert "anne-laure@infirmier" in world.get("Practitioner?family=d'haute").text
    world.directory.break_with(VanishedAddress())
    assert "mssante.fr" not in world.get("Practitioner?family=d'haute").text


def test_a_wrong_total(world: World) -> None:
    world.directory.break_with(WrongTotal(7))
    bundle = world.bundle("Practitioner?family=martin")
    assert (bundle["total"], len(bundle["entry"])) == (9, 2)


def test_every_fault_tells_the_requirement_it_serves() -> None:
    faults = {fault.__name__: fault for fault in DirectoryFault.__subclasses__()}.values()
    assert len(faults) == 12
    assert all("X-ANN-0" in str(fault.__doc__) for fault in faults)
