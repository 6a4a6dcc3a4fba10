"""Random octets at every stage of a session: no crash, no hang, and the next client is served."""

from __future__ import annotations

import random

import pytest
from smtp_world import ORG, PER, Operator, connected, xoauth2

PIECES = [
    b"EHLO x\r\n", b"HELO\r\n", b"AUTH XOAUTH2\r\n", b"AUTH PLAIN =\r\n",
    f"AUTH XOAUTH2 {xoauth2()}\r\n".encode(),
    f"MAIL FROM:<{PER}>\r\n".encode(), b"MAIL FROM:<>\r\n", f"RCPT TO:<{ORG}>\r\n".encode(), b"DATA\r\n",
    b".\r\n", b"\r\n.\r\n", b"\n.\n", b"*\r\n", b"RSET\r\n", b"\xff\xfe\x00\r\n", b"\0" * 30,
    b"x" * 13_000, b"\r\n",
    b"STARTTLS\r\n", b"NOOP", b" ", b"\t", b"NOTIFY=NEVER", b"<", b">", b"=",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("under_tls", [True, False])
def test_random_sessions(operator: Operator, seed: int, under_tls: bool) -> None:
    # Given a client that says anything in any order, in lots of any size
    chance = random.Random(seed)
    octets = b"".join(chance.choice(PIECES) for _ in range(60))
    port = operator.start()
    with connected(port) as client:
        if under_tls:
            client.login()
        # When it has said all and leaves
        try:
            while octets:
                size = chance.choice([1, 7, 100, 5000])
                client.send(octets[:size])
                octets = octets[size:]
        except OSError:
            # The server hung up first: too many errors, or octets in clear where TLS was due.
            pass
    operator.wait("close")
    # Then nothing went wrong in the loop, and the next one is served
    assert operator.loop.errors == []
    with connected(port) as client:
        client.login()
        assert client.mail(ORG).startswith("250 ")


def test_a_client_that_sends_one_octet_at_a_time(operator: Operator) -> None:
    with connected(operator.start()) as client:
        client.login()
        session = f"MAIL FROM:<{PER}>\r\nRCPT TO:<{ORG}>\r\nDATA\r\nSubject: x\r\n\r\n..y\r\n.\r\nQUIT\r\n"
        for octet in session.encode():
            client.send(bytes((octet,)))
        assert [client.read()[:3] for _ in range(5)] == ["250", "250", "354", "250", "221"]
    assert operator.store.of(ORG)[0].endswith(b"\r\n\r\n.y\r\n")


def test_a_client_that_vanishes_is_closed_when_idle(operator: Operator) -> None:
    with connected(operator.start()) as client:
        client.login()
        client.say(f"MAIL FROM:<{PER}>")
        client.say(f"RCPT TO:<{ORG}>")
        client.say("DATA")
        client.send(b"Subject: half a mess")
        client.send(b"age\r\n")
        operator.clock.advance(601)
        assert client.read().startswith("421 4.4.2 ")
    assert operator.store.mails == []
