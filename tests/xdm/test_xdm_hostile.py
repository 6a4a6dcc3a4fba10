"""Hostile archives: a verdict in bounded time and memory, never a crash."""

from __future__ import annotations

import io
import random
import time
import tracemalloc
import zipfile

import pytest
import xdm_samples as samples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.artefacts.cda_header import read_header
from harness.artefacts.ebxml import MetadataError, read_metadata
from harness.artefacts.xdm import XdmArchive, holds_xdm
from harness.checks.xdm import MAX_FINDINGS, check_xdm
from harness.checks.xdm.datatypes import cx_faults, instant, is_dtm, xcn_faults, xon_faults

GOOD = samples.archive()
META = samples.files()[samples.METADATA]
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(st.binary(max_size=400))
def test_any_octets(content):
    check_xdm(content)
    check_xdm(b"PK\x03\x04" + content)
    holds_xdm(content)
    read_header(content)


@quick
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8), st.booleans())
def test_any_octets_changed_in_an_archive(position, replaced, cut):
    spoiled = GOOD[:position] if cut else GOOD[:position] + replaced + GOOD[position + len(replaced) :]
    verdict = check_xdm(spoiled)
    if cut:
        assert verdict.findings


@quick
@given(st.integers(0, len(META) - 1), st.binary(min_size=0, max_size=6), st.integers(0, 40))
def test_any_octets_changed_in_the_metadata(position, replaced, removed):
    meta = META[:position] + replaced + META[position + removed :]
    try:
        read_metadata(meta)
    except MetadataError as error:
        assert str(error)
    check_xdm(samples.archive(meta=meta))


@quick
@given(st.dictionaries(st.text(max_size=30), st.binary(max_size=30), max_size=6))
def test_any_names(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name.encode("utf-8", "replace").decode() or "x"), content)
    check_xdm(out.getvalue())


@quick
@given(st.text(max_size=60))
def test_any_value_of_a_data_type(text):
    is_dtm(text)
    moment = instant(text)
    if moment is not None:
        moment.agrees(text)
        moment.agrees("20260105")
    for faults in (cx_faults, xcn_faults, xon_faults):
        assert all(faults(text))


@given(st.datetimes(), st.sampled_from(["+0000", "+0100", "-0430", "+1400"]))
def test_a_time_agrees_with_itself_in_utc(moment, offset):
    read = instant(moment.strftime("%Y%m%d%H%M%S").zfill(14) + offset)
    if read is not None:
        assert read.utc is not None
        assert read.agrees(read.utc)
        assert read.agrees(read.utc[:12])


def bounded(content: bytes, seconds: float = 3.0, megabytes: float = 80.0) -> set[str]:
    """Judge within bounds of time and memory; return the rules said."""
    tracemalloc.start()
    begun = time.perf_counter()
    try:
        verdict = check_xdm(content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert time.perf_counter() - begun < seconds
    assert peak < megabytes * 1024 * 1024
    return {one.rule for one in verdict.findings}


def test_a_bomb_is_not_inflated():
    bomb = samples.zipped({**samples.files(), "IHE_XDM/SUBSET01/DOC0002.XML": bytes(120_000_000)})
    assert len(bomb) < 200_000
    assert "XDM-002" in bounded(bomb)


def test_a_lie_about_the_size_is_told():
    """The directory announces less than the entry inflates to."""
    content = bytearray(samples.zipped({"README.TXT": bytes(1_000_000)}))
    directory = content.find(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    assert bounded(bytes(content)) & {"XDM-006", "XDM-014"}


def test_an_archive_inside_an_archive_is_not_opened():
    inner = samples.archive()
    for _ in range(20):
        inner = samples.zipped({"IHE_XDM/SUBSET01/DOC0002.ZIP": inner})
    assert "XDM-021" in bounded(inner)


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../../x", "C:\\x", "IHE_XDM\\SUBSET01\\A.XML", "A/../../B", "//host/share/x"],
)
def test_paths_that_leave_the_archive(name):
    assert "XDM-004" in bounded(samples.zipped({**samples.files(), name: b"x"}))


def test_a_link_is_told():
    out = io.BytesIO(samples.archive())
    with zipfile.ZipFile(out, "a") as archive:
        link = zipfile.ZipInfo("IHE_XDM/SUBSET01/LINK.XML")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert "XDM-004" in bounded(out.getvalue())


def test_an_uri_cannot_leave_the_archive():
    document = samples.cda()
    for uri in ("../../../etc/passwd", "/etc/passwd", "..", "", "http://hote/x"):
        meta = samples.text_of(samples.metadata(document, uri=uri))
        assert "META-010" in bounded(samples.archive(document=document, meta=meta))


def test_an_uri_may_go_up():
    document = samples.cda()
    meta = samples.text_of(samples.metadata(document, uri="../SUBSET01/DOC0001.XML"))
    assert bounded(samples.archive(document=document, meta=meta)) == set()


ENTITIES = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e SYSTEM "file:///etc/passwd">]>"""


def test_entities_are_neither_expanded_nor_loaded():
    body = META.partition(b"?>")[2].replace(b"fr-FR", b"&d;&e;", 1)
    assert "META-001" in bounded(samples.archive(meta=ENTITIES + body))
    document = samples.cda().partition(b"?>")[2].replace(b"Compte rendu de consultation", b"&d;&e;")
    header = read_header(ENTITIES + document)
    assert header is None or "root:" not in header.title


def test_deep_nesting():
    meta = b"<a>" * 100_000
    assert "META-001" in bounded(samples.archive(meta=meta))
    assert read_header(b"<ClinicalDocument xmlns='urn:hl7-org:v3'>" + b"<a>" * 100_000) is None


def test_a_fault_repeated_without_end_is_told_a_few_times():
    one = b'<rim:Slot name="hash"><rim:ValueList><rim:Value>zz</rim:Value></rim:ValueList></rim:Slot>'
    meta = META.replace(b"</rim:ExtrinsicObject>", one * 20_000 + b"</rim:ExtrinsicObject>")
    verdict = check_xdm(samples.archive(meta=meta))
    assert len(verdict.findings) < MAX_FINDINGS * 5


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "iso-8859-15"])
def test_other_encodings_are_read(encoding):
    text = META.decode("utf-8").partition("?>")[2]
    declared = "" if encoding == "utf-8-sig" else f'<?xml version="1.0" encoding="{encoding}"?>'
    assert bounded(samples.archive(meta=(declared + text).encode(encoding))) == set()


def test_a_large_document_takes_no_second_copy_too_many():
    pdf = b"%PDF-1.4\n" + random.Random(7).randbytes(20_000_000)
    verdict_rules = bounded(samples.archive(document=samples.cda(pdf=pdf)), seconds=6, megabytes=260)
    assert verdict_rules == set()


def test_archive_reads_nothing_it_should_not():
    archive = XdmArchive(b"")
    assert archive.entries == ()
    assert archive.subsets == ()
