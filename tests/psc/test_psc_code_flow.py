"""The code flow over real HTTPS: with Authlib, a client that is not ours, and every refusal."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet
from psc_world import CLIENT, VERIFIER, World, error_of, payload, returned

from simulators.psc import Strictness, Wallet
from simulators.psc.model import WalletHabit


def test_authlib_does_the_whole_flow_and_the_jwks_validates_the_id_token(
    world: World, authority: Path
) -> None:
    # Given Authlib set up from the discovery document
    metadata = world.discover()
    with OAuth2Session(
        CLIENT.client_id,
        CLIENT.secret,
        scope="openid scope_all",
        redirect_uri=CLIENT.redirect_uris[0],
        code_challenge_method="S256",
    ) as client:
        client.verify = str(authority)
        client.trust_env = False
        # When it signs in
        url, state = client.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier=VERIFIER, acr_values="eidas1", nonce="n-1"
        )
        callback = client.get(url, allow_redirects=False, withhold_token=True).headers["location"]
        tokens = client.fetch_token(
            metadata["token_endpoint"],
            authorization_response=callback,
            state=state,
            code_verifier=VERIFIER,
        )
        # Then the id_token is signed by the JWKS and says who
        keys = KeySet.import_key_set(client.get(metadata["jwks_uri"], withhold_token=True).json())
        identity = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims
        assert identity["iss"] == metadata["issuer"]
        assert identity["aud"] == CLIENT.client_id
        assert identity["nonce"] == "n-1"
        assert identity["preferred_username"] == world.person.ps_idnat
        # and userinfo and refresh work with the client's own means
        userinfo = client.get(metadata["userinfo_endpoint"]).json()
        assert userinfo["sub"] == identity["sub"]
        refreshed = client.refresh_token(metadata["token_endpoint"], refresh_token=tokens["refresh_token"])
    assert refreshed["access_token"] != tokens["access_token"]


def test_authlib_on_requests_with_secret_in_the_form_and_no_pkce(world: World, authority: Path) -> None:
    metadata = world.metadata
    with OAuth2Session(
        CLIENT.client_id,
        CLIENT.secret,
        scope="openid scope_all",
        redirect_uri=CLIENT.redirect_uris[0],
        token_endpoint_auth_method="client_secret_post",
    ) as session:
        session.verify = str(authority)
        session.trust_env = False
        url, state = session.create_authorization_url(metadata["authorization_endpoint"])
        answer = session.get(url, allow_redirects=False, withhold_token=True)
        tokens = session.fetch_token(
            metadata["token_endpoint"], authorization_response=answer.headers["location"], state=state
        )
    assert tokens["token_type"] == "Bearer"
    event = world.journal.events("t1", name="token-request")[-1]
    assert event.data["client_authentication"] == "client_secret_post"


def test_discovery_is_where_psc_has_it_and_not_elsewhere(world: World) -> None:
    document = world.discover()
    assert document["issuer"] == world.psc.issuer("t1")
    assert document["issuer"].endswith("/t/t1/auth/realms/esante-wallet")
    assert document["acr_values_supported"] == ["0", "0"]
    assert world.http.get(f"{document['issuer']}/.well-known/openid-configuration").status_code == 404
    assert world.http.get(world.psc.discovery_url("inconnu")).status_code == 404


def test_access_token_is_shaped_like_the_real_one(world: World) -> None:
    nonce = "6f1c2b1e-8f5d-4e0b-9a6d-0d3f1c7b5a42"  # as long as a client draws one
    tokens = world.redeem(world.code(nonce=nonce)).json()
    token = tokens["access_token"]
    claims = payload(token)
    assert 1200 <= len(token) <= 1600
    assert not {"aud", "email"} & set(claims)
    assert claims["acr"] == "eidas3"
    assert claims["typ"] == "Bearer"
    assert claims["azp"] == CLIENT.client_id
    assert claims["preferred_username"] == world.person.ps_idnat
    assert re.fullmatch(rf"f:[0-9a-f-]{{36}}:{world.person.ps_idnat}", claims["sub"])
    assert claims["otherIds"] == [{"identifiant": world.person.ps_idnat, "origine": "RPPS", "qualite": 1}]
    assert claims["exp"] - claims["iat"] == tokens["expires_in"] == 120
    assert tokens["refresh_expires_in"] == 1800


@pytest.mark.parametrize("octets", [2000, 3999, 4095, 4096])
def test_tokens_can_be_padded_to_a_size(world: World, octets: int) -> None:
    world.realm.token_octets = octets
    token = world.sign_in()["access_token"]
    assert octets - 6 < len(token) <= octets
    assert world.psc.check_token("t1", token).accepted


def test_what_the_product_sent_is_journalled_without_secrets(world: World, tmp_path: Path) -> None:
    tokens = world.sign_in()
    world.userinfo(tokens["access_token"])
    asked = world.journal.events("t1", name="authorization-request")[0]
    assert asked.protocol == "oauth"
    assert asked.data["scope"] == ["openid", "scope_all"]
    assert asked.data["acr_values"] == ["eidas1"]
    assert asked.data["pkce"] is True
    assert asked.data["state"].startswith("‹state")
    exchanged = world.journal.events("t1", name="token-request")[0]
    assert exchanged.data["grant_type"] == "authorization_code"
    assert exchanged.data["client_id"] == CLIENT.client_id
    assert world.journal.events("t1", name="token-response")[0].data["session"] == tokens["session_state"]
    assert world.journal.events("t1", name="userinfo-request")[0].data["scheme"] == "Bearer"
    written = (tmp_path / "journal-main.jsonl").read_text("utf-8")
    for secret in (tokens["access_token"], tokens["refresh_token"], CLIENT.secret, VERIFIER):
        assert secret not in written


@pytest.mark.parametrize("missing", ["acr_values", "state", "nonce", "code_challenge"])
def test_what_is_missing_is_served_and_journalled(world: World, missing: str) -> None:
    changes: dict[str, str | None] = {missing: None}
    if missing == "code_challenge":
        changes["code_challenge_method"] = None
    assert "code" in returned(world.ask(**changes))
    data = world.journal.events("t1", name="authorization-request")[0].data
    assert not data["pkce" if missing == "code_challenge" else missing]


@pytest.mark.parametrize(
    ("missing", "strictness", "error"),
    [
        ("acr_values", Strictness(acr_values=True), "invalid_request"),
        ("state", Strictness(state=True), "invalid_request"),
        ("code_challenge", Strictness(pkce=True), "invalid_request"),
    ],
)
def test_a_strict_realm_refuses_what_is_missing(
    world: World, missing: str, strictness: Strictness, error: str
) -> None:
    world.realm.strictness = strictness
    assert "code" in returned(world.ask())
    assert returned(world.ask(**{missing: None, "nonce": "autre"}))["error"] == error


def test_scope_all_is_asked_only_by_a_strict_realm(world: World) -> None:
    assert "code" in returned(world.ask(scope="openid"))
    world.realm.strictness = Strictness(scope_all=True)
    assert returned(world.ask(scope="openid"))["error"] == "invalid_scope"


@pytest.mark.parametrize(
    "changes", [{"client_id": "inconnu"}, {"redirect_uri": "https://attaquant.example/"}]
)
def test_unknown_client_or_redirect_is_a_page_and_never_a_redirect(
    world: World, changes: dict[str, str]
) -> None:
    answer = world.ask(**changes)
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge_method": "S512"}, "invalid_request"),
        ({"code_challenge": "court"}, "invalid_request"),
    ],
)
def test_other_refusals_go_back_to_the_client_with_its_state(
    world: World, changes: dict[str, str], error: str
) -> None:
    back = returned(world.ask(**changes))
    assert (back["error"], back["state"]) == (error, "etat")


def test_a_repeated_parameter_is_refused(world: World) -> None:
    url = f"{world.metadata['authorization_endpoint']}?client_id={CLIENT.client_id}&client_id=x"
    assert world.http.get(url).status_code == 400


def test_the_wallet_refuses_stays_pending_or_takes_its_time(world: World) -> None:
    world.realm.wallet = WalletHabit(Wallet.REFUSE)
    assert returned(world.ask())["error"] == "access_denied"
    world.realm.wallet = WalletHabit(Wallet.PENDING)
    assert [world.ask().status_code for _ in range(3)] == [200, 200, 200]
    world.realm.wallet = WalletHabit(Wallet.ACCEPT, after_polls=2)
    assert [world.ask(state="s2").status_code for _ in range(3)] == [200, 200, 302]


def test_the_chosen_professional_signs_in(world: World) -> None:
    other = world.people[1]
    world.realm.signed_in = other.ps_idnat
    userinfo = world.userinfo(world.sign_in()["access_token"]).json()
    assert userinfo["SubjectNameID"] == userinfo["preferred_username"] == other.ps_idnat
    assert userinfo["SubjectRole"] == ["60^1.2.250.1.213.1.1.5.5"]
    assert userinfo["family_name"] == other.family
    assert userinfo["email_verified"] is False
    assert "email" not in userinfo


def test_a_code_serves_once_and_reuse_kills_its_session(world: World) -> None:
    code = world.code()
    tokens = world.redeem(code).json()
    assert error_of(world.redeem(code)) == (400, "invalid_grant")
    assert error_of(world.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 43},
        {"code_verifier": ""},
        {"redirect_uri": "https://editeur.example/autre"},
        {"code": "inconnu"},
    ],
)
def test_wrong_verifier_redirect_or_code_is_invalid_grant(world: World, changes: dict[str, str]) -> None:
    form = {"code": world.code(), **changes}
    assert error_of(world.redeem(**form)) == (400, "invalid_grant")


def test_plain_pkce_works_and_is_verified(world: World) -> None:
    plain: dict[str, str | None] = {"code_challenge": VERIFIER, "code_challenge_method": "plain"}
    assert world.redeem(world.code(**plain)).status_code == 200
    assert error_of(world.redeem(world.code(**plain), code_verifier="w" * 43)) == (400, "invalid_grant")


def test_code_lifetime_just_within_and_just_beyond(world: World) -> None:
    first, second = world.code(), world.code(state="deux")
    world.clock.advance(59)
    assert world.redeem(first).status_code == 200
    world.clock.advance(1)
    assert error_of(world.redeem(second)) == (400, "invalid_grant")


def test_client_authentication_is_needed(world: World) -> None:
    url = world.metadata["token_endpoint"]
    form = {"grant_type": "authorization_code", "code": world.code()}
    wrong = world.http.post(url, data=form, auth=(CLIENT.client_id, "faux"))
    assert error_of(wrong) == (401, "invalid_client")
    assert wrong.headers["www-authenticate"].startswith("Basic")
    assert error_of(world.http.post(url, data=form)) == (401, "invalid_client")
    both = {**form, "client_id": CLIENT.client_id, "client_secret": CLIENT.secret}
    twice = world.http.post(url, data=both, auth=(CLIENT.client_id, CLIENT.secret))
    assert error_of(twice) == (400, "invalid_request")


def _assertion(world: World, **changes: Any) -> dict[str, str]:
    from joserfc.jwk import OctKey

    now = int(world.clock.now().timestamp())
    claims = {"iss": CLIENT.client_id, "sub": CLIENT.client_id, "aud": world.metadata["token_endpoint"]}
    claims |= {"exp": now + 60, "jti": "1", **changes}
    return {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(CLIENT.secret * 3)),
    }


@pytest.mark.parametrize("form", [{"grant_type": "password"}, {}, {"grant_type": "authorization_code"}])
def test_bad_token_requests_are_named(world: World, form: dict[str, str]) -> None:
    expected = "unsupported_grant_type" if form.get("grant_type") == "password" else "invalid_request"
    assert error_of(world.token(**form)) == (400, expected)


def test_client_secret_jwt(world: World) -> None:
    from psc_world import OPERATOR

    from simulators.psc import Client

    world.realm.clients[CLIENT.client_id] = Client(CLIENT.client_id, CLIENT.secret * 3, CLIENT.redirect_uris)
    form = {"grant_type": "refresh_token", "refresh_token": "inconnu"}
    url = world.metadata["token_endpoint"]
    assert error_of(world.http.post(url, data={**form, **_assertion(world)})) == (400, "invalid_grant")
    long = world.realm.clients.pop(CLIENT.client_id)
    world.realm.clients[CLIENT.client_id] = CLIENT  # a secret too short for HS256
    assert error_of(world.http.post(url, data={**form, **_assertion(world)})) == (401, "invalid_client")
    world.realm.clients[CLIENT.client_id] = long
    for spoilt in (
        {"exp": 0},
        {"aud": "https://ailleurs.example"},
        {"iss": OPERATOR.client_id},
        {"sub": "x"},
    ):
        refused = world.http.post(url, data={**form, **_assertion(world, **spoilt)})
        assert error_of(refused) == (401, "invalid_client")


def test_private_key_jwt(world: World) -> None:
    from joserfc.jwk import RSAKey

    from simulators.psc import Client

    key, other = RSAKey.generate_key(2048), RSAKey.generate_key(2048)
    pem = key.as_pem(private=False).decode("ascii")
    world.realm.clients["a-cle"] = Client("a-cle", "", public_key_pem=pem)
    claims = {
        "iss": "a-cle",
        "sub": "a-cle",
        "aud": world.metadata["issuer"],
        "exp": int(world.clock.now().timestamp()) + 60,
    }
    form = {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "token": "inconnu",
    }
    url = world.metadata["introspection_endpoint"]
    good = jwt.encode({"alg": "RS256"}, claims, key)
    assert world.http.post(url, data={**form, "client_assertion": good}).json() == {"active": False}
    bad = jwt.encode({"alg": "RS256"}, claims, other)
    assert error_of(world.http.post(url, data={**form, "client_assertion": bad})) == (401, "invalid_client")
