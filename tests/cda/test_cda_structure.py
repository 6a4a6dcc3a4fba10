# ruff: noqa: E501
from __future__ import annotations

import io

import pytest
import xmlschema
from cda_documents import (
    NAMESPACES,
    changed,
    replaced,
    report,
    self_presenting,
    unstructured,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from harness.artefacts.cda import CdaDocument, CdaError, Form, Unreadable, locate
from harness.checks.cda import Depth, check_cda
from schemas.xsd.cda import SCHEMA


def rules_of(content):
    return [finding.rule for finding in check_cda(content).findings]


def structural(content):
    return [each for each in check_cda(content).findings if each.rule.startswith("CDA-0")]


def test_the_made_documents_are_valid():
    assert structural(report()) == []
    assert structural(unstructured()) == []


def test_the_schema_is_standard():
    other = xmlschema.XMLSchema(str(SCHEMA))

    assert other.is_valid(io.BytesIO(report()))
    assert not other.is_valid(io.BytesIO(changed(report(), "<setId", "<blob/><setId")))


@pytest.mark.parametrize(
    ("old", "new", "rule", "expected", "selected"),
    [
        ("<title>", "<titre>x</titre><title>", "CDA-010", "title", "titre"),
        ("<custodian>", '<author nullFlavor="NI"/><custodian>', "CDA-010", "custodian", "author"),
        ("<setId root", "<setID root", "CDA-010", "setId", "setID"),
        ('<participant typeCode="REF">', "<participant>", "CDA-012", "@typeCode", "participant"),
        ('<id root="1.2.250.1.213.1.1.9.1.2"/>', '<id rot="1"/>', "CDA-013", "modèle", "rot"),
        ('moodCode="EVN"', 'moodCode="EVT"', "CDA-014", "EVN", "moodCode"),
        ('typeId root="2.16.840.1.113883.1.3"', 'typeId root="1.2"', "CDA-014", "2.16.840.1.113883.1.3", "root"),
        ('xsi:type="PQ"', 'xsi:type="QP"', "CDA-015", "xsi:type", "type"),
        ("<recordTarget>", "<recordTarget>PATIENT", "CDA-016", "sans texte", "recordTarget"),
        ('ID="media"', 'ID="copie"', "CDA-017", "ID unique", "ID"),
        ('referencedObject="media"', 'referencedObject="mediaa"', "CDA-018", 'ID="mediaa"', "renderMultiMedia"),
    ],
)  # fmt: skip
def test_a_structural_fault_is_told_in_words_at_its_node(old, new, rule, expected, selected):
    content = changed(report(), old, new)

    found = [each for each in check_cda(content).findings if each.rule == rule]

    assert found, rules_of(content)
    first = found[0]
    assert expected in first.expected
    assert first.message.fr != first.message.en
    node = CdaDocument.parse(content).root.getroottree().xpath(first.location.xpath)
    assert len(node) == 1
    name = (
        etree.QName(node[0]).localname if hasattr(node[0], "tag") else etree.QName(node[0].attrname).localname
    )
    assert name == selected
    assert first.location.line == report()[: report().index(old.encode())].count(b"\n") + 1


def test_what_is_missing_is_named():
    no_body = replaced(report(), "/h:ClinicalDocument/h:component", "")
    no_order = replaced(report(), "//h:order/h:id", "")

    assert [(each.rule, each.expected) for each in structural(no_body)] == [("CDA-011", "component")]
    assert check_cda(no_body).depth is Depth.HEADER
    assert "CDA-011" in rules_of(no_order)


def test_every_node_is_selected_by_its_own_xpath():
    for content in (report(), self_presenting()):
        document = CdaDocument.parse(content)
        for element in document.root.iter("*"):
            assert document.select(locate(element).xpath) is element
            assert locate(element).line == element.sourceline
            for name, value in element.attrib.items():
                assert document.select(locate(element, name).xpath) == value


def test_a_self_presenting_document_is_judged_inside_its_stylesheet():
    document = CdaDocument.parse(self_presenting())
    assert document.form is Form.SELF_PRESENTING
    assert structural(self_presenting()) == []

    broken = changed(self_presenting(), "<setId", "<blob/><setId")
    finding = structural(broken)[0]
    assert finding.rule == "CDA-010"
    assert CdaDocument.parse(broken).select(finding.location.xpath).tag == f"{{{NAMESPACES[None]}}}blob"


def test_a_signed_document_is_judged_inside_its_signature():
    inside = report().split(b"?>\n", 1)[1]
    signed = (
        b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:Object>'
        + inside
        + b"</ds:Object></ds:Signature>"
    )

    assert CdaDocument.parse(signed).form is Form.SIGNED
    assert structural(signed) == []


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><x>&i;</x>"
)


