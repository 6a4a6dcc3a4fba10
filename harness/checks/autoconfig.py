"""Rules on autoconfiguration (ECO.1.1.9), read from the requests and the connections that follow them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.artefacts.connections import Connection
from harness.checks.rulebook import finding
from harness.findings import Finding, Location
from simulators.journal import Event

PATH = "/mail/config-v1.1.xml"


def document_read(events: Sequence[Event], host: str) -> Iterator[Finding]:
    """AUTOCONFIG-001: the exact URL is read; `?emailaddress=` (Mozilla clients) is tolerated."""
    asked = [event for event in events if event.target == "autoconfig"]
    for event in asked:
        headers = event.data.get("headers")
        named = str(headers.get("host", "")) if isinstance(headers, Mapping) else ""
        asked_host = named.partition(":")[0].lower()
        if str(event.data.get("path")) == PATH and asked_host in {host, "localhost", "127.0.0.1"}:
            return
    last = asked[-1] if asked else None
    yield finding(
        "AUTOCONFIG-001",
        expected=f"GET https://{host}{PATH}",
        found="; ".join(event.text for event in asked) or "aucune requête d'autoconfiguration",
        location=Location(event=last.seq) if last else None,
    )


def ports_followed(events: Sequence[Event], links: Sequence[Connection]) -> Iterator[Finding]:
    """AUTOCONFIG-002: after reading, the product comes to servers and ports that only the document tells."""
    if not _after_reading(events, links):
        yield finding(
            "AUTOCONFIG-002",
            expected="connexion aux serveurs et ports du document",
            found="aucune connexion à ces ports",
        )


def follow_up_seen(events: Sequence[Event], links: Sequence[Connection]) -> Iterator[Finding]:
    """AUTOCONFIG-003: an authenticated connection follows the reading of the document."""
    after = _after_reading(events, links)
    if not any(link.authenticated for link in after):
        yield finding(
            "AUTOCONFIG-003",
            expected="authentification acceptée pendant le test de connexion",
            found="; ".join(" ".join(link.verbs) for link in after) or "aucune connexion",
        )


def _after_reading(events: Sequence[Event], links: Sequence[Connection]) -> tuple[Connection, ...]:
    read = [
        event.seq
        for event in events
        if event.target == "autoconfig" and event.name == "request" and event.data.get("path") == PATH
    ]
    return tuple(link for link in links if read and link.events[0].seq > read[0])
