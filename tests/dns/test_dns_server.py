"""The DNS of the space, asked by dnspython's resolver, by dig where it is, and by hostile peers."""

from __future__ import annotations

import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.opcode
import dns.query
import dns.rcode
import dns.resolver
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.dns import DnsServer, Service, Zone, faults
from simulators.dns.server import _format_error, _parse
from simulators.journal import Journal

DOMAIN = "banc-1.mssante.fr"
ZONE = Zone.of_tenant(
    "t1",
    DOMAIN,
    submission=Service(f"smtp.{DOMAIN}", 2587),
    imap=Service(f"imap.{DOMAIN}", 2143),
    texts={DOMAIN: 'espace "simulé"', f"long.{DOMAIN}": "x" * 250},
)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path)
    yield journal
    journal.close()


@pytest.fixture
def server(run: Any, journal: Journal) -> Iterator[DnsServer]:
    async def make() -> DnsServer:
        made = DnsServer(journal=journal)
        await made.start()
        return made

    made = run(make())
    made.add_tenant(ZONE)
    yield made
    run(made.stop())


@pytest.fixture
def resolver(server: DnsServer) -> dns.resolver.Resolver:
    made = dns.resolver.Resolver(configure=False)
    made.nameservers, made.port = ["127.0.0.1"], server.port
    made.lifetime = made.timeout = 3
    return made


def _udp(server: DnsServer, name: str, kind: str = "A", **options: Any) -> dns.message.Message:
    query = dns.message.make_query(name, kind, **options)
    return dns.query.udp(query, "127.0.0.1", port=server.port, timeout=3)


@pytest.mark.parametrize("host", [DOMAIN, f"autoconfig.{DOMAIN}", f"smtp.{DOMAIN}", f"IMAP.{DOMAIN}"])
@pytest.mark.parametrize("tcp", [False, True])
def test_hosts_are_on_loopback(resolver: dns.resolver.Resolver, host: str, tcp: bool) -> None:
    assert [item.to_text() for item in resolver.resolve(host, "A", tcp=tcp)] == ["127.0.0.1"]


def test_services_are_announced_and_implicit_tls_is_not(
    resolver: dns.resolver.Resolver, journal: Journal
) -> None:
    submission = resolver.resolve(f"_submission._tcp.{DOMAIN}", "SRV")[0]
    imap = resolver.resolve(f"_imap._tcp.{DOMAIN}", "SRV")[0]
    assert (submission.port, submission.target.to_text()) == (2587, f"smtp.{DOMAIN}.")
    assert (imap.port, imap.target.to_text()) == (2143, f"imap.{DOMAIN}.")
    for absent in ("_submissions", "_imaps"):
        with pytest.raises(dns.resolver.NXDOMAIN):
            resolver.resolve(f"{absent}._tcp.{DOMAIN}", "SRV")
    asked = [event.data["name"] for event in journal.events("t1", name="query")]
    assert asked[0] == f"_submission._tcp.{DOMAIN}"
    answered = journal.events("t1", name="answer")
    assert (answered[0].data["rcode"], answered[-1].data["rcode"]) == ("NOERROR", "NXDOMAIN")
    assert answered[0].data["records"] == [f"0 1 2587 smtp.{DOMAIN}."]
    assert answered[0].evidence is not None


def test_no_data_no_name_and_not_ours_are_three_answers(server: DnsServer, journal: Journal) -> None:
    no_data = _udp(server, f"imap.{DOMAIN}", "AAAA")
    assert (no_data.rcode(), no_data.answer) == (dns.rcode.NOERROR, [])
    assert no_data.authority[0][0].minimum == 300
    assert no_data.flags & dns.flags.AA
    assert _udp(server, f"_tcp.{DOMAIN}").rcode() == dns.rcode.NOERROR  # above a name that exists
    assert _udp(server, f"absent.{DOMAIN}").rcode() == dns.rcode.NXDOMAIN
    assert _udp(server, "exemple.fr").rcode() == dns.rcode.REFUSED
    assert [event.data["name"] for event in journal.events("", name="query")] == ["exemple.fr"]


def test_txt_and_ipv6(server: DnsServer, resolver: dns.resolver.Resolver) -> None:
    assert resolver.resolve(DOMAIN, "TXT")[0].strings == ('espace "simulé"'.encode(),)
    name = "six.mssante.fr"
    server.add_tenant(Zone("t6", name, {name: "127.0.0.1"}, ipv6={name: "::1"}))
    assert resolver.resolve(name, "AAAA")[0].to_text() == "::1"


def test_tenants_come_and_go(server: DnsServer, journal: Journal) -> None:
    inner = f"interne.{DOMAIN}"
    server.add_tenant(Zone("t2", inner, {inner: "127.0.0.2"}))
    assert _udp(server, inner).answer[0][0].to_text() == "127.0.0.2"
    assert journal.events("t2", name="query")
    server.remove_tenant("t2")
    assert _udp(server, inner).rcode() == dns.rcode.NXDOMAIN
    server.remove_tenant("t1")
    assert _udp(server, DOMAIN).rcode() == dns.rcode.REFUSED


