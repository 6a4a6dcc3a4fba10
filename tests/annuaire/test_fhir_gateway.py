"""The gateway in front: key, methods, rate, time-out, what it does not route; and the journal of it all."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from fhir_world import KEY, OPERATOR_KEY, World, next_of

from simulators.annuaire.fhir.faults import Slow
from simulators.annuaire.fhir.limits import CallRate
from simulators.clock import FrozenClock


@pytest.mark.parametrize(
    "headers", [{}, {"ESANTE-API-KEY": ""}, {"ESANTE-API-KEY": "autre"}, {"Authorization": KEY}]
)
def test_without_the_key_401(world: World, headers: dict[str, str]) -> None:
    answer = httpx.get(f"{world.base}/Practitioner", headers=headers)
    assert answer.status_code == 401
    assert "entry" not in answer.text
    assert world.events("search-response")[-1].data["key"] in {"missing", "wrong"}


def test_the_name_of_the_key_header_has_no_case(world: World) -> None:
    assert httpx.get(f"{world.base}/metadata", headers={"Esante-Api-Key": KEY}).status_code == 200


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        ("json", "application/json"),
        ("text", "text/plain; charset=utf-8"),
        ("empty", None),
        ("fhir", "application/fhir+json;charset=UTF-8"),
    ],
)
def test_shapes_of_a_gateway_refusal(world: World, shape: str, kind: str | None) -> None:
    world.conduct(gateway_body=shape)
    answer = httpx.get(f"{world.base}/Practitioner")
    assert answer.status_code == 401
    assert answer.headers.get("content-type") == kind


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST", "HEAD", "OPTIONS"])
def test_other_methods_are_forbidden(world: World, method: str) -> None:
    for path in ("Practitioner", "Practitioner/003-1000001-2000001", "_page?id=x"):
        assert world.http.request(method, f"{world.base}/{path}").status_code == 403


def test_the_root_is_not_routed(world: World) -> None:
    batch = {"resourceType": "Bundle", "type": "batch", "entry": []}
    assert world.http.post(world.base, json=batch).status_code == 404
    assert world.get("?_type=Practitioner,PractitionerRole").status_code == 404
    assert world.http.get(world.base.replace("/t1/", "/t2/") + "/metadata").status_code == 404
    assert world.http.get(world.base.replace("/v2", "/v1") + "/metadata").status_code == 404


def test_seventeen_calls_a_second_then_429(world: World) -> None:
    world.clock.advance(5)
    codes = [world.http.get(f"{world.base}/metadata").status_code for _ in range(19)]
    assert codes == [200] * 17 + [429] * 2
    refused = world.http.get(f"{world.base}/metadata")
    assert refused.headers["retry-after"] == "1"
    assert world.events("metadata-response")[-1].data["rate_limited"] is True
    world.clock.advance(1)
    assert world.http.get(f"{world.base}/metadata").status_code == 200


def test_the_rate_is_over_any_second() -> None:
    clock, rate = FrozenClock(), CallRate()
    rng = random.Random(3)
    taken = []
    for _ in range(500):
        clock.advance(rng.random() / 10)
        if rate.take(clock.now(), 17):
            taken.append(clock.now())
    assert all((late - early).total_seconds() >= 1 for early, late in zip(taken, taken[17:], strict=False))
    assert len(taken) > 300


def test_the_gateway_gives_up_after_its_time(world: World) -> None:
    world.conduct(timeout_s=0.05)
    world.directory.break_with(Slow(5.0))
    assert world.get("Practitioner").status_code == 504
    world.directory.repair()
    world.conduct()
    assert world.get("Practitioner").status_code == 200


def test_concurrent_searches(world: World) -> None:
    world.conduct(calls_per_second=None)

    def search(_: int) -> int:
        return len(world.http.get(f"{world.base}/Practitioner?_count=20").json()["entry"])

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(search, range(64))) == {20}


def test_the_journal_tells_what_a_check_needs(world: World) -> None:
    first = world.bundle("Practitioner?_count=1&family=martin,leveque&active=true&active:not=false")
    world.http.get(str(next_of(first)))
    asked, answered = world.events("search-request")[0], world.events("search-response")[0]
    assert asked.source == "product"
    assert asked.data["method"] == "GET"
    assert asked.data["resource"] == "Practitioner"
    assert asked.data["parameters"] == [
        ["_count", "1"],
        ["family", "martin,leveque"],
        ["active", "true"],
        ["active:not", "false"],
    ]
    assert asked.data["key"].startswith("‹clé ")
    assert (
        answered.data | {"status": 200, "key": "product", "page": 1, "matches": 1, "total": 2}
        == answered.data
    )
    assert answered.data["next"] == next_of(first)
    page: Any = world.events("page-request")[0]
    assert f"{world.base}/_page?id={page.data['page_id']}" == answered.data["next"]
    assert page.data["page_fields"] == ["id"]
    assert world.events("page-response")[0].data["next"] is None
    told = world.journal.path.read_text("utf-8")
    assert KEY not in told.replace(f"{KEY}-", "")
    assert OPERATOR_KEY not in told


def test_the_journal_tells_who_writes(world: World) -> None:
    world.conduct(write=True)
    world.http.patch(f"{world.base}/Practitioner/x", headers={"ESANTE-API-KEY": OPERATOR_KEY}, json={})
    assert world.events("patch-request")[0].source == "operator"
    assert world.events("patch-response")[0].data["key"] == "operator"
