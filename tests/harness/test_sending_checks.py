"""SEND rules: each passes on what is right and fails on one fault, on mails of the builders."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from harness.artefacts.mail import Mail
from harness.artefacts.sent import SentMail
from harness.checking.kinds import Kind
from harness.checks import sending
from harness.drivers import Answer
from harness.findings import Bilingual
from harness.specimens.scene import codes_of
from harness.specimens.specimen import examine
from schemas.rules import rules
from simulators.clock import FrozenClock
from simulators.documents import CR_BIO, LDL_SES, Action, DocumentFactory, Envelope
from simulators.journal import Event

SENDER, READER = "robot@banc.mssante.fr", "jeanne.martin@autre.mssante.fr"
TO = Envelope(SENDER, (READER,), "1234")
DONE = Answer("done")


class Sample:
    """Mails of one patient, and their facts."""

    def __init__(self, *, qualified: bool = True) -> None:
        self.build = DocumentFactory(random.Random(3), FrozenClock())
        self.patient = self.build.patient(qualified=qualified)
        self.document = self.build.cr_bio(self.patient)

    def mail(self, *documents, text=None, action=None):
        envelope = replace(TO, text=text)
        return Mail(self.build.mail(envelope, *(documents or (self.document,)), action=action).content)


def facts(mail):
    return examine(mail.raw, Kind.MAIL, Bilingual("courriel", "mail"), "1234").facts


def sent(mail, recipients=(READER,), mail_from=SENDER):
    event = Event(1, "", 0.0, "t", "", "mail", "", "product", "operator", "message", "")
    return SentMail(mail, mail_from, tuple(recipients), SENDER, event)


def ids(findings):
    return [one.rule for one in findings]


@pytest.fixture(scope="module")
def sample():
    return Sample()


@pytest.fixture(scope="module")
def first(sample):
    return sample.mail()


def test_what_was_asked_has_to_arrive(first):
    assert ids(sending.left(DONE, sent(first))) == []
    assert ids(sending.left(DONE, None)) == ["SEND-001"]
    (found,) = sending.left(Answer("failed", detail="550"), None)
    assert "failed" in found.found
    assert "550" in found.found


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (sending.Asked("N3", CR_BIO_CODES := ("11502-2",)), []),
        (sending.Asked(), []),
        (sending.Asked("N1", CR_BIO_CODES), ["SEND-002"]),
        (sending.Asked("N3", ("11490-0",)), ["SEND-002"]),
    ],
)
def test_the_archive_has_the_document_asked_for(first, asked, expected):
    assert ids(sending.carries(facts(first), [asked], first.sha256)) == expected


def test_each_document_counts_once_and_a_copy_is_needed(first):
    both = [sending.Asked("N3"), sending.Asked("N3")]
    assert ids(sending.carries(facts(first), both, first.sha256)) == ["SEND-002"]
    without = replace(facts(first), copies=0)
    assert ids(sending.carries(without, both[:1], first.sha256)) == ["SEND-002"]


def test_every_recipient_is_reached(first):
    assert ids(sending.reaches(sent(first, [READER.upper()]), [READER])) == []
    (found,) = sending.reaches(sent(first), [READER, "dr.oubli@autre.mssante.fr"])
    assert (found.rule, "dr.oubli" in found.found) == ("SEND-003", True)


def test_the_mailbox_that_has_to_send_sends(first):
    assert ids(sending.comes_from(facts(first), sent(first), SENDER)) == []
    assert ids(sending.comes_from(facts(first), sent(first), "autre@banc.mssante.fr")) == ["SEND-004"]
    other_path = sent(first, mail_from="retour@banc.mssante.fr")
    assert ids(sending.comes_from(facts(first), other_path, SENDER)) == ["SEND-004"]


def test_a_new_version_replaces_the_first(sample, first):
    second = facts(sample.mail(sample.build.cr_bio(replacing=sample.document)))
    assert ids(sending.replaces(facts(first), second, "")) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"set_id": "1.2.3"}, "setId"),
        ({"version": 1}, "versionNumber 1"),
        ({"replaced": ()}, "RPLC ∅"),
        ({"replaced": ("1.2.3",)}, "RPLC 1.2.3"),
    ],
)
def test_a_version_that_does_not_replace(sample, first, change, told):
    second = facts(sample.mail(sample.build.cr_bio(replacing=sample.document)))
    wrong = replace(second, documents=(replace(second.documents[0], **change),))
    (found,) = sending.replaces(facts(first), wrong, "")
    assert found.rule == "SEND-005"
    assert told in found.found


def test_the_same_id_and_no_document_replace_nothing(sample, first):
    second = facts(sample.mail(sample.build.cr_bio(replacing=sample.document)))
    same = replace(second, documents=(replace(second.documents[0], id=facts(first).documents[0].id),))
    assert ids(sending.replaces(facts(first), same, "")) == ["SEND-005"]
    assert ids(sending.replaces(facts(first), replace(second, documents=()), "")) == ["SEND-005"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ce document annule et remplace le précédent.", []),
        ("ANNULE ET REMPLACE", []),
        ("Bonjour, voici un document.", ["SEND-006"]),
        ("Ce document remplace le précédent.", ["SEND-006"]),
    ],
)
def test_the_mention_of_a_replacement(sample, text, expected):
    second = sample.mail(sample.build.cr_bio(replacing=sample.document), text=text)
    assert ids(sending.says_replaced(facts(second), second.sha256)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Ce document a été supprimé.", []), ("Document à supprimer", []), ("Bonjour.", ["SEND-007"])],
)
def test_the_mention_of_a_deletion(sample, text, expected):
    mail = sample.mail(text=text, action=Action.DELETE)
    assert ids(sending.says_deleted(facts(mail), mail.sha256)) == expected


def test_a_partial_report_says_so(sample, first):
    assert ids(sending.says_partial(facts(first), "")) == ["SEND-011"]
    assert ids(sending.says_partial(facts(sample.mail(text="Compte rendu partiel.")), "")) == []
    titled = facts(first)
    titled = replace(titled, documents=(replace(titled.documents[0], title="Bilan (partiel)"),))
    assert ids(sending.says_partial(titled, "")) == []


def test_a_deletion_designates_its_document(sample, first):
    deletion = facts(sample.mail(action=Action.DELETE))
    assert ids(sending.marked_deleted(facts(first), deletion, "")) == []
    assert ids(sending.marked_deleted(facts(first), facts(first), "")) == ["SEND-009"]
    other = facts(sample.mail(sample.build.n1(LDL_SES, sample.patient), action=Action.DELETE))
    assert ids(sending.marked_deleted(facts(first), other, "")) == ["SEND-009"]


def test_a_submission_set_names_one_mail(sample, first):
    one, other = facts(first), facts(sample.mail())
    assert len(one.sets) == 1
    assert ids(sending.sets_differ([(one, "a"), (other, "b"), (one, "a copy of the first mail")])) == []
    assert ids(sending.sets_differ([(one, "a"), (replace(other, sets=one.sets), "b")])) == ["META-050"]


def test_no_matricule_of_an_unqualified_identity():
    # Given a patient who is not qualified: the builders keep the matricule to themselves
    sample = Sample(qualified=False)
    mail = sample.mail()
    known = [sample.patient.matricule]
    assert ids(sending.keeps_ins(mail, facts(mail), known)) == []
    assert ids(sending.shows_no_ins(facts(mail), mail.sha256)) == []

    # When it leaves all the same, in the documents or in a header, or X-MSS-INS says O
    leaking = Sample()
    leak = leaking.mail()
    places = {one.location.part for one in sending.keeps_ins(leak, facts(leak), [leaking.patient.matricule])}

    # Then each place is told
    assert {"2/IHE_XDM/SUBSET01/DOC0001.XML", "2/IHE_XDM/SUBSET01/METADATA.XML", None} <= places
    assert ids(sending.shows_no_ins(facts(leak), leak.sha256)) == ["SEND-008"]
    said = Mail(mail.raw.replace(b"X-MSS-INS: N", b"X-MSS-INS: O"))
    assert ids(sending.keeps_ins(said, facts(said), known)) == ["SEND-008"]
    named = Mail(mail.raw.replace(b"X-MSS-NIL", b"X-Patient: " + known[0].encode() + b"\r\nX-MSS-NIL"))
    assert [one.location.part for one in sending.keeps_ins(named, facts(named), known)] == ["0"]


def test_nothing_goes_to_a_patient_who_is_not_qualified(first):
    patient = "280017511400122@patient.mssante.fr"
    assert ids(sending.stays(None, patient)) == []
    assert ids(sending.stays(sent(first), patient)) == []
    assert ids(sending.stays(sent(first, [patient]), patient)) == ["SEND-010"]


def test_a_rule_of_the_family_is_shown_here():
    source = Path(__file__).read_text("utf-8")
    assert [rule.id for rule in rules().of_family("send") if f'"{rule.id}"' not in source] == []


def test_models_are_known_by_both_names():
    assert codes_of("CR-BIO") == codes_of("BIO-CR-BIO") == (CR_BIO.code.code,)
    assert codes_of("nothing") == ()
