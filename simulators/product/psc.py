"""Pro Santé Connect as the product uses it: sign-in, renewal, identity, sign-out.

Authorization code with PKCE through an external browser (here an HTTP client that follows the redirections,
since the simulated wallet accepts on its own), or CIBA in poll mode. Tokens live in this object only
(ECO.1.2.5).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from simulators.clock import Clock
from simulators.product.behaviour import Behaviour
from simulators.product.deadline import Deadline
from simulators.product.errors import AuthenticationFailed, Failed
from simulators.product.idtoken import check_id_token
from simulators.product.settings import PscSettings
from simulators.product.web import Response, Web

REFRESH_MARGIN = timedelta(seconds=10)
"""How long before its end the access token (2 minutes) is renewed; a short one at 3/4 of its life."""
RETRY_AFTER = timedelta(seconds=5)
"""Pause after a renewal that failed for another reason than the end of the session."""
MAX_REDIRECTIONS = 10
CIBA_GRANT = "urn:openid:params:grant-type:ciba"
LONGEST_CIBA_INTERVAL_S = 5.0


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the token endpoint gave, with the instants at which it dies."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    id_token: str = field(repr=False)
    renew_at: datetime
    expires: datetime
    refresh_expires: datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is signed in, as shown to the user (X-PSC-03: SubjectNameID)."""

    ps_idnat: str
    family: str
    given: str


class PscEnded(AuthenticationFailed):
    """The refresh token is no longer valid: the PSC session is over (ECO.1.2.6)."""


