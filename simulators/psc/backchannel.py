"""The endpoints that servers call: CIBA, token, userinfo, introspection, certs, revocation, logout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from simulators.psc import claims
from simulators.psc.clients import authenticate
from simulators.psc.model import OAuthError, Parameters, TokenSet
from simulators.psc.realm import Realm
from simulators.psc.replies import NO_STORE, Reply, document, page, redirect

CIBA_GRANT = "urn:openid:params:grant-type:ciba"
Headers = Mapping[str, str]


def ciba(realm: Realm, headers: Headers, parameters: Parameters) -> Reply:
    """Open a CIBA request (poll mode only)."""
    parameters.refuse_repeated()
    client = authenticate(realm, headers, parameters)
    if "openid" not in (parameters.get("scope") or "").split():
        raise OAuthError("invalid_scope", "scope must be: openid scope_all")
    login_hint = parameters.require("login_hint")
    message = parameters.get("binding_message") or ""
    if len(message) > 50 or not message.isascii():  # what Keycloak bears; PSC documents two digits
        raise OAuthError("invalid_binding_message", "binding_message is not acceptable")
    request = realm.start_ciba(client_id=client.client_id, login_hint=login_hint)
    lifetimes = realm.lifetimes
    answer = {
        "auth_req_id": request.auth_req_id,
        "expires_in": lifetimes.ciba_s,
        "interval": lifetimes.ciba_interval_s,
    }
    return document(answer, ps_idnat=login_hint)


def token(realm: Realm, headers: Headers, parameters: Parameters) -> Reply:
    """Give tokens for a code, a refresh token or an accepted CIBA request."""
    parameters.refuse_repeated()
    client_id = authenticate(realm, headers, parameters).client_id
    match parameters.require("grant_type"):
        case "authorization_code":
            given = realm.redeem_code(
                parameters.require("code"),
                client_id=client_id,
                redirect_uri=parameters.get("redirect_uri"),
                verifier=parameters.get("code_verifier"),
            )
        case "refresh_token":
            given = realm.refresh(parameters.require("refresh_token"), client_id=client_id)
        case str() as grant if grant == CIBA_GRANT:
            given = realm.redeem_ciba(parameters.require("auth_req_id"), client_id=client_id)
        case other:
            raise OAuthError("unsupported_grant_type", f"Unsupported grant_type: {other[:80]}")
    return _token_answer(given)


def _token_answer(given: TokenSet) -> Reply:
    answer = {
        "access_token": given.access_token,
        "expires_in": given.access_s,
        "refresh_expires_in": given.refresh_s,
        "refresh_token": given.refresh_token,
        "token_type": "Bearer",
        "id_token": given.id_token,
        "not-before-policy": 0,
        "session_state": given.session.sid,
        "scope": claims.SCOPE,
    }
    return document(
        answer,
        session=given.session.sid,
        ps_idnat=given.session.ps_idnat,
        expires_in=given.access_s,
        refresh_expires_in=given.refresh_s,
        access_token_octets=len(given.access_token),
    )


def userinfo(realm: Realm, headers: Headers, parameters: Parameters) -> Reply:
    """Give the PSC claims of the holder of the access token (RFC 6750 §2.1 and §2.2)."""
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    presented = bearer.strip() if scheme.lower() == "bearer" else parameters.get("access_token")
    if not presented:
        raise OAuthError("invalid_token", "Token not provided", 401)
    verdict = realm.check(presented)
    person = realm.people.get(verdict.ps_idnat or "")
    if not verdict.accepted or person is None:
        raise OAuthError(
            "invalid_token", f"Token verification failed: {verdict.reason or 'unknown user'}", 401
        )
    return document(claims.userinfo(person, realm.subject(person.ps_idnat)), ps_idnat=person.ps_idnat)


def introspection(realm: Realm, headers: Headers, parameters: Parameters) -> Reply:
    """Say whether a token is active (RFC 7662); any declared client may ask."""
    parameters.refuse_repeated()
    authenticate(realm, headers, parameters)
    presented = parameters.require("token")
    read = realm.claims_of(presented)
    if read is not None:
        who = read.get("preferred_username")
        extra = {"client_id": read.get("azp"), "username": who, "active": True, "SubjectNameID": who}
        return document({**read, **extra}, active=True, ps_idnat=who)
    if realm.refresh_is_live(presented):
        return document({"active": True, "typ": "Refresh", "iss": realm.issuer}, active=True)
    return document({"active": False}, active=False, reason=realm.check(presented).reason)


def certs(realm: Realm) -> Reply:
    """Give the JWKS (RFC 7517)."""
    return document({"keys": [realm.key.public_jwk()]})


def revocation(realm: Realm, headers: Headers, parameters: Parameters) -> Reply:
    """Kill a token and its session (RFC 7009: an unknown token is a success too)."""
    parameters.refuse_repeated()
    authenticate(realm, headers, parameters)
    sid = realm.session_of(parameters.require("token"))
    ended = sid is not None and realm.end_session(sid)
    return Reply(200, headers=NO_STORE, note={"session": sid, "ended": ended})


def logout(realm: Realm, headers: Headers, parameters: Parameters) -> Reply:
    """End a session: by the browser with `id_token_hint` (RP-Initiated Logout 1.0 §2) or by the server.

    The server's form is Keycloak's: client authentication and `refresh_token`, answer 204.
    """
    parameters.refuse_repeated()
    refresh_token = parameters.get("refresh_token")
    if refresh_token is not None:
        authenticate(realm, headers, parameters)
        return _ended(realm, refresh_token, Reply(204, headers=NO_STORE))
    hint = parameters.get("id_token_hint")
    target = parameters.get("post_logout_redirect_uri")
    if target is not None and not _may_return(realm, hint, parameters.get("client_id"), target):
        return page(400, "Nous sommes désolés…", OAuthError("invalid_request", "Invalid redirect uri"))
    if hint is None:
        return page(200, "Voulez-vous vous déconnecter ?")
    state = parameters.get("state")
    suffix = f"{'&' if target and '?' in target else '?'}{urlencode({'state': state})}" if state else ""
    done = redirect(f"{target}{suffix}") if target else page(200, "Vous êtes déconnecté")
    return _ended(realm, hint, done)


def _ended(realm: Realm, presented: str, reply: Reply) -> Reply:
    sid = realm.session_of(presented)
    if sid is None or not realm.end_session(sid):
        raise OAuthError("invalid_grant", "Invalid token: no such session")
    return Reply(reply.status, reply.body, reply.media_type, reply.headers, {"session": sid, "ended": True})


def _may_return(realm: Realm, hint: str | None, client_id: str | None, target: str) -> bool:
    read: Mapping[str, Any] = (realm.key.read(hint) if hint else None) or {}
    client = realm.clients.get(str(read.get("azp") or client_id))
    return client is not None and target in (*client.post_logout_uris, *client.redirect_uris)
