"""Published data of the rules on documents: value sets, models, units, LOINC numbers, base64 payloads."""

from __future__ import annotations

import base64
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from cda_documents import changed, report
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from harness.checks.cda import check_cda
from harness.checks.cda.datatypes import is_loinc
from harness.checks.cda.nodes import moment
from harness.checks.cda.payload import PayloadError, decoded, of_type
from harness.checks.cda.ucum import is_unit
from schemas.models import ROOT, Depth, models
from schemas.valuesets import UnknownValueSetError, value_set

SETS = {
    "JDV_J01_XdsAuthorSpecialty": 391,
    "JDV_J02_XdsHealthcareFacilityTypeCode": 69,
    "JDV_J04_XdsPracticeSettingCode": 12,
    "JDV_J07_XdsTypeCode": 114,
    "JDV_J11_RelationPatient": 37,
    "JDV_J140_EncounterParticipationType": 6,
    "JDV_J141_RoleClass": 2,
    "JDV_J142_TypeRencontre": 8,
    "JDV_J143_AdministrativeGender": 3,
    "JDV_J144_ParticipationType": 7,
    "JDV_J245_Civilite": 2,
    "JDV_J246_Titre": 6,
    "JDV_J47_FunctionCode": 10,
    "JDV_HL7_ObservationInterpretation": 39,
    "JDV_HL7_SpecimenType": 334,
}


@pytest.mark.parametrize("name", SETS)
def test_a_value_set_is_whole_and_sourced(name):
    codes = value_set(name)

    assert sum(len(each) for each in codes.codes.values()) >= SETS[name]
    assert re.fullmatch(r"\d+(\.\d+)+", codes.oid)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", codes.version)
    assert codes.source
    assert all(label for each in codes.codes.values() for label in each.values())


def test_a_code_belongs_with_its_system():
    types = value_set("JDV_J07_XdsTypeCode")

    assert types.holds("11502-2", "2.16.840.1.113883.6.1")
    assert not types.holds("11502-2", "1.2.250.1.213.1.1.4.12")
    assert not types.holds(None, None)
    assert types.systems_of("11502-2") == ("2.16.840.1.113883.6.1",)
    with pytest.raises(UnknownValueSetError):
        value_set("JDV_J999")


def test_the_table_of_models_is_coherent():
    types = value_set("JDV_J07_XdsTypeCode")

    assert len(models()) >= 45
    for root, model in models().items():
        assert root.startswith(ROOT)
        assert all(types.systems_of(code) for code in model.codes), model.name
        assert all(each.templates and each.least >= 0 for each in model.sections)
    assert [model.name for model in models().values() if model.depth is Depth.FULL] == ["BIO-CR-BIO"]


UNITS = "mmol/L g/dL 10*9/L 10*3/uL mm[Hg] {tbl} % m[IU]/L mL/min/{1.73_m2} ug/(24.h) Cel kg/m2 /min 1 ukat/L"


@pytest.mark.parametrize("unit", UNITS.split())
def test_units_of_ucum(unit):
    assert is_unit(unit)


@pytest.mark.parametrize(
    "unit", ["", "mmole/L", "mg/dl x", "ML/", "mg//L", "µg/L", "(mg", "foo", "mEq/L", "a" * 99]
)
def test_what_is_no_unit(unit):
    assert not is_unit(unit)


@pytest.mark.parametrize("code", ["11502-2", "55108-5", "2345-7", "48767-8", "18719-5", "34133-9"])
def test_loinc_numbers(code):
    assert is_loinc(code)
    assert not is_loinc(code[:-1] + str((int(code[-1]) + 1) % 10))


def test_what_is_no_loinc_number():
    assert not any(map(is_loinc, ("", "11502", "11502-22", "A1502-2", "²-2")))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("20260105101500+0100", "2026-01-05T09:15:00+00:00"),
        ("2026", "2026-01-01T00:00:00+00:00"),
        ("20240229", "2024-02-29T00:00:00+00:00"),
        ("20230229", None),
        ("20261301", None),
        ("20260105250000", None),
        ("", None),
        ("hier", None),
    ],
)
def test_moments(value, expected):
    found = moment(value)

    assert (found.isoformat() if found else None) == expected


@given(st.text(max_size=30))
def test_readers_of_values_never_raise(text):
    moment(text)
    is_unit(text)
    is_loinc(text)


def test_payloads():
    def element(text):
        made = etree.Element("text")
        made.text = text
        return made

    pdf = b"%PDF-1.4\n%%EOF"
    assert decoded(element(base64.encodebytes(pdf).decode())) == pdf
    of_type(pdf, "application/pdf")
    of_type(b"whatever", "text/plain")
    for wrong in ("", "  \n", "JVBE*", "JVBER"):
        with pytest.raises(PayloadError):
            decoded(element(wrong))
    for content, kind in (
        (b"<html>", "application/pdf"),
        (b"%PDF-1.4", "application/pdf"),
        (pdf, "image/png"),
    ):
        with pytest.raises(PayloadError):
            of_type(content, kind)


def test_threads_share_the_schema():
    good, bad = report(), changed(report(), "<setId", "<blob/><setId")

    with ThreadPoolExecutor(4) as pool:
        verdicts = list(pool.map(check_cda, [good, bad] * 20))

    assert [len(each.findings) for each in verdicts] == [0, 1] * 20


def test_a_report_of_2021_needs_no_copy_and_has_its_own_list_of_sections():
    old = changed(report(), 'extension="2024.01"', 'extension="2021.01"')

    assert {each.rule for each in check_cda(old).findings} == {"CDA-BIO-006"}


@pytest.mark.parametrize("number", [4_500, 60_000])
@pytest.mark.parametrize(
    ("place", "piece"),
    [
        ("<city>PARIS</city>", "<city>A</city>"),
        ('<family qualifier="BR">', '<family qualifier="BR">A</family>'),
        ('<templateId root="1.3.6.1.4.1.19376.1.3.1.6"/>', '<templateId root="1.3.6.1.4.1.19376.1.3.1.6"/>'),
        ('<content ID="glucose">', '<content ID="glucose"/>'),
        ("<setId", "<blob/>"),
        ('<low value="3.9"', '<low value="1" foo="bar"/>'),
        ("<component><section>", '<component foo="bar"><section foo="bar"/></component>'),
    ],
)
def test_a_very_wide_document_takes_time_in_proportion(place, piece, number):
    content = report().replace(place.encode(), (piece * number + place).encode(), 1)

    started = time.perf_counter()
    verdict = check_cda(content)

    assert time.perf_counter() - started < 10
    assert (verdict.depth is None) == (number > 5_000)
    assert verdict.depth is not None or [each.rule for each in verdict.findings] == ["CDA-005"]