@pytest.mark.parametrize(
    ("content", "reason", "rule"),
    [
        (b"", Unreadable.MALFORMED, "CDA-001"),
        (b"\x00\xff\xfe", Unreadable.MALFORMED, "CDA-001"),
        (b"<a>", Unreadable.MALFORMED, "CDA-001"),
        ('<?xml version="1.0" encoding="UTF-8"?><a>\n\xe9</a>'.encode("latin-1"), Unreadable.MALFORMED, "CDA-001"),
        (b'<?xml version="1.0" encoding="EBCDIC-FR"?><a/>', Unreadable.MALFORMED, "CDA-001"),
        (b'<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd"><a/>', Unreadable.UNSAFE, "CDA-001"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', Unreadable.UNSAFE, "CDA-001"),
        (b'<!DOCTYPE a [<!ENTITY % x "y">%x;]><a/>', Unreadable.UNSAFE, "CDA-001"),
        (BOMB.encode(), Unreadable.UNSAFE, "CDA-001"),
        (b"<a/>", Unreadable.NO_DOCUMENT, "CDA-004"),
        (b"<a>" * 300 + b"</a>" * 300, Unreadable.TOO_LARGE, "CDA-005"),
        (b"<a>" + b"<b>" + b"<c/>" * 4_000 + b"</b>" + (b"<b>" + b"<c/>" * 4_000 + b"</b>") * 60 + b"</a>", Unreadable.TOO_LARGE, "CDA-005"),
        (b"<a>" + b"x" * 12_000_000 + b"</a>", Unreadable.TOO_LARGE, "CDA-005"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)  # fmt: skip
def test_what_cannot_be_read_is_a_finding(content, reason, rule):
    with pytest.raises(CdaError) as caught:
        CdaDocument.parse(content)
    verdict = check_cda(content)

    assert caught.value.reason is reason
    assert [each.rule for each in verdict.findings] == [rule]
    assert (verdict.model, verdict.depth) == (None, None)


def test_the_wrong_octet_has_its_line():
    content = '<?xml version="1.0" encoding="UTF-8"?>\n<a>\n\xe9</a>'.encode("latin-1")

    assert check_cda(content).findings[0].location.line == 3


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "UTF-16", "windows-1252", "ISO-8859-15"])
def test_another_encoding_is_an_error_and_the_document_is_judged(encoding):
    content = report().decode().replace('encoding="UTF-8"', f'encoding="{encoding}"').encode(encoding)

    assert [each.rule for each in structural(content)] == ["CDA-002"]
    assert CdaDocument.parse(content).encoding == encoding.lower()


def test_a_bom_is_tolerated():
    content = b"\xef\xbb\xbf" + report()

    assert structural(content) == []
    assert CdaDocument.parse(content).bom


def test_a_harmless_doctype_warns():
    harmless = report().replace(b"?>\n", b'?>\n<!DOCTYPE ClinicalDocument [<!ENTITY nbsp "&#160;">]>\n', 1)

    assert [(each.rule, each.severity) for each in structural(harmless)] == [("CDA-003", "warning")]


def test_one_rule_reports_a_bounded_number_of_places():
    content = report().replace(b"</paragraph>", b'<footnoteRef IDREF="nulle-part"/>' * 500 + b"</paragraph>")

    found = [each for each in check_cda(content).findings if each.rule == "CDA-018"]

    assert len(found) == 20
    assert "480" in found[-1].found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400))
def test_arbitrary_octets_never_raise(content):
    assert check_cda(content).findings


@settings(max_examples=60, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(report()) - 1), st.binary(max_size=6), st.integers(0, 30))
def test_damaged_documents_never_raise(position, inserted, removed):
    content = report()[:position] + inserted + report()[position + removed :]

    check_cda(content)
