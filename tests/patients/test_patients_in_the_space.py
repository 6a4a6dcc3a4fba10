"""A product's mail to a patient, through the operator and back."""

from __future__ import annotations

import pytest

from simulators.journal import Journal
from simulators.patients import Habits
from simulators.records import RecordSpec
from simulators.space import Space
from simulators.tenant import TenantSpec


@pytest.fixture
def space(tmp_path):
    journal = Journal(tmp_path)
    opened = Space(journal, seed=3)
    opened.start()
    yield opened
    opened.close()
    journal.close()


def test_records_are_told_to_the_product_and_their_messaging_is_not(space):
    spec = TenantSpec(records=(RecordSpec(), RecordSpec("enfant", minor=True, messaging="closed")))
    tenant = space.open_tenant("t", spec)
    told = tenant.configuration("1234")["patients"]
    assert [one["key"] for one in told] == ["patient-1", "enfant"]
    assert told[0]["ins"] == tenant.record("patient-1").patient.matricule
    assert not any("messaging" in one for one in told)
    space.close_tenant(tenant)


@pytest.mark.parametrize(
    ("status", "ins"),
    [("qualified", True), ("retrieved", True), ("validated", False), ("provisional", False)],
)
def test_what_a_record_holds_by_the_status_of_its_identity(space, status, ins):
    tenant = space.open_tenant("t", TenantSpec(records=(RecordSpec(ins_status=status),)))
    (told,) = tenant.configuration("1234")["patients"]
    assert (told["ins"] is not None) == ins
    assert tenant.records[0].patient.qualified == (status == "qualified")
    space.close_tenant(tenant)


def test_a_patient_whom_the_product_does_not_know_can_write_to_it(space):
    # Given a patient of Mon espace santé without a record, who may begin
    records = (RecordSpec(), RecordSpec("stranger", known=False))
    tenant = space.open_tenant("t", TenantSpec(records=records, patients=Habits(starts=True)))
    assert [one["key"] for one in tenant.configuration("1234")["patients"]] == ["patient-1"]
    # When the patient writes
    patient, bal = tenant.record("stranger").patient, tenant.mailboxes[0].address
    tenant.with_patients(lambda mes: mes.write(patient.mss_address, bal, "Question", "Bonjour."))
    # Then the mail is there, with the label of Mon espace santé
    (mail,) = tenant.mails_of(bal)
    assert f"{patient.first_given} {patient.birth_family}".encode() in mail
    space.close_tenant(tenant)


def test_namesakes_share_names_and_nothing_else(space):
    records = (RecordSpec("a"), RecordSpec("b", namesake_of="a", used_family="AUTRE"))
    tenant = space.open_tenant("t", TenantSpec(records=records))
    one, other = (tenant.record(key).patient for key in "ab")
    assert (one.birth_family, one.given_names, one.sex) == (other.birth_family, other.given_names, other.sex)
    assert one.matricule != other.matricule
    assert other.used_family == "AUTRE"
    space.close_tenant(tenant)


def test_a_namesake_of_nobody_is_a_mistake(space):
    with pytest.raises(KeyError):
        space.open_tenant("t", TenantSpec(records=(RecordSpec("b", namesake_of="a"),)))
