"""What an autoconfiguration may do wrong, by name; all serve ECO.1.1.9 unless said otherwise.

A wrong certificate is not here: it is the TLS context given to `Autoconfig`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from simulators.autoconfig.document import MailServer


@dataclass(frozen=True, slots=True)
class Content:
    """What is about to be served: the two servers, or already a body with its status."""

    incoming: MailServer
    outgoing: MailServer
    doctype: str = ""
    status: int = 200
    body: bytes | None = None


class AutoconfigFault:
    """One way to go wrong; a subclass overrides what it spoils."""

    def delay_s(self) -> float:
        """Return the real seconds to wait before the answer."""
        return 0.0

    def spoil(self, content: Content, canary_url: str) -> Content:
        """Return what to serve instead; `canary_url` is an address of the space that nobody should read."""
        return content


@dataclass(frozen=True, slots=True)
class OtherPorts(AutoconfigFault):
    """The document gives other ports: what it says is used, never a guess (no fixed 587 and 143)."""

    imap: int
    smtp: int

    def spoil(self, content: Content, canary_url: str) -> Content:
        """Return the document with these ports."""
        incoming, outgoing = (
            replace(content.incoming, port=self.imap),
            replace(content.outgoing, port=self.smtp),
        )
        return replace(content, incoming=incoming, outgoing=outgoing)


@dataclass(frozen=True, slots=True)
class ErrorStatus(AutoconfigFault):
    """There is no document: 404, or 500, 503. A product says so and does not ask again at each connection."""

    status: int = 404

    def spoil(self, content: Content, canary_url: str) -> Content:
        """Return an HTML error page."""
        page = b"<html><body><h1>Not found</h1></body></html>"
        return replace(content, status=self.status, body=page)


@dataclass(frozen=True, slots=True)
class MalformedXml(AutoconfigFault):
    """The document is cut in the middle of an element."""

    def spoil(self, content: Content, canary_url: str) -> Content:
        """Return XML that is not well formed."""
        return replace(content, body=b'<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="x')


@dataclass(frozen=True, slots=True)
class ExternalEntity(AutoconfigFault):
    """The document names an external entity in `displayName`, everything else being right.

    A parser that resolves it reads the canary, which the journal shows as one more request (CWE-611).
    """

    def spoil(self, content: Content, canary_url: str) -> Content:
        """Return the document with its DOCTYPE."""
        doctype = f'<!DOCTYPE clientConfig [<!ENTITY canari SYSTEM "{canary_url}">]>'
        return replace(content, doctype=doctype)


@dataclass(frozen=True, slots=True)
class EntityExpansion(AutoconfigFault):
    """Nested internal entities that grow to 10^9 characters in a parser without bound (CWE-776)."""

    def spoil(self, content: Content, canary_url: str) -> Content:
        """Return the document with its DOCTYPE."""
        levels = ['<!ENTITY e0 "aaaaaaaaaa">']
        levels += [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9)]
        doctype = f'<!DOCTYPE clientConfig [{"".join(levels)}<!ENTITY canari "&e8;">]>'
        return replace(content, doctype=doctype)


@dataclass(frozen=True, slots=True)
class LiteralAddress(AutoconfigFault):
    """The document gives a private IP address as host name: the token would go to any machine of the network.

    No certificate of the IGC-Santé can name it: a product refuses (ECO.1.1.10).
    """

    address: str = "10.66.77.88"

    def spoil(self, content: Content, canary_url: str) -> Content:
        """Return the document with the address as both host names."""
        incoming = replace(content.incoming, hostname=self.address)
        return replace(content, incoming=incoming, outgoing=replace(content.outgoing, hostname=self.address))


@dataclass(frozen=True, slots=True)
class OtherSocketType(AutoconfigFault):
    """The document proposes connections without TLS (`plain`): a product refuses (ECO.1.1.1)."""

    socket_type: Literal["plain", "SSL"] = "plain"

    def spoil(self, content: Content, canary_url: str) -> Content:
        """Return the document with this socketType for both servers."""
        incoming = replace(content.incoming, socket_type=self.socket_type)
        outgoing = replace(content.outgoing, socket_type=self.socket_type)
        return replace(content, incoming=incoming, outgoing=outgoing)


@dataclass(frozen=True, slots=True)
class Slow(AutoconfigFault):
    """The answer takes `seconds` of real time."""

    seconds: float = 5.0

    def delay_s(self) -> float:
        """Return the delay."""
        return self.seconds


@dataclass(frozen=True, slots=True)
class Huge(AutoconfigFault):
    """The document is followed by `octets` of comment: a product bounds what it reads."""

    octets: int = 20_000_000

    def spoil(self, content: Content, canary_url: str) -> Content:
        """Return a body of that size that is still well formed."""
        return replace(content, body=b"<clientConfig><!--" + b"a" * self.octets + b"--></clientConfig>")
