"""Misbehaviour by name: each fault shows on the wire, and not without being asked for."""

from __future__ import annotations

import base64
import json
import re

import pytest
from imap_bench import ADDRESS, MAIL, TENANT, Bench, Client, MakeBench, xoauth2

from simulators.imap import faults
from simulators.wire.faults import (
    Close,
    CloseAfterOctets,
    InjectedPlaintext,
    Silence,
    SlowOctets,
    StarttlsNotOffered,
    StarttlsRefused,
    WireFault,
)


def ready(make_bench: MakeBench, *switched: WireFault) -> tuple[Bench, Client]:
    bench = make_bench(faults=switched)
    for _ in range(3):
        bench.store.deliver(ADDRESS, MAIL)
    client = bench.client()
    return bench, client


def test_bye(make_bench: MakeBench) -> None:
    bench, client = ready(make_bench, faults.Bye(at="SELECT", times=1))
    assert client.do("SELECT INBOX") == [
        b"* BYE [UNAVAILABLE] Service temporarily unavailable, come back later.",
        b"",
    ]
    # The product comes back and is served.
    bench.client().ok("SELECT INBOX")
    assert bench.journal.events(TENANT, name="fault")[0].data == {"fault": "Bye", "at": "SELECT"}


def test_no_unavailable(make_bench: MakeBench) -> None:
    _, client = ready(make_bench, faults.Answer(at="SELECT", times=1))
    assert client.code("SELECT INBOX") == "NO [UNAVAILABLE]"
    client.ok("SELECT INBOX")


def test_quota_reached(make_bench: MakeBench) -> None:
    _, client = ready(make_bench, faults.QuotaReached(times=1))
    assert client.append("Sent", MAIL)[-1].startswith(b"NO [OVERQUOTA]")
    assert client.append("Sent", MAIL)[-1].startswith(b"OK")


def test_a_good_token_is_refused(make_bench: MakeBench) -> None:
    bench = make_bench(faults=[faults.AuthenticationFailed(times=1)])
    client = bench.client(login=None)
    client.send(b"X AUTHENTICATE XOAUTH2 " + xoauth2() + b"\r\n")
    assert json.loads(base64.b64decode(client.line()[2:]))["status"] == "401"
    client.send(b"\r\n")
    assert client.line().startswith(b"X NO [AUTHENTICATIONFAILED]")
    assert bench.journal.events(TENANT, name="auth")[0].data["reason"] == "fault"
    client.login()


def test_wrong_capabilities(make_bench: MakeBench) -> None:
    fault = faults.WrongCapabilities(hidden=frozenset(("IDLE",)), extra=("X-FOO",))
    _, client = ready(make_bench, fault)
    words = client.ok("CAPABILITY")[0].split()
    assert b"IDLE" not in words
    assert b"X-FOO" in words


def test_uid_validity_changed(make_bench: MakeBench) -> None:
    _, client = ready(make_bench, faults.UidValidityChanged(times=1))

    def validity() -> int:
        found = re.search(rb"UIDVALIDITY (\d+)", b"\n".join(client.ok("SELECT INBOX")))
        assert found
        return int(found.group(1))

    first = int(client.ok("STATUS INBOX (UIDVALIDITY)")[0].split()[-1].rstrip(b")"))
    assert validity() > first
    assert validity() == validity()


def test_expunge_midway(make_bench: MakeBench) -> None:
    _, client = ready(make_bench, faults.ExpungeMidway(times=1))
    client.ok("SELECT INBOX")
    lines = client.ok("FETCH 1:3 UID")
    assert lines[:2] == [b"* 1 FETCH (UID 1)", b"* 1 EXPUNGE"]


def test_stale_literal_size(make_bench: MakeBench) -> None:
    _, client = ready(make_bench, faults.StaleLiteralSize(times=1, excess=-10))
    client.ok("SELECT INBOX")
    client.send(b"X FETCH 1 BODY[]\r\n")
    line = client.line()
    assert b"{%d}\r\n" % (len(MAIL) - 10) in line
    # What follows the literal is still the message.
    assert client.line() != b")"


def test_unsolicited(make_bench: MakeBench) -> None:
    _, client = ready(make_bench, faults.Unsolicited(at="NOOP", times=1))
    assert client.ok("NOOP")[0].startswith(b"* OK [ALERT]")
    assert client.ok("NOOP") == []


def test_wrong_tag(make_bench: MakeBench) -> None:
    _, client = ready(make_bench, faults.WrongTag(at="NOOP", times=1))
    client.send(b"X NOOP\r\n")
    assert client.line().startswith(b"ZZ999 OK")


