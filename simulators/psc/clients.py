"""Authentication of a client at the token, CIBA, introspection and revocation endpoints."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import unquote_plus

from joserfc.jwk import OctKey, RSAKey

from simulators.http.masking import basic_credentials
from simulators.psc.claims import JsonObject
from simulators.psc.model import Client, OAuthError, Parameters
from simulators.psc.realm import Realm
from simulators.psc.tokens import peek, verify

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def method_of(headers: Mapping[str, str], parameters: Parameters) -> str:
    """Name the way in which a request authenticates its client, for the journal."""
    if headers.get("authorization", "").lower().startswith("basic "):
        return "client_secret_basic"
    if parameters.get("client_assertion"):
        return "client_assertion"
    return "client_secret_post" if parameters.get("client_secret") else "none"


def authenticate(realm: Realm, headers: Mapping[str, str], parameters: Parameters) -> Client:
    """Return the client that the request proves to be; raises `OAuthError` (401 invalid_client).

    Methods: RFC 6749 §2.3.1 (Basic with form-encoded halves, or in the form) and RFC 7523 §2.2. More than
    one at a time is refused (RFC 6749 §2.3).
    """
    authorization = headers.get("authorization", "")
    ways = [bool(authorization), *(bool(parameters.get(n)) for n in ("client_secret", "client_assertion"))]
    if sum(ways) > 1:
        raise OAuthError("invalid_request", "more than one way of client authentication")
    if parameters.get("client_assertion"):
        return _by_assertion(realm, parameters)
    if authorization:
        credentials = basic_credentials(authorization)
        if credentials is None:
            raise _refused()
        client_id, secret = (unquote_plus(half) for half in credentials)
    else:
        client_id, secret = parameters.get("client_id") or "", parameters.get("client_secret") or ""
    client = realm.clients.get(client_id)
    if client is None or not hmac.compare_digest(secret.encode("utf-8"), client.secret.encode("utf-8")):
        raise _refused()
    return client


def _by_assertion(realm: Realm, parameters: Parameters) -> Client:
    if parameters.get("client_assertion_type") != JWT_BEARER:
        raise OAuthError("invalid_request", f"client_assertion_type must be {JWT_BEARER}")
    assertion = parameters.require("client_assertion")
    claimed = peek(assertion) or {}
    client = realm.clients.get(str(claimed.get("sub")))
    if client is None:
        raise _refused()
    read = _verify(client, assertion)
    audience = read.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    expiry = read.get("exp")
    in_time = isinstance(expiry, int | float) and realm.clock.now().timestamp() < expiry
    for_us = any(isinstance(item, str) and item.startswith(realm.issuer) for item in audiences)
    if not (in_time and for_us and read.get("iss") == read.get("sub")):
        raise _refused()
    return client


def _verify(client: Client, assertion: str) -> JsonObject:
    read: JsonObject | None = None
    if client.public_key_pem is not None:
        read = verify(assertion, RSAKey.import_key(client.public_key_pem), "RS256")
    elif len(client.secret) >= 32:  # RFC 7518 §3.2: the key of HS256 has 256 bits at least
        read = verify(assertion, OctKey.import_key(client.secret), "HS256")
    if read is None:
        raise _refused()
    return read


def _refused() -> OAuthError:
    return OAuthError("invalid_client", "Invalid client or Invalid client credentials", 401)
