"""Every rule on archives and their metadata: its examples are judged by the checks themselves."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
import xdm_samples as samples

from harness.checks.xdm import check_xdm
from schemas.rules import rules


def said(content: bytes) -> set[str]:
    return {one.rule for one in check_xdm(content).findings}


def test_the_valid_archive_has_nothing_against_it():
    assert said(samples.archive()) == set()


# --- examples that are listings of the archive


LISTINGS = ("XDM-004", "XDM-005", "XDM-008", "XDM-009", "XDM-010", "XDM-011", "XDM-012", "XDM-013",
            "XDM-020", "XDM-021", "XDM-022")  # fmt: skip
STARTS = {"XDM-021": b"PK\x05\x06" + bytes(18), "XDM-022": samples.PDF}


def listing(rule_id: str, text: str) -> bytes:
    base = samples.files()
    names = text.split()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for position, name in enumerate(names):
            # A second entry of the same name is written under another one, then renamed in the octets.
            again = name in names[:position]
            made.writestr(name[:-1] + "~" if again else name, base.get(name, STARTS.get(rule_id, b"<x/>")))
    return out.getvalue().replace(b"DOC0001.XM~", b"DOC0001.XML")


@pytest.mark.parametrize("rule_id", LISTINGS)
def test_listing(rule_id):
    assert rule_id not in said(listing(rule_id, rules()[rule_id].passing))
    assert rule_id in said(listing(rule_id, rules()[rule_id].failing))


# --- examples that are README.TXT or INDEX.HTM

PAGES = {"XDM-014": "README.TXT", "XDM-015": "README.TXT", "XDM-016": "README.TXT", "XDM-017": "INDEX.HTM",
         "XDM-018": "INDEX.HTM", "XDM-023": "INDEX.HTM", "XDM-024": "INDEX.HTM"}  # fmt: skip


@pytest.mark.parametrize("rule_id", PAGES)
def test_page(rule_id):
    def archive(text: str) -> bytes:
        content = b"" if text.startswith("(") else text.strip().replace("\n", "\r\n").encode()
        return samples.zipped({**samples.files(), PAGES[rule_id]: content + b"\r\n"})

    assert rule_id not in said(archive(rules()[rule_id].passing))
    assert rule_id in said(archive(rules()[rule_id].failing))


# --- faults of the zip itself


def flagged(flag: int) -> bytes:
    """The valid archive with a flag raised in every header."""
    content = bytearray(samples.archive())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = content.find(signature)
        while position >= 0:
            content[position + offset] |= flag
            position = content.find(signature, position + 4)
    return bytes(content)


def bomb() -> bytes:
    return samples.zipped({**samples.files(), samples.DOCUMENT: bytes(5_000_000)})


def damaged() -> bytes:
    """The valid archive where the checksum of one document is wrong everywhere."""
    content = samples.archive()
    crc = struct.pack("<I", zlib.crc32(samples.cda()))
    assert content.count(crc) == 2
    return content.replace(crc, b"\x01\x02\x03\x04")


ZIPS = {
    "XDM-001": lambda: samples.archive()[:2000],
    "XDM-002": bomb,
    "XDM-003": lambda: flagged(0x1),
    "XDM-006": damaged,
    "XDM-007": lambda: samples.zipped(samples.files(), zipfile.ZIP_BZIP2),
    "XDM-019": lambda: b"#!/bin/sh\n" + samples.archive(),
}


@pytest.mark.parametrize("rule_id", ZIPS)
def test_zip(rule_id):
    assert rule_id in said(ZIPS[rule_id]())


def test_a_data_descriptor_is_told():
    assert "XDM-019" in said(flagged(0x8))


def test_too_many_entries():
    assert "XDM-002" in said(samples.zipped({f"F{n}": b"" for n in range(5_001)}))


# --- examples that are an element of METADATA.XML

BY_HAND = {"META-001", "META-002", "META-011", "META-012", "META-062", "META-063", "META-064", "META-065",
           "META-066", "META-067", "META-090"}  # fmt: skip
ELEMENTS = sorted(one.id for one in rules().of_family("meta") if one.id not in BY_HAND)


def spoiled(text: str) -> bytes:
    document = samples.cda()
    root = samples.metadata(document)
    samples.replace(root, samples.fragment(text))
    return samples.archive(document=document, meta=samples.text_of(root))


@pytest.mark.parametrize("rule_id", ELEMENTS)
def test_element(rule_id):
    rule = rules()[rule_id]
    assert rule_id not in said(spoiled(rule.passing))
    assert rule_id in said(spoiled(rule.failing))


@pytest.mark.parametrize("rule_id", ["META-001", "META-002"])
def test_root(rule_id):
    assert rule_id in said(samples.archive(meta=rules()[rule_id].failing.strip().encode()))


def test_a_doctype_is_refused():
    meta = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + samples.files()[samples.METADATA].partition(b"?>")[2]
    assert "META-001" in said(samples.archive(meta=meta))


def test_leading_blanks_without_declaration_are_accepted():
    meta = b"   \n" + samples.files()[samples.METADATA].partition(b"?>")[2]
    assert said(samples.archive(meta=meta)) == set()


def test_hash_and_size_of_another_file():
    contents = samples.files()
    contents[samples.DOCUMENT] += b"<!-- changed -->"
    assert said(samples.zipped(contents)) == {"META-011", "META-012"}


def test_the_hash_compares_without_case():
    document = samples.cda()
    root = samples.metadata(document)
    value = next(one for one in root.iter() if one.text and len(one.text.strip()) == 40)
    value.text = value.text.upper()
    assert said(samples.archive(document=document, meta=samples.text_of(root))) == set()


def versioned(rule_id: str, side: str) -> bytes:
    text = getattr(rules()[rule_id], side).strip()
    version = int(text.partition("versionNumber = ")[2][0])
    document = samples.cda(version, samples.RPLC if "RPLC\n" in text + "\n" else "")
    root = samples.metadata(document)
    if "<" in text:
        samples.replace(root, samples.fragment(text))
    return samples.archive(document=document, meta=samples.text_of(root))


@pytest.mark.parametrize("rule_id", ["META-062", "META-063", "META-064", "META-067"])
def test_replacement(rule_id):
    assert said(versioned(rule_id, "passing")) == set()
    assert rule_id in said(versioned(rule_id, "failing"))


def test_a_deletion_repeats_the_document():
    document = samples.cda(2, samples.RPLC)
    root = samples.metadata(document)
    samples.replace(root, samples.fragment(rules()["META-064"].passing.replace(">C<", ">D<")))
    assert said(samples.archive(document=document, meta=samples.text_of(root))) == set()


def test_the_end_of_the_act_is_repeated():
    document = samples.cda()
    root = samples.metadata(document)
    stop = next(one for one in root.iter() if one.get("name") == "serviceStopTime")
    stop.getparent().remove(stop)
    assert said(samples.archive(document=document, meta=samples.text_of(root))) == {"META-090"}


def second_subset(**changes: str) -> bytes:
    """An archive with two subsets; `changes` replaces pieces of the second."""
    contents = samples.files()
    other = contents[samples.METADATA].decode()
    for old, new in changes.items():
        other = other.replace(old, new)
    second = "IHE_XDM/SUBSET02"
    contents[f"{second}/METADATA.XML"] = other.encode()
    contents[f"{second}/DOC0001.XML"] = contents[samples.DOCUMENT]
    return samples.zipped(contents)


def test_two_subsets_differ_in_time_and_ids():
    assert {"META-031", "META-050", "META-065"} <= said(second_subset())


def test_one_patient_in_an_archive():
    other = second_subset(**{samples.INS: "179057512345676"})
    assert "META-066" in said(other)
    assert "META-066" not in said(second_subset())


def test_findings_select_their_node():
    # Given an archive with a fault in each kind of element
    from lxml import etree

    from harness.artefacts.ebxml import NAMESPACES

    for rule_id in ELEMENTS:
        content = spoiled(rules()[rule_id].failing)
        meta = zipfile.ZipFile(io.BytesIO(content)).read(samples.METADATA)
        tree = etree.fromstring(meta)
        # When it is judged / Then each finding has a line and an XPath that selects one node
        for one in check_xdm(content).findings:
            if one.location.part == samples.METADATA:
                assert one.location.line
                assert one.location.xpath, one
                selected = tree.xpath(one.location.xpath, namespaces=NAMESPACES)
                assert len(selected) == 1, (rule_id, one.location.xpath)
