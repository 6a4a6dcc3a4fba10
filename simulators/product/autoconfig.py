"""Autoconfiguration of a BAL (ECO.1.1.9): the document of the operator, read safely.

The address of the autoconfiguration host comes from `configure`; host names in the document are resolved by
the DNS server of the space when there is one, else they are on the same address. A literal IP address in
the document, or a name that resolves elsewhere than to an address given by `configure`, is refused: the token
must not travel to a place that a document chose.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

import dns.exception
import dns.resolver
from lxml import etree

from simulators.product.behaviour import Behaviour
from simulators.product.deadline import Deadline
from simulators.product.errors import Failed, Refused
from simulators.product.settings import AutoconfigSettings, Endpoint, Mailbox, Settings
from simulators.product.web import Web

MAX_DOCUMENT = 200_000


@dataclass(frozen=True, slots=True)
class Servers:
    """What autoconfiguration found."""

    smtp: Endpoint
    imap: Endpoint


def find_servers(
    settings: Settings, mailbox: Mailbox, web: Web, behaviour: Behaviour, deadline: Deadline
) -> Servers:
    """Read the operator's document and return its servers; raises `Failed` or `Refused`."""
    where = settings.autoconfig
    if where is None:
        raise Failed(
            f"Aucun serveur paramétré pour {mailbox.address}, et pas d'autoconfiguration : "
            "saisissez les serveurs."
        )
    document = _fetch(where, web, behaviour, deadline)
    if not behaviour.autoconfig_used:
        return Servers(
            Endpoint(f"smtp.{mailbox.domain}", where.address, 587),
            Endpoint(f"imap.{mailbox.domain}", where.address, 143),
        )
    resolve = _resolver(settings, where, deadline)
    root = _parse(document)
    return Servers(
        _server(root, "outgoingServer", "smtp", resolve), _server(root, "incomingServer", "imap", resolve)
    )


def _fetch(where: AutoconfigSettings, web: Web, behaviour: Behaviour, deadline: Deadline) -> bytes:
    address = f"[{where.address}]" if ":" in where.address else where.address
    answer = web.request(
        "GET",
        f"https://{address}:{where.port}{behaviour.autoconfig_path}",
        deadline,
        headers={"host": where.host},
        sni=where.host,
    )
    if answer.status != 200:
        raise Failed(
            f"L'opérateur n'a pas de document d'autoconfiguration (réponse {answer.status} de {where.host}). "
            "Saisissez les serveurs ou contactez l'opérateur."
        )
    if len(answer.body) > MAX_DOCUMENT:
        raise Failed("Le document d'autoconfiguration est démesuré.")
    return answer.body


def _parse(document: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Failed(f"Le document d'autoconfiguration est illisible : {error}.") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refused("Le document d'autoconfiguration contient un DOCTYPE : il est refusé.")
    return root


def _server(root: etree._Element, element: str, kind: str, resolve: Callable[[str], str]) -> Endpoint:
    """Return the first STARTTLS server of that kind that accepts OAuth2 (or says nothing of it)."""
    for node in root.iterfind(f"./emailProvider/{element}"):
        if node.get("type") != kind or _text(node, "socketType").upper() != "STARTTLS":
            continue
        methods = {(item.text or "").strip().casefold() for item in node.iterfind("authentication")}
        if methods and not methods & {"oauth2", "tls-client-cert", "password-cleartext"}:
            continue
        host, port = _text(node, "hostname"), _text(node, "port")
        if not port.isascii() or not port.isdecimal() or not 0 < int(port[:6]) < 65_536:
            raise Failed(f"Le document d'autoconfiguration donne un port impossible pour {kind.upper()}.")
        return Endpoint(host, resolve(host), int(port))
    raise Failed(
        f"Le document d'autoconfiguration n'a pas de serveur {kind.upper()} avec STARTTLS. "
        "Contactez l'opérateur."
    )


def _text(node: etree._Element, name: str) -> str:
    return (node.findtext(name) or "").strip()


def _resolver(settings: Settings, where: AutoconfigSettings, deadline: Deadline) -> Callable[[str], str]:
    def resolve(host: str) -> str:
        if not host or len(host) > 253 or any(not (c.isalnum() or c in "-.") for c in host):
            raise Failed("Le document d'autoconfiguration donne un nom de serveur impossible.")
        if _is_address(host):
            raise Refused(
                "Le document d'autoconfiguration donne une adresse IP au lieu d'un nom : il est refusé."
            )
        if settings.dns is None:
            return where.address
        found = _lookup(host, settings.dns, deadline)
        if found is None:
            return where.address
        if found != where.address:
            raise Refused(f"{host} mène à une adresse inattendue : l'autoconfiguration est refusée.")
        return found

    return resolve


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host.replace(".", "").isdigit()
    return True


def _lookup(host: str, server: tuple[str, int], deadline: Deadline) -> str | None:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [server[0]]
    resolver.port = server[1]
    try:
        answer = resolver.resolve(host, "A", lifetime=min(deadline.remaining(), 2.0), search=False)
    except (dns.exception.DNSException, OSError):
        return None
    return str(next(iter(answer)).address)
