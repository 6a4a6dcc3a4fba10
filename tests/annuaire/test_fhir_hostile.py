"""Whatever a client sends, the directory answers with a status of its own, in bounded time, and lives on."""

from __future__ import annotations

import json
import socket
from urllib.parse import urlencode, urlsplit

import pytest
from fhir_world import KEY, World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators.annuaire.fhir.asking import Ask, Note
from simulators.annuaire.fhir.conduct import Conduct
from simulators.annuaire.parameters import RESOURCES, parameters_of

NAMES = sorted({name for one in RESOURCES for name in parameters_of(one, mailbox_type=True)})
CONTROLS = ["_count", "_total", "_include", "_revinclude", "_elements", "_format", "_page", "id", "x"]
VALUES = st.one_of(
    st.text(max_size=30),
    st.text(st.sampled_from("|,\\:/*%_'\"();-+Tge2026é\x00"), max_size=20),
    st.from_regex(
        r"(ge|lt|eq|ap)?\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?)?)?", fullmatch=True
    ),
)
FIELDS = st.lists(
    st.tuples(
        st.builds(
            lambda name, modifier: name + modifier,
            st.sampled_from(NAMES + CONTROLS),
            st.sampled_from(["", "", ":contains", ":exact", ":not", ":text", ":", ":x:y"]),
        ),
        VALUES,
    ),
    max_size=5,
)
quick = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


@quick
@given(resource=st.sampled_from(RESOURCES), fields=FIELDS)
def test_any_search(shared: World, resource: str, fields: list[tuple[str, str]]) -> None:
    shared.directory.conduct = Conduct(calls_per_second=None, mailbox_type="served")
    query = urlencode(fields, errors="replace")
    ask = Ask("GET", (resource,), query, key=KEY)
    answer = shared.directory.answer(ask, shared.directory.call(ask), Note())
    assert answer.status in {200, 400}
    told = json.loads(answer.body)
    assert told["resourceType"] == ("Bundle" if answer.status == 200 else "OperationOutcome")
    if answer.status == 200:
        assert len(told["entry"]) <= 1_000


@quick
@given(
    method=st.sampled_from(["GET", "POST", "PATCH"]),
    tail=st.lists(
        st.sampled_from(["Practitioner", "_search", "_page", "metadata", "..", "", "é", "a" * 300]),
        max_size=4,
    ),
    query=st.text(max_size=60),
    body=st.binary(max_size=60),
)
def test_any_path(shared: World, method: str, tail: list[str], query: str, body: bytes) -> None:
    shared.directory.conduct = Conduct(calls_per_second=None, write=True)
    ask = Ask(method, tuple(tail), query, "application/x-www-form-urlencoded", body, KEY)
    answer = shared.directory.answer(ask, shared.directory.call(ask), Note())
    assert answer.status in {200, 400, 403, 404, 500}


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("GET {path}/Practitioner?family=%ff%fe HTTP/1.1\r\nESANTE-API-KEY: {key}", b" 200 "),
        ("GET {path}/Practitioner?_lastUpdated=ge\u00e9 HTTP/1.1\r\nESANTE-API-KEY: {key}", b" 400 "),
        ("GET {path}/Practitioner?family=" + "a" * 70_000 + " HTTP/1.1\r\nESANTE-API-KEY: {key}", b" 4"),
        ("GET {path}/%2e%2e/%00 HTTP/1.1\r\nESANTE-API-KEY: {key}", b" 404 "),
        (
            "POST {path}/Practitioner/_search HTTP/1.1\r\nESANTE-API-KEY: {key}\r\nContent-Length: 99999999",
            b" 413 ",
        ),
        ("NIMPORTE {path}/metadata HTTP/1.1\r\nESANTE-API-KEY: {key}", b" 403 "),
        ("GET {path}/metadata HTTP/1.1\r\nESANTE-API-KEY: autre\r\nESANTE-API-KEY: {key}", b" 401 "),
    ],
)
def test_octets_that_no_library_sends(world: World, head: str, status: bytes) -> None:
    url = urlsplit(world.base)
    with socket.create_connection((url.hostname, url.port), timeout=20) as wire:
        told = head.format(path=url.path, key=KEY) + f"\r\nHost: {url.netloc}\r\nConnection: close\r\n\r\n"
        wire.sendall(told.encode("utf-8"))
        answer = b""
        while piece := wire.recv(65_536):
            answer += piece
            if b"\r\n" in answer:
                break
    assert status in answer.split(b"\r\n")[0]
    assert world.get("Practitioner?_count=1").status_code == 200
