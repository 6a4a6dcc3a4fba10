"""What the SMTP tests share: an operator with a few mailboxes, a store in memory, a client in raw octets."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "wire"))

from wire_world import Loop, authority, client_context, server_credential

from simulators.clock import SimulatedClock
from simulators.journal import Event, Journal
from simulators.operator import Account, Accounts
from simulators.smtp import DeliveryAgent, SubmissionPolicy, SubmissionServer
from simulators.wire import API_LPS, WireFault, WireLimits

DOMAIN = "banc.mssante.fr"
PER = f"dr.martin@{DOMAIN}"
ORG = f"secretariat@{DOMAIN}"
APP = f"labo@{DOMAIN}"
CLOSED = f"fermee@{DOMAIN}"
ELSEWHERE = "confrere@ailleurs.mssante.fr"
STRUCTURE = "1750000001"
GOOD_TOKEN = "jeton-bon"


@dataclass(frozen=True)
class Verdict:
    accepted: bool
    ps_idnat: str | None = None
    reason: str | None = None


class Tokens:
    """`jeton-bon` belongs to Dr Martin, `jeton-autre` to somebody else; long ones may be added."""

    def __init__(self) -> None:
        self.good = {GOOD_TOKEN: "899700000001", "jeton-autre": "899700000002"}

    def check_token(self, tenant: str, token: str) -> Verdict:
        bearer = self.good.get(token)
        return Verdict(True, bearer) if bearer else Verdict(False, None, "expired")


class Store:
    def __init__(self) -> None:
        self.mails: list[tuple[str, bytes]] = []
        self.full: set[str] = set()

    def deliver(self, address: str, content: bytes) -> None:
        if address in self.full:
            raise OverflowError(address)
        self.mails.append((address, content))

    def of(self, address: str) -> list[bytes]:
        return [content for to, content in self.mails if to == address]


def accounts() -> Accounts:
    return Accounts(
        [
            Account(PER, "PER", holders=frozenset({"899700000001"})),
            Account(ORG, "ORG", holders=frozenset({"899700000001", "899700000003"})),
            Account(APP, "APP", structure=STRUCTURE),
            Account(CLOSED, "PER", holders=frozenset({"899700000001"}), open=False),
        ]
    )


class Operator:
    def __init__(self, loop: Loop, journal: Journal) -> None:
        self.loop = loop
        self.journal = journal
        self.clock = SimulatedClock()
        self.tokens = Tokens()
        self.store = Store()
        self.accounts = accounts()
        journal.bind("t", "test", self.clock)
        known = {account.address for account in self.accounts} | {ELSEWHERE}
        self.agent = DeliveryAgent(
            store=self.store,
            has_mailbox=lambda address: address.lower() in known,
            hostname="smtp.banc.mssante.fr",
            journal=journal,
            tenant="t",
            clock=self.clock,
            refusals=(OverflowError,),
        )
        self.server: SubmissionServer | None = None

    def start(
        self, *faults: WireFault, limits: WireLimits | None = None, size: int = 1_000_000, **options: Any
    ) -> int:
        profile = API_LPS.with_credential(server_credential())
        options.setdefault("tls", profile.with_client_certificate("request", (authority().pem,)))
        options.setdefault("deliver", self.agent.deliver)
        self.server = SubmissionServer(
            journal=self.journal,
            tenant="t",
            accounts=self.accounts,
            tokens=self.tokens,
            policy=SubmissionPolicy(
                "smtp.banc.mssante.fr",
                lambda domain: domain in (DOMAIN, "ailleurs.mssante.fr"),
                size=size,
            ),
            clock=self.clock,
            faults=faults,
            limits=limits,
            **options,
        )
        return self.loop.run(self.server.start())

    def stop(self) -> None:
        if self.server is not None:
            self.loop.run(self.server.stop())

    def events(self, name: str, protocol: Any = "smtp") -> list[Event]:
        return list(self.journal.events("t", protocol=protocol, name=name))

    def wait(self, name: str, protocol: Any = "smtp") -> Event:
        event = self.journal.wait_for("t", 10, protocol=protocol, name=name)
        assert event is not None, [event.text for event in self.journal.events("t")]
        return event


def xoauth2(user: str = PER, token: str = GOOD_TOKEN) -> str:
    return base64.b64encode(f"user={user}\x01auth=Bearer {token}\x01\x01".encode()).decode()


class Client:
    """Raw octets; `say` sends a line and returns the whole answer."""

    def __init__(self, port: int, timeout: float = 10) -> None:
        self.sock: socket.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.held = b""

    def read(self) -> str:
        lines: list[bytes] = []
        while True:
            while b"\n" not in self.held:
                got = self.sock.recv(65536)
                if not got:
                    return b"".join(lines).decode()
                self.held += got
            line, _, self.held = self.held.partition(b"\n")
            lines.append(line + b"\n")
            if line[3:4] != b"-":
                return b"".join(lines).decode()

    def send(self, octets: bytes) -> None:
        self.sock.sendall(octets)

    def say(self, line: str) -> str:
        self.send(line.encode() + b"\r\n")
        return self.read()

    def starttls(self, context: ssl.SSLContext | None = None) -> None:
        assert self.read().startswith("220 ")
        assert "STARTTLS" in self.say("EHLO poste.test")
        assert self.say("STARTTLS") == "220 2.0.0 Ready to start TLS\r\n"
        self.upgrade(context)
        assert self.say("EHLO poste.test").startswith("250-")

    def upgrade(self, context: ssl.SSLContext | None = None) -> None:
        self.sock = (context or client_context()).wrap_socket(self.sock, server_hostname="localhost")

    def login(self, user: str = PER, token: str = GOOD_TOKEN) -> None:
        self.starttls()
        assert self.say(f"AUTH XOAUTH2 {xoauth2(user, token)}").startswith("235 2.7.0 ")

    def mail(
        self, *recipients: str, content: bytes = b"Subject: x\r\n\r\nbonjour\r\n", sender: str = PER
    ) -> str:
        assert self.say(f"MAIL FROM:<{sender}>").startswith("250 2.1.0")
        for recipient in recipients:
            assert self.say(
                f"RCPT TO:{recipient if recipient.startswith('<') else f'<{recipient}>'}"
            ).startswith("250 2.1.5")
        assert self.say("DATA").startswith("354 ")
        self.send(content + b".\r\n")
        return self.read()

    def ended(self) -> bool:
        """Wait for the end of the connection."""
        try:
            return self.read() == ""
        except (ConnectionError, ssl.SSLError):
            return True

    def close(self) -> None:
        self.sock.close()


@contextlib.contextmanager
def connected(port: int, **options: Any) -> Iterator[Client]:
    client = Client(port, **options)
    try:
        yield client
    finally:
        client.close()
