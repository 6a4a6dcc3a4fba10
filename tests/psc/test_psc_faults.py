"""Every named fault does what it says, and nothing when it is off."""

from __future__ import annotations

import time

import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet
from psc_world import CLIENT, World, error_of, payload, returned

from simulators.psc import faults


def test_endpoint_error_for_ever_or_some_times(world: World) -> None:
    world.realm.break_with(faults.EndpointError(503, times=1))
    code = world.code()
    assert world.redeem(code).status_code == 503
    assert world.redeem(code).status_code == 200
    world.realm.break_with(faults.EndpointError(500, endpoint="userinfo"))
    token = world.sign_in()["access_token"]
    assert [world.userinfo(token).status_code for _ in range(2)] == [500, 500]
    world.realm.repair()
    assert world.userinfo(token).status_code == 200
    failed = [
        event for event in world.journal.events("t1", name="userinfo-response") if event.data.get("fault")
    ]
    assert len(failed) == 2


def test_refresh_refused_leaves_the_session(world: World) -> None:
    token = world.sign_in()["refresh_token"]
    world.realm.break_with(faults.RefreshRefused())
    assert error_of(world.refresh(token)) == (400, "invalid_grant")
    world.realm.repair()
    assert world.refresh(token).status_code == 200


def test_malformed_json(world: World) -> None:
    world.realm.break_with(faults.MalformedJson())
    answer = world.redeem(world.code())
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Unterminated"):
        answer.json()


def test_slow(world: World) -> None:
    world.realm.break_with(faults.Slow(0.15))
    code = world.code()
    began = time.monotonic()
    world.redeem(code)
    assert time.monotonic() - began >= 0.15


def test_wrong_signing_key(world: World) -> None:
    world.realm.break_with(faults.WrongSigningKey())
    tokens = world.sign_in()
    assert world.psc.check_token("t1", tokens["access_token"]).reason == "bad-signature"
    keys = KeySet.import_key_set(world.http.get(world.metadata["jwks_uri"]).json())
    with pytest.raises(BadSignatureError):
        jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])
    world.realm.repair()
    jwt.decode(world.sign_in()["id_token"], keys, algorithms=["RS256"])


def test_discovery_lies(world: World) -> None:
    world.realm.break_with(faults.DiscoveryLies())
    assert world.discover()["issuer"].startswith("https://auth.attaquant.example/")
    world.realm.repair()
    assert world.discover()["issuer"] == world.psc.issuer("t1")


def test_clock_skew(world: World) -> None:
    now = int(world.clock.now().timestamp())
    world.realm.break_with(faults.ClockSkew(-300))
    tokens = world.sign_in()
    assert payload(tokens["access_token"])["iat"] == payload(tokens["id_token"])["iat"] == now - 300
    assert world.psc.check_token("t1", tokens["access_token"]).reason == "expired"


def test_callback_and_id_token_are_spoilt(world: World) -> None:
    world.realm.break_with(faults.StateChanged())
    assert returned(world.ask())["state"] != "etat"
    world.realm.break_with(faults.NonceChanged())
    assert payload(world.sign_in()["id_token"])["nonce"] != "nonce"
    world.realm.break_with(faults.AudienceChanged())
    assert payload(world.sign_in()["id_token"])["aud"] != CLIENT.client_id
    world.realm.repair()
    identity = payload(world.sign_in()["id_token"])
    assert (returned(world.ask())["state"], identity["nonce"], identity["aud"]) == (
        "etat",
        "nonce",
        CLIENT.client_id,
    )
