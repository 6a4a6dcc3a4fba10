"""TLS as seen by real clients.

Versions, suites, groups, client certificates, what the journal says of them.
"""

from __future__ import annotations

import datetime
import socket
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from wire_world import DAY, NOW, Loop, Talk, authority, client_context, running_loop, server_credential

from simulators.journal import Event, Journal
from simulators.wire import API_LPS, PROFILES, Credential, TlsProfile, WireServer, read_transcript
from simulators.wire.names import LPS_SUITES
from simulators.wire.profile import (
    DH_1024,
    FORBIDDEN_SUITE,
    SINGLE_SUITE,
    SMALL_CURVE,
    TLS_1_1_ONLY,
    TLS_1_2_ONLY,
    TLS_1_3_ONLY,
)
from simulators.wire.transcript import plaintext


class World:
    def __init__(self, loop: Loop, journal: Journal) -> None:
        self.loop = loop
        self.journal = journal
        self.server: WireServer | None = None

    def serve(self, profile: TlsProfile, **options: Any) -> int:
        self.server = WireServer(
            Talk,
            journal=self.journal,
            tenant="t",
            protocol_name="smtp",
            tls=profile if profile.credential else profile.with_credential(server_credential()),
            **options,
        )
        return self.loop.run(self.server.start())

    def event(self, name: str, protocol: Any = "tls") -> Event:
        event = self.journal.wait_for("t", 10, protocol=protocol, name=name)
        assert event is not None, [e.text for e in self.journal.events("t")]
        return event


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    journal = Journal(tmp_path)
    with running_loop() as loop:
        world = World(loop, journal)
        yield world
        if world.server is not None:
            loop.run(world.server.stop())
    journal.close()