def test_deaf_idle(make_bench: MakeBench) -> None:
    bench, client = ready(make_bench, faults.DeafIdle(times=1))
    client.ok("SELECT INBOX")
    client.send(b"X IDLE\r\n")
    assert client.line() == b"+ idling"
    bench.store.deliver(ADDRESS, MAIL)
    client.send(b"DONE\r\n")
    assert client.until("X")[:2] == [b"* 4 EXISTS", b"* 4 RECENT"], "told with the answer, not before"


def test_endless_idle(make_bench: MakeBench) -> None:
    _, client = ready(make_bench, faults.EndlessIdle())
    client.send(b"X IDLE\r\nDONE\r\n")
    assert client.line() == b"+ idling"
    client.socket.settimeout(0.3)
    with pytest.raises(TimeoutError):
        client.line()


def test_faults_of_the_wire_strike_at_imap_commands(make_bench: MakeBench) -> None:
    bench, client = ready(make_bench, Close(at="SELECT", times=1), Silence(at="NOOP", times=1))
    assert client.do("SELECT INBOX") == [b""]
    client = bench.client()
    client.socket.settimeout(0.3)
    with pytest.raises(TimeoutError):
        client.do("NOOP")
    bench.client().ok("NOOP")


@pytest.mark.parametrize("point", ["connect", "handshake", "tls", "AUTHENTICATE", "SELECT", "FETCH", "IDLE"])
def test_closed_at_any_point_and_then_served(make_bench: MakeBench, point: str) -> None:
    """ECO.1.2.7: the product comes back after the operator closed, wherever it was."""
    bench = make_bench(faults=[Close(at=point, times=1)])
    bench.store.deliver(ADDRESS, MAIL)

    def session() -> None:
        client = bench.client()
        client.ok("SELECT INBOX")
        client.ok("FETCH 1 FLAGS")
        client.send(b"X IDLE\r\nDONE\r\n")
        assert client.until("X")[-1].startswith(b"X OK")

    with pytest.raises((AssertionError, OSError)):
        session()
    assert bench.journal.events(TENANT, name="fault")[0].data == {"fault": "Close"}
    session()


def test_closed_in_the_middle_of_a_literal(make_bench: MakeBench) -> None:
    bench, _ = ready(make_bench)
    bench.store.deliver(ADDRESS, MAIL + b"x" * 5_000)
    bench.server.faults.add(CloseAfterOctets(octets=4_000, times=1))
    cut = bench.client()
    cut.ok("SELECT INBOX")
    cut.send(b"Y FETCH 4 BODY.PEEK[]\r\n")
    heard = cut.line()
    assert heard.startswith(b"* 4 FETCH (BODY[] {%d}" % (len(MAIL) + 5_000))
    assert len(heard) < 4_000
    assert cut.line() == b""
    assert bench.client().ok("SELECT INBOX")


def test_octets_injected_before_tls(make_bench: MakeBench) -> None:
    """ECO.1.2.1: what follows the answer to STARTTLS in clear must not be taken as said under TLS."""
    bench = make_bench(faults=[InjectedPlaintext(octets=b"* OK injecte\r\n", times=1)])
    client = bench.client(tls=False)
    client.send(b"X STARTTLS\r\n")
    assert client.line().startswith(b"X OK")
    assert client.line() == b"* OK injecte"
    assert bench.journal.events(TENANT, name="fault")[0].data == {"fault": "InjectedPlaintext"}
    assert bench.client().ok("NOOP") == []


def test_starttls_not_offered_or_refused(make_bench: MakeBench) -> None:
    client = make_bench(faults=[StarttlsNotOffered()]).client(tls=False)
    assert b"STARTTLS" not in client.ok("CAPABILITY")[0]
    assert client.code("STARTTLS") == "BAD"
    client = make_bench(faults=[StarttlsRefused()]).client(tls=False)
    assert b"STARTTLS" in client.ok("CAPABILITY")[0]
    assert client.code("STARTTLS") == "BAD"
    assert client.code(b"AUTHENTICATE XOAUTH2 " + xoauth2()) == "NO [PRIVACYREQUIRED]"


def test_slow_octets(make_bench: MakeBench) -> None:
    bench = make_bench(faults=[SlowOctets(octets=20, tick_s=0.001)])
    assert bench.client(tls=False).ok("CAPABILITY")


def test_without_faults_nothing_happens(bench: Bench) -> None:
    client = bench.client()
    client.ok("SELECT INBOX")
    client.ok("NOOP")
    assert bench.journal.events(TENANT, name="fault") == []
