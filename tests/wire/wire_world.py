"""What the tests of the wire share: throw-away certificates, a small upper protocol, a loop in a thread."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import ssl
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from simulators.wire import Credential, LineBuffer, WireTransport

Result = TypeVar("Result")
NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """A throw-away authority."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def issue(
        self,
        *,
        organizational_unit: str | None = None,
        common_name: str = "localhost",
        usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
        start: datetime.datetime = NOW - DAY,
        end: datetime.datetime = NOW + 30 * DAY,
        bits: int = 2048,
    ) -> Credential:
        key = _key(common_name, bits)
        names = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
        if organizational_unit:
            names.insert(0, x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, organizational_unit))
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name(names))
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
            .add_extension(x509.ExtendedKeyUsage([usage]), False)
            .add_extension(
                x509.SubjectAlternativeName(
                    [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
                ),
                False,
            )
            .sign(self.key, hashes.SHA256())
        )
        pem = certificate.public_bytes(Encoding.PEM)
        return Credential(pem, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    def crl(self, *revoked: Credential) -> bytes:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(NOW - DAY)
            .next_update(NOW + 7 * DAY)
        )
        for credential in revoked:
            serial = x509.load_pem_x509_certificate(credential.chain_pem).serial_number
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW).build()
            )
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM)


@cache
def _key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@cache
def authority(name: str = "TEST AC Elementaire Organisation") -> Authority:
    key = _key(f"ca {name}")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + 365 * DAY)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    return Authority(certificate, key)


@cache
def server_credential() -> Credential:
    return authority().issue()


class Loop:
    """An event loop in a thread, as the space has it."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.errors: list[dict[str, Any]] = []
        self.loop.set_exception_handler(lambda _, context: self.errors.append(context))
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Result], timeout_s: float = 30) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout_s)

    def close(self) -> None:
        tasks = self.run(self._tasks())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()
        assert tasks == [], f"tasks left behind: {tasks}"
        assert self.errors == [], f"errors in the loop: {self.errors}"

    async def _tasks(self) -> list[asyncio.Task[Any]]:
        for _ in range(3):
            await asyncio.sleep(0)
        return [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


@contextmanager
def running_loop() -> Iterator[Loop]:
    loop = Loop()
    try:
        yield loop
    finally:
        loop.close()


class Talk(asyncio.Protocol):
    """A tiny line protocol: HELLO, STARTTLS, BIG n, BYE; anything else is echoed."""

    transport: WireTransport

    def __init__(self) -> None:
        self.lines = LineBuffer(1000)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, WireTransport)
        self.transport = transport
        transport.write(b"220 ready\r\n")

    def data_received(self, data: bytes) -> None:
        self.lines.feed(data)
        while (line := self.lines.line()) is not None:
            word = line.strip().decode("ascii", "replace")
            self.transport.at_command(word.split(" ")[0])
            if word == "STARTTLS":
                self.transport.start_tls(b"220 go\r\n", discarded=self.lines.clear())
            elif word == "BYE":
                self.transport.write(b"221 bye\r\n")
                self.transport.close()
            elif word.startswith("BIG "):
                self.transport.write(b"x" * int(word[4:]) + b"\r\n")
            else:
                self.transport.write(b"250 " + line)


def client_context(**changes: Any) -> ssl.SSLContext:
    """A client that trusts the throw-away authority and offers everything its OpenSSL has."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=authority().pem.decode())
    context.set_ciphers(changes.pop("ciphers", "ALL:@SECLEVEL=0"))
    for name, value in changes.items():
        setattr(context, name, value)
    return context
