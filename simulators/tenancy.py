"""Opening and closing a tenant: its people, mailboxes, credentials and servers, put together."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.serialization import Encoding

from schemas.identifiers.ins import PATIENT_DOMAIN
from simulators.annuaire.opening import OpenDirectory, open_directory
from simulators.autoconfig import Autoconfig, MailServer
from simulators.clock import SimulatedClock
from simulators.configuring import configuration
from simulators.correspondents import Correspondent, shapes
from simulators.dns import Service, Zone
from simulators.hl7.peer import Hl7Peer, Hl7Spec, PeerHandle, Reply
from simulators.imap.config import ImapConfig
from simulators.imap.server import ImapServer
from simulators.operator import Account, Accounts
from simulators.patients import MonEspaceSante, PatientAccount
from simulators.people import PeopleGenerator, Professional, Structure, ascii_word
from simulators.pki import Credential
from simulators.pki.authorities import ORGANISATIONS
from simulators.pki.faults import RevocationBehaviour
from simulators.psc import Client, Lifetimes
from simulators.records import make_records
from simulators.smtp import DeliveryAgent, SubmissionPolicy, SubmissionServer
from simulators.smtp.dsn import Action, RecipientReport
from simulators.smtp.envelope import Envelope, Recipient
from simulators.store import MailStore, QuotaExceeded
from simulators.tenant import (
    Bal,
    BalType,
    Contact,
    Endpoint,
    EndpointSpec,
    LinkProtocol,
    Operations,
    PartySpec,
    Shape,
    Tenant,
    TenantSpec,
)
from simulators.whitelist import WhiteListKeeper, WhiteListPublisher, trust_in
from simulators.wire import Credential as WireCredential
from simulators.wire import TlsProfile

if TYPE_CHECKING:
    from simulators.space import Space

REDIRECT_URI = "http://127.0.0.1/retour"


class OpenTenant:
    """One tenant being open: everything that has to be closed with it."""

    def __init__(
        self, space: Space, identifier: str, clock: SimulatedClock, spec: TenantSpec, rng: random.Random
    ) -> None:
        self.space = space
        self.id = identifier
        self.clock = clock
        self.spec = spec
        self.rng = rng
        self.domain = space.network.domain or f"banc-{identifier}.mssante.fr"
        generator = PeopleGenerator(rng)
        people = _distinct(generator, 1 + spec.correspondents)
        self.professional: Professional = people[0]
        self.mailboxes = tuple(self._bal(kind) for kind in spec.mailboxes)
        self.store = MailStore(clock)
        self.correspondents = tuple(
            Correspondent(
                person,
                f"{person.local_part}@correspondant-{identifier}.mssante.fr",
                tenant=identifier,
                clock=clock,
                rng=random.Random(rng.random()),  # noqa: S311
                journal=space.journal,
                deliver=self.store.deliver,
            )
            for person in people[1:]
        )
        self.parties = self._parties(spec.parties)
        # A generator of their own: a test that asks for records changes nobody else.
        self.records = make_records(
            spec.records,
            random.Random(f"{identifier}/records"),  # noqa: S311
            clock,
            self.correspondents[0].address,
        )
        self.patients = MonEspaceSante(
            [PatientAccount(record.patient, record.spec.messaging) for record in self.records],
            tenant=identifier,
            clock=clock,
            rng=random.Random(f"{identifier}/patients"),  # noqa: S311
            journal=space.journal,
            deliver=self._deliver_to_product,
            habits=spec.patients,
        )
        self.accounts = Accounts(self._account(bal) for bal in self.mailboxes)
        for address in self._addresses():
            self.store.create_account(address)
        self.autoconfig: Autoconfig | None = None
        self.directory: OpenDirectory | None = None
        self.hl7: Hl7Peer | None = None
        self.tenant: Tenant

    async def open(self) -> None:
        """Issue certificates, start the servers and make the tenant."""
        self.space.pki.add_tenant(self.id, self.clock)
        self.space.pki.behave(self.id, self.spec.revocation)
        client = Client(f"produit-{self.id}", f"secret-de-test-{self.id}", (REDIRECT_URI,))
        self.space.psc.add_tenant(
            self.id,
            clock=self.clock,
            people=[self.professional],
            clients=[client],
            lifetimes=Lifetimes(int(self.spec.psc.access_s), int(self.spec.psc.refresh_s)),
            token_octets=self.spec.psc.token_octets,
        )
        await self._start_smtp()
        await self._start_imap()
        if self.spec.autoconfig:
            await self._start_autoconfig()
        if self.spec.directory is not None:
            self.directory = await open_directory(self, self.spec.directory)
        if self.spec.hl7 is not None:
            self.hl7 = await self._start_hl7(self.spec.hl7)
        self.space.dns.add_tenant(
            Zone.of_tenant(
                self.id,
                self.domain,
                submission=Service(f"smtp.{self.domain}", self.smtp.port),
                imap=Service(f"imap.{self.domain}", self.imap.port),
            )
        )
        self.tenant = self._make(client)

    async def close(self) -> None:
        """Stop the servers and forget the tenant everywhere; also after an `open` that was cut short."""
        for name in ("smtp", "imap", "autoconfig", "hl7"):
            server = getattr(self, name, None)
            if server is not None:
                await server.stop()
        if self.directory is not None:
            self.directory.close()
        self.store.close()
        self.space.dns.remove_tenant(self.id)
        self.space.psc.remove_tenant(self.id)
        self.space.white_lists.pop(self.id, None)
        self.space.pki.remove_tenant(self.id)
        self.space.journal.forget(self.id)

    # --- people and mailboxes ---------------------------------------------------------------------

    def _parties(self, specs: Sequence[PartySpec]) -> dict[str, Correspondent]:
        """Invent the structures of a scenario; a generator of their own, so that nobody else changes."""
        if not specs:
            return {}
        rng = random.Random(f"{self.id}/parties")  # noqa: S311
        people = _distinct(PeopleGenerator(rng), len(specs))
        found = {}
        for number, (one, person) in enumerate(zip(specs, people, strict=True), 1):
            local = person.local_part if one.type == "PER" else ascii_word(one.role)
            found[one.key] = Correspondent(
                person,
                f"{local}@{ascii_word(one.place)}-{number}-{self.id}.mssante.fr",
                tenant=self.id,
                clock=self.clock,
                rng=random.Random(rng.random()),  # noqa: S311
                journal=self.space.journal,
                deliver=self.store.deliver,
                label=None if one.type == "PER" else f"{one.place} - {one.role}",
            )
        return found

    def _bal(self, kind: BalType) -> Bal:
        structure = self.professional.structure
        contact = f"secretariat@{self.domain}"
        if kind == "PER":
            return Bal(
                f"{self.professional.local_part}@{self.domain}", kind, structure.name, self.professional
            )
        if kind == "ORG":
            return Bal(f"{ascii_word(structure.name)}@{self.domain}", kind, structure.name, self.professional)
        return Bal(
            f"envois.automatiques-noreply@{self.domain}", kind, f"{structure.name} - Envois", None, contact
        )

    def _account(self, bal: Bal) -> Account:
        holders = frozenset({bal.holder.ps_idnat}) if bal.holder else frozenset()
        return Account(bal.address, bal.type, bal.label, holders, self._structure.struct_idnat)

    @property
    def _structure(self) -> Structure:
        return self.professional.structure

    def _addresses(self) -> list[str]:
        others = (*self.correspondents, *self.parties.values())
        return [bal.address for bal in self.mailboxes] + [one.address for one in others]

    def _deliver_to_product(self, address: str, content: bytes) -> None:
        """Deliver what a patient sends; to an address that nobody has, it is lost as it would be for them."""
        if self.store.has_account(address):
            self.store.deliver(address, content)

    def _take_for_patients(
        self, envelope: Envelope, recipient: Recipient
    ) -> tuple[Action, RecipientReport] | None:
        held = self.patients.holds(recipient.address)
        return self.patients.take(envelope, recipient) if held else None

    # --- servers ----------------------------------------------------------------------------------

    def _credential(self, host: str, spec: EndpointSpec) -> Credential:
        return self.space.pki.server(
            [host], tenant=self.id, flavour=spec.certificate, revocation=spec.revocation
        )

    def _tls(self, profile: TlsProfile, issued: Credential) -> TlsProfile:
        shown = profile.with_credential(WireCredential(issued.chain_pem, issued.key_pem))
        if "APP" in self.spec.mailboxes:
            # The intermediates too: an operator has them, and many products show their leaf alone.
            pki = self.space.pki
            between = pki.authority_certificate(ORGANISATIONS, self.id).public_bytes(Encoding.PEM)
            shown = shown.with_client_certificate("request", (pki.igc_sante_root_pem, between))
        return shown

    async def _start_smtp(self) -> None:
        host, spec = f"smtp.{self.domain}", self.spec.smtp
        self._smtp_credential = self._credential(host, spec)
        store, hostname = self.store, host
        agent = DeliveryAgent(
            store=store,
            has_mailbox=store.has_account,
            hostname=hostname,
            journal=self.space.journal,
            tenant=self.id,
            clock=self.clock,
            refusals=(QuotaExceeded,),
            elsewhere=self._take_for_patients,
        )
        self.smtp = SubmissionServer(
            journal=self.space.journal,
            tenant=self.id,
            tls=self._tls(spec.tls, self._smtp_credential),
            accounts=self.accounts,
            tokens=self.space.psc,
            bearer=("XOAUTH2",),
            deliver=agent.deliver,
            policy=SubmissionPolicy(
                hostname, self._publish_white_list(self._smtp_credential), size=spec.size_limit
            ),
            address=self.space.network.address,
            port=self.space.network.smtp_port,
            clock=self.clock,
            faults=spec.faults,
        )
        await self.smtp.start()

    def _publish_white_list(self, operator: Credential) -> Callable[[str], bool]:
        """Publish the tenant's white list; return who is in the trust space, by the list as verified."""
        space = self.space
        publisher = WhiteListPublisher(space.pki, self.clock, self.id)
        elsewhere = self.correspondents[0].domain
        for domain in (
            self.domain,
            elsewhere,
            PATIENT_DOMAIN,
            *(one.domain for one in self.parties.values()),
        ):
            publisher.authorise(domain, operator)
        space.white_lists[self.id] = publisher
        keeper = WhiteListKeeper(trust_in(space.pki, self.id))
        outcome = keeper.offer(publisher.document())
        trusted = keeper.current
        if trusted is None:
            raise RuntimeError(f"the white list of the space is refused: {outcome}")
        return trusted.lists

    async def _start_imap(self) -> None:
        host, spec = f"imap.{self.domain}", self.spec.imap
        self._imap_credential = self._credential(host, spec)
        self.imap = ImapServer(
            self.store,
            self.accounts,
            self.space.psc,
            journal=self.space.journal,
            tenant=self.id,
            clock=self.clock,
            tls=self._tls(spec.tls, self._imap_credential),
            bearer=("XOAUTH2",),
            address=self.space.network.address,
            port=self.space.network.imap_port,
            faults=spec.faults,
            config=ImapConfig(sasl_ir=spec.sasl_ir),
        )
        await self.imap.start()

    async def _start_autoconfig(self) -> None:
        # The document names `localhost`: every product resolves it, and every certificate carries it.
        self.autoconfig = Autoconfig(
            self.id,
            self.domain,
            journal=self.space.journal,
            clock=self.clock,
            ssl_context=self.space.commercial_context([f"autoconfig.{self.domain}"]),
            incoming=MailServer("localhost", self.imap.port),
            outgoing=MailServer("localhost", self.smtp.port),
            address=self.space.network.address,
            port=self.space.network.autoconfig_port,
        )
        await self.autoconfig.start()

    async def _start_hl7(self, spec: Hl7Spec) -> Hl7Peer:
        peer = Hl7Peer(
            spec,
            journal=self.space.journal,
            tenant=self.id,
            clock=self.clock,
            address=self.space.network.address,
        )
        await peer.start()
        return peer

    def _hl7_handle(self, peer: Hl7Peer) -> PeerHandle:
        loop = self.space.loop

        def answer_with(reply: Reply) -> None:
            peer.reply = reply

        def send(address: str, port: int, message: bytes, timeout_s: float) -> bytes | None:
            return loop.run(peer.send(address, port, message, timeout_s))

        return PeerHandle(peer.spec, answer_with, send)

    # --- the tenant -------------------------------------------------------------------------------

    def _make(self, client: Client) -> Tenant:
        address = self.space.network.address
        self.mailboxes = tuple(self._with_certificate(bal) for bal in self.mailboxes)
        return Tenant(
            id=self.id,
            domain=self.domain,
            clock=self.clock,
            spec=self.spec,
            mailboxes=self.mailboxes,
            professional=self.professional,
            psc_client=(client.client_id, client.secret, REDIRECT_URI),
            smtp=Endpoint(f"smtp.{self.domain}", address, self.smtp.port),
            imap=Endpoint(f"imap.{self.domain}", address, self.imap.port),
            autoconfig_host=f"autoconfig.{self.domain}",
            bouncing_address=f"bounce@{self.correspondents[0].address.rpartition('@')[2]}",
            _correspondents=tuple(
                Contact(one.address, one.person.display_name) for one in self.correspondents
            ),
            records=self.records,
            parties={key: Contact(one.address, one.label) for key, one in self.parties.items()},
            directory=self.directory.handle() if self.directory else None,
            hl7=self._hl7_handle(self.hl7) if self.hl7 else None,
            _operations=Operations(
                configuration=lambda nil: configuration(self, nil),
                correspond=self._correspond,
                post=self._post,
                mails_of=self._mails_of,
                delivery_reports=self._delivery_reports,
                revocation=self._revocation,
                change_tls=self._change_tls,
                end_psc_session=self._end_psc_session,
                patients=self._with_patients,
                close_imap_sessions=self.imap.close_sessions,
            ),
        )

    def _with_certificate(self, bal: Bal) -> Bal:
        if bal.type != "APP":
            return bal
        issued = self.space.pki.client(
            structure_id=self._structure.struct_idnat, name=bal.label, tenant=self.id
        )
        chain, key = issued.write(self.space.folder, f"{self.id}-org-auth-cli")
        return Bal(bal.address, bal.type, bal.label, bal.holder, bal.contact, chain, key)

    # --- operations -------------------------------------------------------------------------------

    def _correspond(self, to: str, shape: Shape) -> bytes:
        async def write() -> bytes:
            letter = getattr(shapes, shape)(self.rng)
            return self.correspondents[0].send(letter, to).content

        return self.space.loop.run(write())

    def _with_patients(self, act: Callable[[MonEspaceSante], Any]) -> Any:
        async def perform() -> Any:
            return act(self.patients)

        return self.space.loop.run(perform())

    def _post(self, to: str, content: bytes, path: str | None) -> None:
        async def deliver() -> None:
            parties = {one.address: one for one in self.parties.values()}
            parties.get(path or "", self.correspondents[0]).send_ready(content, to, path=path)

        self.space.loop.run(deliver())

    def _mails_of(self, address: str) -> Sequence[bytes]:
        async def read() -> list[bytes]:
            return [message.content.read() for message in self.store.messages(address)]

        return self.space.loop.run(read())

    def _delivery_reports(self, address: str) -> Sequence[bytes]:
        return [content for content in self._mails_of(address) if b"delivery-status" in content]

    def _revocation(self, behaviour: RevocationBehaviour) -> None:
        self.space.pki.behave(self.id, behaviour)

    def _change_tls(self, protocol: LinkProtocol, profile: TlsProfile) -> None:
        async def change() -> None:
            if protocol == "smtp":
                self.smtp.wire.tls = self._tls(profile, self._smtp_credential)
            else:
                self.imap.wire.tls = self._tls(profile, self._imap_credential)

        self.space.loop.run(change())

    def _end_psc_session(self) -> None:
        self.space.psc.revoke_session(self.id, self.professional.ps_idnat, access_tokens=False)


def _distinct(generator: PeopleGenerator, count: int) -> list[Professional]:
    """Return people of whom no two would have one address."""
    people: dict[str, Professional] = {}
    while len(people) < count:
        person = generator.professional()
        people.setdefault(person.local_part, person)
    return list(people.values())
