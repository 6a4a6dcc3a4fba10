"""The `clientConfig` 1.1 document of Mozilla autoconfiguration (DOSSIER §5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr


@dataclass(frozen=True, slots=True)
class MailServer:
    """One server of the document.

    `socket_type` is `plain`, `STARTTLS` or `SSL`; `authentication` lists the methods in order of preference.
    How an operator announces an APP mailbox (certificate and PLAIN) is not sourced, so the caller says it.
    """

    hostname: str
    port: int
    socket_type: str = "STARTTLS"
    username: str = "%EMAILADDRESS%"
    authentication: tuple[str, ...] = ("OAuth2",)


def render(
    domain: str, display_name: str, incoming: MailServer, outgoing: MailServer, *, doctype: str = ""
) -> bytes:
    """Return the document for one domain: an IMAP server and an SMTP server, UTF-8.

    `doctype` goes as it is before the root element, for the faults about entities.
    """
    name = escape(display_name)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        *([doctype] if doctype else []),
        '<clientConfig version="1.1">',
        f" <emailProvider id={quoteattr(domain)}>",
        f"  <domain>{escape(domain)}</domain>",
        f"  <displayName>{'&canari;' if doctype else name}</displayName>",
        f"  <displayShortName>{name}</displayShortName>",
        *_server("incomingServer", "imap", incoming),
        *_server("outgoingServer", "smtp", outgoing),
        " </emailProvider>",
        "</clientConfig>",
        "",
    ]
    return "\n".join(lines).encode("utf-8")


def _server(element: str, kind: str, server: MailServer) -> list[str]:
    return [
        f'  <{element} type="{kind}">',
        f"   <hostname>{escape(server.hostname)}</hostname>",
        f"   <port>{server.port}</port>",
        f"   <socketType>{escape(server.socket_type)}</socketType>",
        f"   <username>{escape(server.username)}</username>",
        *(f"   <authentication>{escape(method)}</authentication>" for method in server.authentication),
        f"  </{element}>",
    ]
