"""The product and the directory: what the user sees, in the whole simulated space and against bad answers."""

from __future__ import annotations

import io
import json
import socket
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from simulators.annuaire.fhir.conduct import Conduct
from simulators.annuaire.fhir.faults import EmptyPage, StalePage, TooManyCalls
from simulators.annuaire.spec import DirectorySpec
from simulators.clock import FrozenClock
from simulators.journal import Journal
from simulators.network import Network
from simulators.product import REFERENCE, Product
from simulators.product.annuaire.client import DirectoryClient, DirectorySettings, Unanswered, parse_directory
from simulators.product.annuaire.extraction import read_activities, read_mailboxes
from simulators.product.annuaire.offers import Wanted, offers
from simulators.product.deadline import Deadline
from simulators.product.desk.directory import missing, questions
from simulators.product.errors import Failed
from simulators.product.web import Response
from simulators.records import RecordSpec
from simulators.space import Space
from simulators.tenant import TenantSpec

SETTINGS = DirectorySettings("https://annuaire.example/fhir/v2", "cle")
HOSTILE = [
    b"",
    b"[]",
    b"null",
    b'{"resourceType":"Bundle","entry":',
    b'{"resourceType":"Parameters"}',
    b"[" * 100_000,
]


@contextmanager
def opened(folder, network=None):
    journal = Journal(folder)
    running = Space(journal, network=network or Network())
    try:
        running.start()
        yield running
    finally:
        running.close()
        journal.close()


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    with opened(tmp_path_factory.mktemp("journal")) as running:
        yield running


@contextmanager
def playing(space, records=(), behaviour=REFERENCE, **spec):
    tenant = space.open_tenant("annuaire", TenantSpec(directory=DirectorySpec(**spec), records=records))
    with Product(behaviour) as product:

        def do(action, **params):
            request = {"protocol": "driver/1", "id": "1", "action": action, "params": params}
            return product.handle({**request, "deadline_s": 10})

        assert do("configure", **tenant.configuration("1"))["status"] == "done"
        yield do, tenant
    space.close_tenant(tenant)


def addresses(answer):
    return [one["address"] for one in answer["result"]["entries"]]


def test_every_page_is_read_and_each_namesake_told_apart(space):
    with playing(space, homonyms=7, conduct=Conduct(max_count=3), faults=(EmptyPage(2),)) as (do, tenant):
        entry = tenant.directory.entry(tenant.correspondent.address)
        answer = do("search_directory", family=entry.family.lower())
        lines = answer["result"]["entries"]
        assert len(lines) == 8
        assert answer["result"]["complete"] is True
        assert len({(one["structure"], one["identifier"]) for one in lines}) == 8


def test_a_stale_link_is_told_and_what_came_is_shown(space):
    with playing(space, homonyms=7, conduct=Conduct(max_count=3), faults=(StalePage(),)) as (do, tenant):
        entry = tenant.directory.entry(tenant.correspondent.address)
        answer = do("search_directory", family=entry.family)["result"]
        assert (len(answer["entries"]), answer["complete"]) == (3, False)
        assert "Relancez" in answer["problem"]
        assert answer["problem"] in do("status")["result"]["alerts"]


def test_after_429_nothing_is_asked_before_the_time_told(space):
    with playing(space, faults=(TooManyCalls(retry_after_s=60),)) as (do, tenant):
        entry = tenant.directory.entry(tenant.correspondent.address)
        assert "60 s" in do("search_directory", identifier=entry.rpps)["result"]["problem"]
        before = len(space.journal.events(tenant.id, protocol="http"))
        assert do("search_directory", identifier=entry.rpps)["result"]["complete"] is False
        assert len(space.journal.events(tenant.id, protocol="http")) == before
        do("advance", seconds=61)
        assert addresses(do("search_directory", identifier=entry.rpps)) == [entry.address]


def test_a_loading_tells_what_changed_once(space):
    with playing(space) as (do, _):
        first = do("update_directory")["result"]
        assert (first["users"], first["correspondents"]) == (1, 3)
        assert {one["change"] for one in first["changes"]} == {"added"}
        assert do("update_directory")["result"]["changes"] == []


def test_professionals_are_associated_with_a_patient(space):
    # Given a record with its attending physician, and another professional found in the directory
    with playing(space, records=(RecordSpec("p1", attended=True),)) as (do, tenant):
        other = tenant.directory.entry(tenant.correspondents(2)[1].address)
        refused = do("search_directory", patient="p1", associate="inconnu@x.mssante.fr")
        assert (refused["status"], "annuaire" in refused["detail"]) == ("failed", True)
        do("search_directory", identifier=other.rpps)
        # When it is associated, then taken off
        both = addresses(do("search_directory", patient="p1", associate=other.address))
        one = addresses(do("search_directory", patient="p1", dissociate=other.address))
    # Then the list says so
    assert both == [tenant.correspondent.address, other.address]
    assert one == [tenant.correspondent.address]


def test_a_key_in_the_url_is_seen_and_not_shown(space):
    with playing(space, behaviour=REFERENCE.but(directory_key="url")) as (do, tenant):
        do("search_directory", family="x")
        told = [f"{one.text} {one.data}" for one in space.journal.events(tenant.id, protocol="http")]
        assert any("ESANTE-API-KEY" in line for line in told)
        assert not any(tenant.directory.api_key in line for line in told)


