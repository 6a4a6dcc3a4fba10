"""JUnit and JSON: what programs read."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from lxml import etree
from report_samples import HOSTILE, INS, TOKEN, RunFolder, both, case, full_record

import reports
from reports import RecordError, write_json, write_junit

SHAPE = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">
<xs:complexType name="detail">
<xs:simpleContent>
<xs:extension base="xs:string">
<xs:attribute name="message" use="required"/>
<xs:attribute name="type"/></xs:extension></xs:simpleContent></xs:complexType>
<xs:complexType name="case">
<xs:sequence>
<xs:choice minOccurs="0">
<xs:element name="skipped" type="detail"/>
<xs:element name="failure" type="detail"/>
<xs:element name="error" type="detail"/></xs:choice>
<xs:element name="system-out" type="xs:string" minOccurs="0"/></xs:sequence>
<xs:attribute name="classname" use="required"/>
<xs:attribute name="name" use="required"/>
<xs:attribute name="time" type="xs:decimal" use="required"/></xs:complexType>
<xs:attributeGroup name="sums">
<xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
<xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
<xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
<xs:attribute name="skipped" type="xs:nonNegativeInteger" use="required"/>
<xs:attribute name="time" type="xs:decimal" use="required"/>
<xs:attribute name="name" use="required"/></xs:attributeGroup>
<xs:element name="testsuites">
<xs:complexType>
<xs:sequence>
<xs:element name="testsuite" minOccurs="0" maxOccurs="unbounded">
<xs:complexType>
<xs:sequence>
<xs:element name="properties">
<xs:complexType>
<xs:sequence>
<xs:element name="property" maxOccurs="unbounded">
<xs:complexType>
<xs:attribute name="name" use="required"/>
<xs:attribute name="value" use="required"/></xs:complexType></xs:element>
   </xs:sequence></xs:complexType></xs:element>
<xs:element name="testcase" type="case" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
<xs:attributeGroup ref="sums"/>
<xs:attribute name="timestamp" use="required">
<xs:simpleType>
<xs:restriction base="xs:dateTime">
<xs:pattern value="[0-9-]{10}T[0-9:]{8}"/></xs:restriction></xs:simpleType></xs:attribute>
 </xs:complexType></xs:element></xs:sequence>
<xs:attributeGroup ref="sums"/></xs:complexType></xs:element>
</xs:schema>"""


def junit(path: Path) -> etree._Element:
    out = path.parent / "junit.xml"
    write_junit(path, out)
    return etree.fromstring(out.read_bytes())


@pytest.fixture(scope="module")
def sample(sample_path: Path) -> etree._Element:
    return junit(sample_path)


def of(root: etree._Element, name: str) -> etree._Element:
    (element,) = root.xpath("//testcase[@name=$name]", name=name)
    return element


