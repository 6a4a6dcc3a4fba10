"""Writing to patients and showing them: the reference product, and what its variants do otherwise."""

from __future__ import annotations

import random
from email import message_from_bytes
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from product_documents import HOLDER, NIL

from simulators.clock import SimulatedClock
from simulators.product import REFERENCE, Behaviour
from simulators.product.composer import Composed, compose
from simulators.product.desk import patients as group
from simulators.product.desk.delivery import Delivered
from simulators.product.desk.patients import Patients
from simulators.product.draft import Draft
from simulators.product.errors import Failed, Refused
from simulators.product.patients import bounce_told, of_patient, patient_address, sender_shown
from simulators.product.records import parse_record
from simulators.product.settings import Mailbox, Settings
from simulators.records import RecordSpec, make_records

PER = Mailbox("jean.dupre@ch.mssante.fr", "PER", "Jean Dupré", HOLDER)
SPECS = (
    RecordSpec("parent"),
    RecordSpec("child", minor=True, guardian="parent"),
    RecordSpec("namesake", namesake_of="parent"),
    RecordSpec("retrieved", ins_status="retrieved"),
    RecordSpec("validated", ins_status="validated"),
    RecordSpec("opposed", opposed_to=("patient-mail",)),
    RecordSpec("used", used_family="AUTRE"),
)
MADE = make_records(SPECS, random.Random(3), SimulatedClock(), "medecin@cabinet.mssante.fr")
RECORDS = tuple(parse_record(one.to_json()) for one in MADE)
BY_KEY = {one.key: one for one in RECORDS}


