"""What `configure` tells the product, parsed once into values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from simulators.product.errors import Failed
from simulators.product.records import (
    KnownProfessional,
    PatientRecord,
    parse_professional,
    parse_record,
)

MailboxType = Literal["PER", "ORG", "APP"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server is: `host` is the name to verify, `address` and `port` where to connect."""

    host: str
    address: str
    port: int


@dataclass(frozen=True, slots=True)
class Holder:
    """The professional behind a PER mailbox or acting in an ORG one."""

    ps_idnat: str
    family: str
    given: str
    title: str = ""
    entity: str = ""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One BAL of the user or of the structure."""

    address: str
    type: MailboxType
    label: str
    holder: Holder | None = None
    contact: str | None = None
    certificate: Path | None = None
    key: Path | None = None

    @property
    def domain(self) -> str:
        """The part after the last `@`."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class PscSettings:
    """The product's registration at Pro Santé Connect and who signs in."""

    issuer: str
    discovery: str
    client_id: str
    client_secret: str
    redirect_uri: str
    ps_idnat: str
    mode: Literal["code", "ciba"]


@dataclass(frozen=True, slots=True)
class AutoconfigSettings:
    """Where `autoconfig.<domain>` answers."""

    url: str
    host: str
    address: str
    port: int


@dataclass(frozen=True, slots=True)
class Hl7Settings:
    """The other end of HL7 v2 and the names in MSH: `role` is what the other end is."""

    role: Literal["software", "gateway"]
    address: str
    port: int
    application: str
    facility: str
    own_application: str
    own_facility: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that `configure` gave."""

    space: str
    smtp: Endpoint | None
    imap: Endpoint | None
    mailboxes: tuple[Mailbox, ...]
    igc_root: Path
    public_root: Path
    accepted_policy: str
    psc: PscSettings | None
    autoconfig: AutoconfigSettings | None
    dns: tuple[str, int] | None
    nil: str
    patients: tuple[PatientRecord, ...] = ()
    professionals: tuple[KnownProfessional, ...] = ()
    hl7: Hl7Settings | None = None

    def mailbox(self, address: str) -> Mailbox:
        """Return the configured mailbox of that address, whatever the case; raises `Failed`."""
        for mailbox in self.mailboxes:
            if mailbox.address.casefold() == address.casefold():
                return mailbox
        raise Failed(f"La BAL {address} n'est pas paramétrée dans le logiciel.")

    def patient(self, key: str) -> PatientRecord:
        """Return the patient's record of that key; raises `Failed`."""
        for record in self.patients:
            if record.key == key:
                return record
        raise Failed(f"Aucun dossier patient {key!r} dans le logiciel.")


def parse_settings(params: Mapping[str, Any]) -> Settings:
    """Read the parameters of `configure`.

    Raises `Failed` naming the part that is missing or of the wrong kind.
    """
    part = "configure"
    try:
        part = "trust"
        trust = params["trust"]
        roots = Path(trust["igc_sante_root"]), Path(trust["public_root"])
        policy = str(trust["accepted_policy"])
        part = "mailboxes"
        mailboxes = tuple(_mailbox(item) for item in params["mailboxes"])
        part = "smtp / imap"
        smtp, imap = _endpoint(params["smtp"]), _endpoint(params["imap"])
        part = "psc"
        psc = _psc(params["psc"])
        part = "patients"
        patients = tuple(parse_record(item) for item in params.get("patients") or ())
        part = "professionals"
        professionals = tuple(parse_professional(item) for item in params.get("professionals") or ())
        part = "autoconfig / dns / nil"
        return Settings(
            space=str(params["space"]),
            smtp=smtp,
            imap=imap,
            mailboxes=mailboxes,
            igc_root=roots[0],
            public_root=roots[1],
            accepted_policy=policy,
            psc=psc,
            autoconfig=_autoconfig(params.get("autoconfig")),
            dns=_dns(params.get("dns")),
            nil=str(params["nil"]),
            patients=patients,
            professionals=professionals,
            hl7=_hl7(params.get("hl7")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Failed(f"Paramétrage illisible dans « {part} » : {error!r}.") from error


def _endpoint(value: Any) -> Endpoint | None:
    if value is None:
        return None
    return Endpoint(str(value["host"]), str(value["address"]), int(value["port"]))


def _mailbox(value: Any) -> Mailbox:
    if value["type"] not in ("PER", "ORG", "APP"):
        raise ValueError(f"type de BAL inconnu : {value['type']!r}")
    holder = value.get("holder")
    certificate, key = value.get("certificate"), value.get("key")
    return Mailbox(
        address=str(value["address"]),
        type=value["type"],
        label=str(value["label"]),
        holder=None
        if holder is None
        else Holder(
            str(holder["ps_idnat"]),
            str(holder["family"]),
            str(holder["given"]),
            str(holder.get("title") or ""),
            str(holder.get("entity") or ""),
        ),
        contact=None if value.get("contact") is None else str(value["contact"]),
        certificate=None if certificate is None else Path(certificate),
        key=None if key is None else Path(key),
    )


def _psc(value: Any) -> PscSettings | None:
    if value is None:
        return None
    return PscSettings(
        str(value["issuer"]),
        str(value["discovery"]),
        str(value["client_id"]),
        str(value["client_secret"]),
        str(value["redirect_uri"]),
        str(value["ps_idnat"]),
        "ciba" if value.get("mode") == "ciba" else "code",
    )


def _autoconfig(value: Any) -> AutoconfigSettings | None:
    if value is None:
        return None
    return AutoconfigSettings(
        str(value["url"]), str(value["host"]), str(value["address"]), int(value["port"])
    )


def _hl7(value: Any) -> Hl7Settings | None:
    if value is None:
        return None
    return Hl7Settings(
        "gateway" if value["role"] == "gateway" else "software",
        str(value["address"]),
        int(value["port"]),
        str(value["application"]),
        str(value["facility"]),
        str(value["own_application"]),
        str(value["own_facility"]),
    )


def _dns(value: Any) -> tuple[str, int] | None:
    return None if value is None else (str(value["address"]), int(value["port"]))
