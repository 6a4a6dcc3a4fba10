"""Faults of the submission server: what a client sees of each."""

from __future__ import annotations

import pytest
from smtp_world import DOMAIN, ORG, PER, Operator, connected, xoauth2

from simulators.smtp import faults
from simulators.smtp.replies import Reply
from simulators.wire import TlsProfile
from simulators.wire.faults import Close, StarttlsNotOffered, StarttlsRefused


@pytest.mark.parametrize("at", ["CONNECT", "EHLO", "NOOP"])
def test_421_before_tls_closes(operator: Operator, at: str) -> None:
    with connected(operator.start(faults.ServiceUnavailable(at=at))) as client:
        answer = client.read()
        if at != "CONNECT":
            assert answer.startswith("220 ")
            answer = client.say(f"{at} x")
        assert answer.startswith("421 4.3.2 ")
        assert client.ended()


@pytest.mark.parametrize("at", ["AUTH", "MAIL", "RCPT", "DATA", "."])
def test_421_later_closes_and_strikes_as_often_as_asked(operator: Operator, at: str) -> None:
    port = operator.start(faults.ServiceUnavailable(at=at, times=1))
    with connected(port) as client:
        client.starttls()
        answers = [client.say(f"AUTH XOAUTH2 {xoauth2()}")]
        for command in (f"MAIL FROM:<{PER}>", f"RCPT TO:<{ORG}>", "DATA", "x\r\n."):
            if not answers[-1].startswith("421"):
                answers.append(client.say(command))
        assert answers[-1].startswith("421 4.3.2 ")
        assert len(answers) == ["AUTH", "MAIL", "RCPT", "DATA", "."].index(at) + 1
        assert client.ended()
    assert operator.store.mails == []
    with connected(port) as client:
        client.login()
        assert client.mail(ORG).startswith("250 ")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (faults.AuthenticationRefused(times=1), "535 5.7.8"),
        (faults.AuthenticationUnavailable(times=1), "454 4.7.0"),
    ],
)
@pytest.mark.parametrize("initial", [True, False])
def test_authentication_is_refused_whatever_it_is(
    operator: Operator, fault: faults.AnswerInstead, code: str, initial: bool
) -> None:
    with connected(operator.start(fault)) as client:
        client.starttls()
        if initial:
            assert client.say(f"AUTH XOAUTH2 {xoauth2()}").startswith(code)
        else:
            client.say("AUTH XOAUTH2")
            assert client.say(xoauth2()).startswith(code)
        # The attempt is known all the same, and the next one passes
        assert operator.wait("auth").data["reason"] == f"fault-{code[:3]}"
        assert client.say(f"AUTH XOAUTH2 {xoauth2()}").startswith("235 ")


@pytest.mark.parametrize(
    ("fault", "step", "code"),
    [
        (faults.RecipientDeferred(times=1), 1, "450"),
        (faults.RecipientRefused(times=1), 1, "550"),
        (faults.DataRefused(times=1), 2, "554"),
        (faults.MessageRefused(times=1), 3, "554"),
        (faults.MessageDeferred(times=1), 3, "452"),
        (faults.AnswerInstead(at="MAIL", reply=Reply(451, "4.7.1", ("Greylisted",)), times=1), 0, "451"),
    ],
)
def test_refusals_leave_the_session_usable(
    operator: Operator, fault: faults.AnswerInstead, step: int, code: str
) -> None:
    with connected(operator.start(fault)) as client:
        client.login()
        answers = [
            client.say(command)
            for command in (f"MAIL FROM:<{PER}>", f"RCPT TO:<{ORG}>", "DATA", "x\r\n.")[: step + 1]
        ]
        assert answers[-1].startswith(code)
        client.say("RSET")
        assert client.mail(ORG).startswith("250 ")
    refused = operator.events("message-refused", "mail")
    assert [event.data["refusal"][:3] for event in refused] == ([code] if step == 3 else [])


