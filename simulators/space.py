"""The whole Espace de Confiance on loopback: one per process, one tenant per test.

Shared by all tenants: PKI with its revocation service and white list, Pro Santé Connect, DNS, directory
(when a tenant has one). Of each tenant its own: domain, mailboxes, clock, SMTP, IMAP and autoconfiguration
end points.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import random
import shutil
import ssl
import tempfile
from functools import cache
from pathlib import Path

from simulators.annuaire.fhir.server import AnnuaireSante
from simulators.clock import Clock, SimulatedClock, SystemClock
from simulators.dns import DnsServer
from simulators.http.host import HttpHost
from simulators.journal import Journal
from simulators.loop import LoopThread
from simulators.network import Network
from simulators.pki import Pki
from simulators.pki.keys import KeyPool
from simulators.pki.revocation import revocation_app
from simulators.psc import ProSanteConnect
from simulators.psc.tokens import SigningKey
from simulators.tenancy import OpenTenant
from simulators.tenant import Tenant, TenantSpec
from simulators.whitelist import WhiteListPublisher, white_list_routes

SPACE_TENANT = "espace"
SETTLE_TURNS = 10
"""Turns of the loop in which a message is read, decrypted, answered and recorded, with room to spare."""
SETTLE_SECONDS = 0.001
"""What a kernel may need to hand over what was sent on loopback."""


class Space:
    """Start it, open tenants, close it. Safe to use from one thread beside the space's own."""

    def __init__(
        self,
        journal: Journal,
        *,
        seed: int = 0,
        network: Network | None = None,
        clock: Clock | None = None,
        worker: str = "main",
    ) -> None:
        self.journal = journal
        self.network = network or Network()
        self.clock = clock or SystemClock()
        self.seed = seed
        self.rng = random.Random(seed)  # noqa: S311 (identities of a test space, reproducible)
        self.folder = Path(tempfile.mkdtemp(prefix="mssante-espace-"))
        self.white_lists: dict[str, WhiteListPublisher] = {}
        self._numbers = itertools.count(1)
        # Parallel workers play in one report: their tenants must not share a name.
        self._mark = "" if worker == "main" else f"-{worker}"
        self._tenants: dict[str, OpenTenant] = {}
        self._annuaire: AnnuaireSante | None = None
        self._loop = LoopThread()
        self._started = False

    def start(self) -> None:
        """Start what all tenants share; raises `OSError` when a fixed port is taken."""
        try:
            self._loop.run(self._start())
        except BaseException:
            self._loop.run(self._stop())
            raise
        self._started = True

    def close(self) -> None:
        """Close every tenant and stop; nothing is left listening and the trust anchors are removed."""
        for tenant in tuple(self._tenants):
            self._loop.run(self._tenants.pop(tenant).close())
        if self._started:
            self._loop.run(self._stop())
            self._started = False
        self._loop.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def igc_sante_root(self) -> Path:
        """Return the PEM file of the simulated IGC-Santé root."""
        return self.folder / "igc-sante-racine-TEST.pem"

    @property
    def public_root(self) -> Path:
        """Return the PEM file of the simulated commercial root."""
        return self.folder / "racine-commerciale-TEST.pem"

    def open_tenant(self, test: str, spec: TenantSpec | None = None) -> Tenant:
        """Open a tenant for a test and return it; raises `OSError` when a fixed port is taken."""
        known = hashlib.sha256(f"{self.seed}/{test}".encode()).hexdigest()
        identifier = f"{known[:6]}{next(self._numbers):03d}{self._mark}"
        clock = SimulatedClock(self.clock)
        self.journal.bind(identifier, test, clock)
        opened = OpenTenant(self, identifier, clock, spec or TenantSpec(), random.Random(known))  # noqa: S311
        try:
            self._loop.run(opened.open())
        except BaseException:
            self._loop.run(opened.close())
            raise
        self._tenants[identifier] = opened
        return opened.tenant

    def close_tenant(self, tenant: Tenant) -> None:
        """Close a tenant's end points and forget it; what it recorded stays on disk."""
        opened = self._tenants.pop(tenant.id, None)
        if opened is not None:
            self._loop.run(opened.close())

    def settle(self) -> None:
        """Let the space read what already lies in its sockets."""
        self._loop.run(_settle())

    @property
    def loop(self) -> LoopThread:
        """Return the loop of the space."""
        return self._loop

    async def annuaire(self) -> AnnuaireSante:
        """Return the directory server, started when the first tenant asks for it (on the space's loop)."""
        if self._annuaire is None:
            made = AnnuaireSante(
                journal=self.journal,
                rng=random.Random(f"{self.seed}/annuaire"),  # noqa: S311
                ssl_context=self.commercial_context(["localhost"]),
                clock=self.clock,
                address=self.network.address,
                port=self.network.directory_port,
            )
            await made.start()
            self._annuaire = made
        return self._annuaire

    async def _start(self) -> None:
        address = self.network.address
        self._revocation_port = await self._start_pki(address)
        context = self.commercial_context(["localhost"])
        self.psc = ProSanteConnect(
            journal=self.journal,
            rng=random.Random(self.rng.random()),  # noqa: S311
            ssl_context=context,
            clock=self.clock,
            address=address,
            port=self.network.psc_port,
            key=_signing_key("tokens"),
            other_key=_signing_key("foreign"),
        )
        await self.psc.start()
        self.dns = DnsServer(journal=self.journal, address=address, port=self.network.dns_port)
        await self.dns.start()

    async def _start_pki(self, address: str) -> int:
        late = _LateApp()
        self._pki_host = HttpHost(late, address=address, port=self.network.pki_port, clock=self.clock)
        port = self._pki_host.reserve()
        self.pki = Pki.build(
            self.clock, f"http://{address}:{port}", seed=self.rng.getrandbits(32), keys=_process_keys()
        )
        application = revocation_app(self.pki, self.journal)
        application.router.routes.extend(white_list_routes(self.white_lists, self.journal))
        late.app = application
        await self._pki_host.start()
        self.igc_sante_root.write_bytes(self.pki.igc_sante_root_pem)
        self.public_root.write_bytes(self.pki.public_root_pem)
        return port

    async def _stop(self) -> None:
        # Also after a start that a taken port cut short: only what was made is stopped.
        for name in ("_annuaire", "dns", "psc", "_pki_host"):
            server = getattr(self, name, None)
            if server is not None:
                await server.stop()

    def commercial_context(self, names: list[str]) -> ssl.SSLContext:
        """Return a server context with a commercial certificate for `names`."""
        issued = self.pki.commercial_server(names)
        chain, key = issued.write(self.folder, f"commercial-{names[0]}")
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(chain, key)
        return context


@cache
def _process_keys() -> KeyPool:
    """Return the RSA keys of the spaces of this process, made at run time and never written down."""
    return KeyPool()


@cache
def _signing_key(role: str) -> SigningKey:
    """Return the key by which Pro Santé Connect signs in this process."""
    return SigningKey()


class _LateApp:
    """Stands for an ASGI application that needs the port of its own host."""

    app: object = None

    async def __call__(self, scope: object, receive: object, send: object) -> None:
        await self.app(scope, receive, send)  # type: ignore[operator]


async def _settle() -> None:
    for pause in (0, SETTLE_SECONDS):
        await asyncio.sleep(pause)
        for _ in range(SETTLE_TURNS):
            await asyncio.sleep(0)
