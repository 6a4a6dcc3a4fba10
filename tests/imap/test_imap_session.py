"""Sessions over real sockets: connection, TLS, authentication, and what the journal keeps."""

from __future__ import annotations

import base64
import json

import pytest
from imap_bench import ADDRESS, MAIL, OTHER, TENANT, TOKEN, Bench, MakeBench, xoauth2

from simulators.imap.config import ImapConfig


def words(bench: Bench, **how: object) -> set[str]:
    (line,) = bench.client(**how).ok("CAPABILITY")[:1]  # type: ignore[arg-type]
    return set(line.decode().split()[2:])


def test_nothing_is_offered_in_clear(bench: Bench) -> None:
    offered = words(bench, tls=False)
    assert {"IMAP4rev1", "STARTTLS", "LOGINDISABLED"} <= offered
    assert not any(word.startswith("AUTH=") for word in offered)


@pytest.mark.parametrize(
    "command", [b"AUTHENTICATE XOAUTH2 " + xoauth2(), b"AUTHENTICATE PLAIN", b"LOGIN a b"]
)
def test_no_authentication_in_clear_even_on_loopback(bench: Bench, command: bytes) -> None:
    client = bench.client(tls=False)
    assert client.code(command) == "NO [PRIVACYREQUIRED]"
    assert client.code("SELECT INBOX") == "BAD"


def test_after_tls_the_mechanisms_are_shown(bench: Bench) -> None:
    offered = words(bench, login=None)
    assert {"AUTH=XOAUTH2", "AUTH=OAUTHBEARER", "SASL-IR", "LOGINDISABLED"} <= offered
    assert "STARTTLS" not in offered
    assert "AUTH=PLAIN" not in offered, "PLAIN is for those who showed a client certificate"


def test_sasl_ir_is_a_switch(make_bench: MakeBench) -> None:
    bench = make_bench(config=ImapConfig(sasl_ir=False))
    assert not {"SASL-IR", "IMAP4rev2"} & words(bench, login=None)
    client = bench.client(login=None)
    assert client.code(b"AUTHENTICATE XOAUTH2 " + xoauth2()) == "BAD"
    client.send(b"X AUTHENTICATE xoauth2\r\n")
    assert client.line() == b"+ "
    client.send(xoauth2() + b"\r\n")
    assert client.line().startswith(b"X OK [CAPABILITY ")


@pytest.mark.parametrize("extra", [0, 4_000, 12_000])
@pytest.mark.parametrize("initial", [True, False])
def test_long_tokens(bench: Bench, extra: int, initial: bool) -> None:
    client = bench.client(login=None)
    response = xoauth2(token=TOKEN + "." + "x" * extra)
    client.send(b"X AUTHENTICATE XOAUTH2" + (b" " + response if initial else b"") + b"\r\n")
    if not initial:
        assert client.line() == b"+ "
        client.send(response + b"\r\n")
    assert client.line().startswith(b"X OK ")


def test_a_bad_token_gets_the_json_challenge_then_no(bench: Bench) -> None:
    client = bench.client(login=None)
    client.send(b"X AUTHENTICATE XOAUTH2 " + xoauth2(token="faux") + b"\r\n")
    challenge = client.line()
    assert json.loads(base64.b64decode(challenge[2:]))["status"] == "401"
    client.send(b"\r\n")
    assert client.line().startswith(b"X NO [AUTHENTICATIONFAILED]")
    # The session goes on, and a good token is then accepted.
    client.login()


def test_oauthbearer(bench: Bench) -> None:
    client = bench.client(login=None)
    text = f"n,a={ADDRESS},\x01host=localhost\x01port=143\x01auth=Bearer {TOKEN}\x01\x01"
    client.ok(b"AUTHENTICATE OAUTHBEARER " + base64.b64encode(text.encode()))


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (b"AUTHENTICATE XOAUTH2 ====", "BAD"),
        (b"AUTHENTICATE CRAM-MD5", "NO [CANNOT]"),
        (b"AUTHENTICATE PLAIN AGEAYQ==", "NO [CANNOT]"),
        (b"AUTHENTICATE", "BAD"),
        (b"AUTHENTICATE  XOAUTH2", "BAD"),
    ],
)
def test_wrong_authentications(bench: Bench, command: bytes, answer: str) -> None:
    client = bench.client(login=None)
    client.send(b"A1 " + command + b"\r\n")
    line = client.line()
    if line.startswith(b"+ "):
        client.send(b"\r\n")
        line = client.line()
    assert line.decode().startswith(f"A1 {answer}"), line