class PscSession:
    """One signed-in professional."""

    def __init__(self, settings: PscSettings, web: Web, clock: Clock, behaviour: Behaviour) -> None:
        self._settings = settings
        self._web = web
        self._clock = clock
        self._behaviour = behaviour
        self._endpoints: Mapping[str, Any] = {}
        self._tokens: Tokens | None = None
        self._not_before: datetime | None = None
        self.identity: Identity | None = None

    @property
    def open(self) -> bool:
        """Whether someone is signed in."""
        return self._tokens is not None

    @property
    def renew_at(self) -> datetime | None:
        """When the access token is to be renewed; None when signed out."""
        if self._tokens is None:
            return None
        return max(self._tokens.renew_at, self._not_before or self._tokens.renew_at)

    def sign_in(self, deadline: Deadline) -> None:
        """Sign in; raises `AuthenticationFailed` or `Failed`."""
        self._not_before = None
        self._discover(deadline)
        nonce = secrets.token_urlsafe(24) if self._behaviour.psc_nonce else None
        if self._settings.mode == "ciba":
            answer, nonce = self._by_ciba(deadline), None
        else:
            answer = self._by_code(nonce, deadline)
        tokens = self._accept(answer)
        keys = self._get(self._endpoint("jwks_uri"), deadline).json()
        claims = check_id_token(
            tokens.id_token,
            keys,
            issuer=self._settings.issuer,
            audience=self._settings.client_id,
            nonce=nonce,
            now=self._clock.now(),
        )
        self.identity = self._read_identity(tokens, str(claims.get("sub")), deadline)
        self._tokens = tokens

    def access_token(self, deadline: Deadline) -> str:
        """Return an access token that has not expired, renewing it when its end is near.

        Raises `PscEnded` when Pro Santé Connect renews it no more, `Failed` when it cannot be renewed now.
        """
        if self._tokens is None:
            self.sign_in(deadline)
        try:
            self.renew_if_due(deadline)
        except PscEnded:
            raise
        except Failed:
            if self._expired():
                raise
        if self._tokens is None:
            raise PscEnded("La session Pro Santé Connect est terminée : reconnectez-vous.")
        if self._expired():
            raise Failed("Le jeton Pro Santé Connect a expiré et n'a pas été renouvelé. Réessayez plus tard.")
        return self._tokens.access

    def renew_if_due(self, deadline: Deadline, *, idle: bool = True) -> None:
        """Renew the access token when its time has come; raises `PscEnded`, or `Failed` to retry later.

        `idle` says that no session is open, which only a variant minds.
        """
        tokens = self._tokens
        now = self._clock.now()
        due = self.renew_at
        if tokens is None or due is None or now < due:
            return
        self._not_before = now + RETRY_AFTER
        if now >= tokens.refresh_expires:
            self._end()
        if idle and self._behaviour.psc_refresh == "with-session":
            return
        answer = self._token_request(
            {"grant_type": "refresh_token", "refresh_token": tokens.refresh}, deadline
        )
        if answer.status != 200:
            if _oauth_error(answer) == "invalid_grant":
                self._end()
            raise Failed(
                f"Pro Santé Connect n'a pas renouvelé le jeton (réponse {answer.status}). "
                "Réessayez plus tard."
            )
        self._tokens = self._accept(answer, tokens)
        self._not_before = None

    def sign_out(self, deadline: Deadline) -> None:
        """Close the PSC session (SC.SSI/IE.38): logout at the provider, then forget the tokens."""
        tokens, self._tokens = self._tokens, None
        self.identity = None
        if tokens is None or not self._behaviour.psc_logout:
            return
        self._web.request(
            "POST",
            self._endpoint("end_session_endpoint"),
            deadline,
            headers=self._client_authentication(),
            form={
                "client_id": self._settings.client_id,
                "refresh_token": tokens.refresh,
                "id_token_hint": tokens.id_token,
            },
        )

    def _expired(self) -> bool:
        if self._tokens is None or self._clock.now() < self._tokens.expires:
            return False
        return self._behaviour.psc_refresh == "always"

    def _end(self) -> None:
        if not self._behaviour.ends_with_refresh_token:
            raise Failed("Le jeton Pro Santé Connect n'est plus renouvelé.")
        self._tokens = None
        self.identity = None
        raise PscEnded(
            "La session Pro Santé Connect est terminée : la messagerie a été déconnectée. Reconnectez-vous."
        )

    def _discover(self, deadline: Deadline) -> None:
        document = self._get(self._settings.discovery, deadline).json()
        if document.get("issuer") != self._settings.issuer:
            raise AuthenticationFailed(
                "Le document de découverte de Pro Santé Connect annonce un autre émetteur que prévu."
            )
        self._endpoints = document

    def _endpoint(self, name: str) -> str:
        value = self._endpoints.get(name)
        if not isinstance(value, str) or urlsplit(value).scheme != "https":
            raise Failed(f"Le document de découverte de Pro Santé Connect ne donne pas {name} en HTTPS.")
        return value

    def _by_code(self, nonce: str | None, deadline: Deadline) -> Response:
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
        state = secrets.token_urlsafe(24) if self._behaviour.psc_state else None
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._settings.redirect_uri,
            "scope": self._behaviour.psc_scope,
            "acr_values": self._behaviour.psc_acr,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        start = self._endpoint("authorization_endpoint")
        if self._behaviour.psc_implicit_first:
            self._try_implicit(f"{start}?{_query({**query, 'response_type': 'token'})}", deadline)
        back = self._browse(f"{start}{'&' if '?' in start else '?'}{_query(query)}", deadline)
        if state is not None and back.get("state") != state:
            raise AuthenticationFailed(
                "Réponse de Pro Santé Connect refusée : elle n'est pas à notre demande."
            )
        if "code" not in back:
            raise AuthenticationFailed(
                f"Pro Santé Connect n'a pas ouvert la session ({back.get('error', 'sans motif')})."
            )
        return self._token_request(
            {
                "grant_type": "authorization_code",
                "code": back["code"],
                "redirect_uri": self._settings.redirect_uri,
                "code_verifier": verifier,
            },
            deadline,
        )

    def _try_implicit(self, url: str, deadline: Deadline) -> None:
        """Ask for the token itself, as the variant does before it falls back to the code."""
        with contextlib.suppress(Failed):
            self._browse(url, deadline)

    def _browse(self, url: str, deadline: Deadline) -> dict[str, str]:
        """Do what the user's browser does, until it is sent back to the product; return the query."""
        for _ in range(MAX_REDIRECTIONS):
            answer = self._web.request("GET", url, deadline)
            target = answer.headers.get("location")
            if answer.status not in (302, 303, 307) or target is None:
                raise AuthenticationFailed(
                    f"Pro Santé Connect n'a pas terminé la connexion (réponse {answer.status})."
                )
            url = urljoin(url, target)
            if url.split("?")[0] == self._settings.redirect_uri.split("?")[0]:
                return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        raise AuthenticationFailed("Pro Santé Connect redirige sans fin.")

    def _by_ciba(self, deadline: Deadline) -> Response:
        request = {
            "scope": self._behaviour.psc_scope,
            "acr_values": self._behaviour.psc_acr,
            "login_hint": self._settings.ps_idnat,
            "binding_message": f"{secrets.randbelow(100):02d}",
            "client_id": self._settings.client_id,
        }
        started = self._web.request(
            "POST",
            self._endpoint("backchannel_authentication_endpoint"),
            deadline,
            headers=self._client_authentication(),
            form={name: value for name, value in request.items() if value is not None},
        )
        if started.status != 200:
            raise AuthenticationFailed(f"Pro Santé Connect refuse la demande CIBA ({_oauth_error(started)}).")
        begun = started.json()
        interval = _seconds(begun.get("interval"), 1.0)
        pause = threading.Event()
        while True:
            answer = self._token_request(
                {"grant_type": CIBA_GRANT, "auth_req_id": str(begun.get("auth_req_id"))}, deadline
            )
            if answer.status == 200 or _oauth_error(answer) not in ("authorization_pending", "slow_down"):
                return answer
            pause.wait(min(interval, LONGEST_CIBA_INTERVAL_S, deadline.remaining()))

    def _token_request(self, form: Mapping[str, str], deadline: Deadline) -> Response:
        return self._web.request(
            "POST",
            self._endpoint("token_endpoint"),
            deadline,
            headers=self._client_authentication(),
            form={**form, "client_id": self._settings.client_id},
        )

    def _accept(self, answer: Response, before: Tokens | None = None) -> Tokens:
        if answer.status != 200:
            raise AuthenticationFailed(
                f"Pro Santé Connect refuse la connexion ({_oauth_error(answer) or answer.status})."
            )
        told = answer.json()
        access = told.get("access_token")
        if not isinstance(access, str) or not access.isascii() or not access or len(access) > 16_384:
            raise AuthenticationFailed("Pro Santé Connect n'a pas donné de jeton d'accès utilisable.")
        now = self._clock.now()
        life = timedelta(seconds=_seconds(told.get("expires_in"), 120.0))
        return Tokens(
            access=access,
            refresh=str(told.get("refresh_token") or (before.refresh if before else "")),
            id_token=str(told.get("id_token") or (before.id_token if before else "")),
            renew_at=now + max(life - REFRESH_MARGIN, life * 0.75),
            expires=now + life,
            refresh_expires=now + timedelta(seconds=_seconds(told.get("refresh_expires_in"), 1800.0)),
        )

    def _read_identity(self, tokens: Tokens, subject: str, deadline: Deadline) -> Identity:
        answer = self._web.request(
            "GET",
            self._endpoint("userinfo_endpoint"),
            deadline,
            headers={"authorization": f"Bearer {tokens.access}"},
        )
        if answer.status != 200:
            raise AuthenticationFailed(
                f"Pro Santé Connect ne donne pas l'identité (réponse {answer.status})."
            )
        told = answer.json()
        if told.get("sub") != subject:
            raise AuthenticationFailed("L'identité donnée par Pro Santé Connect est celle d'un autre.")
        who = told.get(self._behaviour.identity_claim)
        if not isinstance(who, str) or not who:
            raise AuthenticationFailed(
                "Pro Santé Connect n'a pas donné l'identifiant national du professionnel (SubjectNameID)."
            )
        return Identity(who, str(told.get("family_name", "")), str(told.get("given_name", "")))

    def _get(self, url: str, deadline: Deadline) -> Response:
        answer = self._web.request("GET", url, deadline)
        if answer.status != 200:
            raise Failed(f"Pro Santé Connect ne répond pas comme attendu (réponse {answer.status}).")
        return answer

    def _client_authentication(self) -> dict[str, str]:
        pair = f"{self._settings.client_id}:{self._settings.client_secret}".encode()
        return {"authorization": "Basic " + base64.b64encode(pair).decode("ascii")}


def _query(parameters: Mapping[str, str | None]) -> str:
    return urlencode({name: value for name, value in parameters.items() if value is not None})


def _oauth_error(answer: Response) -> str:
    try:
        return str(answer.json().get("error", ""))[:200]
    except Failed:
        return ""


def _seconds(value: object, default: float) -> float:
    """Return a duration told by a server, kept within a day."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value == value:  # noqa: PLR0124
        return min(max(float(value), 0.0), 86_400.0)
    return default
