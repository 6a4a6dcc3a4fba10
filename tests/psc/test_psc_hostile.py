"""What the wire may bring to Pro Santé Connect: an answer of the protocol each time, never a 500."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psc_world import CLIENT, KEY, OTHER_KEY, PEOPLE, World

from simulators.clock import FrozenClock
from simulators.psc import Client, Realm
from simulators.psc.backchannel import ciba, introspection, logout, revocation, token, userinfo
from simulators.psc.clients import JWT_BEARER
from simulators.psc.model import OAuthError, Parameters
from simulators.psc.tokens import b64url, peek

REALM = Realm(
    "https://localhost:1/t/t1/auth/realms/esante-wallet",
    clock=FrozenClock(),
    rng=random.Random(1),
    key=KEY,
    other_key=OTHER_KEY,
    people=PEOPLE,
    clients=[CLIENT, Client("long", "x" * 40, ("https://a.example/",))],
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
HEADERS = st.dictionaries(
    st.sampled_from(["alg", "typ", "kid", "crit", "b64", "jwk", "x5u", "zip"]),
    JSON | st.sampled_from(["RS256", "HS256", "none", KEY.kid]),
)
CLAIMS = st.dictionaries(
    st.sampled_from(["exp", "iss", "sid", "typ", "preferred_username", "sub", "aud"]), JSON
)
NAMES = st.sampled_from(
    [
        "grant_type",
        "code",
        "redirect_uri",
        "code_verifier",
        "refresh_token",
        "auth_req_id",
        "client_id",
        "client_secret",
        "client_assertion",
        "client_assertion_type",
        "token",
        "scope",
        "login_hint",
        "binding_message",
        "id_token_hint",
        "post_logout_redirect_uri",
        "access_token",
    ]
)
VALUES = st.text(max_size=30) | st.sampled_from(
    ["authorization_code", "refresh_token", CLIENT.client_id, CLIENT.secret, "openid", JWT_BEARER, "a.b.c"]
)


def _jwt(header: object, claims: object, signature: bytes) -> str:
    return ".".join(b64url(json.dumps(part).encode()) for part in (header, claims)) + "." + b64url(signature)


@given(HEADERS, CLAIMS, st.binary(max_size=300))
def test_no_unsigned_token_is_ever_accepted(header: object, claims: object, signature: bytes) -> None:
    made = _jwt(header, claims, signature)
    verdict = REALM.check(made)
    assert not verdict.accepted
    assert verdict.reason in ("malformed", "bad-signature")


@given(CLAIMS)
def test_any_claims_signed_by_the_realm_get_a_verdict(claims: dict[str, object]) -> None:
    verdict = REALM.check(KEY.sign({**claims, "iss": REALM.issuer}))
    assert not verdict.accepted
    assert verdict.reason in ("wrong-type", "expired", "unknown-session", "malformed")


@given(HEADERS, CLAIMS, st.binary(max_size=40))
def test_any_client_assertion_is_refused_in_form(
    header: object, claims: dict[str, object], mac: bytes
) -> None:
    assertion = _jwt(header, {**claims, "sub": "long", "iss": "long"}, mac)
    fields = (("client_assertion", assertion), ("client_assertion_type", JWT_BEARER), ("grant_type", "x"))
    with pytest.raises(OAuthError, match="invalid_client"):
        token(REALM, {}, Parameters(fields))


@given(
    st.lists(st.tuples(NAMES, VALUES), max_size=8),
    st.dictionaries(st.just("authorization"), st.text(max_size=40) | st.just("Basic bHBzOng="), max_size=1),
    st.sampled_from([token, ciba, introspection, revocation, logout, userinfo]),
)
def test_any_form_gets_an_answer_of_the_protocol(
    fields: list[tuple[str, str]], headers: dict[str, str], endpoint: object
) -> None:
    assert callable(endpoint)
    try:
        reply = endpoint(REALM, headers, Parameters(tuple(fields)))
    except OAuthError as refusal:
        assert refusal.status in (400, 401)
    else:
        assert reply.status in (200, 204, 302, 400)


@pytest.mark.parametrize(
    "body", [b"\xff\xfe\x00", b"a=b&" * 5000, b"%zz=%00&=&&", b"grant_type=" + b"x" * 100_000, b"{}"]
)
def test_any_body_gets_400_or_401_over_https(world: World, body: bytes) -> None:
    for name in ("token_endpoint", "backchannel_authentication_endpoint", "introspection_endpoint"):
        answer = world.http.post(
            world.metadata[name],
            content=body,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            auth=(CLIENT.client_id, CLIENT.secret),
        )
        assert answer.status_code in (400, 401)
        assert answer.json()["error"]
    assert world.sign_in()["access_token"]


def test_a_body_above_the_bound_is_413(world: World) -> None:
    answer = world.http.post(world.metadata["token_endpoint"], content=b"x" * 300_000)
    assert answer.status_code == 413


def test_peek_does_not_believe_deep_or_giant_json() -> None:
    deep = b64url(b"[" * 40_000)
    assert peek(f"{deep}.{deep}.x") is None
    giant = b64url(b'{"n":' + b"9" * 10_000 + b"}")
    assert peek(f"{giant}.{giant}.x") is None