def test_cancelled_authentication(bench: Bench) -> None:
    client = bench.client(login=None)
    client.send(b"X AUTHENTICATE XOAUTH2\r\n")
    assert client.line() == b"+ "
    client.send(b"*\r\n")
    assert client.line().startswith(b"X BAD")
    client.login()


def test_commands_injected_before_starttls_are_dropped(bench: Bench) -> None:
    # Given a client (or someone in the middle) that sends more than STARTTLS in clear
    client = bench.client(tls=False)
    client.send(b"X STARTTLS\r\nY CREATE Pirate\r\nZ AUTHENTICATE XOAUTH2 " + xoauth2() + b"\r\n")
    assert client.line().startswith(b"X OK")
    # When TLS is up
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    client.socket = context.wrap_socket(client.socket, server_hostname="localhost")
    # Then nothing of it was done
    assert client.code("SELECT INBOX") == "BAD"
    client.login()
    assert client.ok('LIST "" Pirate') == []
    dropped = bench.journal.events(TENANT, name="plaintext-discarded")
    assert dropped and dropped[0].data["octets"] > 20


def test_starttls_only_once(bench: Bench) -> None:
    assert bench.client(login=None).code("STARTTLS") == "BAD"
    assert bench.client().code("STARTTLS") == "BAD"


def test_the_journal_tells_commands_and_replies_without_secrets(bench: Bench) -> None:
    bench.store.deliver(ADDRESS, MAIL)
    client = bench.client()
    client.ok("SELECT INBOX")
    client.ok("FETCH 1 (UID BODY[])")
    client.append("Drafts", b"Subject: brouillon confidentiel\r\n\r\nx\r\n")
    client.ok("LOGOUT")
    events = bench.journal.events(TENANT, protocol="imap")
    texts = [event.text for event in events]
    assert "A3 SELECT INBOX" in texts
    assert any(text.startswith("* 1 FETCH (UID 1 ‹") for text in texts)
    assert any(text.startswith("A5 APPEND Drafts {38+}") for text in texts)
    auth = next(event for event in events if event.name == "auth")
    assert auth.data["mechanism"] == "XOAUTH2"
    assert auth.data["verdict"] == "accepted"
    assert auth.data["length"] == len(b"A2 AUTHENTICATE XOAUTH2 " + xoauth2()) + 2
    everything = json.dumps([[event.text, dict(event.data)] for event in events], ensure_ascii=False)
    for secret in (TOKEN, xoauth2().decode(), "confidentiel", "Bonjour"):
        assert secret not in everything


def test_many_replies_are_counted_not_listed(bench: Bench) -> None:
    for _ in range(100):
        bench.store.deliver(ADDRESS, MAIL)
    client = bench.client()
    client.ok("SELECT INBOX")
    assert len(client.ok("FETCH 1:* FLAGS")) == 100
    texts = [event.text for event in bench.journal.events(TENANT, name="reply")]
    assert "… 60 autres réponses" in texts


def test_the_operator_closes_the_sessions_of_one_mailbox(bench: Bench) -> None:
    """ECO.1.2.7: the product reopens when the operator closed the session."""
    mine, idle, other = bench.client(), bench.client(), bench.client(login=OTHER)
    idle.ok("SELECT INBOX")
    idle.send(b"X IDLE\r\n")
    assert idle.line() == b"+ idling"
    assert bench.server.sessions_of(ADDRESS) == 2
    bench.server.close_sessions(ADDRESS, "Fermeture par l'opérateur")
    for client in (mine, idle):
        assert client.line() == b"* BYE [UNAVAILABLE] Fermeture par l'operateur"
        assert client.line() == b""
    other.ok("NOOP")
    assert bench.client().ok("NOOP") == []


def test_autologout_after_half_an_hour_of_silence(bench: Bench) -> None:
    client = bench.client()
    bench.clock.advance(1700)
    client.ok("NOOP")
    bench.clock.advance(1900)
    assert client.line().startswith(b"* BYE Autologout")
    assert client.line() == b""


def test_a_client_that_does_not_authenticate_is_sent_away(make_bench: MakeBench) -> None:
    client = make_bench(config=ImapConfig(login_s=0.1)).client(tls=False)
    assert client.line().startswith(b"* BYE Not authenticated in time")


def test_an_account_without_holder_rights_is_not_opened(bench: Bench) -> None:
    client = bench.client(login=None)
    client.send(b"X AUTHENTICATE XOAUTH2 " + xoauth2("personne@banc.mssante.fr") + b"\r\n")
    assert client.line().startswith(b"+ ")
    client.send(b"\r\n")
    assert client.line().startswith(b"X NO [AUTHENTICATIONFAILED]")
