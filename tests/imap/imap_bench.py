"""An IMAP server in a background loop, and a raw client that speaks in transcripts."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import re
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from simulators.clock import SimulatedClock
from simulators.imap.config import ImapConfig
from simulators.imap.server import ImapServer
from simulators.journal import Journal
from simulators.operator import Account, Accounts
from simulators.store import MailStore
from simulators.wire import API_LPS, Credential, TlsProfile, WireFault, WireLimits

ADDRESS = "dr.house@banc.mssante.fr"
OTHER = "org.labo@banc.mssante.fr"
TOKEN = "jeton-valide"
HOLDER = "899700000001"
TENANT = "t1"
DEADLINE_S = 10.0


class Loop:
    """An asyncio loop in a background thread, as the space has."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)
        self.loop.close()


@dataclass(frozen=True)
class Verdict:
    """What Pro Santé Connect would say."""

    accepted: bool
    ps_idnat: str | None = HOLDER
    reason: str | None = None


class Tokens:
    """Knows one good token and its longer variants (`jeton-valide.xxxx`)."""

    def check_token(self, tenant: str, token: str) -> Verdict:
        good = token.split(".", maxsplit=1)[0] == TOKEN
        return Verdict(good, HOLDER, None if good else "expired")


def accounts(*addresses: str) -> Accounts:
    return Accounts(Account(address, "PER", holders=frozenset((HOLDER,))) for address in addresses)


@pytest.fixture(scope="session")
def credential() -> Credential:
    """A self-signed certificate for localhost."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    import ipaddress

    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Credential(
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


@pytest.fixture(scope="session")
def trust(credential: Credential, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The server's certificate as a file, for clients that verify."""
    path = tmp_path_factory.mktemp("trust") / "ca.pem"
    path.write_bytes(credential.chain_pem)
    return path


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    background = Loop()
    yield background
    background.close()


class Bench:
    """A running server, its store, clock and journal."""

    def __init__(self, loop: Loop, journal: Journal, server: ImapServer, clock: SimulatedClock) -> None:
        self.loop, self.journal, self.server, self.clock = loop, journal, server, clock
        self.store = server.store
        self.clients: list[Client] = []

    @property
    def port(self) -> int:
        return self.server.port

    def client(self, *, tls: bool = True, login: str | None = ADDRESS) -> Client:
        client = Client(self.port)
        self.clients.append(client)
        if tls:
            client.starttls()
            if login:
                client.login(login)
        return client

    def close(self) -> None:
        for client in self.clients:
            client.close()


MakeBench = Callable[..., Bench]


@pytest.fixture
def make_bench(loop: Loop, credential: Credential, tmp_path: Path) -> Iterator[MakeBench]:
    made: list[Bench] = []

    def make(
        *,
        faults: Sequence[WireFault] = (),
        config: ImapConfig | None = None,
        store: MailStore | None = None,
        limits: WireLimits | None = None,
        tls: TlsProfile | None = None,
        owners: Accounts | None = None,
    ) -> Bench:
        clock = SimulatedClock()
        journal = Journal(tmp_path / f"run{len(made)}")
        journal.bind(TENANT, "test", clock)
        if store is None:
            store = MailStore(clock)
            store.create_account(ADDRESS)
            store.create_account(OTHER)
        server = ImapServer(
            store,
            owners or accounts(*(account.address for account in store.accounts())),
            Tokens(),
            journal=journal,
            tenant=TENANT,
            clock=clock,
            tls=(tls or API_LPS).with_credential(credential),
            faults=faults,
            config=config,
            limits=limits,
        )
        try:
            loop.run(server.start())
        except BaseException:
            journal.close()
            raise
        bench = Bench(loop, journal, server, clock)
        made.append(bench)
        return bench

    yield make
    for bench in made:
        bench.close()
        loop.run(bench.server.stop())
        bench.journal.close()


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    return make_bench()


