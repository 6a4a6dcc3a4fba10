"""Acknowledgements and HL7 v2 messages among what `mssante check` recognises and judges."""

from __future__ import annotations

import base64
import json
import random

import pytest

from harness.checking.judging import judge
from harness.checking.kinds import Kind, recognise
from harness.cli import run_command_line
from schemas.rules import rules
from simulators.clock import SimulatedClock
from simulators.documents import CR_BIO, DocumentFactory

MDN = rules()["MDN-001"].passing
KO = rules()["MDN-021"].passing
HL7 = rules()["HL7-001"].passing.strip()


@pytest.mark.parametrize(
    ("octets", "kind"),
    [
        (MDN.encode(), Kind.MDN),
        (KO.encode(), Kind.MAIL),
        (HL7.encode(), Kind.HL7),
        (b"\x0b" + HL7.replace("\n", "\r").encode() + b"\r\x1c\r", Kind.HL7),
        (b"MSHuttle: a mail field\nSubject: x\n\ny", Kind.MAIL),
    ],
)
def test_they_are_recognised(octets, kind):
    assert recognise(octets) is kind


def test_an_acknowledgement_is_not_taken_for_documents():
    for text, kind in ((MDN, Kind.MDN), (KO, Kind.MAIL)):
        found = {
            one.rule.partition("-")[0] for one in judge(text.replace("\n", "\r\n").encode(), kind).findings
        }
        assert not found & {"DOC", "XDM", "META", "CDA", "MDN"}


def test_what_is_said_to_be_an_acknowledgement_has_to_be_one():
    ordinary = b"From: a@b.mssante.fr\r\nSubject: x\r\n\r\ny\r\n"
    assert [one.rule for one in judge(ordinary, Kind.MDN).findings] == ["MDN-001"]


def test_the_document_in_a_message_is_judged_in_its_place():
    factory = DocumentFactory(random.Random(3), SimulatedClock())
    whole = factory.of_model(CR_BIO).content
    stand_in = HL7.split("^Base64^")[1].split("|")[0]
    for content, verdict in ((whole, "passed"), (whole.replace(b"<typeId ", b"<typeID "), "failed")):
        message = HL7.replace(stand_in, base64.b64encode(content).decode())
        judgement = judge(message.encode(), Kind.HL7)
        assert judgement.verdict == verdict
        assert all((one.location.part or "").startswith("OBX(1)-5.5") for one in judgement.findings)


def test_on_the_command_line(tmp_path, capsys):
    (tmp_path / "a.eml").write_bytes(MDN.replace("\n", "\r\n").encode())
    (tmp_path / "b.er7").write_bytes(HL7.replace("|FRA|", "|FR|").encode())
    assert run_command_line(["check", str(tmp_path), "--format", "jsonl"]) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["kind"], one["verdict"]) for one in lines] == [("mdn", "passed"), ("hl7", "failed")]
    (found,) = [one for one in lines[1]["findings"] if "part" not in one["location"]]
    assert (found["rule"], found["location"]["xpath"]) == ("HL7-004", "MSH(1)-17")
    assert run_command_line(["check", str(tmp_path), "--format", "jsonl", "--as", "hl7"]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 1
