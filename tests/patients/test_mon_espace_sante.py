"""Mon espace santé: who gets a mail, what comes back, when a patient may write."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from simulators.clock import SimulatedClock
from simulators.correspondents.reading import read
from simulators.documents import PatientGenerator
from simulators.journal import Journal
from simulators.patients import Habits, MonEspaceSante, PatientAccount, Refused
from simulators.patients.model import AUTOMATIC_ANSWER, SIZE_LIMIT
from simulators.smtp.envelope import Envelope, Recipient

PRO = "claire.testut@banc.mssante.fr"
TEAM = "service@banc.mssante.fr"


class World:
    def __init__(self, folder, habits: Habits | None = None) -> None:
        clock = SimulatedClock()
        people = PatientGenerator(random.Random(7), clock)
        self.adult, self.closed, self.stranger = (people.patient() for _ in range(3))
        self.minor = people.patient(minor=True)
        self.delivered: list[tuple[str, bytes]] = []
        self.journal = Journal(folder)
        self.mes = MonEspaceSante(
            [
                PatientAccount(self.adult),
                PatientAccount(self.closed, "closed"),
                PatientAccount(self.minor),
            ],
            tenant="t",
            clock=clock,
            rng=random.Random(1),
            journal=self.journal,
            deliver=lambda address, content: self.delivered.append((address, content)),
            habits=habits,
        )

    def send(
        self, to: str, *headers: str, subject: str = "Votre résultat", body: str = "Bonjour.", n: int = 1
    ):
        lines = [f"From: {PRO}", f"To: {to}", f"Subject: {subject}", f"Message-ID: <m-{n}@banc.mssante.fr>"]
        content = "\r\n".join([*lines, *headers, "", body, ""]).encode()
        envelope = Envelope(f"Q{n}", PRO, (Recipient(to),), content)
        return self.mes.take(envelope, envelope.recipients[0])


@pytest.fixture
def make(tmp_path):
    made = []

    def one(habits: Habits | None = None) -> World:
        made.append(World(tmp_path / str(len(made)), habits))
        return made[-1]

    yield one
    for world in made:
        world.journal.close()


@pytest.fixture
def world(make):
    return make()


def test_an_open_messaging_takes_the_mail(world):
    action, report = world.send(world.adult.mss_address)
    assert (action, report.status) == ("delivered", "2.1.5")
    (mail,) = world.mes.inbox(world.adult.mss_address)
    assert mail.content.startswith(b"Return-Path: <claire.testut@banc.mssante.fr>\r\nReceived: ")


def test_a_minor_has_an_address_of_their_own(world):
    assert world.send(world.minor.mss_address)[0] == "delivered"
    assert not world.mes.inbox(world.adult.mss_address)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (lambda w: w.closed.mss_address, "5.2.1"),
        (lambda w: w.stranger.mss_address, "5.1.1"),
        (lambda w: "jeanne.martin@patient.mssante.fr", "5.1.3"),
        (lambda w: f"27707{w.adult.mss_address}", "5.1.3"),
        (
            lambda w: (
                w.adult.matricule[:13] + f"{(int(w.adult.matricule[13:]) % 97) + 1:02}@patient.mssante.fr"
            ),
            "5.1.3",
        ),
    ],
    ids=["closed", "unknown", "name", "twenty-digits", "key"],
)
def test_each_cause_of_a_bounce(world, address, status):
    action, report = world.send(address(world))
    assert (action, report.status) == ("failed", status)
    assert report.diagnostic.split()[1] == status


def test_a_mail_above_the_limit_comes_back(world):
    action, report = world.send(world.adult.mss_address, body="x" * SIZE_LIMIT)
    assert (action, report.status) == ("failed", "5.3.4")
    assert world.send(world.adult.mss_address, body="x" * (SIZE_LIMIT - 1000))[0] == "delivered"


def test_a_patient_answers_to_reply_to_else_to_the_sender(world):
    world.send(world.adult.mss_address)
    world.send(world.adult.mss_address, f"Reply-To: {TEAM}", n=2)
    first, second = world.mes.inbox(world.adult.mss_address)
    world.mes.reply(world.adult.mss_address, first)
    answer = read(world.mes.reply(world.adult.mss_address, second))
    assert [to for to, _ in world.delivered] == [PRO, TEAM]
    assert answer.references == ("<m-2@banc.mssante.fr>",)
    assert answer.sender == world.adult.mss_address


def test_the_label_names_the_patient(world):
    world.send(world.adult.mss_address)
    world.mes.reply(world.adult.mss_address, world.mes.inbox(world.adult.mss_address)[0])
    header = world.delivered[0][1].decode().splitlines()[1]
    assert header == f"From: {world.adult.first_given} {world.adult.birth_family} <{world.adult.mss_address}>"


@pytest.mark.parametrize("mark", [{"headers": ("X-MSS-MES: FIN",)}, {"subject": "[FIN] Votre résultat"}])
def test_after_the_end_the_patient_cannot_answer_until_written_to_again(world, mark):
    address = world.adult.mss_address
    world.send(address, *mark.get("headers", ()), subject=mark.get("subject", "Votre résultat"))
    with pytest.raises(Refused):
        world.mes.reply(address, world.mes.inbox(address)[0])
    world.send(address, n=2)
    world.mes.reply(address, world.mes.inbox(address)[1])
    assert len(world.delivered) == 1


def test_the_end_may_cover_the_thread_alone(make):
    world = make(Habits(end_covers="thread"))
    address = world.adult.mss_address
    world.send(address)
    world.send(address, "X-MSS-MES: FIN", n=2)
    first, second = world.mes.inbox(address)
    world.mes.reply(address, first)
    with pytest.raises(Refused):
        world.mes.reply(address, second)


def test_a_patient_does_not_write_first_unless_the_switch_says_so(world, make):
    with pytest.raises(Refused):
        world.mes.write(world.adult.mss_address, PRO, "Question", "Bonjour.\r\n")
    free = make(Habits(starts=True))
    free.mes.write(free.adult.mss_address, PRO, "Question", "Bonjour.\r\n")
    assert free.delivered[0][0] == PRO


def test_a_receipt_asked_for_leaves_once_when_the_patient_reads(world):
    world.send(world.adult.mss_address, f"Disposition-Notification-To: {PRO}")
    assert not world.delivered
    world.mes.read(world.adult.mss_address)
    world.mes.read(world.adult.mss_address)
    ((to, content),) = world.delivered
    assert to == PRO
    assert content.startswith(b"Return-Path: <>\r\n")
    assert b"Original-Message-ID: <m-1@banc.mssante.fr>" in content


def test_a_receipt_not_asked_for_does_not_leave(world):
    world.send(world.adult.mss_address)
    world.mes.read(world.adult.mss_address)
    assert not world.delivered


def test_receipts_on_delivery_by_the_switch(make):
    world = make(Habits(acknowledges="delivery"))
    world.send(world.adult.mss_address, f"Disposition-Notification-To: {PRO}")
    assert b"MDN-sent-automatically" in world.delivered[0][1]


def test_the_test_address_answers_but_not_to_an_automatic_mail(world):
    world.send(AUTOMATIC_ANSWER)
    world.send(AUTOMATIC_ANSWER, "Auto-Submitted: auto-replied", n=2)
    assert [to for to, _ in world.delivered] == [PRO]


def test_addresses_are_the_same_whatever_their_case(world):
    corsican = replace(world.adult, matricule=world.adult.matricule)
    assert world.send(corsican.mss_address.upper())[0] == "delivered"
    assert len(world.mes.inbox(world.adult.mss_address.upper())) == 1


def test_the_size_limit_is_a_habit(make):
    world = make(Habits(size_limit=2_000))
    assert world.send(world.adult.mss_address)[0] == "delivered"
    action, report = world.send(world.adult.mss_address, body="x" * 2_000, n=2)
    assert (action, report.status) == ("failed", "5.3.4")
