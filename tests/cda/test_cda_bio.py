"""CR-BIO beyond the examples of its rules: each further constraint, broken once."""

# ruff: noqa: E501

from __future__ import annotations

import pytest
from cda_documents import built, changed, replaced, report

from harness.checks.cda import check_cda

LABORATORY = "1.3.6.1.4.1.19376.1.3.3.1.7"
ACT = '//h:section[h:title="Glycémie"]/h:entry/h:act'


def fired(content):
    return {each.rule for each in check_cda(content).findings}


def with_in_act(piece):
    """The report with an element written into the act of its entry, where the schema wants participations."""
    return changed(
        report(),
        '<entryRelationship typeCode="COMP"><procedure',
        f'{piece}<entryRelationship typeCode="COMP"><procedure',
    )


@pytest.mark.parametrize(
    ("xpath", "fragment", "rule"),
    [
        ("//h:responsibleParty", "", "CDA-BIO-034"),
        ("/h:ClinicalDocument/h:versionNumber", '<versionNumber value="2" nullFlavor="UNK"/>', "CDA-BIO-004"),
        ("//h:documentationOf[1]/h:serviceEvent/h:id", "", "CDA-BIO-039"),
        ("//h:documentationOf[1]/h:serviceEvent/h:effectiveTime/h:high", "", "CDA-BIO-039"),
        ("//h:documentationOf[1]/h:serviceEvent/lab:statusCode", "", "CDA-BIO-039"),
        ("//h:serviceEvent/h:performer/h:templateId", "", "CDA-BIO-040"),
        ('//h:organizer/h:component/h:observation/h:code[@code="69764-9"]', '<code code="1-8" codeSystem="2.16.840.1.113883.6.1"/>', "CDA-BIO-030"),
        ('//h:observation[h:code/@code="69764-9"]/h:statusCode', '<statusCode code="active"/>', "CDA-BIO-030"),
    ],
)  # fmt: skip
def test_a_constraint_of_the_model_is_seen(xpath, fragment, rule):
    assert rule not in fired(report())
    assert rule in fired(replaced(report(), xpath, fragment))


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('<specimen typeCode="SPC">', '<specimen typeCode="PRD">', "CDA-BIO-021"),
        ('<specimenRole classCode="SPEC">', '<specimenRole classCode="PAT">', "CDA-BIO-021"),
        ('<observationMedia classCode="OBS" moodCode="EVN"', '<observationMedia classCode="OBS" moodCode="RQO"', "CDA-BIO-030"),
        ('<templateId root="1.2.250.1.213.1.1.3.21"/><act classCode="ACT"', '<templateId root="1.2.250.1.213.1.1.3.21"/><act classCode="CTTEVENT"', "CDA-BIO-015"),
    ],
)  # fmt: skip
def test_classes_and_moods_are_those_of_the_model(old, new, rule):
    assert rule in fired(changed(report(), old, new))


def test_a_reception_is_known_by_its_code():
    ids = '<templateId root="1.3.6.1.4.1.19376.1.3.1.3"/><templateId root="1.2.250.1.213.1.1.3.107"/>'
    without = changed(report(), ids, "")
    undated = replaced(without, '//h:act[h:code/@code="SPRECEIVE"]/h:effectiveTime', "")

    assert "CDA-BIO-019" not in fired(without)
    assert "CDA-BIO-019" in fired(undated)


def test_a_specimen_is_received_once():
    content = report().decode()
    start = content.index(
        '<entryRelationship typeCode="COMP"><act classCode="ACT" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.3.1.3"/>'
    )
    piece = content[start : content.index("</entryRelationship>", start) + len("</entryRelationship>")]

    assert "CDA-BIO-017" in fired(content.replace(piece, piece + piece).encode())


PERFORMER = (
    f'<performer typeCode="PRF"><templateId root="{LABORATORY}"/><time value="20260105100000+0100"/><assignedEntity>'
    '<id root="1.2.250.1.71.4.2.1" extension="899700218896"/><addr><city>PARIS</city></addr>'
    '<telecom value="tel:0102030405"/></assignedEntity></performer>'
)


def test_the_laboratory_of_an_act_is_described():
    assert fired(with_in_act(PERFORMER)) == set()
    assert fired(with_in_act(PERFORMER.replace('<time value="20260105100000+0100"/>', ""))) == {"CDA-BIO-045"}
    assert fired(with_in_act(PERFORMER.replace(f'<templateId root="{LABORATORY}"/>', ""))) == {"CDA-BIO-040"}


SUBJECT = (
    '<subject typeCode="SBJ"><templateId root="1.3.6.1.4.1.19376.1.3.3.1.2.1"/><relatedSubject>'
    '<code nullFlavor="OTH"><originalText>Eau</originalText></code><addr><city>PARIS</city></addr></relatedSubject></subject>'
)


@pytest.mark.parametrize(
    ("old", "new", "seen"),
    [
        ("Eau", "Eau", False),
        ("1.2.1", "1.3.1", False),
        ("1.2.1", "1.2.9", True),
        ('<code nullFlavor="OTH"><originalText>Eau</originalText></code>', "", True),
        ("<addr><city>PARIS</city></addr>", "<addr><city>A</city></addr><addr><city>B</city></addr>", True),
        (' typeCode="SBJ"', "", True),
    ],
)
def test_a_non_human_subject_is_described(old, new, seen):
    assert ("CDA-BIO-044" in fired(with_in_act(SUBJECT.replace(old, new)))) is seen


def test_a_copy_section_holds_the_copy():
    organizer = '//h:organizer[h:templateId/@root="1.2.250.1.213.1.1.3.18"]'

    assert "CDA-BIO-011" in fired(replaced(report(), organizer, ""))


def test_a_built_report_of_each_seed_has_every_participation():
    for seed in range(5):
        assert fired(built("BIO-CR-BIO", seed)) == set()
