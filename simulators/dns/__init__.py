"""DNS of the space: addresses and SRV records of every tenant, over UDP and TCP."""

from simulators.dns.server import DnsServer
from simulators.dns.zone import Service, Zone

__all__ = ["DnsServer", "Service", "Zone"]
