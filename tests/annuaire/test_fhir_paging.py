"""Pages: opaque links, data as of the first page, links that go stale (DOSSIER §2.1, X-ANN-03)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from fhir_world import ANNE, FILLERS, SOPHIE, World, next_of

from simulators.annuaire.fhir.conduct import Conduct


def walk(world: World, path: str) -> list[list[str]]:
    pages, url = [], f"{world.base}/{path}"
    while True:
        world.clock.advance(1)
        answer = world.http.get(url)
        assert answer.status_code == 200, answer.text
        bundle = answer.json()
        pages.append([entry["resource"]["id"] for entry in bundle["entry"]])
        following = next_of(bundle)
        if following is None:
            return pages
        url = following


def test_following_next_gives_everything_once(world: World) -> None:
    pages = walk(world, "Practitioner?_count=10")
    everybody = [one for page in pages for one in page]
    assert len(everybody) == len(set(everybody)) == 4 + FILLERS
    assert [len(page) for page in pages] == [10, 10, 10, 10, 10, 10, 4]


def test_a_full_last_page_has_no_next(world: World) -> None:
    assert [len(page) for page in walk(world, f"Practitioner?_count={(4 + FILLERS) // 2}")] == [32, 32]


def test_included_resources_follow_the_matches_of_their_page(world: World) -> None:
    pages = walk(world, "PractitionerRole?_count=1&_include=PractitionerRole:practitioner&active=true")
    assert [page[1:] for page in pages] == [[SOPHIE], [ANNE]]


def test_total_is_on_every_page(world: World) -> None:
    first = world.bundle("Practitioner?_count=30")
    second = world.http.get(str(next_of(first))).json()
    assert first["total"] == second["total"] == 4 + FILLERS
    none = world.bundle("Practitioner?_count=30&_total=none")
    assert "total" not in world.http.get(str(next_of(none))).json()


def test_links_are_opaque_and_never_the_same(world: World) -> None:
    links = {next_of(world.bundle("Practitioner?_count=1")) for _ in range(20)}
    assert len(links) == 20
    assert all(link and link.startswith(f"{world.base}/_page?id=") for link in links)


def test_a_link_may_be_asked_again(world: World) -> None:
    link = str(next_of(world.bundle("Practitioner?_count=40")))
    first, again = (world.http.get(link).json()["entry"] for _ in range(2))
    assert first == again
    assert len(first) == 24


def test_all_pages_show_the_data_of_the_first(world: World) -> None:
    # Given a first page
    first = world.bundle("Practitioner?_count=2&active=true")
    # When somebody on the second page changes, and a new search begins
    assert world.directory.change("Practitioner", 3, lambda one: replace(one, mailboxes=()))  # type: ignore[call-arg]
    assert world.directory.change("Practitioner", 5, lambda one: replace(one, active=False))  # type: ignore[call-arg]
    # Then the search that had begun shows what was, and the new one what is
    rest = world.http.get(str(next_of(first))).json()
    assert rest["entry"][0]["resource"]["telecom"][0]["value"] == "anne-laure@infirmier.mssante.fr"
    assert rest["entry"][1]["resource"]["active"] is True
    fresh = world.bundle("Practitioner?_count=4")["entry"]
    assert "telecom" not in fresh[2]["resource"]
    assert world.get("Practitioner/003-1000005-2000005").json()["active"] is False


def test_a_change_becomes_visible_after_its_delay(world: World) -> None:
    now, store = world.clock.now(), world.directory.store
    visible = now + timedelta(days=2)
    store.patch("Practitioner", 1, lambda one: replace(one, family="NOUVEAU"), updated=now, visible=visible)  # type: ignore[call-arg]
    assert world.ids("Practitioner?family=nouveau") == []
    world.clock.advance(2 * 86_400)
    assert world.ids("Practitioner?family=nouveau") == [SOPHIE]
    assert world.get(f"Practitioner/{SOPHIE}").json()["meta"]["versionId"] == "2"


@pytest.mark.parametrize("status", [400, 410, 500])
def test_a_link_goes_stale(world: World, status: int) -> None:
    world.conduct(dead_page_status=status)
    link = str(next_of(world.bundle("Practitioner?_count=2")))
    world.clock.advance(Conduct().page_life_s - 1)
    assert world.http.get(link).status_code == 200
    world.clock.advance(2)
    answer = world.http.get(link)
    assert answer.status_code == status
    assert (
        answer.json()["issue"][0]["diagnostics"]
        == "The url can't be processed. Maybe it is too old or corrupted."
    )


def test_a_built_or_corrupted_link_is_refused(world: World) -> None:
    link = str(next_of(world.bundle("Practitioner?_count=2")))
    assert world.get("_page?id=2").status_code == 500
    assert world.http.get(link[:-1]).status_code == 500
    assert world.get("Practitioner?_count=2&_getpagesoffset=2").status_code == 400
    missing = world.get("_page")
    assert missing.status_code == 400
    assert missing.json()["issue"][0]["diagnostics"] == "Parameter id required to fetch the next page"


def test_a_link_needs_the_key(world: World) -> None:
    link = str(next_of(world.bundle("Practitioner?_count=2")))
    assert world.http.get(link, headers={"ESANTE-API-KEY": "autre"}).status_code == 401
