"""What the table says of other models, on documents that the builders made, then broken at one place each."""

from __future__ import annotations

from copy import deepcopy

import pytest
from cda_documents import built, built_with, changed, of_model, replaced, report
from lxml import etree

from harness.checks.cda import Depth, check_cda
from schemas.models import entries, models
from schemas.rules import rules
from schemas.valuesets import value_set
from simulators.documents import MODELS, MORE_MODELS

ROOT = "1.2.250.1.213.1.1.1."
HL7 = "{urn:hl7-org:v3}"
BUILT = [model.name for model in (*MODELS, *MORE_MODELS)]


def found(content, rule):
    return [each.expected for each in check_cda(content).findings if each.rule == rule]


def fired(content):
    return {each.rule for each in check_cda(content).findings}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", BUILT)
def test_what_the_builders_make_has_no_finding(name, seed):
    verdict = check_cda(built(name, seed))

    assert [(each.rule, each.found) for each in verdict.findings] == []
    assert verdict.depth is (Depth.FULL if name == "BIO-CR-BIO" else Depth.GENERIC)


SECTIONS = [
    (model.name, section.name, template)
    for model in models().values()
    if model.name in BUILT
    for section in model.sections
    if section.least and not section.one_kind
    for template in section.templates
]


@pytest.mark.parametrize(("name", "section", "template"), SECTIONS)
def test_each_section_that_a_model_demands_is_missed(name, section, template):
    content = built(name)
    root = etree.fromstring(content)
    for each in root.iter(f"{HL7}templateId"):
        if each.get("root") == template:
            each.set("root", "1.2.250.1.213.1.1.2.999")

    missed = found(etree.tostring(root), "CDA-M-004")

    assert len(missed) == 1
    assert section in missed[0]


@pytest.mark.parametrize(
    "name", ["VSM", "LDL-EES", "DLU-EHPAD-FLUDT", "eDISP-MED", "CSE-CS8", "BIO-TROD", "LDL-SES"]
)
def test_the_table_knows_a_model_in_depth(name):
    model = next(each for each in models().values() if each.name == name)

    assert model.sections
    assert model.demands
    assert model.system


def test_every_demand_names_a_rule_on_models():
    known = {rule.id for rule in rules()}
    for demands in (entries(), *(model.demands for model in models().values())):
        for demand in demands:
            assert demand.rule in known
            assert demand.rule.startswith("CDA-M-")
            assert demand.needs
            for need in demand.needs:
                assert need.least or need.most is not None or need.filled or value_set(need.value_set).codes


@pytest.mark.parametrize(
    ("name", "code"),
    [("VSM", "34117-2"), ("LDL-EES", "IMP"), ("DLU-EHPAD-FLUDT", "28651-8"), ("eDISP-MED", "60593-1")],
)
def test_an_act_has_the_code_of_its_model(name, code):
    content = replaced(
        built(name),
        "//h:serviceEvent/h:code",
        '<code code="11429006" codeSystem="2.16.840.1.113883.6.96" displayName="consultation"/>',
    )

    assert len(found(content, "CDA-M-006")) == 1
    assert code in found(content, "CDA-M-006")[0]


def test_the_act_of_the_model_may_stand_beside_others():
    content = built("VSM").replace(
        b"<documentationOf>",
        b'<documentationOf><serviceEvent><code code="1" codeSystem="1.2.3"/></serviceEvent></documentationOf>'
        b"<documentationOf>",
        1,
    )

    assert found(content, "CDA-M-006") == []


@pytest.mark.parametrize("name", ["VSM", "BIO-TROD", "CSE-CS8"])
def test_the_type_has_the_system_and_label_of_its_model(name):
    root = etree.fromstring(built(name))
    code = root.find(f"{HL7}code")
    code.set("codeSystem", "1.2.3.4")
    assert "CDA-M-002" in fired(etree.tostring(root))

    root = etree.fromstring(built(name))
    root.find(f"{HL7}code").set("displayName", "Autre")
    assert ("CDA-M-002" in fired(etree.tostring(root))) is (name == "BIO-TROD")


