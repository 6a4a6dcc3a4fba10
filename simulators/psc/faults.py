"""What a Pro Santé Connect may do wrong, by name.

Switched on with `Realm.break_with`, off with `Realm.repair`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from simulators.psc.claims import JsonObject
from simulators.psc.tokens import SigningKey

Endpoint = Literal[
    "discovery",
    "authorization",
    "ciba",
    "token",
    "userinfo",
    "introspection",
    "certs",
    "revocation",
    "logout",
]


@dataclass(frozen=True, slots=True)
class Canned:
    """An answer given instead of the endpoint's own."""

    status: int
    body: bytes
    media_type: str = "application/json"


class PscFault:
    """One way to go wrong; a subclass overrides what it spoils."""

    def delay_s(self, endpoint: Endpoint) -> float:
        """Return the real seconds to wait before the endpoint answers."""
        return 0.0

    def instead(self, endpoint: Endpoint, count: int) -> Canned | None:
        """Return an answer that replaces the `count`-th of this endpoint (from 1) since the fault began."""
        return None

    def discovery(self, document: JsonObject) -> JsonObject:
        """Return the discovery document to serve."""
        return document

    def access_claims(self, claims: JsonObject) -> JsonObject:
        """Return the claims to sign in an access token."""
        return claims

    def id_claims(self, claims: JsonObject) -> JsonObject:
        """Return the claims to sign in an id_token."""
        return claims

    def signing_key(self, key: SigningKey, other: SigningKey) -> SigningKey:
        """Return the key to sign with; `other` is in no JWKS."""
        return key

    def callback(self, parameters: Mapping[str, str]) -> Mapping[str, str]:
        """Return the parameters to send back to the redirect_uri."""
        return parameters


@dataclass(frozen=True, slots=True)
class EndpointError(PscFault):
    """An endpoint answers 500 or 503, the first `times` times (for ever when None).

    Serves ECO.1.2.3: a technical error stays isolated and is told to the user.
    """

    status: int = 503
    endpoint: Endpoint = "token"
    times: int | None = None

    def instead(self, endpoint: Endpoint, count: int) -> Canned | None:
        """Return the error page."""
        if endpoint != self.endpoint or (self.times is not None and count > self.times):
            return None
        return Canned(self.status, b"<html><body>Service indisponible</body></html>", "text/html")


@dataclass(frozen=True, slots=True)
class RefreshRefused(PscFault):
    """Every exchange at the token endpoint is answered `invalid_grant`.

    Serves ECO.1.2.6 (IMAP and SMTP sessions end) without touching the session itself.
    """

    def instead(self, endpoint: Endpoint, count: int) -> Canned | None:
        """Return the refusal of OAuth 2.0."""
        body = b'{"error":"invalid_grant","error_description":"Token is not active"}'
        return Canned(400, body) if endpoint == "token" else None


@dataclass(frozen=True, slots=True)
class MalformedJson(PscFault):
    """An endpoint answers 200 with JSON cut in the middle. Serves ECO.1.2.3."""

    endpoint: Endpoint = "token"

    def instead(self, endpoint: Endpoint, count: int) -> Canned | None:
        """Return the cut document."""
        return Canned(200, b'{"access_token":"eyJhbGciOi') if endpoint == self.endpoint else None


@dataclass(frozen=True, slots=True)
class Slow(PscFault):
    """An endpoint takes `seconds` of real time to answer. Serves ECO.1.2.3."""

    seconds: float = 5.0
    endpoint: Endpoint = "token"

    def delay_s(self, endpoint: Endpoint) -> float:
        """Return the delay of the chosen endpoint."""
        return self.seconds if endpoint == self.endpoint else 0.0


@dataclass(frozen=True, slots=True)
class WrongSigningKey(PscFault):
    """Tokens are signed by a key that no JWKS holds: who validates them refuses (X-OPE-02, SC.PSC.01)."""

    def signing_key(self, key: SigningKey, other: SigningKey) -> SigningKey:
        """Return the foreign key."""
        return other


@dataclass(frozen=True, slots=True)
class DiscoveryLies(PscFault):
    """The discovery document announces another issuer (OpenID Connect Discovery §4.3: must be refused)."""

    issuer: str = "https://auth.attaquant.example/auth/realms/esante-wallet"

    def discovery(self, document: JsonObject) -> JsonObject:
        """Return the document with the foreign issuer."""
        return {**document, "issuer": self.issuer}


@dataclass(frozen=True, slots=True)
class ClockSkew(PscFault):
    """The provider's clock differs from the tenant's by `seconds` (positive: the provider is ahead)."""

    seconds: int = 300

    def access_claims(self, claims: JsonObject) -> JsonObject:
        """Return the claims with shifted instants."""
        return self._shift(claims)

    def id_claims(self, claims: JsonObject) -> JsonObject:
        """Return the claims with shifted instants."""
        return self._shift(claims)

    def _shift(self, claims: JsonObject) -> JsonObject:
        instants = ("iat", "exp", "auth_time")
        return {name: value + self.seconds if name in instants else value for name, value in claims.items()}


@dataclass(frozen=True, slots=True)
class StateChanged(PscFault):
    """The callback brings another `state` than the one sent (RFC 6749 §10.12: the client refuses it)."""

    def callback(self, parameters: Mapping[str, str]) -> Mapping[str, str]:
        """Return the callback with a foreign state."""
        return {**parameters, "state": "etat-dun-autre"}


@dataclass(frozen=True, slots=True)
class NonceChanged(PscFault):
    """The id_token bears another nonce (OpenID Connect Core §3.1.3.7: the client refuses it)."""

    def id_claims(self, claims: JsonObject) -> JsonObject:
        """Return the claims with a foreign nonce."""
        return {**claims, "nonce": "nonce-dun-autre"}


@dataclass(frozen=True, slots=True)
class AudienceChanged(PscFault):
    """The id_token is for another client (OpenID Connect Core §3.1.3.7: the client refuses it)."""

    def id_claims(self, claims: JsonObject) -> JsonObject:
        """Return the claims for a foreign client."""
        return {**claims, "aud": "un-autre-client", "azp": "un-autre-client"}
