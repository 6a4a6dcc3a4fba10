"""What the simulated hospital writes obeys the volets, by checks that share no code with it."""

import asyncio
import random
from dataclasses import replace

import pytest

from harness.artefacts.hl7 import document_of, read_hl7
from harness.checks.hl7 import check_answer, check_hl7
from harness.findings import Severity
from simulators.clock import FrozenClock
from simulators.documents import CR_BIO, DocumentFactory
from simulators.hl7 import (
    Hl7Peer,
    Hl7Spec,
    Order,
    Reply,
    Request,
    Transfer,
    write_request,
    write_transfer,
    write_zam,
)
from simulators.hl7.er7 import Parties
from simulators.journal import Journal

CLOCK = FrozenClock()
PARTIES = Parties("DPI-É|1", "CH", "PFI", "CH")


@pytest.fixture(scope="module")
def documents():
    made = DocumentFactory(random.Random(7), CLOCK)
    first = made.n1(CR_BIO)
    return first, made.n1(CR_BIO, replacing=first)


def errors(octets):
    return [(one.rule, one.found) for one in check_hl7(octets).findings if one.severity is Severity.ERROR]


def request(documents, **changes):
    made = Request(
        documents=(documents[1],),
        parties=PARTIES,
        control_id="M-1",
        now=CLOCK.now(),
        recipients=("a.b@correspondant.mssante.fr",),
        reply_to="c.d@hopital.mssante.fr",
        bodies={"CORPSMAIL_PS": "Cher confrère"},
    )
    return write_request(replace(made, **changes))


@pytest.mark.parametrize("kind", ["MDM", "ORU"])
@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("charset", ["UNICODE UTF-8", "8859/15"])
def test_a_request_is_a_message_of_the_volet(documents, kind, order, charset):
    octets = request(documents, kind=kind, order=order, charset=charset)
    assert errors(octets) == []
    message = read_hl7(octets)
    assert document_of(message.first("OBX")) == documents[1].content
    assert message.msh.value(3) == "DPI-É|1"


def test_a_request_that_contradicts_itself_is_seen(documents):
    assert [rule for rule, _ in errors(request(documents, order_control="RO"))] == ["HL7-013"]


@pytest.mark.parametrize("order", list(Order))
def test_a_transfer_is_a_message_of_the_volet(documents, order):
    made = Transfer(
        documents[1], PARTIES, "M-1", CLOCK.now(), "a@b.mssante.fr", ("p@h.mssante.fr",), "<1@b.fr>", "XDM"
    )
    assert errors(write_transfer(replace(made, order=order))) == []
    assert [rule for rule, _ in errors(write_transfer(replace(made, without=frozenset({"TXA"}))))] == [
        "HL7-009"
    ]


@pytest.mark.parametrize("event", ["Z01", "Z02", "Z03"])
@pytest.mark.parametrize("error", [None, ("550", "Boîte inconnue")])
def test_a_zam_is_a_message_of_the_volet(event, error):
    octets = write_zam(event, PARTIES, "Z-1", "M-1", CLOCK.now(), address="a@b.mssante.fr", error=error)
    assert errors(octets) == []


@pytest.mark.parametrize(
    "reply",
    [Reply(), Reply("AE", application="902"), Reply("AE", condition="101"), Reply("AR", condition="207")],
)
def test_the_peer_acknowledges_as_asked(documents, reply, tmp_path):
    journal = Journal(tmp_path)
    peer = Hl7Peer(replace(Hl7Spec(), reply=reply), journal=journal, tenant="t", clock=CLOCK)
    asked = request(documents)
    answer = asyncio.run(peer._answer(asked))
    journal.close()
    assert errors(answer) == []
    assert not list(check_answer(read_hl7(answer), read_hl7(asked)))
    assert read_hl7(answer).first("MSA").value(1) == reply.code