@contextmanager
def plain(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        yield sock


def starttls(sock: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
    assert sock.recv(100) == b"220 ready\r\n"
    sock.sendall(b"STARTTLS\r\n")
    assert sock.recv(100) == b"220 go\r\n"
    return context.wrap_socket(sock, server_hostname="localhost")


def talk(port: int, context: ssl.SSLContext) -> tuple[str, str]:
    with plain(port) as sock, starttls(sock, context) as secure:
        secure.sendall(b"bonjour\r\n")
        assert secure.recv(100) == b"250 bonjour\r\n"
        cipher = secure.cipher()
        assert cipher is not None
        return secure.version() or "", cipher[0]


@pytest.fixture(autouse=True)
def old_versions_warn() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "ssl.TLSVersion.TLSv1_1 is deprecated", DeprecationWarning)
        yield


@pytest.mark.parametrize("profile", [API_LPS, TLS_1_2_ONLY, TLS_1_3_ONLY, *SINGLE_SUITE.values()])
def test_good_endpoints_serve_and_are_told(world: World, profile: TlsProfile) -> None:
    # Given an endpoint that a product must accept
    port = world.serve(profile)
    # When a client that checks everything connects
    version, cipher = talk(port, client_context())
    # Then it is served, and the journal tells what was offered and what was chosen
    established, hello = world.event("established"), world.event("client-hello")
    assert established.data["version"] == version
    assert established.data["cipher"] == cipher
    assert established.data["sni"] == hello.data["sni"] == "localhost"
    assert {"TLSv1.2", "TLSv1.3"} <= set(hello.data["versions"])
    assert set(LPS_SUITES) <= set(hello.data["suites"])
    assert hello.evidence is not None
    if version == "TLSv1.2":
        assert cipher in LPS_SUITES.values()


@pytest.mark.parametrize("code", sorted(SINGLE_SUITE))
def test_each_suite_really_is_the_only_one(world: World, code: int) -> None:
    port = world.serve(SINGLE_SUITE[code])
    assert talk(port, client_context()) == ("TLSv1.2", LPS_SUITES[code])


@pytest.mark.parametrize(
    ("profile", "cipher"),
    [
        (DH_1024, "DHE-RSA-AES256-GCM-SHA384"),
        (SMALL_CURVE, "ECDHE-RSA-AES256-GCM-SHA384"),
        (FORBIDDEN_SUITE, None),
    ],
)
def test_bad_endpoints_serve_a_careless_client(world: World, profile: TlsProfile, cipher: str | None) -> None:
    port = world.serve(profile)
    careless = client_context()
    if profile is SMALL_CURVE:
        # A client has to offer so small a curve to be had by it.
        careless.set_ecdh_curve("secp224r1")
        careless.maximum_version = ssl.TLSVersion.TLSv1_2
    version, chosen = talk(port, careless)
    assert version == "TLSv1.2"
    assert chosen == cipher or (cipher is None and chosen not in LPS_SUITES.values())


def test_tls_1_1_serves_only_old_clients(world: World) -> None:
    port = world.serve(TLS_1_1_ONLY)
    old = client_context(minimum_version=ssl.TLSVersion.TLSv1_1)
    assert talk(port, old)[0] == "TLSv1.1"


@pytest.mark.parametrize("profile", [TLS_1_1_ONLY, FORBIDDEN_SUITE, DH_1024, SMALL_CURVE])
def test_bad_endpoints_are_refused_by_a_strict_client(world: World, profile: TlsProfile) -> None:
    port = world.serve(profile)
    strict = client_context(
        ciphers=":".join(LPS_SUITES.values()) + ":@SECLEVEL=2",
        minimum_version=ssl.TLSVersion.TLSv1_2,
    )
    strict.set_ecdh_curve("prime256v1")
    with plain(port) as sock, pytest.raises(ssl.SSLError):
        starttls(sock, strict)
    world.event("failed")
    assert not world.journal.events("t", protocol="tls", name="established")


def test_every_profile_has_its_name() -> None:
    assert all(profile.name == name for name, profile in PROFILES.items())


def test_alert_of_a_client_that_does_not_trust_us_is_named(world: World) -> None:
    port = world.serve(API_LPS.with_credential(authority("AUTRE AC").issue()))
    with plain(port) as sock, pytest.raises(ssl.SSLCertVerificationError):
        starttls(sock, client_context())
    alert = world.event("alert")
    assert alert.data["direction"] == "received"
    assert alert.data["description"] == "unknown_ca"
    assert alert.data["during_handshake"] is True
    assert "unknown ca" in world.event("failed").data["reason"]


def test_expired_server_certificate_is_named_by_the_client_alert(world: World) -> None:
    expired = authority().issue(start=NOW - 3 * DAY, end=NOW - DAY)
    port = world.serve(API_LPS.with_credential(expired))
    with plain(port) as sock, pytest.raises(ssl.SSLCertVerificationError):
        starttls(sock, client_context())
    assert world.event("alert").data["description"] == "certificate_expired"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize(
    ("case", "error"),
    [
        ("good", None),
        ("none", None),
        ("expired", "cert_has_expired"),
        ("not yet valid", "cert_not_yet_valid"),
        ("revoked", "cert_revoked"),
        ("other authority", "unable_to_get_issuer_cert_locally"),
        ("server usage", "invalid_purpose"),
    ],
)
def test_client_certificate_is_seen_and_what_is_wrong_is_named(
    world: World, tmp_path: Path, case: str, error: str | None, version: ssl.TLSVersion
) -> None:
    # Given an endpoint that asks for a certificate and takes any
    credential = _client(case)
    crls = (authority().crl(credential),) if case == "revoked" and credential else (authority().crl(),)
    port = world.serve(API_LPS.with_client_certificate("request", (authority().pem,), crls))
    context = client_context(minimum_version=version, maximum_version=version)
    _show(context, credential, tmp_path)
    # When a client shows it
    talk(port, context)
    # Then the channel stands, and says what was shown and what is wrong with it
    data = world.event("established").data
    assert data["client_certificate_error"] == error
    assert (data["client_certificate"] is None) == (case == "none")


@pytest.mark.parametrize("case", ["expired", "none"])
def test_required_client_certificate_is_refused_in_the_handshake(
    world: World, tmp_path: Path, case: str
) -> None:
    port = world.serve(API_LPS.with_client_certificate("require", (authority().pem,)))
    context = client_context()
    credential = _client(case)
    _show(context, credential, tmp_path)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        talk(port, context)
    failed = world.event("failed").data
    assert (failed["client_certificate"] is None) == (case == "none")
    if case == "expired":
        assert failed["client_certificate_error"] == "cert_has_expired"
        assert world.event("alert").data["description"] == "certificate_expired"


def _client(case: str) -> Credential | None:
    usage = ExtendedKeyUsageOID.SERVER_AUTH if case == "server usage" else ExtendedKeyUsageOID.CLIENT_AUTH
    issuer = authority("AUTRE AC") if case == "other authority" else authority()
    span: dict[str, datetime.datetime] = {}
    if case == "expired":
        span = {"start": NOW - 3 * DAY, "end": NOW - DAY}
    elif case == "not yet valid":
        span = {"start": NOW + DAY, "end": NOW + 2 * DAY}
    if case == "none":
        return None
    return issuer.issue(usage=usage, common_name="client", organizational_unit="3750000001", **span)


def _show(context: ssl.SSLContext, credential: Credential | None, folder: Path) -> None:
    if credential is not None:
        path = folder / "client.pem"
        path.write_bytes(credential.chain_pem + credential.key_pem)
        context.load_cert_chain(path)


def test_transcript_holds_both_directions_and_what_was_under_tls(world: World) -> None:
    port = world.serve(API_LPS)
    talk(port, client_context())
    close = world.event("close", "smtp")
    assert close.evidence is not None
    chunks = read_transcript(world.journal.evidence.read(close.evidence))
    assert plaintext(chunks, "C") == b"STARTTLS\r\nbonjour\r\n"
    assert plaintext(chunks, "S") == b"220 ready\r\n220 go\r\n250 bonjour\r\n"
    assert [chunk.tls for chunk in chunks] == [False, False, False, True, True]
    assert close.data["by"] == "product"


def test_commands_pipelined_before_tls_are_dropped_and_told(world: World) -> None:
    port = world.serve(API_LPS)
    with plain(port) as sock:
        assert sock.recv(100) == b"220 ready\r\n"
        sock.sendall(b"STARTTLS\r\ninjected\r\n")
        assert sock.recv(100) == b"220 go\r\n"
        with client_context().wrap_socket(sock, server_hostname="localhost") as secure:
            secure.sendall(b"after\r\n")
            assert secure.recv(100) == b"250 after\r\n"
    assert world.event("plaintext-discarded", "smtp").data["octets"] == len(b"injected\r\n")


def test_something_else_than_tls_after_starttls(world: World) -> None:
    port = world.serve(API_LPS)
    with plain(port) as sock:
        sock.recv(100)
        sock.sendall(b"STARTTLS\r\n")
        sock.recv(100)
        sock.sendall(b"EHLO en clair\r\n")
        answer = sock.recv(100)
        # An alert, or nothing: never an answer in clear
        assert answer == b"" or answer[0] == 21
    assert "0x45" in world.event("client-hello").data["problem"]
    world.event("failed")


def test_implicit_tls(world: World) -> None:
    port = world.serve(API_LPS, implicit_tls=True)
    with plain(port) as sock, client_context().wrap_socket(sock, server_hostname="localhost") as secure:
        assert secure.recv(100) == b"220 ready\r\n"


def test_big_answers_pass_whole(world: World) -> None:
    port = world.serve(API_LPS)
    with plain(port) as sock, starttls(sock, client_context()) as secure:
        secure.sendall(b"BIG 3000000\r\n")
        left = 3_000_002
        while left:
            got = secure.recv(65536)
            assert got
            left -= len(got)


def test_profile_may_be_replaced_while_serving(world: World) -> None:
    port = world.serve(API_LPS)
    assert world.server is not None
    assert talk(port, client_context())[0] == "TLSv1.3"
    world.server.tls = TLS_1_2_ONLY.with_credential(server_credential())
    assert talk(port, client_context())[0] == "TLSv1.2"


def test_a_profile_without_certificate_is_an_error_of_its_own(world: World) -> None:
    server = WireServer(Talk, journal=world.journal, tenant="t", protocol_name="smtp", tls=API_LPS)
    with pytest.raises(ValueError, match="no server certificate"):
        world.loop.run(server.start())


def test_a_weak_key_is_shown_to_be_refused(world: World) -> None:
    port = world.serve(API_LPS.with_credential(authority().issue(bits=1024)))
    assert talk(port, client_context())[0] == "TLSv1.3"
    with plain(port) as sock, pytest.raises(ssl.SSLError, match="key too weak"):
        starttls(sock, client_context(ciphers="ALL:@SECLEVEL=2"))
