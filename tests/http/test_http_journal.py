"""What the journal says of an HTTP exchange, and what it never says."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from simulators.http.host import HttpHost
from simulators.http.journalling import ANSWER_DATA, Described, HttpRequest, JournalMiddleware
from simulators.http.masking import basic_credentials, mask_fields, mask_header, mask_json, mask_url
from simulators.journal import Journal

SECRET = "s3cr3t-de-test"


async def _token(request: Request) -> Response:
    body = await request.body()
    request.scope[ANSWER_DATA] = {"error": "invalid_grant"}
    return JSONResponse({"access_token": SECRET, "received": len(body)}, status_code=400)


async def _redirect(_: Request) -> Response:
    return RedirectResponse(f"https://app.example/cb?code={SECRET}&state=abc", status_code=302)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path)
    yield journal
    journal.close()


@pytest.fixture
def host(run: Any, journal: Journal) -> Iterator[HttpHost]:
    def describe(request: HttpRequest) -> Described:
        return Described("token-", data={"grant": dict(request.form).get("grant_type")})

    inner = Starlette(routes=[Route("/t/a/token", _token, methods=["POST"]), Route("/t/a/go", _redirect)])
    app = JournalMiddleware(
        inner,
        journal=journal,
        server="psc",
        protocol="oauth",
        tenant_of=lambda scope: scope["path"].split("/")[2] if scope["path"].startswith("/t/") else None,
        describe=describe,
    )

    async def make() -> HttpHost:
        made = HttpHost(app)
        await made.start()
        return made

    host = run(make())
    yield host
    run(host.stop())


def test_records_request_and_answer_masked_with_raw_evidence(
    host: HttpHost, journal: Journal, tmp_path: Path
) -> None:
    # When a client posts secrets in every usual place
    answer = httpx.post(
        f"http://127.0.0.1:{host.port}/t/a/token?token={SECRET}",
        data={"grant_type": "refresh_token", "refresh_token": SECRET, "client_secret": SECRET},
        auth=("client-de-test", SECRET),
    )
    # Then the exchange went through whole
    assert answer.json()["received"] > 0
    # and both events are there, without the secret, with the bytes behind
    request, response = journal.events("a")
    assert (request.name, request.source, request.target) == ("token-request", "product", "psc")
    assert (response.name, response.source, response.target) == ("token-response", "psc", "product")
    assert request.data["grant"] == "refresh_token"
    assert request.data["headers"]["authorization"].startswith("Basic client-de-test:‹secret")
    assert response.data["status"] == 400
    assert response.data["error"] == "invalid_grant"
    assert "invalid_grant" in response.text
    journal.close()
    written = (tmp_path / "journal-main.jsonl").read_text("utf-8")
    assert SECRET not in written
    assert base64.b64encode(f"client-de-test:{SECRET}".encode()).decode() not in written
    assert request.evidence is not None
    raw = journal.evidence.read(request.evidence)
    assert raw.startswith(b"POST /t/a/token?token=")
    assert f"client_secret={SECRET}".encode() in raw
    assert response.evidence is not None
    assert SECRET.encode() in journal.evidence.read(response.evidence)


def test_location_is_masked_and_foreign_paths_have_no_tenant(host: HttpHost, journal: Journal) -> None:
    httpx.get(f"http://127.0.0.1:{host.port}/t/a/go")
    httpx.get(f"http://127.0.0.1:{host.port}/favicon.ico")
    location = journal.events("a")[1].data["headers"]["location"]
    assert SECRET not in location
    assert location.startswith("https://app.example/cb?code=‹code")
    assert [event.data["status"] for event in journal.events("") if event.name == "token-response"] == [404]


def test_masks_keep_equality_and_leave_the_rest() -> None:
    assert mask_fields([("code", "x"), ("scope", "openid")])["scope"] == "openid"
    assert mask_fields([("code", "x")]) == mask_fields([("code", "x")]) != mask_fields([("code", "y")])
    assert mask_fields([("a", "1"), ("a", "2"), ("a", "3")]) == {"a": ["1", "2", "3"]}
    assert mask_json({"access_token": "x", "deep": [{"refresh_token": "y", "n": 1}]})["deep"][0]["n"] == 1
    assert "y" not in json.dumps(mask_json({"deep": [{"refresh_token": "yyyyyyyy"}]})).split("refresh")[0]
    assert mask_header("accept", "text/html") == "text/html"
    assert "abc" not in mask_header("authorization", "Bearer abc")
    assert basic_credentials("Basic !!") is None


@given(st.text(max_size=200))
def test_masking_never_fails_on_what_the_wire_brings(text: str) -> None:
    assert isinstance(mask_url(text), str)
    assert isinstance(mask_header("authorization", text), str)
    basic_credentials(text)


@given(st.text(min_size=12, max_size=60))
def test_no_secret_field_shows_its_value(secret: str) -> None:
    assert secret not in mask_fields([("client_secret", secret)])["client_secret"]
