"""A small world around the product: PKI and Pro Santé Connect of the space, scripted operators."""

from __future__ import annotations

import random
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from product_fakes import Operator, Script, imap, server_context, smtp
from starlette.types import ASGIApp, Receive, Scope, Send

from simulators.clock import SimulatedClock
from simulators.http.host import HttpHost
from simulators.journal import Journal
from simulators.loop import LoopThread
from simulators.people import Professional, Structure
from simulators.pki import POLICY_ELEMENTAIRE_ORGANISATIONS, Pki, ServerFlavour, authorities, revocation_app
from simulators.product import Behaviour, Product
from simulators.psc import Client, ProSanteConnect

PS = "899700366240"
DOCTOR = Professional(
    PS,
    "MARTIN",
    "Jeanne",
    "MME",
    "DR",
    "10",
    "SM54",
    Structure("0B0172805", "CH Test", "SA01", "1", "rue du Test", "75001", "Paris", "75101"),
)
REDIRECT = "http://127.0.0.1:9/retour"


class _Late:
    app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@dataclass
class World:
    """What outlives a test."""

    loop: LoopThread
    folder: Path
    journal: Journal
    clock: SimulatedClock
    pki: Pki
    psc: ProSanteConnect


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    loop, journal, clock, late = LoopThread(), Journal(folder), SimulatedClock(), _Late()

    async def start() -> tuple[HttpHost, Pki, ProSanteConnect]:
        host = HttpHost(late)
        pki = Pki.build(clock, f"http://127.0.0.1:{host.reserve()}")
        late.app = revocation_app(pki, journal)
        await host.start()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pki.commercial_server(["localhost"]).write(folder, "psc"))
        psc = ProSanteConnect(journal=journal, rng=random.Random(1), ssl_context=context, clock=clock)
        await psc.start()
        return host, pki, psc

    host, pki, psc = loop.run(start())
    for identifier, name in (("ROOT", "igc"), ("COMMERCIAL_ROOT", "public")):
        root = pki.authority_certificate(getattr(authorities, identifier))
        (folder / f"{name}.pem").write_bytes(root.public_bytes(Encoding.PEM))
    yield World(loop, folder, journal, clock, pki, psc)
    loop.run(psc.stop())
    loop.run(host.stop())
    loop.close()
    journal.close()


@dataclass
class Bench:
    """One tenant: its operator, its clock, and the product under test."""

    world: World
    tenant: str
    clock: SimulatedClock
    host: str
    smtp: Operator
    imap: Operator
    product: Product
    params: dict[str, Any] = field(default_factory=dict)

    def do(self, action: str, deadline_s: float = 10.0, **params: Any) -> dict[str, Any]:
        request = {"protocol": "driver/1", "id": "1", "action": action, "params": params}
        answer = self.product.handle({**request, "deadline_s": deadline_s})
        assert isinstance(answer["status"], str)
        return answer

    def configure(self, **changes: Any) -> None:
        self.params.update(changes)
        answer = self.do("configure", **self.params)
        assert answer["status"] == "done", answer

    def advance(self, seconds: float) -> None:
        """Let time pass in the space and in the product."""
        self.clock.advance(seconds)
        assert self.do("advance", seconds=seconds)["status"] == "done"

    @property
    def bal(self) -> str:
        return f"jeanne.martin@{self.host}"

    @property
    def app(self) -> str:
        return f"labo@{self.host}"


MakeBench = Callable[..., Bench]


@pytest.fixture
def make_bench(world: World, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeBench]:
    made: list[Bench] = []

    def make(
        behaviour: Behaviour | None = None,
        flavour: ServerFlavour = ServerFlavour.GOOD,
        script: Script | None = None,
        psc_mode: str = "code",
    ) -> Bench:
        tenant = f"p{abs(hash(request.node.nodeid)) % 10**9}x{len(made)}"
        clock = SimulatedClock()
        host = f"banc-{tenant}.mssante.fr"
        world.pki.add_tenant(tenant, clock)
        world.psc.add_tenant(
            tenant, clock=clock, people=[DOCTOR], clients=[Client("lps", "secret", (REDIRECT,))]
        )
        world.journal.bind(tenant, request.node.nodeid, clock)
        server = world.pki.server([host], tenant=tenant, flavour=flavour)
        context = server_context(*server.write(tmp_path, f"{tenant}-server"))
        client = world.pki.client(structure_id="10B0172805", name="LABO", tenant=tenant)
        pair = client.write(tmp_path, f"{tenant}-client")
        operators = Operator(smtp, context, script or Script()), Operator(imap, context, script or Script())
        bench = Bench(
            world,
            tenant,
            clock,
            host,
            *operators,
            Product(behaviour or Behaviour(), data_dir=tmp_path / tenant),
        )
        endpoint = {"host": host, "address": "127.0.0.1", "security": "starttls"}
        holder = {"ps_idnat": PS, "family": "Martin", "given": "Jeanne", "title": "Dr", "entity": "CH Test"}
        bench.params = {
            "space": tenant,
            "smtp": {**endpoint, "port": bench.smtp.port},
            "imap": {**endpoint, "port": bench.imap.port},
            "mailboxes": [
                {"address": bench.bal, "type": "PER", "label": "Jeanne Martin", "holder": holder},
                {
                    "address": bench.app,
                    "type": "APP",
                    "label": "Laboratoire",
                    "holder": None,
                    "contact": f"secretariat@{host}",
                    "certificate": str(pair[0]),
                    "key": str(pair[1]),
                },
            ],
            "trust": {
                "igc_sante_root": str(world.folder / "igc.pem"),
                "public_root": str(world.folder / "public.pem"),
                "accepted_policy": POLICY_ELEMENTAIRE_ORGANISATIONS.dotted_string,
            },
            "psc": {
                "issuer": world.psc.issuer(tenant),
                "discovery": world.psc.discovery_url(tenant),
                "client_id": "lps",
                "client_secret": "secret",
                "redirect_uri": REDIRECT,
                "ps_idnat": PS,
                "mode": psc_mode,
            },
            "nil": "1234",
        }
        made.append(bench)
        bench.configure()
        return bench

    yield make
    for bench in made:
        bench.product.close()
        bench.smtp.stop()
        bench.imap.stop()
        world.psc.remove_tenant(bench.tenant)
        world.pki.remove_tenant(bench.tenant)
