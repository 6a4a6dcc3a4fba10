"""A tenant: the part of the space in which one test plays, and the specification that it is made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from simulators.annuaire.spec import DirectorySpec, TenantDirectory
from simulators.clock import SimulatedClock
from simulators.hl7.peer import Hl7Spec, PeerHandle
from simulators.patients import Habits, MonEspaceSante, PatientMail
from simulators.people import Professional
from simulators.pki.faults import NORMAL, RevocationBehaviour
from simulators.pki.flavours import ServerFlavour
from simulators.records import Record, RecordSpec
from simulators.wire import TlsProfile, WireFault
from simulators.wire.profile import API_LPS

BalType = Literal["PER", "ORG", "APP"]
LinkProtocol = Literal["smtp", "imap"]
Shape = Literal["plain", "accented", "alternative", "in_thread", "with_attachments", "asking_mdn", "big"]
"""Shapes of a correspondent's mail, by the name of their maker in `simulators.correspondents.shapes`."""
SIZE_LIMIT = 25_000_000
"""Octets of a message that the operator takes; no source gives a figure for operators (that of Mon espace
santé is 25 MB, DOSSIER §4), so the same is used [inferred]."""


@dataclass(frozen=True, slots=True)
class EndpointSpec:
    """What one end point of the operator is like.

    `revocation` says which pointers its certificate carries, `sasl_ir` whether IMAP offers SASL-IR,
    `size_limit` is in octets.
    """

    certificate: ServerFlavour = ServerFlavour.GOOD
    tls: TlsProfile = API_LPS
    faults: tuple[WireFault, ...] = ()
    revocation: frozenset[Literal["crl", "ocsp"]] = frozenset({"crl", "ocsp"})
    sasl_ir: bool = True
    size_limit: int = SIZE_LIMIT


@dataclass(frozen=True, slots=True)
class PscSpec:
    """Lifetimes of Pro Santé Connect in seconds, and the length of its access tokens (None: the usual)."""

    access_s: float = 120
    refresh_s: float = 1800
    token_octets: int | None = None


@dataclass(frozen=True, slots=True)
class PartySpec:
    """A structure of a care scenario that writes to the product and is written to.

    `place` names the structure and `role` who or what the mailbox is there (`Service de biologie`); a PER
    mailbox has a person's name, an ORG one that of its role.
    """

    key: str
    place: str
    role: str
    type: BalType = "PER"


@dataclass(frozen=True, slots=True)
class TenantSpec:
    """What a test asks of its tenant; the default is a space without fault.

    With `autoconfig` the product is not told the servers: it has to find them. `records` are the patients
    that the product knows, `correspondents` is how many professionals elsewhere it may write to;
    `patients` says how Mon espace santé behaves where the sources do not settle it. With `hl7` there is a
    hospital around the product: its software for a product that is the PFI, its PFI for a software.
    `parties` are structures of a care scenario, each with a domain of its own.
    """

    mailboxes: tuple[BalType, ...] = ("PER",)
    smtp: EndpointSpec = field(default_factory=EndpointSpec)
    imap: EndpointSpec = field(default_factory=EndpointSpec)
    psc: PscSpec = field(default_factory=PscSpec)
    revocation: RevocationBehaviour = NORMAL
    autoconfig: bool = False
    psc_mode: Literal["code", "ciba"] = "code"
    records: tuple[RecordSpec, ...] = ()
    directory: DirectorySpec | None = None
    correspondents: int = 3
    parties: tuple[PartySpec, ...] = ()
    patients: Habits = field(default_factory=Habits)
    hl7: Hl7Spec | None = None


