"""Transcripts of submission sessions, in raw octets."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from smtp_world import (
    APP,
    CLOSED,
    DOMAIN,
    ELSEWHERE,
    GOOD_TOKEN,
    ORG,
    PER,
    STRUCTURE,
    Operator,
    connected,
    xoauth2,
)
from wire_world import authority, client_context


def test_greeting_and_capabilities_before_and_after_tls(operator: Operator) -> None:
    with connected(operator.start()) as client:
        assert client.read() == "220 smtp.banc.mssante.fr ESMTP\r\n"
        before = client.say("EHLO poste.test")
        assert "250-STARTTLS\r\n" in before
        assert "AUTH" not in before
        for extension in ("PIPELINING", "SIZE 1000000", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES"):
            assert extension in before
        assert client.say("STARTTLS").startswith("220 2.0.0")
        client.upgrade()
        after = client.say("EHLO poste.test")
        assert "250-AUTH XOAUTH2 OAUTHBEARER\r\n" in after
        assert "STARTTLS" not in after
        assert client.say("STARTTLS") == "503 5.5.1 Bad sequence of commands\r\n"
        assert client.say("QUIT") == "221 2.0.0 Bye\r\n"
        assert client.ended()


def test_nothing_passes_before_tls(operator: Operator) -> None:
    with connected(operator.start()) as client:
        client.read()
        client.say("EHLO poste.test")
        assert client.say(f"AUTH XOAUTH2 {xoauth2()}").startswith("538 5.7.11 ")
        assert client.say(f"MAIL FROM:<{PER}>").startswith("530 5.7.0 Must issue a STARTTLS")
        assert client.say("DATA").startswith("530 5.7.0 ")
        assert client.say("VRFY x").startswith("530 5.7.0 ")
    assert not operator.events("auth")


def test_nothing_passes_before_authentication(operator: Operator) -> None:
    with connected(operator.start()) as client:
        client.starttls()
        for command in (f"MAIL FROM:<{PER}>", f"RCPT TO:<{ORG}>", "DATA"):
            assert client.say(command).startswith("530 5.7.0 Authentication required")


def test_ehlo_must_be_said_again_after_tls(operator: Operator) -> None:
    with connected(operator.start()) as client:
        client.read()
        client.say("EHLO poste.test")
        client.say("STARTTLS")
        client.upgrade()
        assert client.say(f"AUTH XOAUTH2 {xoauth2()}") == "503 5.5.1 Send EHLO first\r\n"


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "xoauth2", "XOAuth2"])
@pytest.mark.parametrize("initial", [True, False])
def test_xoauth2_with_and_without_initial_response(operator: Operator, mechanism: str, initial: bool) -> None:
    with connected(operator.start()) as client:
        client.starttls()
        if initial:
            assert client.say(f"AUTH {mechanism} {xoauth2()}") == "235 2.7.0 Authentication successful\r\n"
        else:
            assert client.say(f"AUTH {mechanism}") == "334 \r\n"
            assert client.say(xoauth2()).startswith("235 2.7.0 ")
        assert client.say(f"AUTH {mechanism}").startswith("503 5.5.1 ")
    auth = operator.wait("auth").data
    assert auth["mechanism"] == "XOAUTH2"
    assert auth["user"] == PER
    assert auth["initial_response"] is initial
    assert auth["tls"] is True
    assert auth["form_problems"] == []
    assert auth["token_sha256"] == hashlib.sha256(GOOD_TOKEN.encode()).hexdigest()
    assert auth["verdict"] == "accepted"
    head = f"AUTH {mechanism} ".encode() if initial else b""
    assert auth["length"] == len(head) + len(xoauth2()) + 2


@pytest.mark.parametrize("initial", [True, False])
@pytest.mark.parametrize("octets", [1500, 4096, 8000])
def test_long_tokens_pass_and_their_length_is_told(operator: Operator, octets: int, initial: bool) -> None:
    token = "x" * octets
    operator.tokens.good[token] = "899700000001"
    with connected(operator.start()) as client:
        client.starttls()
        if initial:
            answer = client.say(f"AUTH XOAUTH2 {xoauth2(token=token)}")
        else:
            client.say("AUTH XOAUTH2")
            answer = client.say(xoauth2(token=token))
        assert answer.startswith("235 ")
    assert operator.wait("auth").data["length"] > octets


def test_a_sasl_line_over_12288_octets_is_refused_and_the_session_goes_on(operator: Operator) -> None:
    with connected(operator.start()) as client:
        client.starttls()
        client.say("AUTH XOAUTH2")
        assert client.say("A" * 20_000).startswith("500 5.5.6 ")
        assert client.say(f"AUTH XOAUTH2 {xoauth2()}").startswith("235 ")


@pytest.mark.parametrize(
    ("user", "token", "reason"),
    [
        (PER, "perime", "token-expired"),
        (PER, "jeton-autre", "not-a-holder"),
        (f"inconnu@{DOMAIN}", GOOD_TOKEN, "unknown-mailbox"),
        (CLOSED, GOOD_TOKEN, "closed-mailbox"),
        (APP, GOOD_TOKEN, "mechanism"),
    ],
)
def test_refused_authentications(operator: Operator, user: str, token: str, reason: str) -> None:
    with connected(operator.start()) as client:
        client.starttls()
        assert client.say(f"AUTH XOAUTH2 {xoauth2(user, token)}").startswith("535 5.7.8 ")
        assert client.say(f"MAIL FROM:<{PER}>").startswith("530 ")
    auth = operator.wait("auth").data
    assert (auth["verdict"], auth["reason"]) == ("refused", reason)


def test_form_problems_are_told_apart_from_the_decision(operator: Operator) -> None:
    payload = base64.b64encode(f"user={PER}\x01auth=Bearer  {GOOD_TOKEN}\x01".encode()).decode()
    with connected(operator.start()) as client:
        client.starttls()
        assert client.say(f"AUTH XOAUTH2 {payload}").startswith("235 ")
    assert operator.wait("auth").data["form_problems"] == ["spaces-around-token", "trailing-separators-1"]


def test_auth_syntax(operator: Operator) -> None:
    with connected(operator.start()) as client:
        client.starttls()
        assert client.say("AUTH").startswith("501 5.5.4 ")
        assert client.say("AUTH CRAM-MD5").startswith("504 5.5.4 ")
        assert client.say("AUTH XOAUTH2 a b c").startswith("501 5.5.4 ")
        assert client.say("AUTH XOAUTH2 !!!!").startswith("501 5.5.2 ")
        client.say("AUTH XOAUTH2")
        assert client.say("*") == "501 5.7.0 Authentication cancelled\r\n"


def test_oauthbearer_says_why_before_it_refuses(operator: Operator) -> None:
    payload = base64.b64encode(f"n,a={PER},\x01auth=Bearer perime\x01\x01".encode()).decode()
    with connected(operator.start()) as client:
        client.starttls()
        answer = client.say(f"AUTH OAUTHBEARER {payload}")
        assert answer.startswith("334 ")
        assert json.loads(base64.b64decode(answer[4:]))["status"] == "invalid_token"
        assert client.say("AQ==").startswith("535 5.7.8 ")


@pytest.mark.parametrize(
    ("structure", "usage", "answer", "reason"),
    [
        (STRUCTURE, ExtendedKeyUsageOID.CLIENT_AUTH, "235", "accepted"),
        ("1750000002", ExtendedKeyUsageOID.CLIENT_AUTH, "535", "client-certificate-structure"),
        (STRUCTURE, ExtendedKeyUsageOID.SERVER_AUTH, "535", "client-certificate-invalid_purpose"),
        (None, ExtendedKeyUsageOID.CLIENT_AUTH, "535", "no-client-certificate"),
    ],
)
def test_application_mailbox_needs_the_certificate_of_its_structure(
    operator: Operator,
    tmp_path: Path,
    *,
    structure: str | None,
    usage: x509.ObjectIdentifier,
    answer: str,
    reason: str,
) -> None:
    # Given a client with (or without) a certificate
    context = client_context()
    if structure is not None:
        credential = authority().issue(organizational_unit=structure, common_name="LABO", usage=usage)
        path = tmp_path / "client.pem"
        path.write_bytes(credential.chain_pem + credential.key_pem)
        context.load_cert_chain(path)
    # When it authenticates with PLAIN
    with connected(operator.start()) as client:
        client.starttls(context)
        payload = base64.b64encode(f"\0{APP}\0peu importe".encode()).decode()
        # Then the certificate decides
        assert client.say(f"AUTH PLAIN {payload}").startswith(answer)
    assert operator.wait("auth").data["reason"] == reason


def test_plain_does_not_open_a_personal_mailbox(operator: Operator) -> None:
    with connected(operator.start()) as client:
        client.starttls()
        payload = base64.b64encode(f"\0{PER}\0secret".encode()).decode()
        assert client.say(f"AUTH PLAIN {payload}").startswith("535 ")


def test_sender_must_be_the_mailbox_or_null(operator: Operator) -> None:
    with connected(operator.start()) as client:
        client.login()
        assert client.say(f"MAIL FROM:<{ORG}>").startswith("553 5.7.1 ")
        assert client.say("MAIL FROM:<>").startswith("250 2.1.0 ")
        assert client.say("RSET").startswith("250 ")
        assert client.say(f"MAIL FROM:<{PER.upper()}>").startswith("250 2.1.0 ")
        assert client.say(f"MAIL FROM:<{PER}>").startswith("503 5.5.1 ")


def test_recipients(operator: Operator) -> None:
    with connected(operator.start()) as client:
        client.login()
        client.say(f"MAIL FROM:<{PER}>")
        for address, answer in {
            ORG: "250 2.1.5",
            ELSEWHERE: "250 2.1.5",
            "x@gmail.com": "550 5.7.1",
            f"inconnu@{DOMAIN}": "550 5.1.1",
            CLOSED: "550 5.2.1",
            f"refus-temporaire@{DOMAIN}": "451 4.2.1",
            f"refus-definitif@{DOMAIN}": "550 5.1.1",
            f"bounce@{DOMAIN}": "250 2.1.5",
            "sans-domaine": "553 5.1.3",
            "": "553 5.1.3",
        }.items():
            assert client.say(f"RCPT TO:<{address}>").startswith(answer), address
        assert client.say("RCPT TO:x@y").startswith("501 5.5.4")


def test_a_message_goes_through(operator: Operator) -> None:
    content = b"Subject: x\r\n\r\n..point\r\n.. \r\nfin\r\n"
    with connected(operator.start()) as client:
        client.login()
        assert client.mail(ORG, ELSEWHERE, content=content).startswith("250 2.0.0 Queued as ")
    message = operator.wait("message", "mail")
    plain = b"Subject: x\r\n\r\n.point\r\n. \r\nfin\r\n"
    assert message.evidence is not None
    assert operator.journal.evidence.read(message.evidence) == plain
    assert message.data["user"] == PER
    assert [r["address"] for r in message.data["recipients"]] == [ORG, ELSEWHERE]
    for address in (ORG, ELSEWHERE):
        (delivered,) = operator.store.of(address)
        assert delivered.startswith(f"Return-Path: <{PER}>\r\nReceived: from poste.test by ".encode())
        assert delivered.endswith(plain)


def test_dsn_parameters_are_kept(operator: Operator) -> None:
    with connected(operator.start()) as client:
        client.login()
        assert client.say(f"MAIL FROM:<{PER}> RET=hdrs ENVID=QQ+2B314 SIZE=100 BODY=8BITMIME").startswith(
            "250"
        )
        assert client.say(f"RCPT TO:<{ORG}> NOTIFY=success,FAILURE ORCPT=rfc822;Sec+2Bx@Banc.fr").startswith(
            "250"
        )
        client.say("DATA")
        client.send(b"Subject: x\r\n\r\n.\r\n")
        assert client.read().startswith("250 ")
    data = operator.wait("message", "mail").data
    assert (data["ret"], data["envid"], data["body"]) == ("HDRS", "QQ+314", "8BITMIME")
    assert data["recipients"][0] == {
        "address": ORG,
        "notify": ["FAILURE", "SUCCESS"],
        "orcpt": "rfc822;Sec+x@Banc.fr",
    }


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (f"MAIL FROM:<{PER}> RET=ALL", "501 5.5.4"),
        (f"MAIL FROM:<{PER}> ENVID=a+2", "501 5.5.4"),
        (f"MAIL FROM:<{PER}> ENVID=a+0D+0Ab", "501 5.5.4"),
        (f"MAIL FROM:<{PER}> BODY=BINARYMIME", "501 5.5.4"),
        (f"MAIL FROM:<{PER}> FOO=BAR", "555 5.5.4"),
        (f"MAIL FROM:<{PER}> SIZE=1000001", "552 5.3.4"),
        (f"MAIL FROM:<{PER}> SIZE=x", "501 5.5.4"),
        (f"MAIL FROM:<{PER}> SIZE={'9' * 5000}", "500 5.5.6"),
        (f"MAIL FROM:<{PER}>SIZE=1", "501 5.5.4"),
        (f"MAIL FROM:{PER}", "501 5.5.4"),
        ("MAIL FROM:<dr é@x.fr>", "553 5.1.3"),
        ("MAIL", "501 5.5.4"),
    ],
)
def test_mail_syntax(operator: Operator, command: str, answer: str) -> None:
    with connected(operator.start()) as client:
        client.login()
        assert client.say(command).startswith(answer)


def test_rcpt_syntax(operator: Operator) -> None:
    with connected(operator.start()) as client:
        client.login()
        client.say(f"MAIL FROM:<{PER}>")
        for parameters in ("NOTIFY=NEVER,SUCCESS", "NOTIFY=x", "ORCPT=sans-type", "ORCPT=rfc822;a b"):
            assert client.say(f"RCPT TO:<{ORG}> {parameters}")[:3] in ("501", "555"), parameters
        assert client.say("DATA").startswith("554 5.5.1 ")


def test_pipelining(operator: Operator) -> None:
    with connected(operator.start()) as client:
        client.login()
        client.send(f"MAIL FROM:<{PER}>\r\nRCPT TO:<{ORG}>\r\nRCPT TO:<x@gmail.com>\r\nDATA\r\n".encode())
        assert [client.read()[:3] for _ in range(4)] == ["250", "250", "550", "354"]
        client.send(b"Subject: x\r\n\r\n.\r\nRSET\r\nNOOP\r\nQUIT\r\n")
        assert [client.read()[:3] for _ in range(4)] == ["250", "250", "250", "221"]


def test_smuggling_does_not_end_the_data(operator: Operator) -> None:
    smuggled = f"a\n.\nMAIL FROM:<{PER}>\r\n.\nb\n.\r\nc\r.\r\nd\r\n".encode()
    with connected(operator.start()) as client:
        client.login()
        assert client.mail(ORG, content=b"Subject: x\r\n\r\n" + smuggled).startswith("250 ")
        assert client.say("NOOP").startswith("250 ")
    data = operator.wait("message", "mail").data
    assert data["bare_lf"] == 4
    assert data["bare_cr"] == 1
    assert len(operator.store.of(ORG)) == 1


def test_empty_message_and_dot_at_the_very_start(operator: Operator) -> None:
    with connected(operator.start()) as client:
        client.login()
        assert client.mail(ORG, content=b"").startswith("250 ")
        assert operator.store.of(ORG)[0].endswith(b"\r\n")
        assert client.mail(ORG, content=b"..x\r\n").startswith("250 ")
        assert operator.store.of(ORG)[1].endswith(b"\r\n.x\r\n")


@pytest.mark.parametrize(("octets", "answer"), [(998, "250 "), (999, "554 5.6.0 ")])
def test_line_limit_just_within_and_just_beyond(operator: Operator, octets: int, answer: str) -> None:
    with connected(operator.start()) as client:
        client.login()
        assert client.mail(ORG, content=b"x" * octets + b"\r\n").startswith(answer)


@pytest.mark.parametrize(
    ("octets", "answer"), [(5000, "250 "), (5001, "552 5.3.4 "), (300_000, "552 5.3.4 ")]
)
def test_size_limit_just_within_and_just_beyond(operator: Operator, octets: int, answer: str) -> None:
    content = (b"x" * 98 + b"\r\n") * (octets // 100) + b"y" * (octets % 100)
    content = content[:-2] + b"\r\n"
    assert len(content) == octets
    with connected(operator.start(size=5000)) as client:
        client.login()
        assert client.mail(ORG, content=content).startswith(answer)
        assert client.say("NOOP").startswith("250 ")
    if octets > 5000:
        assert operator.wait("message-refused", "mail").data["size"] == octets


def test_dots_do_not_count_against_the_size(operator: Operator) -> None:
    with connected(operator.start(size=300)) as client:
        client.login()
        assert client.mail(ORG, content=b"..\r\n" * 100).startswith("250 ")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"\xff\xfe\r\n", "500 5.5.2"),
        (b"NOOP\0\r\n", "500 5.5.2"),
        (b"NOOP \0\r\n", "500 5.5.2"),
        (b"\r\n", "500 5.5.2"),
        (b"FOO\r\n", "500 5.5.2"),
        (b"RSET x\r\n", "501 5.5.4"),
        (b"EHLO\r\n", "501 5.5.4"),
        (b"EXPN x\r\n", "530 5.7.0"),
        (b"NOOP\n", "250 2.0.0"),
        (b"noop\r\n", "250 2.0.0"),
        (b"HELP\r\n", "214 2.0.0"),
        (b"NOOP " + b"x" * 4000 + b"\r\n", "500 5.5.6"),
        (b"x" * 100_000 + b"\r\n", "500 5.5.6"),
    ],
)
def test_hostile_lines_are_answered(operator: Operator, line: bytes, answer: str) -> None:
    with connected(operator.start()) as client:
        client.read()
        client.send(line)
        assert client.read().startswith(answer)
        assert client.say("NOOP").startswith("250 ")


def test_too_many_errors_end_the_session(operator: Operator) -> None:
    with connected(operator.start()) as client:
        client.read()
        client.send(b"FOO\r\n" * 21)
        answers = [client.read() for _ in range(22)]
        assert answers[-1].startswith("421 4.7.0 ")
        assert client.ended()


def test_commands_before_tls_are_dropped(operator: Operator) -> None:
    with connected(operator.start()) as client:
        client.read()
        client.say("EHLO poste.test")
        client.send(b"STARTTLS\r\nEHLO injecte\r\nNOOP\r\n")
        assert client.read().startswith("220 ")
        client.upgrade()
        assert client.say("RSET") == "250 2.0.0 OK\r\n"
    assert operator.wait("plaintext-discarded").data["octets"] == len(b"EHLO injecte\r\nNOOP\r\n")


def test_no_secret_in_the_journal(operator: Operator) -> None:
    secret = xoauth2(token="jeton-tres-secret")
    with connected(operator.start()) as client:
        client.starttls()
        client.say(f"AUTH XOAUTH2 {secret}")
        client.say("AUTH XOAUTH2")
        client.say(secret)
        # gone astray: no dialogue is open, a tab stands for a space, no space at all
        client.say(secret)
        client.say(f"AUTH\tXOAUTH2 {secret}")
        client.say(f"AUTH {secret}")
        client.say(f"AUTH XOAUTH2\t{secret}")
    operator.wait("close")
    written = operator.journal.path.read_text(encoding="utf-8")
    assert "jeton-tres-secret" not in written
    assert secret[20:60] not in written


def test_a_delivery_that_fails_is_told_451(operator: Operator) -> None:
    async def fail(_: object) -> None:
        raise RuntimeError("disque plein")

    with connected(operator.start(deliver=fail)) as client:
        client.login()
        assert client.mail(ORG).startswith("451 4.3.0 ")
        assert client.say("NOOP").startswith("250 ")
    assert operator.wait("error", "bench").data["error"] == "RuntimeError"


def test_idle_session_is_closed_by_the_simulated_clock(operator: Operator) -> None:
    with connected(operator.start()) as client:
        client.login()
        operator.clock.advance(599)
        assert client.say("NOOP").startswith("250 ")
        operator.clock.advance(601)
        assert client.read().startswith("421 4.4.2 ")
        assert client.ended()
    close = operator.wait("close").data
    assert (close["by"], close["reason"]) == ("operator", "idle")


def test_control_characters_stay_out_of_the_journal_lines(operator: Operator) -> None:
    with connected(operator.start()) as client:
        client.starttls()
        client.say("NOOP \x1b[31m")
        client.say(f"AUTH XOAUTH2 {xoauth2(user='a' * 900 + chr(10) + 'b')}")
    for event in (operator.wait("auth"), *operator.events("command")):
        assert event.text.isprintable()
    assert len(operator.wait("auth").text) < 500