@pytest.mark.parametrize("name", ["eDISP-MED", "CSE-CS8", "BIO-TROD", "eP-MED-DM", "IMG-CR-IMG"])
def test_each_parent_templateid_is_missed(name):
    model = next(each for each in models().values() if each.name == name)
    for template in model.templates:
        content = replaced(built(name), f'/h:ClinicalDocument/h:templateId[@root="{template}"]', "")
        assert len(found(content, "CDA-M-003")) == 1


def test_a_rapid_test_is_done_as_screening():
    content = built("BIO-TROD")

    assert len(found(changed(content, 'code="DEPISTAGE"', 'code="AMBULATOIRE"'), "CDA-M-006")) == 1
    assert len(found(replaced(content, "//h:serviceEvent/h:code", ""), "CDA-M-006")) == 1
    assert len(found(replaced(content, "//h:serviceEvent/h:performer", ""), "CDA-M-006")) == 1


@pytest.mark.parametrize(
    ("name", "xpath", "rule"),
    [
        ("LDL-SES", "//h:patient/h:birthTime", "CDA-M-010"),
        ("LDL-EES", "//h:patient/h:birthTime", "CDA-M-010"),
        ("LDL-EES", "//h:serviceEvent/h:effectiveTime", "CDA-M-010"),
        ("DLU-EHPAD-FLUDT", "//h:serviceEvent/h:effectiveTime", "CDA-M-010"),
        ("eP-MED-DM", "//h:patientRole/h:addr", "CDA-M-010"),
        ("eP-MED-DM", "//h:author/h:assignedAuthor/h:code", "CDA-M-010"),
        ("eP-MED-DM", "//h:author//h:representedOrganization/h:id", "CDA-M-010"),
        ("eP-MED-DM", "//h:author//h:representedOrganization/h:name", "CDA-M-010"),
        ("eP-MED-DM", "//h:serviceEvent/h:effectiveTime/h:high", "CDA-M-006"),
        ("eP-MED-DM", "//h:substanceAdministration/h:entryRelationship[h:observation]", "CDA-M-005"),
        ("IMG-CR-IMG", "//h:order/h:id", "CDA-M-007"),
        ("IMG-CR-IMG", '//h:component[h:section/h:templateId/@root="1.2.250.1.213.1.1.2.217"]', "CDA-M-012"),
        ("IMG-CR-IMG", "//h:procedure/h:targetSiteCode", "CDA-M-016"),
        ("IMG-CR-IMG", "//h:act/h:code/h:qualifier", "CDA-M-016"),
        ("eDISP-MED", "//h:supply/h:text", "CDA-M-017"),
        ("eDISP-MED", "//h:supply/h:product", "CDA-M-017"),
        ("eDISP-MED", "//h:supply//h:substanceAdministration/h:code", "CDA-M-017"),
        ("BIO-TROD", "//h:section/h:entry", "CDA-M-012"),
        ("BIO-TROD", "//h:act/h:entryRelationship", "CDA-M-012"),
        ("CSE-CS8", "//h:patientRole/h:addr/h:postalCode", "CDA-M-018"),
        ("CSE-CS8", "//h:section/h:subject", "CDA-M-018"),
        ("CSE-CS8", "//h:performer/h:assignedEntity/h:code", "CDA-M-018"),
        ("VSM", "/h:ClinicalDocument/h:participant", "CDA-M-011"),
    ],
)  # fmt: skip
def test_what_a_model_demands_is_missed_when_it_is_taken_away(name, xpath, rule):
    content = replaced(built(name), xpath, "")

    assert rule in fired(content)


def test_a_dispensation_without_a_line_is_empty():
    root = etree.fromstring(built("eDISP-MED"))
    for entry in list(root.iter(f"{HL7}entry")):
        entry.getparent().remove(entry)

    assert "CDA-M-012" in fired(etree.tostring(root))


def test_the_moment_of_a_transfer_is_known():
    content = replaced(
        built("DLU-EHPAD-FLUDT"), "//h:serviceEvent/h:effectiveTime/h:low", '<low nullFlavor="UNK"/>'
    )

    assert "CDA-M-010" in fired(content)
    assert "CDA-M-010" not in fired(
        replaced(built("LDL-EES"), "//h:serviceEvent/h:effectiveTime/h:low", '<low nullFlavor="UNK"/>')
    )