@dataclass(frozen=True, slots=True)
class Bal:
    """A mailbox of the product: address, type, label; who holds it; the contact of an APP one."""

    address: str
    type: BalType
    label: str
    holder: Professional | None
    contact: str | None = None
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the product connects: `host` to verify, `address` and `port` to reach."""

    host: str
    address: str
    port: int

    def to_json(self) -> dict[str, Any]:
        """Return the form of the driver protocol."""
        return {"host": self.host, "address": self.address, "port": self.port, "security": "starttls"}


@dataclass(frozen=True, slots=True)
class Contact:
    """A correspondent elsewhere in the Espace de Confiance."""

    address: str
    name: str


@dataclass(slots=True)
class Tenant:
    """An open tenant; made and closed by `simulators.space.Space`."""

    id: str
    domain: str
    clock: SimulatedClock
    spec: TenantSpec
    mailboxes: tuple[Bal, ...]
    professional: Professional
    psc_client: tuple[str, str, str]
    smtp: Endpoint
    imap: Endpoint
    autoconfig_host: str
    _operations: Operations
    _correspondents: tuple[Contact, ...]
    bouncing_address: str
    records: tuple[Record, ...] = ()
    parties: Mapping[str, Contact] = field(default_factory=dict)
    directory: TenantDirectory | None = None
    hl7: PeerHandle | None = None

    @property
    def correspondent(self) -> Contact:
        """Return the usual correspondent."""
        return self._correspondents[0]

    def correspondents(self, count: int) -> tuple[Contact, ...]:
        """Return `count` different correspondents; raises `ValueError` when there are not as many."""
        if count > len(self._correspondents):
            raise ValueError(f"a tenant has {len(self._correspondents)} correspondents, not {count}")
        return self._correspondents[:count]

    def configuration(self, nil: str) -> dict[str, Any]:
        """Return what the product is told (`configure` of driver/1)."""
        return self._operations.configuration(nil)

    def correspond(self, to: str, shape: Shape = "plain") -> bytes:
        """Let the correspondent write to a mailbox of the product; return the mail as it lies there."""
        return self._operations.correspond(to, shape)

    def record(self, key: str) -> Record:
        """Return the record of this key; raises `KeyError`."""
        return {record.key: record for record in self.records}[key]

    def post(self, to: str, content: bytes, *, path: str | None = None) -> None:
        """Let the correspondent send a ready mail (RFC 5322, CRLF) to a mailbox of the product.

        `path` is the reverse-path of the envelope, the correspondent's own address unless given; that of a
        party of `parties` lets this one send it.
        """
        self._operations.post(to, content, path)

    def patient_inbox(self, key: str) -> Sequence[PatientMail]:
        """Return the mails that lie in the messaging of a record's patient, oldest first."""
        address = self.record(key).patient.mss_address
        return cast(Sequence[PatientMail], self.with_patients(lambda mes: mes.inbox(address)))

    def with_patients(self, act: Callable[[MonEspaceSante], Any]) -> Any:
        """Let patients do something (`MonEspaceSante.reply`, `read`, `write`…) and return what it returns.

        Raises what it raises: `simulators.patients.Refused` when the exchange is closed.
        """
        return self._operations.patients(act)

    def mails_of(self, address: str) -> Sequence[bytes]:
        """Return every mail that lies in a mailbox of the space, oldest first."""
        return self._operations.mails_of(address)

    def delivery_reports(self, address: str) -> Sequence[bytes]:
        """Return the delivery reports that lie in a mailbox."""
        return self._operations.delivery_reports(address)

    def revocation(self, behaviour: RevocationBehaviour) -> None:
        """Change how the revocation service behaves from now on."""
        self._operations.revocation(behaviour)

    def change_tls(self, protocol: LinkProtocol, profile: TlsProfile) -> None:
        """Let an end point speak TLS otherwise from its next connection on."""
        self._operations.change_tls(protocol, profile)

    def end_psc_session(self) -> None:
        """End the Pro Santé Connect session: a refresh is answered `invalid_grant` from now on."""
        self._operations.end_psc_session()

    def close_imap_sessions(self, reason: str) -> None:
        """Let the operator close the IMAP sessions of the product's first mailbox now."""
        self._operations.close_imap_sessions(self.mailboxes[0].address, reason)


@dataclass(frozen=True, slots=True)
class Operations:
    """What a tenant can be asked to do; each is safe to call from the test's thread."""

    configuration: Callable[[str], dict[str, Any]]
    correspond: Callable[[str, Shape], bytes]
    post: Callable[[str, bytes, str | None], None]
    mails_of: Callable[[str], Sequence[bytes]]
    delivery_reports: Callable[[str], Sequence[bytes]]
    revocation: Callable[[RevocationBehaviour], None]
    change_tls: Callable[[LinkProtocol, TlsProfile], None]
    end_psc_session: Callable[[], None]
    patients: Callable[[Callable[[MonEspaceSante], Any]], Any]
    close_imap_sessions: Callable[[str, str], None]
