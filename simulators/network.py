"""Where the space listens: loopback and free ports, unless a product cannot be configured at run time."""

from __future__ import annotations

from dataclasses import dataclass

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Network:
    """Address and ports; port 0 is a free one. `domain` replaces the domain of every tenant.

    With a fixed port only one tenant can be open at a time.
    """

    address: str = LOOPBACK
    domain: str | None = None
    smtp_port: int = 0
    imap_port: int = 0
    psc_port: int = 0
    autoconfig_port: int = 0
    pki_port: int = 0
    dns_port: int = 0
    directory_port: int = 0

    @property
    def fixed(self) -> bool:
        """Tell whether tenants share ports or a domain, so that they must follow one another."""
        return bool(self.smtp_port or self.imap_port or self.autoconfig_port or self.domain)
