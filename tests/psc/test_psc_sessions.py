"""Refresh, lifetimes, revocation, introspection, logout, CIBA and what an operator learns of a token."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psc_world import CLIENT, OPERATOR, World, error_of, payload

from simulators.psc import Strictness, Wallet
from simulators.psc.backchannel import CIBA_GRANT
from simulators.psc.model import WalletHabit
from simulators.psc.tokens import peek


def test_access_token_lives_120_s(world: World) -> None:
    token = world.sign_in()["access_token"]
    world.clock.advance(119)
    assert world.psc.check_token("t1", token).accepted
    assert world.userinfo(token).status_code == 200
    world.clock.advance(1)
    assert world.psc.check_token("t1", token).reason == "expired"
    refused = world.userinfo(token)
    assert error_of(refused) == (401, "invalid_token")
    assert refused.headers["www-authenticate"].startswith("Bearer")


def test_refresh_token_lives_30_minutes(world: World) -> None:
    first = world.sign_in()["refresh_token"]
    world.clock.advance(1799)
    second = world.refresh(first)
    assert second.status_code == 200
    world.clock.advance(1800)
    assert error_of(world.refresh(second.json()["refresh_token"])) == (400, "invalid_grant")


def test_session_ends_after_4_hours_whatever_is_refreshed(world: World) -> None:
    tokens = world.sign_in()
    for _ in range(8):
        world.clock.advance(1790)
        tokens = world.refresh(tokens["refresh_token"]).json()
    assert tokens["refresh_expires_in"] == 14_400 - 8 * 1790
    world.clock.advance(tokens["refresh_expires_in"] - 1)
    tokens = world.refresh(tokens["refresh_token"]).json()
    assert tokens["refresh_expires_in"] == 1
    world.clock.advance(1)
    assert error_of(world.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


def test_a_refresh_token_serves_again_unless_the_realm_is_strict(world: World) -> None:
    token = world.sign_in()["refresh_token"]
    assert world.refresh(token).status_code == 200
    world.realm.strictness = Strictness(refresh_once=True)
    assert world.refresh(token).status_code == 200
    assert error_of(world.refresh(token)) == (400, "invalid_grant")


def test_a_refresh_token_serves_its_own_client_only(world: World) -> None:
    token = world.sign_in()["refresh_token"]
    stolen = world.token(OPERATOR, grant_type="refresh_token", refresh_token=token)
    assert error_of(stolen) == (400, "invalid_grant")


def test_revoked_session_refuses_refresh_and_says_why(world: World) -> None:
    # Given a session, and one of somebody else
    tokens = world.sign_in()
    world.realm.signed_in = world.people[1].ps_idnat
    others = world.sign_in()
    # When PSC ends the first
    assert world.psc.revoke_session("t1", world.person.ps_idnat) == 1
    # Then only it is dead
    assert error_of(world.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    verdict = world.psc.check_token("t1", tokens["access_token"])
    assert (verdict.accepted, verdict.reason) == (False, "revoked")
    assert verdict.ps_idnat == world.person.ps_idnat
    assert world.refresh(others["refresh_token"]).status_code == 200


def test_revocation_may_leave_access_tokens_to_their_term(world: World) -> None:
    tokens = world.sign_in()
    world.psc.revoke_session("t1", world.person.ps_idnat, access_tokens=False)
    assert error_of(world.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    assert world.psc.check_token("t1", tokens["access_token"]).accepted


def test_introspection_tells_an_operator_who_it_is(world: World) -> None:
    tokens = world.sign_in()
    active = world.introspect(tokens["access_token"]).json()
    assert active["active"] is True
    assert active["SubjectNameID"] == active["username"] == world.person.ps_idnat
    assert active["client_id"] == CLIENT.client_id
    assert world.introspect(tokens["refresh_token"]).json()["active"] is True
    assert world.introspect("n'importe quoi").json() == {"active": False}
    world.clock.advance(120)
    assert world.introspect(tokens["access_token"]).json() == {"active": False}
    refused = world.http.post(world.metadata["introspection_endpoint"], data={"token": "x"})
    assert error_of(refused) == (401, "invalid_client")
    asked = world.journal.events("t1", name="introspection-request")[0]
    assert (asked.source, asked.target) == ("operator", "psc")


def test_revocation_endpoint_kills_and_ignores_the_unknown(world: World) -> None:
    tokens = world.sign_in()

    def revoke(token: str) -> httpx.Response:
        return world.http.post(
            world.metadata["revocation_endpoint"],
            data={"token": token},
            auth=(CLIENT.client_id, CLIENT.secret),
        )

    assert revoke("inconnu").status_code == 200
    assert world.refresh(tokens["refresh_token"]).status_code == 200
    assert revoke(tokens["refresh_token"]).status_code == 200
    assert error_of(world.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


def test_logout_by_browser_and_by_server(world: World) -> None:
    url = world.metadata["end_session_endpoint"]
    # by the browser
    tokens = world.sign_in()
    back = world.http.get(
        url,
        params={
            "id_token_hint": tokens["id_token"],
            "post_logout_redirect_uri": CLIENT.post_logout_uris[0],
            "state": "s",
        },
    )
    assert back.headers["location"] == f"{CLIENT.post_logout_uris[0]}?state=s"
    assert error_of(world.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    # by the server
    tokens = world.sign_in()
    form = {"refresh_token": tokens["refresh_token"]}
    assert error_of(world.http.post(url, data=form)) == (401, "invalid_client")
    auth = (CLIENT.client_id, CLIENT.secret)
    assert world.http.post(url, data=form, auth=auth).status_code == 204
    assert world.psc.check_token("t1", tokens["access_token"]).reason == "revoked"
    told = world.journal.events("t1", name="logout-response")[-1]
    assert told.data["ended"] is True


def test_logout_never_redirects_to_an_undeclared_address(world: World) -> None:
    tokens = world.sign_in()
    answer = world.http.get(
        world.metadata["end_session_endpoint"],
        params={
            "id_token_hint": tokens["id_token"],
            "post_logout_redirect_uri": "https://attaquant.example/",
        },
    )
    assert answer.status_code == 400
    assert world.refresh(tokens["refresh_token"]).status_code == 200


# CIBA


def _ciba(world: World, **changes: str) -> httpx.Response:
    form = {
        "scope": "openid scope_all",
        "login_hint": world.person.ps_idnat,
        "binding_message": "42",
        "acr_values": "eidas1",
        **changes,
    }
    return world.http.post(
        world.metadata["backchannel_authentication_endpoint"],
        data=form,
        auth=(CLIENT.client_id, CLIENT.secret),
    )


def _poll(world: World, auth_req_id: str) -> httpx.Response:
    return world.token(grant_type=CIBA_GRANT, auth_req_id=auth_req_id)


def test_ciba_poll_until_the_user_accepts(world: World) -> None:
    world.realm.wallet = WalletHabit(Wallet.ACCEPT, after_polls=2)
    opened = _ciba(world).json()
    assert (opened["expires_in"], opened["interval"]) == (120, 1)
    answers = []
    for _ in range(3):
        answers.append(_poll(world, opened["auth_req_id"]))
        world.clock.advance(1)
    assert [answer.status_code for answer in answers] == [400, 400, 200]
    assert answers[0].json() == {
        "error": "authorization_pending",
        "error_description": "The authorization request is still pending as the end-user hasn't yet been "
        "authenticated.",
    }
    assert payload(answers[2].json()["access_token"])["preferred_username"] == world.person.ps_idnat
    assert error_of(_poll(world, opened["auth_req_id"])) == (400, "invalid_grant")
    asked = world.journal.events("t1", name="ciba-request")[0]
    assert asked.data["binding_message"] == "42"
    assert asked.data["login_hint"] == world.person.ps_idnat
    assert asked.data["acr_values"] == ["eidas1"]


def test_ciba_polled_too_fast_slows_down(world: World) -> None:
    world.realm.wallet = WalletHabit(Wallet.PENDING)
    auth_req_id = _ciba(world).json()["auth_req_id"]
    assert error_of(_poll(world, auth_req_id)) == (400, "authorization_pending")
    assert error_of(_poll(world, auth_req_id)) == (400, "slow_down")
    world.clock.advance(1)
    assert error_of(_poll(world, auth_req_id)) == (400, "authorization_pending")


def test_ciba_refused_and_expired(world: World) -> None:
    world.realm.wallet = WalletHabit(Wallet.REFUSE)
    assert error_of(_poll(world, _ciba(world).json()["auth_req_id"])) == (400, "access_denied")
    world.realm.wallet = WalletHabit(Wallet.ACCEPT)
    late, in_time = (_ciba(world).json()["auth_req_id"] for _ in range(2))
    world.clock.advance(119)
    assert _poll(world, in_time).status_code == 200
    world.clock.advance(1)
    assert error_of(_poll(world, late)) == (400, "expired_token")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"login_hint": "899700000000"}, "unknown_user_id"),
        ({"login_hint": ""}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"binding_message": "x" * 51}, "invalid_binding_message"),
    ],
)
def test_ciba_refusals(world: World, changes: dict[str, str], error: str) -> None:
    assert error_of(_ciba(world, **changes)) == (400, error)


# Tokens made by hand


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({}, None),
        ({"octets": 4096}, None),
        ({"life_s": -1}, "expired"),
        ({"iss": "https://auth.attaquant.example/auth/realms/esante-wallet"}, "wrong-issuer"),
        ({"foreign_key": True}, "bad-signature"),
        ({"algorithm": "none"}, "bad-signature"),
        ({"algorithm": "HS256"}, "bad-signature"),
        ({"sid": "inconnu"}, "unknown-session"),
        ({"exp": None}, "expired"),
    ],
)
def test_hand_made_tokens_and_their_verdict(
    world: World, options: dict[str, Any], reason: str | None
) -> None:
    token = world.psc.issue_token("t1", world.person.ps_idnat, **options)
    verdict = world.psc.check_token("t1", token)
    assert (verdict.accepted, verdict.reason) == (reason is None, reason)
    known = reason != "bad-signature"
    assert verdict.ps_idnat == (world.person.ps_idnat if known else None)
    assert world.introspect(token).json()["active"] is (reason is None)


def test_an_id_token_is_no_access_token(world: World) -> None:
    tokens = world.sign_in()
    assert world.psc.check_token("t1", tokens["access_token"]).accepted
    assert world.psc.check_token("t1", tokens["id_token"]).reason == "wrong-type"
    assert error_of(world.userinfo(tokens["id_token"])) == (401, "invalid_token")


def test_a_hand_made_token_dies_with_its_session(world: World) -> None:
    token = world.psc.issue_token("t1", world.person.ps_idnat)
    world.psc.revoke_session("t1", world.person.ps_idnat)
    assert world.psc.check_token("t1", token).reason == "revoked"


def test_tampered_and_foreign_tenant_tokens_are_refused(world: World) -> None:
    token = world.psc.issue_token("t1", world.person.ps_idnat)
    header, claims, signature = token.split(".")
    assert world.psc.check_token("t1", f"{header}.{claims[:-2]}AA.{signature}").reason in (
        "bad-signature",
        "malformed",
    )
    world.psc.add_tenant("t2", clock=world.clock, people=world.people)
    assert world.psc.check_token("t2", token).reason == "wrong-issuer"
    world.psc.remove_tenant("t2")
    with pytest.raises(KeyError):
        world.psc.check_token("t2", token)


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "….….…", "e30.e30.", "x" * 100_000, "e30.W10.e30"])
def test_garbage_is_malformed_or_unsigned(world: World, token: str) -> None:
    assert world.psc.check_token("t1", token).reason in ("malformed", "bad-signature")


@given(st.text(max_size=80) | st.from_regex(r"[A-Za-z0-9_-]{0,20}\.[A-Za-z0-9_-]{0,20}\.[A-Za-z0-9_-]{0,9}"))
def test_peeking_never_fails(token: str) -> None:
    read = peek(token)
    assert read is None or isinstance(read, dict)
