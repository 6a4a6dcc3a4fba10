"""How the journal tells what a product sent to Pro Santé Connect: facts for the judge, no secrets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulators.http.journalling import Described, HttpRequest
from simulators.http.masking import basic_credentials
from simulators.journal import mask_secret
from simulators.psc import discovery
from simulators.psc.clients import method_of
from simulators.psc.model import Parameters
from simulators.psc.realm import Realm

_OPERATIONS: Mapping[str, str] = {
    f"{discovery.REALM_PATH}/.well-known/{discovery.DISCOVERY_NAME}": "discovery",
    discovery.WALLET_PATH: "authorization",
    f"{discovery.OIDC_PATH}/ext/ciba/auth": "ciba",
    f"{discovery.OIDC_PATH}/token": "token",
    f"{discovery.OIDC_PATH}/token/introspect": "introspection",
    f"{discovery.OIDC_PATH}/userinfo": "userinfo",
    f"{discovery.OIDC_PATH}/certs": "certs",
    f"{discovery.OIDC_PATH}/revoke": "revocation",
    f"{discovery.OIDC_PATH}/logout": "logout",
}
_KNOWN = frozenset(
    {
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "acr_values",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "prompt",
        "login_hint",
        "response_mode",
    }
)


def describe(request: HttpRequest, realm: Realm | None) -> Described:
    """Name a request and give its data; a path of no endpoint is a plain `request`."""
    operation = _OPERATIONS.get("/".join(request.path.split("/")[3:]))
    if operation is None:
        return Described()
    parameters = Parameters(tuple(request.parameters))
    client_id = _client_id(request, parameters)
    teller = _TELLERS.get(operation)
    text, data = teller(request, parameters) if teller else ("", {})
    client = realm.clients.get(client_id) if realm and client_id else None
    source = client.actor if client else "product"
    facts = {"client_id": client_id, **data} if operation not in ("discovery", "certs") else data
    return Described(f"{operation}-", text and f"{request.method} {text}", facts, source)


def _authorization(_: HttpRequest, parameters: Parameters) -> tuple[str, dict[str, Any]]:
    scope, acr = parameters.get("scope"), parameters.get("acr_values")
    state, nonce = parameters.get("state"), parameters.get("nonce")
    data = {
        "response_type": parameters.get("response_type"),
        "redirect_uri": parameters.get("redirect_uri"),
        "scope": scope.split() if scope else [],
        "acr_values": acr.split() if acr else [],
        "state": mask_secret(state, "state") if state else None,
        "nonce": mask_secret(nonce, "nonce") if nonce else None,
        "code_challenge_method": parameters.get("code_challenge_method"),
        "pkce": parameters.get("code_challenge") is not None,
        "others": sorted({name for name, _ in parameters.fields} - _KNOWN),
    }
    pkce = data["code_challenge_method"] or ("plain" if data["pkce"] else "sans PKCE")
    return f"/auth scope={scope or '–'} acr_values={acr or '–'} ({pkce})", data


def _token(request: HttpRequest, parameters: Parameters) -> tuple[str, dict[str, Any]]:
    grant = parameters.get("grant_type")
    data = {
        "grant_type": grant,
        "redirect_uri": parameters.get("redirect_uri"),
        "client_authentication": method_of(request.headers, parameters),
        "code_verifier": parameters.get("code_verifier") is not None,
        "secret_in_query": "client_secret=" in request.query,
    }
    for name, kind in (("code", "code"), ("refresh_token", "jeton"), ("auth_req_id", "demande CIBA")):
        value = parameters.get(name)
        if value:
            data[name] = mask_secret(value, kind)
    return f"/token grant_type={(grant or '–')[:60]}", data


def _ciba(request: HttpRequest, parameters: Parameters) -> tuple[str, dict[str, Any]]:
    message = parameters.get("binding_message")
    scope, acr = parameters.get("scope"), parameters.get("acr_values")
    data = {
        "scope": scope.split() if scope else [],
        "acr_values": acr.split() if acr else [],
        "login_hint": parameters.get("login_hint"),
        "binding_message": message,
        "client_authentication": method_of(request.headers, parameters),
    }
    return f"/ext/ciba/auth login_hint={data['login_hint'] or '–'}", data


def _bearer(request: HttpRequest, parameters: Parameters) -> tuple[str, dict[str, Any]]:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    shown = mask_secret(token.strip()) if token else None
    return f"/userinfo {shown or 'sans jeton'}", {"scheme": scheme or None, "token": shown}


def _presented(request: HttpRequest, parameters: Parameters) -> tuple[str, dict[str, Any]]:
    token = parameters.get("token")
    shown = mask_secret(token) if token else None
    data = {"token": shown, "client_authentication": method_of(request.headers, parameters)}
    return f"{request.path.rpartition('/')[2]} {shown or 'sans jeton'}", data


def _logout(_: HttpRequest, parameters: Parameters) -> tuple[str, dict[str, Any]]:
    data = {
        "id_token_hint": parameters.get("id_token_hint") is not None,
        "refresh_token": parameters.get("refresh_token") is not None,
        "post_logout_redirect_uri": parameters.get("post_logout_redirect_uri"),
    }
    return "/logout", data


_TELLERS: Mapping[str, Callable[[HttpRequest, Parameters], tuple[str, dict[str, Any]]]] = {
    "authorization": _authorization,
    "token": _token,
    "ciba": _ciba,
    "userinfo": _bearer,
    "introspection": _presented,
    "revocation": _presented,
    "logout": _logout,
}


def _client_id(request: HttpRequest, parameters: Parameters) -> str | None:
    basic = basic_credentials(request.headers.get("authorization", ""))
    return basic[0] if basic else parameters.get("client_id")