class Client:
    """A raw client: octets out, lines in, with a deadline on everything."""

    def __init__(self, port: int) -> None:
        self.socket: socket.socket = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S)
        self.identity = ADDRESS
        self._buffer = b""
        self._tag = 0
        self.greeting = self.line()

    def close(self) -> None:
        self.socket.close()

    def send(self, octets: bytes) -> None:
        self.socket.sendall(octets)

    def _receive(self) -> bytes:
        try:
            return self.socket.recv(65536)
        except ConnectionResetError:
            return b""

    def line(self) -> bytes:
        """Read one response, its literals included; empty once the server closed."""
        text = b""
        while True:
            while b"\n" not in self._buffer:
                more = self._receive()
                if not more:
                    rest, self._buffer = text + self._buffer, b""
                    return rest
                self._buffer += more
            one, _, self._buffer = self._buffer.partition(b"\n")
            text += one + b"\n"
            literal = re.search(rb"\{(\d+)\}\r\n\Z", text)
            if literal is None:
                return text.removesuffix(b"\r\n")
            size = int(literal.group(1))
            while len(self._buffer) < size:
                more = self._receive()
                if not more:
                    rest, self._buffer = text + self._buffer, b""
                    return rest
                self._buffer += more
            text += self._buffer[:size]
            self._buffer = self._buffer[size:]

    def until(self, tag: str) -> list[bytes]:
        """Read responses up to the tagged one."""
        lines: list[bytes] = []
        while True:
            line = self.line()
            lines.append(line)
            if not line or line.startswith(tag.encode() + b" "):
                return lines

    def tag(self) -> str:
        self._tag += 1
        return f"A{self._tag}"

    def do(self, command: bytes | str) -> list[bytes]:
        """Send a command (a literal is written in place, after `{n+}` and CRLF); return the responses."""
        octets = command.encode() if isinstance(command, str) else command
        tag = self.tag()
        self.send(tag.encode() + b" " + octets + b"\r\n")
        lines = self.until(tag)
        lines[-1] = lines[-1].removeprefix(tag.encode() + b" ")
        return lines

    def ok(self, command: bytes | str) -> list[bytes]:
        """Do a command that must be answered OK; return what came before the answer."""
        lines = self.do(command)
        assert lines[-1].startswith(b"OK"), (command, lines)
        return lines[:-1]

    def code(self, command: bytes | str) -> str:
        """Return the kind and the code of the answer: `NO [TRYCREATE]`."""
        answer = self.do(command)[-1].decode()
        found = re.match(r"(OK|NO|BAD)(?: \[([A-Z-]+)[^\]]*\])?", answer)
        assert found, answer
        return found.group(1) + (f" [{found.group(2)}]" if found.group(2) else "")

    def starttls(self) -> None:
        assert self.do("STARTTLS")[-1].startswith(b"OK")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost")

    def login(self, address: str = ADDRESS, token: str = TOKEN) -> list[bytes]:
        return self.ok(b"AUTHENTICATE XOAUTH2 " + xoauth2(address, token))

    def append(self, mailbox: str, message: bytes, flags: str = "") -> list[bytes]:
        head = f"APPEND {mailbox} {flags + ' ' if flags else ''}{{{len(message)}+}}\r\n".encode()
        return self.do(head + message)


def xoauth2(address: str = ADDRESS, token: str = TOKEN) -> bytes:
    return base64.b64encode(f"user={address}\x01auth=Bearer {token}\x01\x01".encode())


MAIL = (
    b"From: Labo <org.labo@banc.mssante.fr>\r\nTo: dr.house@banc.mssante.fr\r\n"
    b"Subject: =?utf-8?q?R=C3=A9sultats?=\r\nDate: Thu, 15 Jan 2026 09:00:00 +0100\r\n"
    b"Message-ID: <1@banc>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: 8bit\r\n\r\nBonjour, les r\xc3\xa9sultats.\r\n"
)
