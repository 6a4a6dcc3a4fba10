"""The values that a realm is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from simulators.journal import Actor


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long things live, in seconds of the tenant's clock (DOSSIER §5).

    Access token 2 minutes, refresh token 30 minutes (which is also the idle limit of the session), session
    4 hours. `code_s` (authorization code) is Keycloak's default and `ciba_s`, `ciba_interval_s` are those of
    the published CIBA exchange.
    """

    access_s: int = 120
    refresh_s: int = 1800
    session_s: int = 14_400
    code_s: int = 60
    ciba_s: int = 120
    ciba_interval_s: int = 1


@dataclass(frozen=True, slots=True)
class Strictness:
    """What the provider refuses beyond what it always refuses.

    Off by default, as on the real one: a request without `acr_values=eidas1` (SC.PSC.08), without
    `scope_all` (X-PSC-01), without PKCE or without `state` is served and journalled, so that the judge and
    not the provider says that it is wrong. `refresh_once` makes a refresh token die when it is used
    [inferred: Keycloak's default lets it live to its term].
    """

    acr_values: bool = False
    scope_all: bool = False
    pkce: bool = False
    state: bool = False
    refresh_once: bool = False


class Wallet(StrEnum):
    """What the simulated user does with a request of authentication (e-CPS or card)."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class WalletHabit:
    """The user's habit: `answer`, after `after_polls` looks at the request (CIBA polls, page reloads)."""

    answer: Wallet = Wallet.ACCEPT
    after_polls: int = 0

    def decide(self, polls: int) -> Wallet:
        """Return the answer given at the `polls`-th look, counted from 1."""
        return Wallet.PENDING if polls <= self.after_polls else self.answer


@dataclass(frozen=True, slots=True)
class Client:
    """A declared client: the product's server, or an operator that introspects tokens.

    `actor` is its name in the journal. `public_key_pem` allows `private_key_jwt`.
    """

    client_id: str
    secret: str
    redirect_uris: tuple[str, ...] = ()
    post_logout_uris: tuple[str, ...] = ()
    actor: Actor = "product"
    public_key_pem: str | None = None


@dataclass(frozen=True, slots=True)
class TokenVerdict:
    """What an operator learns of an access token.

    `reason` is None when accepted, else one of `malformed`, `bad-signature`, `wrong-issuer`, `wrong-type` (an
    id_token shown as an access token), `expired`, `revoked`, `unknown-session`. `ps_idnat` is given as soon
    as the signature is good.
    """

    accepted: bool
    ps_idnat: str | None = None
    reason: str | None = None


@dataclass(slots=True)
class Session:
    """A session of a professional with one client (SSO between clients is not simulated)."""

    sid: str
    ps_idnat: str
    client_id: str
    nonce: str | None
    started: datetime
    last_used: datetime
    refresh_dead: bool = False
    access_dead: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """An authorization code in waiting."""

    code: str
    client_id: str
    redirect_uri: str
    ps_idnat: str
    nonce: str | None
    challenge: str | None
    challenge_method: str
    issued: datetime


@dataclass(slots=True)
class CibaRequest:
    """A CIBA request in waiting."""

    auth_req_id: str
    client_id: str
    ps_idnat: str
    issued: datetime
    polls: int = 0
    last_poll: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token that was issued."""

    sid: str
    client_id: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class TokenSet:
    """What the token endpoint gives."""

    session: Session
    access_token: str
    refresh_token: str
    id_token: str
    access_s: int
    refresh_s: int


class OAuthError(Exception):
    """A refusal in OAuth 2.0 form (RFC 6749 §5.2): `error`, a sentence, the HTTP status."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a request, names and values as sent."""

    fields: tuple[tuple[str, str], ...] = field(default=())

    def get(self, name: str) -> str | None:
        """Return the value of `name`, None when it is absent or empty (RFC 6749 §3.1)."""
        return next((value for key, value in self.fields if key == name and value), None)

    def require(self, name: str) -> str:
        """Return the value of `name`; raises `OAuthError` when it is absent."""
        value = self.get(name)
        if value is None:
            raise OAuthError("invalid_request", f"Missing parameter: {name}")
        return value

    def refuse_repeated(self) -> None:
        """Raise `OAuthError` when a name comes twice (RFC 6749 §3.1 and §3.2)."""
        names = [key for key, _ in self.fields]
        if len(set(names)) != len(names):
            raise OAuthError("invalid_request", "duplicated parameter")
