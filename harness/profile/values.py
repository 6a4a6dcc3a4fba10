"""The vendor profile as typed values; what each key means is in `schemas/json/vendor-profile-1.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from harness.errors import ProfileProblem
from harness.verdicts import Declaration, Waiver
from schemas.requirements import Claims

DriverKind = Literal["artefacts", "manual", "command", "http"]
PORT_PLACE = "{port}"
"""In `driver.url` and `driver.command`: replaced by a free port, so that parallel workers do not collide."""
PYTHON_PLACE = "{python}"
"""In `driver.command`: replaced by the Python that runs the bench, whatever it is called on this machine."""


@dataclass(frozen=True, slots=True)
class Product:
    """What the product is. `nil` is the product reference that it sends in X-MSS-NIL."""

    name: str
    version: str
    vendor: str
    nil: str
    corridor: str


@dataclass(frozen=True, slots=True)
class DriverConfig:
    """How the product is driven; `cwd` and `path` are absolute, `timeout_s` is for one action.

    `parallel` tells whether several workers may each have a product of their own.
    """

    kind: DriverKind
    url: str | None = None
    command: tuple[str, ...] = ()
    cwd: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    path: Path | None = None
    timeout_s: float = 30.0
    allow_remote: bool = False
    parallel: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds granted to the product where the référentiels leave the time open."""

    connect_s: float = 30.0
    session_end_s: float = 10.0
    reopen_s: float = 30.0
    delivery_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Network:
    """Where the simulated space listens; None: a free port, a domain of the bench's own."""

    address: str = "127.0.0.1"
    domain: str | None = None
    smtp_port: int | None = None
    imap_port: int | None = None
    psc_port: int | None = None
    autoconfig_port: int | None = None
    pki_port: int | None = None
    dns_port: int | None = None
    directory_port: int | None = None

    def ports(self) -> Mapping[str, int]:
        """Return the ports that are fixed, by key."""
        values = {
            "smtp_port": self.smtp_port,
            "imap_port": self.imap_port,
            "psc_port": self.psc_port,
            "autoconfig_port": self.autoconfig_port,
            "pki_port": self.pki_port,
            "dns_port": self.dns_port,
            "directory_port": self.directory_port,
        }
        return {key: port for key, port in values.items() if port is not None}


@dataclass(frozen=True, slots=True)
class VendorProfile:
    """A vendor profile that passed every check. `warnings` are doubts that do not stop a run."""

    path: Path
    sha256: str
    product: Product
    claims: Claims
    driver: DriverConfig
    limits: Limits
    network: Network
    declarations: Mapping[str, Declaration]
    waivers: tuple[Waiver, ...]
    mdn_edition: str | None = None
    warnings: tuple[ProfileProblem, ...] = ()
