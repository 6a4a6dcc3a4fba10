"""Every rule on CDA documents: its two examples, put into a made document, are judged by the whole check."""

from __future__ import annotations

import pytest
from cda_documents import DOCUMENTS, HL7, NAMESPACES, replaced, report, unstructured
from lxml import etree
from rule_places import PLACES

from harness.artefacts.cda import CdaDocument
from harness.checks.cda import Depth, check_cda
from schemas.rules import rules

IN_WORDS = {"CDA-005"}
"""Their failing example cannot be shown; a test of the structure makes it."""
CDA = sorted(rule.id for rule in rules() if rule.id.startswith("CDA-") and rule.id not in IN_WORDS)


def example(rule_id, text):
    kind, place = PLACES[rule_id]
    content = DOCUMENTS[kind]()
    if place == "whole":
        return text.encode()
    if place == "prolog":
        return text.encode() + b"\n" + content.split(b"?>\n", 1)[1]
    if "|" in place:
        first, second = place.split("|")
        return replaced(replaced(content, second, ""), first, text)
    return replaced(content, place, text)


def test_every_rule_has_its_place():
    assert sorted(PLACES) == CDA


@pytest.mark.parametrize("rule_id", CDA)
def test_the_passing_example_passes(rule_id):
    found = check_cda(example(rule_id, rules()[rule_id].passing)).findings

    assert [each for each in found if each.rule == rule_id] == []


@pytest.mark.parametrize("rule_id", CDA)
def test_the_failing_example_fails_at_its_node(rule_id):
    content = example(rule_id, rules()[rule_id].failing)

    found = [each for each in check_cda(content).findings if each.rule == rule_id]

    assert found
    assert all(each.severity == rules()[rule_id].effective_severity for each in found)
    assert all(each.expected and each.found for each in found)
    if rule_id not in {"CDA-001", "CDA-004"}:
        document = CdaDocument.parse(content)
        assert all(document.select(each.location.xpath) is not None and each.location.line for each in found)


def test_the_made_documents_have_no_finding():
    assert [(each.rule, each.found) for each in check_cda(report()).findings] == []
    assert [(each.rule, each.found) for each in check_cda(unstructured()).findings] == []


@pytest.mark.parametrize(
    ("kind", "model", "depth"),
    [
        ("report", "1.2.250.1.213.1.1.1.55@2024.01", Depth.FULL),
        ("unstructured", "1.3.6.1.4.1.19376.1.2.20", Depth.FULL),
        ("imaging", "1.2.250.1.213.1.1.1.45@2024.01", Depth.GENERIC),
    ],
)
def test_model_and_depth_are_told(kind, model, depth):
    verdict = check_cda(DOCUMENTS[kind]())

    assert (verdict.model, verdict.depth) == (model, depth)


def test_evidence_is_passed_on():
    content = example("CDA-H-001", rules()["CDA-H-001"].failing)

    assert {each.evidence for each in check_cda(content, evidence="abc").findings} == {"abc"}


@pytest.mark.parametrize(
    ("xpath", "attribute", "value"),
    [
        ("/h:ClinicalDocument/h:versionNumber", "value", "9" * 5000),
        ("/h:ClinicalDocument/h:effectiveTime", "value", "9" * 14 + "+9999"),
        ("/h:ClinicalDocument/h:effectiveTime", "value", "00010101000000+1400"),
        ("//h:patient/h:birthTime", "value", "9999"),
        ("//h:patientRole/h:id", "extension", "²" * 15),
        ("//h:value[@unit]", "unit", "(" * 50 + ")" * 50),
        ("//h:referenceRange//h:low", "value", "NaN"),
        ("//h:representedOrganization/h:id", "extension", "1٣٣٣٣٣٣٣٣٣"),
    ],
)
def test_strange_values_never_raise(xpath, attribute, value):
    root = etree.fromstring(report())
    prefixes = {"h": HL7, **{key: each for key, each in NAMESPACES.items() if key}}
    root.xpath(xpath, namespaces=prefixes)[0].set(attribute, value)

    check_cda(etree.tostring(root))


def test_every_element_may_be_removed_or_emptied():
    whole = etree.fromstring(report())
    total = len(list(whole.iter("*")))
    for position in range(1, total, 3):
        root = etree.fromstring(report())
        element = list(root.iter("*"))[position]
        element.attrib.clear()
        check_cda(etree.tostring(root))
        element.getparent().remove(element)
        check_cda(etree.tostring(root))