class TestJUnit:
    def test_usual_shape(self, sample: etree._Element) -> None:
        etree.XMLSchema(etree.fromstring(SHAPE)).assertValid(sample)

    def test_sums_are_those_of_the_cases(self, sample: etree._Element) -> None:
        for attribute, query in (
            ("tests", "//testcase"),
            ("failures", "//failure"),
            ("errors", "//error"),
            ("skipped", "//skipped"),
        ):
            assert int(sample.get(attribute)) == len(sample.xpath(query))
        assert sample.get("failures") == "2"

    def test_a_product_failure_says_all(self, sample: etree._Element) -> None:
        failure = of(sample, "NIL-HEADER").find("failure")
        assert failure is not None
        assert failure.get("message") == "X-MSS-NIL est présent mais vide."
        assert failure.get("type") == "product"
        for expected in (
            "MSS-NIL-01",
            "X-MSS-NIL: 1234",
            "Set the NIL in the production settings.",
            "-k nil-header",
            "ECO.2.4.3",
        ):
            assert expected in (failure.text or "")

    def test_other_faults_are_errors_never_failures(self, sample: etree._Element) -> None:
        element = of(sample, "DNS-SRV")
        assert element.find("failure") is None
        error = element.find("error")
        assert error is not None
        assert error.get("type") == "environment"

    def test_not_tested_is_skipped_with_its_reason(self, sample: etree._Element) -> None:
        skipped = of(sample, "PSC-CIBA").find("skipped")
        assert skipped is not None
        assert "n'annonce pas l'action" in skipped.get("message")

    def test_a_warning_passes_and_says_so(self, sample: etree._Element) -> None:
        element = of(sample, "REPLY-THREAD")
        assert [child.tag for child in element] == ["system-out"]

    def test_passed_says_nothing(self, sample: etree._Element) -> None:
        assert len(of(sample, "SMTP-SEND")) == 0

    def test_masked(self, sample: etree._Element) -> None:
        text = etree.tostring(sample, encoding="unicode")
        for secret in (TOKEN, INS, "ECETINSI", "Pierre-Alain"):
            assert secret not in text

    def test_hostile_strings_stay_text(self, run: RunFolder) -> None:
        record = full_record(run)
        record["cases"].append(
            case(HOSTILE, "failed", [HOSTILE], reason=both(HOSTILE, HOSTILE), rerun=HOSTILE, started=HOSTILE)
        )
        record["started"] = HOSTILE
        record["product"]["name"] = HOSTILE
        root = junit(run.write(record))
        assert root.xpath("//script") == []
        etree.XMLSchema(etree.fromstring(SHAPE)).assertValid(root)

    def test_same_octets(self, sample_path: Path, tmp_path: Path) -> None:
        for name in ("a", "b"):
            write_junit(sample_path, tmp_path / name)
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


class TestJson:
    def test_still_a_run_record(self, sample_path: Path, tmp_path: Path) -> None:
        write_json(sample_path, tmp_path / "out.json")
        schema = json.loads(files("schemas").joinpath("json/run-record-1.json").read_text(encoding="utf-8"))
        Draft202012Validator(schema).validate(json.loads((tmp_path / "out.json").read_bytes()))

    def test_clear_is_the_record_itself_with_sorted_keys(self, sample_path: Path, tmp_path: Path) -> None:
        write_json(sample_path, tmp_path / "out.json", clear=True)
        content = (tmp_path / "out.json").read_bytes()
        record = json.loads(sample_path.read_bytes())
        assert json.loads(content) == record
        assert list(json.loads(content)) == sorted(record)
        assert content.endswith(b"}\n")

    def test_masked_unless_clear(self, sample_path: Path, tmp_path: Path) -> None:
        write_json(sample_path, tmp_path / "out.json")
        text = (tmp_path / "out.json").read_text(encoding="utf-8")
        for secret in (TOKEN, INS, "ECETINSI", "Pierre-Alain"):
            assert secret not in text
        record, masked = json.loads(sample_path.read_bytes()), json.loads(text)
        assert masked["evidence"].keys() == record["evidence"].keys()
        assert masked["tool"] == record["tool"]

    def test_the_order_of_keys_in_the_file_does_not_matter(
        self, sample_path: Path, run: RunFolder, tmp_path: Path
    ) -> None:
        record = json.loads(sample_path.read_bytes())
        turned = dict(reversed(record.items()))
        for piece in record["evidence"]:
            (run.folder / "evidence" / piece).write_bytes(
                (sample_path.parent / "evidence" / piece).read_bytes()
            )
        path = run.folder / "turned.json"
        path.write_text(json.dumps(turned), encoding="utf-8")
        write_json(sample_path, tmp_path / "a")
        write_json(path, tmp_path / "b")
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()

    def test_a_wrong_record_is_refused(self, run: RunFolder) -> None:
        record = full_record(run)
        del record["levels"]
        path = run.write(record)
        for write in (write_json, write_junit):
            with pytest.raises(RecordError, match="'levels' is a required property"):
                write(path, run.folder / "out")


def test_public_names() -> None:
    assert reports.__all__ == ["RecordError", "read_record", "write_html", "write_json", "write_junit"]
