"""The published driver rules and the faults are the same set, and their examples are true."""

import pytest

from harness.drivers import DriverFault
from harness.drivers.faults import PRODUCT_RULES, driver_fault
from harness.drivers.wire import decode_answer
from harness.errors import ConfigurationFault, ProductFault
from schemas.rules import rules


@pytest.mark.parametrize("rule", rules().of_family("drv"), ids=lambda rule: rule.id)
def test_each_rule_is_a_fault_of_one_class(rule):
    fault = driver_fault(rule.id, "attendu", "constaté")
    assert isinstance(fault, ProductFault if rule.id in PRODUCT_RULES else ConfigurationFault)
    assert fault.exit_code == (1 if rule.id in PRODUCT_RULES else 2)
    assert rule.title.fr in fault.text("fr")
    assert rule.fix.en in fault.text("en")
    assert (fault.finding.rule, fault.finding.fault) == (rule.id, fault.fault)


def test_a_rule_that_is_not_published_cannot_be_raised():
    with pytest.raises(KeyError):
        driver_fault("DRV-999", "", "")


@pytest.mark.parametrize("rule_id", ["DRV-006", "DRV-007"])
def test_the_examples_are_true(rule_id):
    rule = rules()[rule_id]
    assert (
        decode_answer(rule.passing.encode(), "main-7", "list" if rule_id == "DRV-007" else "send").status
        == "done"
    )
    with pytest.raises(DriverFault) as caught:
        decode_answer(rule.failing.encode(), "main-7", "send")
    assert caught.value.rule == rule_id


def test_evidence_is_bounded():
    assert len(driver_fault("DRV-009", "", "", b"x" * 1_000_000).evidence) == 256_000