@pytest.mark.parametrize("fact", ["13", "14", "15", "34"])
def test_each_fact_of_a_device_is_missed(fact):
    content = built_with("eP-MED-DM", "1.2.250.1.213.1.1.2.222")
    facts = (
        f'//h:supply/h:entryRelationship[h:observation/h:templateId/@root="1.2.250.1.213.1.1.3.48.{fact}"]'
    )

    assert "CDA-M-014" not in fired(content)
    assert "CDA-M-014" in fired(replaced(content, facts, ""))


def test_a_drug_may_bear_the_template_of_a_device_elsewhere():
    # 2.16.840.1.113883.10.20.1.34 is any supply; only those of the device section have the four facts.
    assert "CDA-M-014" not in fired(built("eDISP-MED"))


@pytest.mark.parametrize(("exempt", "expected"), [("1", False), ("5", False), ("6", True)])
def test_events_with_their_own_templateid_have_their_own_code(exempt, expected):
    root = etree.fromstring(built("LDL-SES"))
    event = next(
        each for each in root.iter(f"{HL7}observation") if each.find(f"{HL7}code").get("code") == "ORG-070"
    )
    event.find(f"{HL7}code").set("code", "MED-999")
    for template in event.findall(f"{HL7}templateId"):
        if template.get("root") == "1.2.250.1.213.1.1.3.48.6":
            template.set("root", f"1.2.250.1.213.1.1.3.48.{exempt}")

    assert ("CDA-M-013" in fired(etree.tostring(root))) is expected


@pytest.mark.parametrize(
    ("version", "copy_asked"), [("2022.01", False), ("2023.01", False), ("2024.01", True)]
)
def test_the_copy_is_demanded_since_2024(version, copy_asked):
    content = changed(built("eP-MED-DM"), 'extension="2024.01"', f'extension="{version}"')
    content = content.replace(b'<templateId root="1.2.250.1.213.1.1.2.243"/>', b"")

    assert bool(found(content, "CDA-M-004")) is copy_asked


def test_one_section_of_a_kind_is_enough():
    content = built_with("eP-MED-DM", "1.2.250.1.213.1.1.2.222")
    without = content.replace(b'root="1.2.250.1.213.1.1.2.171"', b'root="1.2.250.1.213.1.1.2.999"')
    neither = without.replace(b'root="1.2.250.1.213.1.1.2.222"', b'root="1.2.250.1.213.1.1.2.998"')

    assert found(without, "CDA-M-004") == []
    assert len(found(neither, "CDA-M-004")) == 1


def test_one_section_too_many_is_seen():
    # The copy of the PDF is allowed once in a prescription.
    content = of_model(ROOT + "39").decode()
    copy = content[content.index('<component><section><templateId root="1.2.250.1.213.1.1.2.243"/>') :]
    copy = copy[: copy.index("</structuredBody>")]
    doubled = content.replace(copy, copy + copy.replace('ID="', 'ID="x')).encode()

    assert not any("Copie" in each for each in found(content.encode(), "CDA-M-004"))
    assert any("Copie" in each for each in found(doubled, "CDA-M-004"))


def test_an_optional_section_is_there_once_at_most():
    root = etree.fromstring(built("IMG-CR-IMG"))
    results = next(
        each.getparent().getparent()
        for each in root.iter(f"{HL7}templateId")
        if each.get("root") == "1.2.250.1.213.1.1.2.208"
    )
    results.addnext(deepcopy(results))

    assert len(found(etree.tostring(root), "CDA-M-004")) == 1


def test_a_catalogue_belongs_to_each_act():
    # Two acts have two catalogues: counted in each act, not in the document.
    content = built_with("IMG-CR-IMG", "examen-2")

    assert fired(content) == set()


def test_the_copy_section_has_its_form_in_every_model():
    content = changed(built("eP-MED-DM"), "<title>Copie du document</title>", "<title>PDF</title>")

    assert "CDA-BIO-011" in fired(content)


@pytest.mark.parametrize(
    ("version", "rule_ids"),
    [
        ("2021.01", {"CDA-BIO-006"}),
        ("2023.01", set()),
        ("2024.01", set()),
    ],
)
def test_the_sections_of_a_laboratory_report_are_those_of_its_version(version, rule_ids):
    content = changed(report(), 'extension="2024.01"', f'extension="{version}"')

    assert fired(content) == rule_ids
    without = replaced(content, "//h:structuredBody/h:component[2]", "")
    assert fired(without) == ({"CDA-BIO-010"} if version == "2024.01" else set())


