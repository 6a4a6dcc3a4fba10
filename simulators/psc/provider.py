"""The provider: one HTTPS host for the space, one realm per tenant under `/t/<tenant>/`."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope

from simulators.clock import Clock
from simulators.http.host import HttpHost, TlsFailure
from simulators.http.journalling import ANSWER_DATA, Described, HttpRequest, JournalMiddleware
from simulators.http.masking import fields_of
from simulators.journal import Journal
from simulators.people import Professional
from simulators.psc import backchannel, discovery
from simulators.psc.authorization import authorize
from simulators.psc.faults import Endpoint
from simulators.psc.journalled import describe
from simulators.psc.model import (
    Client,
    Lifetimes,
    OAuthError,
    Parameters,
    Strictness,
    TokenVerdict,
    WalletHabit,
)
from simulators.psc.realm import Realm
from simulators.psc.replies import Reply, document, refusal
from simulators.psc.tokens import SigningKey

MAX_BODY_OCTETS = 256 * 1024


class ProSanteConnect:
    """Pro Santé Connect of the whole space.

    `ssl_context` carries a certificate for `host` (the name in the issuer), normally `localhost`. All is
    journalled under the tenant, protocol `oauth`, as `<operation>-request` and `<operation>-response` with
    the operations `discovery`, `authorization`, `ciba`, `token`, `userinfo`, `introspection`, `certs`,
    `revocation` and `logout`. State may be read and changed from any thread. `key` signs the tokens of all
    tenants and `other_key` those of the faults about signatures; both are made (0.1 s each) when not given.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        rng: random.Random,
        ssl_context: ssl.SSLContext | None,
        clock: Clock | None = None,
        host: str = "localhost",
        address: str = "127.0.0.1",
        port: int = 0,
        on_tls_failure: TlsFailure | None = None,
        key: SigningKey | None = None,
        other_key: SigningKey | None = None,
    ) -> None:
        self._rng = rng
        self._host_name = host
        self._realms: dict[str, Realm] = {}
        self._key = key or SigningKey()
        self._other_key = other_key or SigningKey()
        app = JournalMiddleware(
            self._application(),
            journal=journal,
            server="psc",
            protocol="oauth",
            tenant_of=_tenant_of,
            describe=self._describe,
        )
        self._http = HttpHost(
            app,
            address=address,
            port=port,
            ssl_context=ssl_context,
            clock=clock,
            max_body=MAX_BODY_OCTETS,
            on_tls_failure=on_tls_failure,
        )

    # Life

    def reserve(self) -> int:
        """Bind the port, which the issuers need, and return it."""
        return self._http.reserve()

    async def start(self) -> int:
        """Serve; return the port."""
        return await self._http.start()

    async def stop(self) -> None:
        """Stop serving and close every connection."""
        await self._http.stop()

    # Tenants

    def add_tenant(
        self,
        tenant: str,
        *,
        clock: Clock,
        people: Iterable[Professional] = (),
        clients: Iterable[Client] = (),
        lifetimes: Lifetimes | None = None,
        strictness: Strictness | None = None,
        wallet: WalletHabit | None = None,
        token_octets: int | None = None,
    ) -> Realm:
        """Open the realm of a tenant and return it. The port must be known (`reserve` or `start`)."""
        realm = Realm(
            discovery.issuer_of(self._base(tenant)),
            clock=clock,
            rng=random.Random(self._rng.getrandbits(64)),  # noqa: S311 - tokens of a test space, reproducible
            key=self._key,
            other_key=self._other_key,
            people=people,
            clients=clients,
            lifetimes=lifetimes,
            strictness=strictness,
            wallet=wallet,
            token_octets=token_octets,
        )
        self._realms[tenant] = realm
        return realm

    def remove_tenant(self, tenant: str) -> None:
        """Forget a tenant; its paths are 404 from now on."""
        self._realms.pop(tenant, None)

    def realm(self, tenant: str) -> Realm:
        """Return the realm of a tenant; raises `KeyError`."""
        return self._realms[tenant]

    def issuer(self, tenant: str) -> str:
        """Return the issuer URL of a tenant."""
        return discovery.issuer_of(self._base(tenant))

    def discovery_url(self, tenant: str) -> str:
        """Return where the discovery document of a tenant is."""
        return f"{self.issuer(tenant)}/.well-known/{discovery.DISCOVERY_NAME}"

    def check_token(self, tenant: str, token: str) -> TokenVerdict:
        """Judge an access token for an operator, without HTTP."""
        return self.realm(tenant).check(token)

    def revoke_session(self, tenant: str, ps_idnat: str, *, access_tokens: bool = True) -> int:
        """End the sessions of a professional; a later refresh is answered 400 `invalid_grant`."""
        return self.realm(tenant).revoke_sessions(ps_idnat, access_tokens=access_tokens)

    def issue_token(self, tenant: str, ps_idnat: str, **options: Any) -> str:
        """Return an access token made by hand; see `Realm.issue_token` for the options."""
        return self.realm(tenant).issue_token(ps_idnat, **options)

    # HTTP

    def _base(self, tenant: str) -> str:
        return discovery.tenant_base(f"{self._http.scheme}://{self._host_name}:{self._http.port}", tenant)

    def _describe(self, request: HttpRequest) -> Described:
        tenant = _tenant_in(request.path)
        return describe(request, self._realms.get(tenant or ""))

    def _application(self) -> Starlette:
        oidc = f"/t/{{tenant}}/{discovery.OIDC_PATH}"
        both = ["GET", "POST"]
        return Starlette(
            routes=[
                Route(
                    f"/t/{{tenant}}/{discovery.REALM_PATH}/.well-known/{discovery.DISCOVERY_NAME}",
                    self._endpoint("discovery"),
                ),
                Route(
                    f"/t/{{tenant}}/{discovery.WALLET_PATH}", self._endpoint("authorization"), methods=both
                ),
                Route(f"{oidc}/ext/ciba/auth", self._endpoint("ciba"), methods=["POST"]),
                Route(f"{oidc}/token", self._endpoint("token"), methods=["POST"]),
                Route(f"{oidc}/token/introspect", self._endpoint("introspection"), methods=["POST"]),
                Route(f"{oidc}/userinfo", self._endpoint("userinfo"), methods=both),
                Route(f"{oidc}/certs", self._endpoint("certs")),
                Route(f"{oidc}/revoke", self._endpoint("revocation"), methods=["POST"]),
                Route(f"{oidc}/logout", self._endpoint("logout"), methods=both),
            ]
        )

    def _endpoint(self, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            tenant = request.path_params["tenant"]
            realm = self._realms.get(tenant)
            if realm is None:
                return Response("Realm does not exist", 404)
            for fault in realm.faults:
                await asyncio.sleep(fault.delay_s(endpoint))
            canned = realm.instead(endpoint)
            if canned is not None:
                request.scope[ANSWER_DATA] = {"fault": True}
                return Response(canned.body, canned.status, media_type=canned.media_type)
            parameters = await _parameters(request)
            reply = _reply(endpoint, realm, request, parameters, self._base(tenant))
            request.scope[ANSWER_DATA] = dict(reply.note)
            return Response(reply.body, reply.status, dict(reply.headers), reply.media_type)

        return handle


def _reply(endpoint: Endpoint, realm: Realm, request: Request, parameters: Parameters, base: str) -> Reply:
    try:
        match endpoint:
            case "discovery":
                served = discovery.discovery_document(base)
                for fault in realm.faults:
                    served = fault.discovery(served)
                return document(served)
            case "authorization":
                return authorize(realm, parameters)
            case "certs":
                return backchannel.certs(realm)
            case _:
                return _BACKCHANNEL[endpoint](realm, request.headers, parameters)
    except OAuthError as error:
        return refusal(error)


_BACKCHANNEL: Mapping[Endpoint, Callable[[Realm, Mapping[str, str], Parameters], Reply]] = {
    "ciba": backchannel.ciba,
    "token": backchannel.token,
    "userinfo": backchannel.userinfo,
    "introspection": backchannel.introspection,
    "revocation": backchannel.revocation,
    "logout": backchannel.logout,
}


async def _parameters(request: Request) -> Parameters:
    """Return the query of a GET, the form of a POST (never its query: RFC 6749 §2.3.1)."""
    if request.method == "GET":
        return Parameters(tuple(fields_of(request.url.query)))
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if kind != "application/x-www-form-urlencoded":
        return Parameters()
    return Parameters(tuple(fields_of(body.decode("utf-8", "replace"))))


def _tenant_in(path: str) -> str | None:
    parts = path.split("/", 3)
    return parts[2] if len(parts) > 2 and parts[1] == "t" else None


def _tenant_of(scope: Scope) -> str | None:
    return _tenant_in(scope["path"])