def test_dig(server: DnsServer) -> None:
    dig = shutil.which("dig")
    if dig is None:
        pytest.skip("dig is not installed")
    done = subprocess.run(
        [dig, "@127.0.0.1", "-p", str(server.port), f"_imap._tcp.{DOMAIN}", "SRV", "+short"],
        capture_output=True,
        timeout=20,
        check=True,
        encoding="utf-8",
    )
    assert done.stdout.strip() == f"0 1 2143 imap.{DOMAIN}."


def test_a_long_answer_is_truncated_over_small_udp_only(server: DnsServer) -> None:
    name = "gros.mssante.fr"
    server.add_tenant(Zone("t3", name, {}, texts={name: "y" * 700}))
    small = _udp(server, name, "TXT", use_edns=False)
    assert small.flags & dns.flags.TC
    assert not small.answer
    larger = _udp(server, name, "TXT", use_edns=0, payload=4096)
    assert not larger.flags & dns.flags.TC
    whole = dns.query.tcp(dns.message.make_query(name, "TXT"), "127.0.0.1", port=server.port, timeout=3)
    assert whole.answer[0][0].strings == (b"y" * 255, b"y" * 255, b"y" * 190)


# Faults


def test_servfail_no_name_and_repair(server: DnsServer) -> None:
    server.break_with("t1", faults.ServFail())
    assert _udp(server, DOMAIN).rcode() == dns.rcode.SERVFAIL
    server.break_with("t1", faults.NoSuchName())
    assert _udp(server, DOMAIN).rcode() == dns.rcode.NXDOMAIN
    server.repair("t1")
    assert _udp(server, DOMAIN).rcode() == dns.rcode.NOERROR


def test_truncated_makes_a_client_ask_over_tcp(
    server: DnsServer, resolver: dns.resolver.Resolver, journal: Journal
) -> None:
    server.break_with("t1", faults.Truncated())
    assert resolver.resolve(DOMAIN, "A")[0].to_text() == "127.0.0.1"
    assert [event.data["transport"] for event in journal.events("t1", name="query")] == ["udp", "tcp"]


def test_slow_and_silent(server: DnsServer) -> None:
    server.break_with("t1", faults.Slow(0.15))
    began = time.monotonic()
    _udp(server, DOMAIN)
    assert time.monotonic() - began >= 0.15
    server.break_with("t1", faults.Silent())
    with pytest.raises(dns.exception.Timeout):
        dns.query.udp(dns.message.make_query(DOMAIN, "A"), "127.0.0.1", port=server.port, timeout=0.2)


def test_stop_drops_what_waits(run: Any, journal: Journal) -> None:
    server = DnsServer(journal=journal)
    run(server.start())
    server.add_tenant(ZONE)
    server.break_with("t1", faults.Slow(60))
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=5) as peer,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
    ):
        wire = dns.message.make_query(DOMAIN, "A").to_wire()
        peer.sendall(struct.pack("!H", len(wire)) + wire)
        datagrams.sendto(wire, ("127.0.0.1", server.port))
        for _ in range(2):
            assert journal.wait_for("t1", 5, name="query") is not None
        began = time.monotonic()
        run(server.stop())
        assert time.monotonic() - began < 1


# Hostile peers


@pytest.mark.parametrize(
    "wire", [b"", b"x" * 11, b"\x00" * 12, b"\xff" * 600, b"ab\x01\x00\x00\x01" + b"\xc0" * 40]
)
def test_garbage_does_not_stop_the_server(server: DnsServer, wire: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.sendto(wire, ("127.0.0.1", server.port))
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as peer:
        peer.sendall(struct.pack("!H", len(wire)) + wire)
        peer.shutdown(socket.SHUT_WR)
        while peer.recv(4096):
            continue
    assert _udp(server, DOMAIN).rcode() == dns.rcode.NOERROR


def test_other_opcodes_classes_and_answers(server: DnsServer) -> None:
    notify = dns.message.make_query(DOMAIN, "A")
    notify.set_opcode(dns.opcode.NOTIFY)
    answer = dns.query.udp(notify, "127.0.0.1", port=server.port, timeout=3)
    assert answer.rcode() == dns.rcode.NOTIMP
    assert _udp(server, DOMAIN, rdclass="CH").rcode() == dns.rcode.REFUSED


@given(st.binary(max_size=80))
def test_parsing_never_fails(wire: bytes) -> None:
    _parse(wire)
    error = _format_error(wire)
    assert error is None or len(error) == 12


def test_one_port_for_both_and_taken_ports(run: Any, server: DnsServer, journal: Journal) -> None:
    with pytest.raises(OSError):
        DnsServer(journal=journal, port=server.port).reserve()
    idle = DnsServer(journal=journal)
    with pytest.raises(RuntimeError, match="no port yet"):
        _ = idle.port
    port = idle.reserve()
    run(idle.stop())
    again = DnsServer(journal=journal, port=port)
    assert run(again.start()) == port
    run(again.stop())