@pytest.mark.parametrize(("version", "seen"), [("2021.01", True), ("2023.01", False), ("2024.01", False)])
def test_a_local_result_code_is_allowed_since_2023(version, seen):
    content = changed(report(), 'extension="2024.01"', f'extension="{version}"')
    content = changed(
        content, 'code="2345-7" codeSystem="2.16.840.1.113883.6.1"', 'code="GLU" codeSystem="1.2.3"'
    )

    assert ("CDA-BIO-024" in fired(content)) is seen


@pytest.mark.parametrize(
    ("name", "xpath", "element"),
    [
        ("LDL-SES", '//h:observation[h:code/@code="ORG-074"]/h:value', "value"),
        ("IMG-CR-IMG", "//h:serviceEvent/h:code/h:translation", "translation"),
        ("IMG-CR-IMG", "//h:procedure/h:methodCode", "methodCode"),
        ("DLU-EHPAD-FLUDT", '//h:observation/h:code[@code="Q021003"]', "code"),
    ],
)
def test_codes_are_of_the_value_set_of_the_model(name, xpath, element):
    root = etree.fromstring(built(name))
    coded = root.xpath(xpath, namespaces={"h": HL7.strip("{}")})[0]
    coded.set("code", "INCONNU")

    findings = [each for each in check_cda(etree.tostring(root)).findings if each.rule == "CDA-M-019"]

    assert len(findings) == 1
    assert element in findings[0].location.xpath


def test_a_code_that_is_not_known_yet_may_be_null():
    value = '<value xsi:type="CD" nullFlavor="UNK"/>'
    content = replaced(built("LDL-SES"), '//h:observation[h:code/@code="ORG-074"]/h:value', value)

    assert "CDA-M-019" not in fired(content)


@pytest.mark.parametrize(
    ("name", "xpath"),
    [
        ("LDL-SES", '//h:observation[h:code/@code="ORG-070"]/h:text'),
        ("LDL-SES", '//h:observation[h:code/@code="ORG-070"]/h:effectiveTime'),
        ("eP-MED-DM", '//h:substanceAdministration/h:templateId[@root="2.16.840.1.113883.10.20.1.24"]'),
        ("eP-MED-DM", "//h:manufacturedMaterial/h:name"),
        ("VSM", "//h:act/h:statusCode"),
        ("VSM", '//h:observation/h:templateId[@root="2.16.840.1.113883.10.20.1.28"]'),
        ("VSM", '//h:observation[h:templateId/@root="1.3.6.1.4.1.19376.1.5.3.1.4.5"]/h:value'),
        ("DLU-EHPAD-FLUDT", "//h:organizer/h:effectiveTime"),
        ("DLU-EHPAD-FLUDT", '//h:observation/h:templateId[@root="2.16.840.1.113883.10.20.1.31"]'),
        ("DLU-EHPAD-FLUDT", "//h:procedure/h:text"),
        ("CSE-CS8", "//h:substanceAdministration/h:effectiveTime"),
        ("eDISP-MED", "//h:supply/h:id"),
    ],
)  # fmt: skip
def test_an_entry_holds_what_its_templateid_promises(name, xpath):
    content = built(name)

    assert "CDA-M-020" not in fired(content)
    assert "CDA-M-020" in fired(replaced(content, xpath, ""))


@pytest.mark.parametrize(
    ("name", "parent"),
    [
        ("LDL-EES", "1.3.6.1.4.1.19376.1.5.3.1.3.13"),
        ("VSM", "1.3.6.1.4.1.19376.1.5.3.1.3.19"),
        ("eDISP-MED", "1.3.6.1.4.1.19376.1.9.1.3.4"),
        ("CSE-CS8", "1.3.6.1.4.1.19376.1.5.3.1.4.12"),
        ("eP-MED-DM", "1.3.6.1.4.1.19376.1.9.1.2.1"),
    ],
)
def test_a_french_templateid_stands_beside_the_one_that_it_derives_from(name, parent):
    content = replaced(built(name), f'//h:templateId[@root="{parent}"]', "")

    assert parent in " ".join(found(content, "CDA-M-020"))
