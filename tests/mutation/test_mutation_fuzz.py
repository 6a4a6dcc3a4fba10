"""Fuzz of `mssante check` as a whole and of every parser: no crash, no hang, whatever the octets.

Bounded: a few hundred inputs in all, each within a deadline. Seeds are the generated artefacts, so that the
edits reach past the first lines of each parser.
"""

from __future__ import annotations

import base64
import io
import time
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutation_core import Kind
from mutation_inputs import inputs

from harness.artefacts.cda import CdaDocument, CdaError
from harness.artefacts.cda_header import read_header
from harness.artefacts.ebxml import MetadataError, read_metadata
from harness.artefacts.mail import Mail
from harness.artefacts.pdf import PdfCopy, PdfError
from harness.artefacts.pdf_text import extract
from harness.artefacts.xdm import XdmArchive, holds_xdm
from harness.checking import judging, kinds
from harness.checks.pdf import check_pdf

LIMIT = 5.0
"""Seconds of processor for one artefact: a hundred times what it takes, so that only a hang goes beyond."""
quick = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
SEEDS = {kind: [one.content for one in inputs() if one.kind is kind and not one.official] for kind in Kind}
CODECS = ("utf-16", "utf-16-le", "utf-32", "utf-7", "iso-8859-1", "cp1252", "cp037", "utf-8-sig", "ascii")


@st.composite
def edited(draw, kind: Kind) -> bytes:
    """A seed with up to six edits: octets written over, taken out, put in, repeated, cut, spliced."""
    content = draw(st.sampled_from(SEEDS[kind]))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(len(content) - 1, 0)))
        more = draw(st.binary(max_size=12))
        match draw(st.sampled_from(("over", "out", "in", "again", "cut", "splice", "bits"))):
            case "over":
                content = content[:at] + more + content[at + len(more) :]
            case "out":
                content = content[:at] + content[at + draw(st.integers(1, 400)) :]
            case "in":
                content = content[:at] + more + content[at:]
            case "again":
                piece = content[at : at + draw(st.integers(1, 2_000))]
                content = content[:at] + piece * draw(st.integers(1, 20)) + content[at:]
            case "cut":
                content = content[:at]
            case "splice":
                other = draw(st.sampled_from([each for group in SEEDS.values() for each in group]))
                content = content[:at] + other[draw(st.integers(0, len(other))) :]
            case _:
                content = (
                    content[:at] + bytes(each ^ 0x20 for each in content[at : at + 4]) + content[at + 4 :]
                )
    return content[:2_000_000]


def judged(content: bytes, kind: Kind) -> None:
    """Judge within the limit; whatever comes is a finding, never an exception."""
    begun = time.process_time()
    if kind is Kind.PDF:
        findings = check_pdf(content)
    else:
        judgement = judging.judge(content, kinds.Kind(kind.value))
        assert judging.line(judgement, "x", None)["verdict"] in {"passed", "warning", "failed"}
        findings = judgement.findings
    assert time.process_time() - begun < LIMIT
    assert all(one.message.fr and one.message.en for one in findings)


@pytest.mark.parametrize("kind", list(Kind))
@quick
@given(data=st.data())
def test_the_whole_check_on_edited_artefacts(kind, data):
    judged(data.draw(edited(kind)), kind)


@quick
@given(data=st.data())
def test_the_whole_check_of_one_kind_on_another(data):
    """A file is judged as its name says: a PDF called .xml, a mail called .zip."""
    judged(data.draw(edited(data.draw(st.sampled_from(Kind)))), data.draw(st.sampled_from(Kind)))


@quick
@given(data=st.data())
def test_every_parser_on_edited_artefacts(data):
    """Each parser gives its artefact or its own error."""
    content = data.draw(edited(data.draw(st.sampled_from(Kind))))
    kinds.recognise(content[: kinds.HEAD])
    holds_xdm(content)
    begun = time.process_time()
    mail = Mail(content)
    assert all(isinstance(part.content, bytes) for part in mail.parts)
    archive = XdmArchive(content)
    for entry in archive.files:
        assert entry.name is not None
    for parser, error in ((CdaDocument.parse, CdaError), (read_metadata, MetadataError)):
        try:
            parser(content)
        except error as told:
            assert str(told)
    read_header(content)
    try:
        copy = PdfCopy.open(content)
    except PdfError as told:
        assert str(told)
    else:
        extract(copy)
        copy.document.close()
    assert time.process_time() - begun < LIMIT


@quick
@given(data=st.data())
def test_metadata_edited_inside_its_archive(data):
    """The edits reach ebXML, the header of the CDA, README and INDEX, past the checksum of the zip."""
    with zipfile.ZipFile(io.BytesIO(data.draw(st.sampled_from(SEEDS[Kind.XDM])))) as archive:
        files = {one.filename: archive.read(one) for one in archive.infolist()}
    name = data.draw(st.sampled_from([each for each in files if not each.endswith("/")]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(files[name])))
        removed = data.draw(st.integers(0, 60))
        files[name] = files[name][:at] + data.draw(st.binary(max_size=8)) + files[name][at + removed :]
    judged(zipped(files), Kind.XDM)


@quick
@given(codec=st.sampled_from(CODECS), data=st.data())
def test_wrong_encodings(codec, data):
    """The octets of another encoding than the one declared, alone and in an archive."""
    content = data.draw(st.sampled_from(SEEDS[Kind.CDA]))
    other = content.decode("utf-8").encode(codec, "replace")
    judged(other, Kind.CDA)
    with zipfile.ZipFile(io.BytesIO(SEEDS[Kind.XDM][2])) as archive:
        files = {one.filename: archive.read(one) for one in archive.infolist()}
    for name in ("IHE_XDM/SUBSET01/METADATA.XML", "README.TXT", "INDEX.HTM"):
        judged(zipped({**files, name: files[name].decode("utf-8").encode(codec, "replace")}), Kind.XDM)


@quick
@given(depth=st.integers(0, 12), inner=st.sampled_from(("zip", "mail", "zip in mail")), data=st.data())
def test_nested_archives_and_mails(depth, inner, data):
    """An archive in an archive, a mail in a mail, each in the other, edited at the heart."""
    content = data.draw(edited(Kind.XDM))
    for _ in range(depth):
        if inner != "mail":
            content = zipped({"README.TXT": b"x", "IHE_XDM/SUBSET01/IHE_XDM.ZIP": content})
        if inner != "zip":
            content = wrapped(content)
    judged(content, Kind.MAIL)
    judged(wrapped(content), Kind.MAIL)
    judged(content, Kind.XDM)


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def wrapped(content: bytes) -> bytes:
    """A mail in a message part of a mail, its archive in base64."""
    head = (
        b"From: a@b.fr\r\nSubject: XDM/1.0/DDM+x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    )
    if content.startswith(b"From: "):
        return head + b"Content-Type: message/rfc822\r\n\r\n" + content + b"\r\n--b--\r\n"
    kind = b"Content-Type: application/zip; name=IHE_XDM.ZIP\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head + kind + base64.encodebytes(content) + b"\r\n--b--\r\n"