def test_close_after_auth(operator: Operator) -> None:
    with connected(operator.start(faults.CloseAfter(at="AUTH"))) as client:
        client.login()
        assert client.ended()
    assert operator.wait("close").data["reason"] == "CloseAfter AUTH"


def test_close_after_auth_waits_for_the_verdict(operator: Operator) -> None:
    with connected(operator.start(faults.CloseAfter(at="AUTH", times=1))) as client:
        client.starttls()
        assert client.say("AUTH XOAUTH2").startswith("334")
        assert client.say("*").startswith("501 ")


def test_wire_close_at_a_command(operator: Operator) -> None:
    with connected(operator.start(Close(at="RCPT"))) as client:
        client.login()
        client.say(f"MAIL FROM:<{PER}>")
        client.send(f"RCPT TO:<{ORG}>\r\n".encode())
        assert client.ended()
    assert operator.wait("close").data["by"] == "fault"


def test_close_at_the_end_of_data_loses_the_message(operator: Operator) -> None:
    with connected(operator.start(Close(at="."))) as client:
        client.login()
        for command in (f"MAIL FROM:<{PER}>", f"RCPT TO:<{ORG}>", "DATA"):
            client.say(command)
        client.send(b"x\r\n.\r\n")
        assert client.ended()
    assert operator.store.mails == []


def test_starttls_not_offered(operator: Operator) -> None:
    with connected(operator.start(StarttlsNotOffered())) as client:
        client.read()
        assert "STARTTLS" not in client.say("EHLO x")
        assert client.say("STARTTLS").startswith("502 5.5.1 ")
        assert client.say(f"MAIL FROM:<{PER}>").startswith("530 ")


def test_a_server_without_tls_offers_none(operator: Operator) -> None:
    nothing: TlsProfile | None = None
    with connected(operator.start(tls=nothing)) as client:
        client.read()
        assert "STARTTLS" not in client.say("EHLO x")


@pytest.mark.parametrize(("code", "enhanced"), [(454, "4.7.0"), (502, "5.7.0")])
def test_starttls_refused(operator: Operator, code: int, enhanced: str) -> None:
    with connected(operator.start(StarttlsRefused(code=code))) as client:
        client.read()
        assert "STARTTLS" in client.say("EHLO x")
        assert client.say("STARTTLS") == f"{code} {enhanced} TLS not available\r\n"
        assert client.say(f"AUTH XOAUTH2 {xoauth2()}").startswith("538 ")


def test_split_replies_arrive_whole(operator: Operator) -> None:
    with connected(operator.start(faults.SplitReplies(octets=2))) as client:
        client.login()
        assert client.mail(ORG).startswith("250 2.0.0 Queued as ")
        assert client.say("QUIT") == "221 2.0.0 Bye\r\n"
        assert client.ended()


def test_giant_reply(operator: Operator) -> None:
    with connected(operator.start(faults.GiantReply(at="NOOP", lines=2000, width=400, times=1))) as client:
        client.read()
        answer = client.say("NOOP")
        assert answer.endswith("\r\n250 2.0.0 OK\r\n")
        assert len(answer) > 800_000
        assert client.say("NOOP") == "250 2.0.0 OK\r\n"


def test_garbage_reply(operator: Operator) -> None:
    with connected(operator.start(faults.GarbageReply(at="NOOP", octets=b"garbage\r\n", times=1))) as client:
        client.read()
        assert client.say("NOOP") == "garbage\r\n"
        assert client.say("NOOP") == "250 2.0.0 OK\r\n"


def test_error_challenge_before_the_refusal(operator: Operator) -> None:
    with connected(operator.start(faults.ErrorChallenge())) as client:
        client.starttls()
        assert client.say(f"AUTH XOAUTH2 {xoauth2(token='x')}").startswith("334 ey")
        assert client.say("").startswith("535 5.7.8 ")


def test_unknown_mailbox_accepted_then_bounced(operator: Operator) -> None:
    with connected(operator.start(faults.AcceptUnknownMailbox())) as client:
        client.login()
        assert client.mail(f"inconnu@{DOMAIN}").startswith("250 ")
    assert len(operator.store.of(PER)) == 1
