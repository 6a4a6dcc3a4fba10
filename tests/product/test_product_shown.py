"""What the product shows and keeps: receipts, what came back about sent mails, subjects, traces."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.artefacts.mail import Mail
from harness.checks.acknowledgement import check_against, check_mdn
from simulators.product import REFERENCE, variant_named
from simulators.product.comeback import fates, read_comeback
from simulators.product.errors import Failed
from simulators.product.receipt import read_request, write_receipt
from simulators.product.register import MAX_KEPT, Deed, Failure, Register, SentCopy
from simulators.product.screen import shown_subject
from simulators.product.settings import Mailbox

NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
ORG = Mailbox("cardiologie@ch.mssante.fr", "ORG", "Cardiologie")
SENT = SentCopy(ORG.address, "<m-1@ch.mssante.fr>", ("a@b.mssante.fr", "c@b.mssante.fr"), "Avis")
RECEIVED = b"""Return-Path: <a@b.mssante.fr>\r
From: "A. B" <a@b.mssante.fr>\r
To: <cardiologie@ch.mssante.fr>\r
Subject: =?utf-8?q?R=C3=A9sultats?=\r
Message-ID: <q-1@b.mssante.fr>\r
Original-Recipient: rfc822;accueil@ch.mssante.fr\r
Disposition-Notification-To: <a@b.mssante.fr>\r
\r
Bonjour.\r
"""


def report(kind: str, *fields: str, original: str = "Message-ID: <m-1@ch.mssante.fr>") -> bytes:
    lines = (
        f'Content-Type: multipart/report; report-type={kind}; boundary="r"',
        "",
        "--r",
        "Content-Type: text/plain",
        "",
        "Voici.",
        "--r",
        f"Content-Type: message/{kind}",
        "",
        *fields,
        "--r",
        "Content-Type: text/rfc822-headers",
        "",
        original,
        "Subject: Avis",
        "",
        "--r--",
        "",
    )
    return "\r\n".join(lines).encode()


def delivery(*said: tuple[str, str]) -> bytes:
    groups = [
        line
        for recipient, action in said
        for line in ("", f"Final-Recipient: rfc822; {recipient}", f"Action: {action}", "Status: 5.1.1")
    ]
    return report("delivery-status", "Reporting-MTA: dns; mx.b", *groups, "")


def outcome(*reports: bytes, name: str = "", copy: SentCopy = SENT):
    behaviour = variant_named(name).behaviour if name else REFERENCE
    found = [one for one in map(read_comeback, reports) if one is not None]
    return fates([copy], found, behaviour)[0].to_json()


def test_a_receipt_is_one_that_the_checks_accept() -> None:
    receipt = write_receipt(read_request(RECEIVED), ORG, ORG, now=NOW, nil="1234", behaviour=REFERENCE)
    assert (receipt.sender, receipt.recipients) == ("", ("a@b.mssante.fr",))
    mail, received = Mail(receipt.data), Mail(RECEIVED)
    assert [*check_mdn(mail), *check_against(mail, received, receipt.sender)] == []


@pytest.mark.parametrize("kind", ["delivery-status", "disposition-notification"])
def test_a_report_asks_for_nothing(kind: str) -> None:
    assert read_request(report(kind)).report
    assert read_request(RECEIVED.replace(b"Return-Path: <a@b.mssante.fr>", b"Return-Path: <>")).report


@given(st.binary(max_size=2_000))
def test_any_mail_is_read(raw: bytes) -> None:
    request = read_request(raw)
    write_receipt(request, ORG, ORG, now=NOW, nil="1234", behaviour=REFERENCE)
    read_comeback(raw)
    shown_subject(raw, REFERENCE)


@given(st.binary(max_size=500))
def test_any_report_is_read(inside: bytes) -> None:
    for kind in ("delivery-status", "disposition-notification"):
        whole = report(kind, "Reporting-MTA: dns; x", "", "@").replace(b"@", inside, 1)
        found = read_comeback(whole)
        fates([SENT], [found] if found else [], REFERENCE)


def test_a_receipt_smuggles_no_header_line() -> None:
    hostile = RECEIVED.replace(b"=?utf-8?q?R=C3=A9sultats?=", b"=?utf-8?q?x=0D=0ABcc:_z@z.fr?=")
    receipt = write_receipt(read_request(hostile), ORG, ORG, now=NOW, nil="1234", behaviour=REFERENCE)
    assert Mail(receipt.data).first("Bcc") is None


def test_nothing_came_back_yet() -> None:
    assert outcome()["delivery"] == "sent"


def test_all_delivered() -> None:
    first = delivery(("a@b.mssante.fr", "delivered"))
    assert outcome(first)["delivery"] == "sent"
    assert outcome(first, delivery(("C@b.mssante.fr", "delivered")))["delivery"] == "delivered"


def test_one_of_two_failed() -> None:
    shown = outcome(delivery(("a@b.mssante.fr", "delivered"), ("c@b.mssante.fr", "failed")))
    assert shown["delivery"] == "partly-failed"
    assert [one["recipient"] for one in shown["failures"]] == ["c@b.mssante.fr"]


def test_both_failed() -> None:
    refused = SentCopy(
        *(SENT.mailbox, SENT.message_id, SENT.to, "Avis"), (Failure("a@b.mssante.fr", "5.7.1"),)
    )
    assert outcome(delivery(("c@b.mssante.fr", "failed")), copy=refused)["delivery"] == "failed"


def test_a_receipt_without_original_message_id_is_matched_by_the_header_that_it_returns() -> None:
    fields = (
        "Final-Recipient: rfc822; a@b.mssante.fr",
        "Disposition: manual-action/MDN-sent-manually; displayed",
    )
    assert outcome(report("disposition-notification", *fields))["read_by"] == ["a@b.mssante.fr"]
    other = report("disposition-notification", *fields, original="Message-ID: <m-2@ch.mssante.fr>")
    assert outcome(other)["read_by"] == []
    assert outcome(other, name="accuse-rapproche-par-l-objet")["read_by"] == ["a@b.mssante.fr"]


def test_a_processed_mail_was_not_read_by_a_person() -> None:
    fields = (
        "Final-Recipient: rfc822; a@b.mssante.fr",
        "Disposition: automatic-action/MDN-sent-automatically; processed",
    )
    assert outcome(report("disposition-notification", *fields))["read_by"] == []


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("XDM/1.0/DDM+CR-BIO ESSAI", "CR-BIO ESSAI"),
        ("=?utf-8?q?XDM/1.0/DDM+R=C3=A9sultats?=", "Résultats"),
        ("Re: XDM/1.0/DDM+CR-BIO", "Re: CR-BIO"),
        ("Avis", "Avis"),
    ],
)
def test_the_prefix_is_hidden(subject: str, shown: str) -> None:
    assert shown_subject(f"Subject: {subject}\r\n\r\n".encode(), REFERENCE) == shown


def test_the_register_is_bounded_and_tells_local_time() -> None:
    register = Register()
    deed = Deed("send", ORG.address, "RCPT TO:<a@b.mssante.fr>")
    for _ in range(MAX_KEPT + 5):
        register.succeeded(deed, NOW, None, "250 Ok")
    register.failed(deed, NOW, None, Failed("Refus", reply="554 No"))
    assert len(register.traces) == MAX_KEPT
    last = register.traces[-1]
    assert (last.reply, last.success, last.at) == ("554 No", False, NOW)
    assert last.at.utcoffset() is not None
