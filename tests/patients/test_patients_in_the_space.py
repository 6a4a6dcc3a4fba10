"""A product's mail to a patient, through the operator and back."""

from __future__ import annotations

import pytest

from simulators.journal import Journal
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
