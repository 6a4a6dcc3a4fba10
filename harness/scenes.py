"""Scenes that several cases play: a refusal, a successful connection, a mail sent or received.

A case stays one stimulus and one expectation; what it shares with its sisters is written here once.
"""

from __future__ import annotations

from typing import Any

from harness.artefacts.connections import LinkProtocol
from harness.artefacts.mail import Mail
from harness.artefacts.sent import SentMail
from harness.bench import Bench
from harness.checks.refusal import accepted_anyway, not_connected
from harness.drivers import Answer
from harness.findings import Bilingual
from simulators.tenant import Shape

OPEN_ANY = ("connect|send|list",)
"""What using the messaging at all needs."""

_SENDING = Bilingual("envoyer un courriel", "send a mail")


def refuses(bench: Bench, protocol: LinkProtocol, rule: str, expected: str, **endpoint: Any) -> None:
    """Judge that the product refuses an operator that is wrong in one respect.

    `endpoint` changes the end point of `protocol` (`certificate`, `tls`, `faults`, `revocation`…). The
    product must first have shown that it connects to a blameless one.
    """
    bench.need_control(protocol)
    bench.endpoint(protocol, **endpoint)
    answer = bench.product.open(protocol)
    bench.judge(accepted_anyway(answer, bench.connections(protocol), rule, expected))


def connects(bench: Bench, protocol: LinkProtocol, rule: str, expected: str, **endpoint: Any) -> None:
    """Judge that the product connects and authenticates."""
    bench.endpoint(protocol, **endpoint)
    answer = bench.product.open(protocol)
    bench.judge(not_connected(answer, bench.connections(protocol), rule, expected))


def first_protocol(bench: Bench) -> LinkProtocol:
    """Return the protocol by which the messaging is watched: IMAP for a product that reads, else SMTP."""
    reads = bench.product.can("connect") or bench.product.can("list")
    return "imap" if reads and "receive" in bench.profile.claims.effective_roles else "smtp"


def open_messaging(bench: Bench) -> Answer:
    """Open the messaging as a user does: `connect` to both, or the action that stands for it."""
    if bench.product.can("connect"):
        return bench.product.connect()
    return bench.product.open(first_protocol(bench))


def send_one(bench: Bench, **mail: Any) -> SentMail:
    """Let the product send one mail and return it as the operator accepted it."""
    mark = bench.mark
    bench.need(bench.product.send(**mail), _SENDING)
    return bench.one_sent(mark)


def receive_one(bench: Bench, shape: Shape = "plain") -> Mail:
    """Put a mail of the correspondent into the product's mailbox and return it."""
    return Mail(bench.tenant.correspond(bench.bal.address, shape))


def report_received(bench: Bench) -> Mail:
    """Wait for the operator's delivery report in the product's mailbox and return it."""
    found: list[Mail] = []

    def arrived() -> bool:
        found[:] = [Mail(raw) for raw in bench.tenant.delivery_reports(bench.bal.address)]
        return bool(found)

    bench.wait_until(arrived, bench.profile.limits.delivery_s)
    if not found:
        raise RuntimeError("the simulated operator returned no delivery report")
    return found[0]
