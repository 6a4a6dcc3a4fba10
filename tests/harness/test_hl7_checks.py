"""HL7 v2: each rule on its own examples, the official samples, answers beside requests, hostile octets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.artefacts.hl7 import Hl7Error, document_of, is_hl7, read_hl7
from harness.checks.hl7 import check_answer, check_hl7
from harness.findings import Severity
from schemas.rules import rules

SAMPLES = Path(__file__).parents[2].parent / "shared" / "examples" / "hl7"
BY_EXAMPLE = [f"HL7-{number:03}" for number in (*range(1, 6), *range(7, 35), *range(40, 46), *range(49, 53))]
GOOD = rules()["HL7-001"].passing.strip()
ACK = rules()["HL7-040"].passing.strip()


def said(text: str | bytes) -> list[str]:
    octets = text if isinstance(text, bytes) else text.strip().replace("\n", "\r").encode()
    return [one.rule for one in check_hl7(octets).findings]


@pytest.mark.parametrize("rule_id", BY_EXAMPLE)
def test_examples(rule_id):
    assert said(rules()[rule_id].passing) == []
    assert set(said(rules()[rule_id].failing)) == {rule_id}


def test_the_character_set_is_that_of_the_octets():
    text = GOOD.replace("LOUISE", "HÉLÈNE").replace("\n", "\r")
    assert said(text.encode()) == []
    assert said(text.encode("iso8859-15")) == ["HL7-006"]
    assert said(text.replace("UNICODE UTF-8", "8859/15").encode("iso8859-15")) == []


def test_a_finding_names_segment_field_and_component():
    (found,) = check_hl7(rules()["HL7-022"].failing.strip().encode()).findings
    assert (found.location.xpath, found.location.line) == ("OBX(9)-5.1", 18)


def test_the_document_comes_out():
    assert check_hl7(GOOD.encode()).document == b'<ClinicalDocument xmlns="urn:hl7-org:v3"/>'


def test_framing_line_ends_and_blanks_change_nothing():
    assert said(b"\x0b" + GOOD.replace("\n", "\r").encode() + b"\r\x1c\r") == []
    assert said(GOOD.replace("\n", "\r\n").encode()) == []
    assert said(GOOD.replace("2.1^CISIS", "2.1^ CISIS")) == []


def test_a_second_component_of_txa_12_is_passed_over():
    assert said(GOOD.replace("DOC1^^1.2.250.1.999.1^ISO", "1.2.250.1.999.1^CH-B")) == []


def test_z_segments_of_a_site_are_passed_over():
    assert said(GOOD + "\nZBE|1") == []


def test_other_separators():
    text = GOOD.replace("&", "$").replace("|", "!")
    assert said(text) == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda a: a, []),
        (lambda a: a.replace("MSA|AA|M-1", "MSA|AA|M-2"), ["HL7-046"]),
        (lambda a: a.replace("ACK^T02^ACK", "ACK^T10^ACK"), ["HL7-047"]),
        (lambda a: a.replace("|2.6|", "|2.5|"), ["HL7-047"]),
        (lambda a: a.replace("PFI-B|CH-B|SIL-A|LABO-A", "SIL-A|LABO-A|PFI-B|CH-B"), ["HL7-048"] * 4),
        (lambda a: a.replace("|P|", "|T|"), ["HL7-048"]),
    ],
)
def test_an_answer_beside_its_request(change, rule):
    answer = ACK.replace("SIL-A|LABO-A|PFI-B|CH-B", "PFI-B|CH-B|SIL-A|LABO-A")
    found = check_answer(read_hl7(change(answer).encode()), read_hl7(GOOD.encode()))
    assert [one.rule for one in found] == rule


def made_whole(octets: bytes) -> bytes:
    """Give back its end to the OBX that the copy of the sample cut at 2,500 characters."""
    status = {b"NW": b"F", b"RO": b"C", b"CA": b"D"}
    order = re.search(rb"ORC\|(\w\w)", octets)
    lines = re.split(rb"\r\n|\r|\n", octets)
    return b"\r".join(
        line[: 2500 - (len(line.rpartition(b"^")[2]) % 4)] + b"||||||" + status[order[1]] + b"|"
        if len(line) == 2500 and order
        else line
        for line in lines
    )


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="official samples are not beside the project")
@pytest.mark.parametrize(
    ("name", "warnings"),
    [
        ("lps_ACK.er7", set()),
        ("tx_ACK.er7", set()),
        ("lps_MDM_init.er7", {"HL7-033"}),
        ("lps_MDM_delete.er7", {"HL7-033"}),
        ("tx_MDM_init.er7", {"HL7-023"}),
        ("tx_MDM_replace.er7", set()),
        ("tx_MDM_delete.er7", set()),
        ("tx_ORU_init.hl7", {"HL7-028", "HL7-034"}),
    ],
)
def test_official_samples_give_no_error_and_the_warnings_known(name, warnings):
    found = check_hl7(made_whole((SAMPLES / name).read_bytes())).findings
    assert [one for one in found if one.severity is Severity.ERROR] == []
    assert {one.rule for one in found} == warnings


@given(st.binary(max_size=400))
def test_any_octets_are_a_message_or_a_clear_error(octets):
    try:
        message = read_hl7(b"MSH" + octets)
    except Hl7Error as error:
        assert error.fr
        assert error.en
    else:
        for segment in message.segments:
            document_of(segment)
    check_hl7(octets)
    is_hl7(octets)


@given(st.integers(0, len(GOOD) - 1), st.characters(codec="utf-8"))
def test_any_change_of_a_message_is_judged(at, character):
    check_hl7((GOOD[:at] + character + GOOD[at + 1 :]).encode())
