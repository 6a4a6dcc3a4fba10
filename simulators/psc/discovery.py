"""Where the endpoints of a realm are, and the discovery document that says so (DOSSIER §5.1)."""

from __future__ import annotations

from simulators.psc.claims import JsonObject

REALM_PATH = "auth/realms/esante-wallet"
OIDC_PATH = f"{REALM_PATH}/protocol/openid-connect"
WALLET_PATH = "wallet/auth"
"""On the real one the wallet is another host (`wallet.…/auth`); here it is another path."""
DISCOVERY_NAME = "wallet-openid-configuration"

CLIENT_AUTHENTICATION = ("client_secret_basic", "client_secret_post", "private_key_jwt", "client_secret_jwt")
"""What is really served. The real one lists `tls_client_auth` too, which needs a declared certificate."""
GRANT_TYPES = ("authorization_code", "refresh_token", "urn:openid:params:grant-type:ciba")
SCOPES = ("openid", "scope_all", "identity", "rpps", "profile")


def tenant_base(origin: str, tenant: str) -> str:
    """Return the base URL of a tenant under `origin` (`https://localhost:<port>`)."""
    return f"{origin}/t/{tenant}"


def issuer_of(base: str) -> str:
    """Return the issuer of the tenant at `base`."""
    return f"{base}/{REALM_PATH}"


def discovery_document(base: str) -> JsonObject:
    """Return the document of `/.well-known/wallet-openid-configuration`.

    `acr_values_supported` is the useless `["0", "0"]` of the real one.
    """
    oidc = f"{base}/{OIDC_PATH}"
    return {
        "issuer": issuer_of(base),
        "authorization_endpoint": f"{base}/{WALLET_PATH}",
        "token_endpoint": f"{oidc}/token",
        "introspection_endpoint": f"{oidc}/token/introspect",
        "userinfo_endpoint": f"{oidc}/userinfo",
        "end_session_endpoint": f"{oidc}/logout",
        "jwks_uri": f"{oidc}/certs",
        "revocation_endpoint": f"{oidc}/revoke",
        "backchannel_authentication_endpoint": f"{oidc}/ext/ciba/auth",
        "backchannel_token_delivery_modes_supported": ["poll"],
        "grant_types_supported": list(GRANT_TYPES),
        "acr_values_supported": ["0", "0"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": list(CLIENT_AUTHENTICATION),
        "introspection_endpoint_auth_methods_supported": list(CLIENT_AUTHENTICATION),
        "revocation_endpoint_auth_methods_supported": list(CLIENT_AUTHENTICATION),
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "HS256"],
        "scopes_supported": list(SCOPES),
        "code_challenge_methods_supported": ["plain", "S256"],
        "tls_client_certificate_bound_access_tokens": True,
    }
