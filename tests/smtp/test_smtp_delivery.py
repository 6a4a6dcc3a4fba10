"""Delivery to the mailboxes and the reports that follow."""

from __future__ import annotations

import email
from email.message import Message
from typing import cast

import pytest
from smtp_world import CLOSED, DOMAIN, ELSEWHERE, ORG, PER, Operator, connected

from simulators.smtp.delivery import asks_receipt, is_due
from simulators.smtp.envelope import Recipient


def report_parts(content: bytes) -> tuple[Message, list[Message], Message]:
    """Read a DSN with the standard library, which is not ours."""
    mail = email.message_from_bytes(content)
    assert mail.get_content_type() == "multipart/report"
    assert mail.get_param("report-type") == "delivery-status"
    parts = cast(list[Message], mail.get_payload())
    assert [part.get_content_type() for part in parts[:2]] == ["text/plain", "message/delivery-status"]
    return mail, cast(list[Message], parts[1].get_payload()), parts[2]


def send(
    operator: Operator, *recipients: str, content: bytes = b"Subject: x\r\n\r\ncorps\r\n", mail: str = ""
) -> None:
    with connected(operator.start()) as client:
        client.login()
        assert client.say(f"MAIL FROM:<{PER}> {mail}".strip()).startswith("250")
        for recipient in recipients:
            assert client.say(f"RCPT TO:{recipient}").startswith("250")
        client.say("DATA")
        client.send(content + b".\r\n")
        assert client.read().startswith("250 ")


def test_bounce_gives_a_report_that_a_reader_understands(operator: Operator) -> None:
    # Given a message with accents, in 8 bits
    content = "Subject: x\r\n\r\ncorps é\r\n".encode()
    # When one of its recipients does not exist after all
    send(
        operator,
        f"<bounce@{DOMAIN}> ORCPT=rfc822;Bounce+2B1@{DOMAIN}",
        f"<{ORG}>",
        content=content,
        mail="ENVID=abc+3D1 BODY=8BITMIME",
    )
    # Then the sender gets a report with null reverse-path, of that recipient only
    (dsn,) = operator.store.of(PER)
    assert dsn.startswith(b"Return-Path: <>\r\n")
    mail, (message, recipient), original = report_parts(dsn)
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["To"] == f"<{PER}>"
    assert message["Reporting-MTA"] == "dns; smtp.banc.mssante.fr"
    assert message["Original-Envelope-Id"] == "abc=1"
    assert recipient["Final-Recipient"] == f"rfc822; bounce@{DOMAIN}"
    assert recipient["Original-Recipient"] == f"rfc822; Bounce+1@{DOMAIN}"
    assert (recipient["Action"], recipient["Status"]) == ("failed", "5.1.1")
    assert recipient["Diagnostic-Code"] == "smtp; 550 5.1.1 Unknown mailbox"
    # and the original as it was sent, octet for octet
    assert original.get_content_type() == "message/rfc822"
    assert content in dsn
    assert len(operator.store.of(ORG)) == 1
    assert operator.wait("dsn", "mail").data["action"] == "failed"


def test_ret_hdrs_brings_back_the_header_only(operator: Operator) -> None:
    send(operator, f"<bounce@{DOMAIN}>", mail="RET=HDRS")
    (dsn,) = operator.store.of(PER)
    assert report_parts(dsn)[2].get_content_type() == "text/rfc822-headers"
    assert b"corps" not in dsn


def test_delay(operator: Operator) -> None:
    send(operator, f"<retard@{DOMAIN}>")
    _, (_, recipient), _ = report_parts(operator.store.of(PER)[0])
    assert (recipient["Action"], recipient["Status"]) == ("delayed", "4.4.1")


@pytest.mark.parametrize(
    ("parameters", "header", "told"),
    [
        ("", b"", False),
        (" NOTIFY=SUCCESS", b"", True),
        (" NOTIFY=FAILURE", b"", False),
        ("", f"Return-Receipt-To: <{PER}>\r\n".encode(), True),
        (" NOTIFY=NEVER", f"Return-Receipt-To: <{PER}>\r\n".encode(), False),
        ("", b"return-receipt-to: sans adresse\r\n", False),
    ],
)
def test_success_is_reported_when_asked(
    operator: Operator, parameters: str, header: bytes, told: bool
) -> None:
    send(operator, f"<{ELSEWHERE}>{parameters}", content=header + b"Subject: x\r\n\r\ncorps\r\n")
    reports = operator.store.of(PER)
    assert len(reports) == told
    if told:
        _, (_, recipient), original = report_parts(reports[0])
        assert (recipient["Action"], recipient["Status"]) == ("delivered", "2.1.5")
        assert original.get_content_type() == "text/rfc822-headers"


def test_unknown_mailbox_at_another_operator_bounces(operator: Operator) -> None:
    send(operator, "<personne@ailleurs.mssante.fr>")
    _, (_, recipient), _ = report_parts(operator.store.of(PER)[0])
    assert recipient["Status"] == "5.1.1"


def test_full_mailbox_bounces(operator: Operator) -> None:
    operator.store.full.add(ORG)
    send(operator, f"<{ORG}>")
    _, (_, recipient), _ = report_parts(operator.store.of(PER)[0])
    assert recipient["Status"] == "5.2.2"


def test_report_that_finds_a_full_mailbox_is_lost_without_harm(operator: Operator) -> None:
    operator.store.full.add(PER)
    send(operator, f"<bounce@{DOMAIN}>")
    assert operator.store.mails == []
    assert operator.wait("dsn", "mail")


def test_nobody_is_told_for_the_null_sender(operator: Operator) -> None:
    with connected(operator.start()) as client:
        client.login()
        assert client.mail(f"bounce@{DOMAIN}", sender="").startswith("250 ")
    assert operator.store.mails == []
    assert operator.events("failed", "mail")
    assert not operator.events("dsn", "mail")


def test_original_recipient_is_stamped_for_the_reader(operator: Operator) -> None:
    send(operator, f"<{ORG}> ORCPT=rfc822;{ORG}")
    assert f"Original-Recipient: rfc822;{ORG}\r\n".encode() in operator.store.of(ORG)[0]


def test_closed_mailbox_is_known_at_rcpt(operator: Operator) -> None:
    with connected(operator.start()) as client:
        client.login()
        client.say(f"MAIL FROM:<{PER}>")
        assert client.say(f"RCPT TO:<{CLOSED}>").startswith("550 5.2.1 ")


def test_rules_of_notify() -> None:
    def to(*words: str) -> Recipient:
        return Recipient("a@b", frozenset(words) if words else None)

    assert is_due("failed", to(), receipt_asked=False)
    assert not is_due("failed", to("SUCCESS"), receipt_asked=False)
    assert is_due("delayed", to("DELAY"), receipt_asked=False)
    assert not is_due("delayed", to("NEVER"), receipt_asked=True)
    assert is_due("relayed", to("SUCCESS"), receipt_asked=False)


def test_return_receipt_to_is_read_from_the_header_only() -> None:
    assert asks_receipt(b"Return-Receipt-To:\r\n <a@b>\r\n\r\n")
    assert not asks_receipt(b"Subject: x\r\n\r\nReturn-Receipt-To: <a@b>\r\n")
    assert not asks_receipt(b"")
    assert not asks_receipt(b"\r\nReturn-Receipt-To: <a@b>\r\n\r\n")