def test_a_search_of_nothing_is_refused_with_a_word(space):
    with playing(space) as (do, _):
        answer = do("search_directory")
        assert (answer["status"], "critère" in answer["detail"]) == ("failed", True)


def test_without_a_directory_there_is_nothing_to_search():
    with Product() as product:
        request = {"protocol": "driver/1", "id": "1", "action": "search_directory", "params": {"text": "x"}}
        assert product.handle({**request, "deadline_s": 5})["status"] == "unsupported"


def test_a_fixed_port_serves_the_directory(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with opened(tmp_path, Network(directory_port=port)) as running:
        tenant = running.open_tenant("port", TenantSpec(directory=DirectorySpec(others=0)))
        assert f":{port}/" in tenant.directory.base_url


# --- bad answers, without a network ----------------------------------------------------------------


class Answers:
    """A web that gives these answers one after the other."""

    def __init__(self, *bodies, status=200):
        self.bodies, self.status, self.urls = list(bodies), status, []

    def request(self, method, url, deadline, **_):
        self.urls.append(url)
        return Response(self.status, {}, self.bodies.pop(0))


def client(web):
    return DirectoryClient(SETTINGS, web, FrozenClock(), REFERENCE)


@pytest.mark.parametrize("body", HOSTILE)
def test_an_unreadable_answer_is_told(body):
    with pytest.raises(Unanswered) as caught:
        client(Answers(body)).ask("Practitioner", [("family", "x")], Deadline(5))
    assert caught.value.kind == "unreadable"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 412, 429, 500, 502, 503, 504])
def test_a_refusal_is_told_whatever_its_body(status):
    with pytest.raises(Unanswered, match="Annuaire"):
        client(Answers(b"\xff<html>", status=status)).ask("Practitioner", [], Deadline(5))


def test_the_key_does_not_follow_a_link_out_of_the_directory():
    away = {
        "resourceType": "Bundle",
        "link": [{"relation": "next", "url": "https://autre.example/_page?id=1"}],
    }
    web = Answers(json.dumps(away).encode())
    with pytest.raises(Unanswered, match="hors de l'annuaire"):
        client(web).ask("Practitioner", [], Deadline(5))
    assert len(web.urls) == 1


def test_pages_without_end_end():
    again = {
        "resourceType": "Bundle",
        "link": [{"relation": "next", "url": f"{SETTINGS.base_url}/_page?id=u"}],
    }
    web = Answers(*[json.dumps(again).encode()] * 100)
    slow = client(web)
    slow._throttle = lambda deadline: None
    found = slow.ask("Practitioner", [], Deadline(5))
    assert (found.complete, len(web.urls)) == (False, 60)


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"resourceType": "Practitioner", "telecom": "x", "name": [{"given": "x"}], "qualification": [{}]},
        {
            "resourceType": "PractitionerRole",
            "practitioner": [],
            "telecom": [{"system": "email", "value": 3}],
        },
        {
            "resourceType": "Organization",
            "telecom": [{"system": "email", "value": "a@b", "extension": [1, {}]}],
        },
    ],
)
def test_odd_resources_offer_nothing_and_break_nothing(odd):
    assert offers([odd], Wanted(), REFERENCE) == []
    assert missing([odd]) == []


def test_questions_ask_for_what_was_typed():
    assert questions(Wanted(identifier="99700000013"), None)[0][0] == "Practitioner"
    assert questions(Wanted(identifier="450000012"), None)[0][0] == "Organization"
    asked = dict(questions(Wanted(family="MARTIN", profession="10"), None)[0][1])
    assert (asked["family"], asked["qualification-code"]) == ("MARTIN", "10")
    assert [resource for resource, _ in questions(Wanted(text="martin jean"), None)] == [
        "Practitioner",
        "Organization",
    ]


@pytest.mark.parametrize(
    "value", [[], {"base_url": "x"}, {"base_url": "x", "api_key": "y", "extraction_every_h": "z"}]
)
def test_an_unreadable_setting_is_named(value):
    with pytest.raises(Failed, match="directory"):
        parse_directory(value)


# --- extraction files ------------------------------------------------------------------------------


def archive(name, text):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        opened.writestr(name, text)
    return made.getvalue()


def test_columns_are_read_by_name_and_a_last_separator_shifts_nothing():
    text = "Identifiant PP|Identification nationale PP|Nom d'exercice|Raison sociale site|\n1|81|MARTIN|CH|\n"
    (line,) = read_activities(archive("PS_LibreAcces_Personne_activite_202601150000.txt", text))
    assert (line.national_id, line.family, line.structure) == ("81", "MARTIN", "CH")


@pytest.mark.parametrize("broken", [b"", b"PK\x03\x04", archive("autre.txt", "x")])
def test_an_unreadable_extraction_is_told(broken):
    with pytest.raises(Failed):
        read_mailboxes(broken)


def test_a_cut_archive_is_told():
    whole = archive("Extraction_Correspondance_MSSante_202601150000.txt", "Adresse BAL\na@b\n" * 500)
    assert len(read_mailboxes(whole)) == 500
    with pytest.raises(Failed):
        read_mailboxes(whole[:-30])
