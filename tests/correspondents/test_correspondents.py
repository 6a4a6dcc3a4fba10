"""Correspondents write, answer, acknowledge, bounce and stay silent; always the same for a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.clock import FrozenClock
from simulators.correspondents import Correspondent, Habit, Letter, Unanswerable, shapes
from simulators.correspondents.reading import read
from simulators.correspondents.receipt import Receipt
from simulators.journal import Journal
from simulators.people import PeopleGenerator

BAL = "produit@banc-1.mssante.fr"
PERSON = PeopleGenerator(random.Random(5)).professional()
Make = Callable[..., Correspondent]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path)
    yield journal
    journal.close()


@pytest.fixture
def inbox() -> list[tuple[str, bytes]]:
    return []


@pytest.fixture
def make(journal: Journal, inbox: list[tuple[str, bytes]]) -> Make:
    def build(seed: int = 1, habit: Habit = Habit.SILENT) -> Correspondent:
        return Correspondent(
            PERSON,
            "confrere@ailleurs.mssante.fr",
            tenant="t1",
            clock=FrozenClock(),
            rng=random.Random(seed),
            journal=journal,
            deliver=lambda address, content: inbox.append((address, content)),
            habit=habit,
        )

    return build


def _parse(content: bytes) -> EmailMessage:
    mail = message_from_bytes(content, policy=default)
    assert isinstance(mail, EmailMessage)
    assert not [defect for part in mail.walk() for defect in part.defects]
    return mail


def _product_mail(**headers: str) -> bytes:
    fields = {
        "Return-Path": f"<{BAL}>",
        "From": f"Docteur Ada TEST <{BAL}>",
        "To": "confrere@ailleurs.mssante.fr",
        "Subject": "=?utf-8?q?R=C3=A9sultats?=",
        "Message-ID": "<m1@banc-1.mssante.fr>",
        **headers,
    }
    lines = [f"{name}: {value}" for name, value in fields.items() if value]
    return "\r\n".join([*lines, "", "Bonjour\r\n"]).encode()


@pytest.mark.parametrize(
    "shape", [shapes.plain, shapes.accented, shapes.alternative, shapes.in_thread, shapes.with_attachments]
)
def test_every_shape_is_a_sound_mail(
    make: Make, inbox: list[tuple[str, bytes]], shape: Callable[[random.Random], Letter]
) -> None:
    letter = shape(random.Random(3))
    sent = make().send(letter, BAL)
    assert inbox == [(BAL, sent.content)]
    mail = _parse(sent.content)
    assert mail["Subject"] == letter.subject
    assert mail["Message-ID"] == sent.message_id
    assert mail["Return-Path"] == "<confrere@ailleurs.mssante.fr>"
    assert mail["From"].addresses[0].display_name == f"{PERSON.display_name} {PERSON.structure.name}"
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content() == letter.text
    assert [part.get_filename() for part in mail.iter_attachments()] == [a.name for a in letter.attachments]
    assert b"\n" not in sent.content.replace(b"\r\n", b"")
    assert max(len(line) for line in sent.content.split(b"\r\n")) <= 998


def test_attachments_come_back_octet_for_octet(make: Make) -> None:
    letter = shapes.with_attachments(random.Random(4))
    mail = _parse(make().send(letter, BAL).content)
    contents = [part.get_payload(decode=True) for part in mail.iter_attachments()]
    assert contents == [attachment.content for attachment in letter.attachments]


def test_a_thread_an_mdn_and_a_big_mail(make: Make) -> None:
    threaded = shapes.in_thread(random.Random(1), length=4)
    mail = _parse(make().send(threaded, BAL).content)
    assert mail["In-Reply-To"] == threaded.ancestors[-1]
    assert mail["References"].split() == list(threaded.ancestors)
    asking = _parse(make().send(shapes.asking_mdn(random.Random(1)), BAL).content)
    assert asking["Disposition-Notification-To"] == "<confrere@ailleurs.mssante.fr>"
    assert "Disposition-Notification-To" not in mail
    assert len(make().send(shapes.big(random.Random(1), 2_000_000), BAL).content) > 2_600_000


def test_the_seed_decides_and_ids_are_unique(make: Make) -> None:
    def write(seed: int) -> list[bytes]:
        author = make(seed)
        return [author.send(shapes.with_attachments(random.Random(9)), BAL).content for _ in range(3)]

    assert write(1) == write(1)
    assert write(1) != write(2)
    author = make()
    ids = [author.send(shapes.plain(random.Random(n)), BAL).message_id for n in range(50)]
    assert len(set(ids)) == 50


def test_a_reply_keeps_the_thread_and_goes_to_reply_to(make: Make, journal: Journal) -> None:
    sent = make().reply(_product_mail(References="<m0@x.fr>", **{"Reply-To": "org@banc-1.mssante.fr"}))
    mail = _parse(sent.content)
    assert sent.recipient == "org@banc-1.mssante.fr"
    assert mail["In-Reply-To"] == "<m1@banc-1.mssante.fr>"
    assert mail["References"] == "<m0@x.fr> <m1@banc-1.mssante.fr>"
    assert mail["Subject"] == "Re: Résultats"
    again = make().reply(_product_mail(Subject="RE: suite"))
    assert _parse(again.content)["Subject"] == "RE: suite"
    event = journal.events("t1", protocol="mail", name="message")[0]
    assert (event.source, event.data["message_id"]) == ("correspondent", sent.message_id)
    assert event.evidence is not None
    assert journal.evidence.read(event.evidence) == sent.content


@pytest.mark.parametrize(
    ("receipt", "disposition"),
    [
        (Receipt(), "manual-action/MDN-sent-manually; displayed"),
        (
            Receipt("processed", automatic=True, error=True),
            "automatic-action/MDN-sent-automatically; processed/error",
        ),
    ],
)
def test_a_receipt_has_the_form_of_rfc_8098(make: Make, receipt: Receipt, disposition: str) -> None:
    asked = _product_mail(
        **{"Disposition-Notification-To": BAL, "Original-Recipient": "rfc822;confrere@ailleurs.mssante.fr"}
    )
    sent = make().acknowledge(asked, receipt)
    mail = _parse(sent.content)
    assert (sent.recipient, mail["Return-Path"]) == (BAL, "<>")
    assert mail.get_content_type() == "multipart/report"
    assert mail.get_param("report-type") == "disposition-notification"
    parts = list(mail.iter_parts())
    assert [part.get_content_type() for part in parts] == [
        "text/plain",
        "message/disposition-notification",
        "text/rfc822-headers",
    ]
    fields = parts[1].get_payload(0)
    assert isinstance(fields, EmailMessage)
    assert fields["Disposition"] == disposition
    assert fields["Original-Message-ID"] == "<m1@banc-1.mssante.fr>"
    assert fields["Final-Recipient"] == "rfc822;confrere@ailleurs.mssante.fr"
    assert fields["Original-Recipient"] == "rfc822;confrere@ailleurs.mssante.fr"
    assert "Disposition-Notification-To" not in mail


def test_a_receipt_may_lack_the_message_id(make: Make) -> None:
    asked = _product_mail(**{"Disposition-Notification-To": BAL})
    sent = make().acknowledge(asked, Receipt(with_message_id=False))
    assert b"Original-Message-ID" not in sent.content
    assert b"Original-Message-ID: <m1" in make().acknowledge(asked).content


def test_no_receipt_without_being_asked_unless_ordered(make: Make) -> None:
    with pytest.raises(Unanswerable, match="no receipt is asked"):
        make().acknowledge(_product_mail())
    assert make().acknowledge(_product_mail(), unasked=True).recipient == BAL


@pytest.mark.parametrize(
    ("action", "status"), [("failed", "5.2.2"), ("delayed", "4.4.1"), ("delivered", "2.1.5")]
)
def test_reports_of_each_kind(make: Make, action: str, status: str) -> None:
    sent = make().bounce(_product_mail(), action=action, status=status, diagnostic=f"x {status}")
    mail = _parse(sent.content)
    report = list(mail.iter_parts())[1]
    assert report.get_content_type() == "message/delivery-status"
    fields = report.get_payload(1)
    assert isinstance(fields, EmailMessage)
    assert (fields["Action"], fields["Status"]) == (action, status)
    assert sent.recipient == BAL
    assert sent.message_id == mail["Message-ID"]


def test_habits(make: Make, inbox: list[tuple[str, bytes]]) -> None:
    asking = _product_mail(**{"Disposition-Notification-To": BAL})
    assert make(habit=Habit.SILENT).receive(asking) is None
    assert inbox == []
    for habit, kind in (
        (Habit.REPLY, "text/plain"),
        (Habit.ACKNOWLEDGE, "multipart/report"),
        (Habit.BOUNCE, "multipart/report"),
    ):
        sent = make(habit=habit).receive(asking)
        assert sent is not None
        assert _parse(sent.content).get_content_type() == kind
    assert make(habit=Habit.ACKNOWLEDGE).receive(_product_mail()) is None


def test_nobody_answers_a_report_or_a_mail_from_nobody(make: Make) -> None:
    report = make().bounce(_product_mail()).content
    for habit in Habit:
        assert make(habit=habit).receive(report) is None
        assert make(habit=habit).receive(b"\xff\x00garbage") is None
    with pytest.raises(Unanswerable, match="nobody to answer"):
        make().reply(_product_mail(From=""))
    with pytest.raises(Unanswerable, match="nobody to report"):
        make().bounce(_product_mail(From="", **{"Return-Path": "<>"}))


def test_header_injection_through_the_original_is_impossible(make: Make) -> None:
    hostile = _product_mail(Subject="=?utf-8?q?a=0D=0ABcc:_x@y.fr?=", References="<a b> <ok@x.fr> \x00")
    mail = _parse(make().reply(hostile).content)
    assert mail["Bcc"] is None
    assert mail["References"] == "<ok@x.fr> <m1@banc-1.mssante.fr>"


@given(st.binary(max_size=300))
def test_reading_never_fails(content: bytes) -> None:
    assert len(read(content).thread) <= 50
    read(b"Subject: " + content + b"\r\nFrom: " + content + b"\r\nMessage-ID: " + content)
