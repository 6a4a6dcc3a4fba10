"""The wallet: the authorization endpoint of the code flow."""

from __future__ import annotations

from urllib.parse import urlencode

from simulators.psc.model import Client, OAuthError, Parameters, Wallet
from simulators.psc.realm import Realm
from simulators.psc.replies import Reply, page, redirect

METHODS = ("plain", "S256")
LEVEL_ASKED = "eidas1"


def authorize(realm: Realm, parameters: Parameters) -> Reply:
    """Answer an authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2).

    An unknown client or redirect_uri gives a page, for the user is never sent to an address that nobody
    declared; every other refusal goes back to the client.
    """
    try:
        parameters.refuse_repeated()
        redirect_uri = _declared_redirect(realm, parameters)
    except OAuthError as refusal:
        return page(400, "Nous sommes désolés…", refusal)
    state = parameters.get("state")
    try:
        challenge, method = _check(realm, parameters)
        match realm.look_at_page(_page_key(parameters)):
            case Wallet.PENDING:
                return page(200, "Validez la demande dans votre application e-CPS", refresh_s=1)
            case Wallet.REFUSE:
                raise OAuthError("access_denied", "The end-user refused the authentication")
            case Wallet.ACCEPT:
                code = realm.issue_code(
                    client_id=parameters.require("client_id"),
                    redirect_uri=redirect_uri,
                    nonce=parameters.get("nonce"),
                    challenge=challenge,
                    challenge_method=method,
                )
        given: dict[str, str] = {"code": code}
        error = None
    except OAuthError as refusal:
        given = {"error": refusal.error, "error_description": refusal.description}
        error = refusal
    if state is not None:
        given["state"] = state
    for fault in realm.faults:
        given = dict(fault.callback(given))
    joint = "&" if "?" in redirect_uri else "?"
    return redirect(f"{redirect_uri}{joint}{urlencode(given)}", error)


def _declared_redirect(realm: Realm, parameters: Parameters) -> str:
    client: Client | None = realm.clients.get(parameters.get("client_id") or "")
    if client is None:
        raise OAuthError("unauthorized_client", "Client introuvable")
    redirect_uri = parameters.get("redirect_uri")
    if redirect_uri is None or redirect_uri not in client.redirect_uris:
        raise OAuthError("invalid_request", "Paramètre invalide : redirect_uri")
    return redirect_uri


def _check(realm: Realm, parameters: Parameters) -> tuple[str | None, str]:
    """Return the PKCE challenge and its method; raises `OAuthError`."""
    strict = realm.strictness
    if parameters.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "response_type must be code")
    scope = (parameters.get("scope") or "").split()
    if "openid" not in scope or (strict.scope_all and "scope_all" not in scope):
        raise OAuthError("invalid_scope", "scope must be: openid scope_all")
    if strict.acr_values and LEVEL_ASKED not in (parameters.get("acr_values") or "").split():
        raise OAuthError("invalid_request", f"Missing parameter: acr_values={LEVEL_ASKED}")
    if strict.state and parameters.get("state") is None:
        raise OAuthError("invalid_request", "Missing parameter: state")
    challenge = parameters.get("code_challenge")
    method = parameters.get("code_challenge_method") or "plain"
    if challenge is None:
        if strict.pkce or parameters.get("code_challenge_method"):
            raise OAuthError("invalid_request", "Missing parameter: code_challenge")
    elif method not in METHODS:
        raise OAuthError("invalid_request", "Invalid parameter: code_challenge_method")
    elif not 43 <= len(challenge) <= 128:  # RFC 7636 §4.2
        raise OAuthError("invalid_request", "Invalid parameter: code_challenge")
    return challenge, method


def _page_key(parameters: Parameters) -> str:
    """One page of one user: the same request when the browser reloads it."""
    return urlencode(parameters.fields)
