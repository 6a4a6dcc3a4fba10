"""What a tenant's domain answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.rrset

TTL_S = 60
NEGATIVE_TTL_S = 300
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Service:
    """Where a service is: host name and port."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Zone:
    """The records of one tenant.

    `hosts` maps each full host name to its IPv4 address; `ipv6` maps names to IPv6 addresses, normally none
    since the space listens on 127.0.0.1 only. `submission` and `imap` become the SRV records of RFC 6186
    (STARTTLS services; `_submissions` and `_imaps` do not exist in the space). `texts` maps names to TXT.
    """

    tenant: str
    domain: str
    hosts: Mapping[str, str]
    submission: Service | None = None
    imap: Service | None = None
    ipv6: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_tenant(
        cls,
        tenant: str,
        domain: str,
        *,
        submission: Service,
        imap: Service,
        texts: Mapping[str, str] | None = None,
    ) -> Zone:
        """Return the usual zone: the domain, `autoconfig.`, and the two servers, all on 127.0.0.1."""
        names = (domain, f"autoconfig.{domain}", submission.host, imap.host)
        return cls(tenant, domain, dict.fromkeys(names, LOOPBACK), submission, imap, {}, dict(texts or {}))

    def records(self) -> Iterator[dns.rrset.RRset]:
        """Yield every record set but the SOA."""
        for name, address in self.hosts.items():
            yield _rrset(name, "A", address)
        for name, address in self.ipv6.items():
            yield _rrset(name, "AAAA", address)
        for service, where in (("_submission", self.submission), ("_imap", self.imap)):
            if where is not None:
                yield _rrset(f"{service}._tcp.{self.domain}", "SRV", f"0 1 {where.port} {where.host}.")
        for name, text in self.texts.items():
            yield _rrset(name, "TXT", " ".join(_strings(text)))

    def authority(self) -> dns.rrset.RRset:
        """Return the SOA, whose last field is how long a refusal may be kept (RFC 2308 §5)."""
        origin = f"{self.domain}."
        soa = f"ns.{origin} hostmaster.{origin} 1 3600 600 86400 {NEGATIVE_TTL_S}"
        return _rrset(self.domain, "SOA", soa)


def _strings(text: str) -> Iterator[str]:
    """Yield the character-strings of a TXT in master file form, 255 octets at most each (RFC 1035 §3.3)."""
    octets = text.encode("utf-8")
    for start in range(0, max(len(octets), 1), 255):
        escaped = "".join(f"\\{octet:03d}" for octet in octets[start : start + 255])
        yield f'"{escaped}"'


def _rrset(name: str, kind: str, value: str) -> dns.rrset.RRset:
    return dns.rrset.from_text(dns.name.from_text(name), TTL_S, "IN", kind, value)


class IndexedZone:
    """A zone ready to answer; its records are made at the first question, which most tenants never get."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.origin = dns.name.from_text(zone.domain)

    @cached_property
    def authority(self) -> dns.rrset.RRset:
        """Return the SOA."""
        return self.zone.authority()

    @cached_property
    def _records(self) -> dict[dns.name.Name, list[dns.rrset.RRset]]:
        found: dict[dns.name.Name, list[dns.rrset.RRset]] = {}
        for record in (*self.zone.records(), self.authority):
            found.setdefault(record.name, []).append(record)
        return found

    def holds(self, name: dns.name.Name) -> bool:
        """Say whether `name` is answered by this zone: in its domain, or one of its hosts elsewhere."""
        return name.is_subdomain(self.origin) or name in self._records

    def exists(self, name: dns.name.Name) -> bool:
        """Say whether the name has a record, or is above one (an empty non-terminal, RFC 8020)."""
        return name in self._records or any(known.is_subdomain(name) for known in self._records)

    def find(self, name: dns.name.Name, kind: int) -> list[dns.rrset.RRset]:
        """Return the record sets of a name of one type (ANY: all of them)."""
        known = self._records.get(name, [])
        return [record for record in known if kind in (record.rdtype, dns.rdatatype.ANY)]