class Office:
    """The product's desk for patients, and the mails that would have left."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour = REFERENCE) -> None:
        self.mails: list[Composed] = []
        clock, nowhere = SimulatedClock(), Path("none.pem")
        settings = Settings(
            "t", None, None, (PER,), nowhere, nowhere, "", None, None, None, NIL, RECORDS
        )  # fmt: skip

        def deliver(desk: Any, draft: Draft, deadline: Any) -> Delivered:
            mail = compose(draft, NIL, clock.now(), desk.behaviour)
            self.mails.append(mail)
            return Delivered(mail.message_id, "250 2.0.0 Ok")

        monkeypatch.setattr(group, "deliver", deliver)
        self.desk: Any = SimpleNamespace(behaviour=behaviour, settings=settings, ended_exchange=False)
        self._write = Patients(self.desk).actions()["write_to_patient"]

    def write(self, patient: str = "parent", **params: Any) -> str:
        usual = {"from": PER.address, "patient": patient, "subject": "Avis", "text": "Bonjour."}
        return str(self._write({**usual, **params}, None)["to"])  # type: ignore[arg-type]

    @property
    def header(self) -> Any:
        return message_from_bytes(self.mails[-1].data)


def test_a_mail_goes_to_the_patient_of_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Office(monkeypatch)
    for key in ("parent", "child", "namesake"):
        assert here.write(key) == BY_KEY[key].identity.mss_address
        assert here.mails[-1].recipients == (BY_KEY[key].identity.mss_address,)
        assert here.header["X-MSS-MES"] is None


def test_another_address_in_the_request_is_not_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Office(monkeypatch)
    here.write("parent", to=["autre@patient.mssante.fr"], cc=["autre@b.mssante.fr"])
    assert here.mails[-1].recipients == (BY_KEY["parent"].identity.mss_address,)


@pytest.mark.parametrize("key", ["retrieved", "validated", "opposed"])
def test_where_nothing_may_leave_the_product_says_no(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    here = Office(monkeypatch)
    with pytest.raises(Refused):
        here.write(key)
    assert here.mails == []


def test_a_record_that_does_not_exist_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Failed, match="inconnu"):
        Office(monkeypatch).write("inconnu")


@pytest.mark.parametrize(
    ("mark", "asked", "found"),
    [
        ("on-demand", True, "FIN"),
        ("on-demand", False, None),
        ("absent", True, None),
        ("always", False, "FIN"),
        ("other-word", True, "CLOS"),
        ("other-word", False, None),
    ],
)
def test_end_of_exchange(monkeypatch: pytest.MonkeyPatch, mark: Any, asked: bool, found: str | None) -> None:
    here = Office(monkeypatch, REFERENCE.but(end_mark=mark))
    here.write(end=asked)
    assert here.header["X-MSS-MES"] == found
    assert here.desk.ended_exchange is asked


@pytest.mark.parametrize(("kept", "found"), [(True, "[FIN] Avis"), (False, "Avis")])
def test_marks_of_the_subject(monkeypatch: pytest.MonkeyPatch, kept: bool, found: str) -> None:
    here = Office(monkeypatch, REFERENCE.but(subject_marks=kept))
    here.write(subject="[FIN] Avis")
    assert here.header["Subject"] == found


def test_addresses_of_the_variants() -> None:
    child, parent = BY_KEY["child"], BY_KEY["parent"]

    def address(how: Any) -> str:
        return patient_address(child, RECORDS, REFERENCE.but(patient_address=how))

    assert address("own") == child.identity.mss_address
    assert address("guardian") == address("first-record") == parent.identity.mss_address
    assert address("no-key") == f"{child.identity.matricule[:13]}@patient.mssante.fr"
    assert len(address("with-oid").partition("@")[0]) == 20
    assert patient_address(parent, RECORDS, REFERENCE.but(patient_address="guardian")) == address("guardian")


def shown(address: str, label: str = "Étiquette", **changes: Any) -> dict[str, Any]:
    return sender_shown(f"{label} <{address}>", RECORDS, REFERENCE.but(**changes)).row()


def test_a_professional_is_shown_as_one() -> None:
    line = shown("claire.testut@banc.mssante.fr", "Claire TESTUT")
    assert (line["origin"], line["label"], line["patient"]) == ("professional", "Claire TESTUT", None)


@pytest.mark.parametrize("key", ["parent", "child", "namesake", "used"])
def test_a_patient_is_known_by_the_matricule(key: str) -> None:
    identity = BY_KEY[key].identity
    line = shown(identity.mss_address)
    assert (line["origin"], line["patient"]) == ("patient", key)
    traits = line["patient_traits"]
    wanted = (identity.birth_family, identity.first_given, identity.matricule)
    assert (traits["family"], traits["given"], traits["ins"]) == wanted
    assert all(word in line["label"] for word in wanted)


def test_a_patient_without_a_record_keeps_the_label() -> None:
    stranger = "191057511501234@patient.mssante.fr"
    line = shown(stranger, "Jeanne MARTIN")
    assert (line["origin"], line["label"], line["patient_traits"]) == ("patient", "Jeanne MARTIN", None)
    assert shown(stranger, "Jeanne MARTIN", unknown_patient_named=False)["label"] == stranger


def test_what_the_variants_show() -> None:
    address = BY_KEY["namesake"].identity.mss_address
    assert shown(address, patients_told_apart=False)["origin"] == "professional"
    assert shown(address, patient_shown="address")["from"] == address
    assert shown(address, patient_shown="namesake")["patient"] == "parent"
    used = shown(BY_KEY["used"].identity.mss_address, patient_shown="used-name")
    assert used["patient_traits"]["family"] == "AUTRE"


def test_bounces_as_told() -> None:
    report = ("failed", "5.2.1", "smtp; 550 5.2.1 fermée")
    assert bounce_told(report, REFERENCE) == report
    assert bounce_told(report, REFERENCE.but(patient_bounces="swallowed"))[0] == ""
    assert bounce_told(report, REFERENCE.but(patient_bounces="without-reason")) == ("failed", "", "")
    assert bounce_told(report, REFERENCE.but(patient_bounces="as-delivered"))[0] == "delivered"


def test_the_domain_of_patients() -> None:
    assert of_patient("279035121518989@Patient.MSSante.fr")
    assert not of_patient("279035121518989@x.patient.mssante.fr")
    assert not of_patient("patient.mssante.fr@b.fr")
