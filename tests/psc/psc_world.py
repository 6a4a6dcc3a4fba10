"""A Pro Santé Connect on loopback with one tenant, and a small client to speak to it."""

from __future__ import annotations

import base64
import random
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from simulators.clock import FrozenClock
from simulators.journal import Journal
from simulators.people import PeopleGenerator, Professional
from simulators.psc import Client, ProSanteConnect, Realm
from simulators.psc.tokens import SigningKey, s256

CLIENT = Client(
    "lps-de-test", "secret-de-test", ("https://editeur.example/retour",), ("https://editeur.example/",)
)
OPERATOR = Client("operateur-de-test", "secret-operateur", actor="operator")
VERIFIER = "v" * 43
GENERATOR = PeopleGenerator(random.Random(2))
PEOPLE = (GENERATOR.professional(), GENERATOR.professional(profession="60"))
KEY, OTHER_KEY = SigningKey(), SigningKey()


@dataclass
class World:
    """One tenant `t1` and the means to call its endpoints."""

    psc: ProSanteConnect
    realm: Realm
    clock: FrozenClock
    journal: Journal
    http: httpx.Client
    people: list[Professional]
    tenant: str = "t1"
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def person(self) -> Professional:
        return self.people[0]

    def discover(self) -> dict[str, Any]:
        document: dict[str, Any] = self.http.get(self.psc.discovery_url(self.tenant)).json()
        return document

    def ask(self, **changes: str | None) -> httpx.Response:
        parameters = {
            "response_type": "code",
            "client_id": CLIENT.client_id,
            "redirect_uri": CLIENT.redirect_uris[0],
            "scope": "openid scope_all",
            "acr_values": "eidas1",
            "state": "etat",
            "nonce": "nonce",
            "code_challenge": s256(VERIFIER),
            "code_challenge_method": "S256",
            **changes,
        }
        kept = {name: value for name, value in parameters.items() if value is not None}
        return self.http.get(self.metadata["authorization_endpoint"], params=kept)

    def code(self, **changes: str | None) -> str:
        return returned(self.ask(**changes))["code"]

    def token(self, client: Client = CLIENT, **form: str) -> httpx.Response:
        return self.http.post(
            self.metadata["token_endpoint"], data=form, auth=(client.client_id, client.secret)
        )

    def redeem(self, code: str, **changes: str) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CLIENT.redirect_uris[0],
            "code_verifier": VERIFIER,
            **changes,
        }
        return self.token(**{name: value for name, value in form.items() if value})

    def sign_in(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.redeem(self.code()).json()
        return answer

    def refresh(self, refresh_token: str) -> httpx.Response:
        return self.token(grant_type="refresh_token", refresh_token=refresh_token)

    def userinfo(self, access_token: str) -> httpx.Response:
        return self.http.get(
            self.metadata["userinfo_endpoint"], headers={"Authorization": f"Bearer {access_token}"}
        )

    def introspect(self, token: str, client: Client = OPERATOR) -> httpx.Response:
        return self.http.post(
            self.metadata["introspection_endpoint"],
            data={"token": token},
            auth=(client.client_id, client.secret),
        )


def returned(answer: httpx.Response) -> dict[str, str]:
    """The parameters of a callback."""
    assert answer.status_code == 302, (answer.status_code, answer.text)
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def error_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and OAuth error of an answer."""
    return answer.status_code, answer.json()["error"]


def payload(token: str) -> dict[str, Any]:
    """The claims of a JWT, unverified."""
    import json

    segment = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    return claims


def open_world(run: Any, journal: Journal, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext) -> World:
    psc = ProSanteConnect(
        journal=journal, rng=random.Random(1), ssl_context=server_tls, key=KEY, other_key=OTHER_KEY
    )
    run(psc.start())
    clock = FrozenClock()
    people = list(PEOPLE)
    realm = psc.add_tenant("t1", clock=clock, people=people, clients=[CLIENT, OPERATOR])
    world = World(psc, realm, clock, journal, httpx.Client(verify=client_tls), people)
    world.metadata = world.discover()
    return world
