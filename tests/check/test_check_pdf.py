"""Rules of PDF/A-1: a file made by code that obeys them, and one fault at a time."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from harness.checks.pdf import check_pdf
from schemas.rules import rules

XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>1</pdfaid:part>
<pdfaid:conformance>B</pdfaid:conformance></rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt>
<rdf:li xml:lang="x-default">Compte rendu</rdf:li></rdf:Alt></dc:title></rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def made(spoil=None, **save) -> bytes:
    """A PDF/A-1b of one page without text, or the same after `spoil(pdf)`."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    page = pdf.pages[0]
    page.obj.Contents = pdf.make_stream(b"0 0 1 rg 50 50 100 100 re f\n")
    page.obj.Resources = Dictionary()
    stream = pdf.make_stream(XMP.encode())
    stream.Type, stream.Subtype = Name.Metadata, Name.XML
    pdf.Root.Metadata = stream
    profile = pdf.make_stream(icc())
    profile.N = 3
    intent = Dictionary(
        Type=Name.OutputIntent, S=Name.GTS_PDFA1, OutputConditionIdentifier=String("sRGB"),
        Info=String("sRGB"), DestOutputProfile=profile,
    )  # fmt: skip
    pdf.Root.OutputIntents = Array([intent])
    pdf.trailer.Info = pdf.make_indirect(Dictionary(Title=String("Compte rendu")))
    if spoil:
        spoil(pdf)
    out = io.BytesIO()
    options = {"object_stream_mode": pikepdf.ObjectStreamMode.disable, "force_version": "1.4"} | save
    pdf.save(out, fix_metadata_version=False, **options)
    return out.getvalue()


def icc() -> bytes:
    from PIL import ImageCms

    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    # PDF 1.4 knows profiles of version 2; the one made here says 4 and differs in its texts only.
    profile[8:10] = b"\x02\x40"
    return bytes(profile)


def said(content: bytes) -> set[str]:
    return {one.rule for one in check_pdf(content)}


def test_the_valid_file_has_nothing_against_it():
    assert said(made()) == set()


def javascript(pdf):
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def attachment(pdf):
    pdf.attachments["notes.txt"] = b"notes"


def state(**entries):
    def spoil(pdf):
        pdf.pages[0].obj.Resources = Dictionary(ExtGState=Dictionary(GS0=Dictionary(**entries)))

    return spoil


def group(pdf):
    pdf.pages[0].obj.Group = Dictionary(S=Name.Transparency, CS=Name.DeviceRGB)


def helvetica(pdf):
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    pdf.pages[0].obj.Resources = Dictionary(Font=Dictionary(F0=font))
    pdf.pages[0].obj.Contents = pdf.make_stream(b"BT /F0 12 Tf 50 50 Td (a) Tj ET\n")


def no_intent(pdf):
    del pdf.Root.OutputIntents


def no_xmp(pdf):
    del pdf.Root.Metadata


def part_two(pdf):
    pdf.Root.Metadata.write(XMP.replace("part>1<", "part>2<").encode())


def no_id(content: bytes) -> bytes:
    return content.replace(b"/ID [", b"/Id [")


def locked(user: str) -> bytes:
    return made(encryption=pikepdf.Encryption(owner="o", user=user, R=4), force_version="")


def recent_profile(pdf):
    profile = bytearray(icc())
    profile[8] = 4
    pdf.Root.OutputIntents[0].DestOutputProfile.write(bytes(profile))


def lzw(pdf):
    stream = pdf.make_stream(b"")
    stream.write(bytes.fromhex("800b6050220c0c8501"), filter=Name.LZWDecode)
    pdf.Root.Extra = stream


def other_title(pdf):
    pdf.trailer.Info.Title = String("Untitled")


def external(pdf):
    stream = pdf.make_stream(b"x")
    stream.F = String("image.jpg")
    pdf.Root.Extra = stream


def layers(pdf):
    pdf.Root.OCProperties = Dictionary(OCGs=Array(), D=Dictionary())


SPOILED = {
    "PDF-001": lambda: b"<html>not a PDF</html>",
    "PDF-002": lambda: locked("u"),
    "PDF-003": lambda: made(part_two),
    "PDF-004": lambda: made(no_intent),
    "PDF-005": lambda: made(helvetica),
    "PDF-006": lambda: made(javascript),
    "PDF-007": lambda: made(attachment),
    "PDF-008": lambda: made(state(ca=0.5)),
    "PDF-009": lambda: made(
        object_stream_mode=pikepdf.ObjectStreamMode.generate, force_version="", min_version="1.5"
    ),
    "PDF-010": lambda: made(lzw, compress_streams=False),
    "PDF-011": lambda: b"HTTP/1.1 200 OK\r\n" + made(),
    "PDF-012": lambda: no_id(made()),
    "PDF-013": lambda: made(other_title),
    "PDF-014": lambda: made(external),
    "PDF-015": lambda: made(layers),
}
MORE = {
    "PDF-002": lambda: locked(""),
    "PDF-003": lambda: made(no_xmp),
    "PDF-004": lambda: made(recent_profile),
    "PDF-008": lambda: made(group),
    "PDF-011": lambda: made() + b"trailing words",
}


def test_every_rule_is_here():
    assert set(SPOILED) == {one.id for one in rules().of_family("pdf")}


@pytest.mark.parametrize("rule_id", SPOILED)
def test_spoiled(rule_id):
    assert said(SPOILED[rule_id]()) == {rule_id}


@pytest.mark.parametrize("rule_id", MORE)
def test_spoiled_otherwise(rule_id):
    assert rule_id in said(MORE[rule_id]())


@pytest.mark.parametrize("spoil", [state(BM=Name.Multiply), state(SMask=Dictionary()), state(CA=0.2)])
def test_transparency_in_a_direct_graphics_state(spoil):
    assert said(made(spoil)) == {"PDF-008"}


@pytest.mark.parametrize("mode", [Name.Normal, Name.Compatible])
def test_plain_graphics_states_are_no_transparency(mode):
    assert said(made(state(BM=mode, ca=1, CA=1, SMask=Name("/None")))) == set()


@pytest.mark.parametrize("length", [0, 1, 9, 40, 300, -30])
def test_a_cut_file_is_told(length):
    assert said(made()[:length])


PREFLIGHT = """
import org.apache.pdfbox.preflight.*;
import org.apache.pdfbox.preflight.parser.PreflightParser;
public class Judge {
  public static void main(String[] names) throws Exception {
    for (String name : names) {
      boolean valid;
      try {
        PreflightParser parser = new PreflightParser(name);
        parser.parse();
        PreflightDocument document = parser.getPreflightDocument();
        document.validate();
        valid = document.getResult().isValid();
        document.close();
      } catch (Exception error) { valid = false; }
      System.out.println(valid);
    }
  }
}
"""
JARS = [
    Path("/usr/share/java") / f"{name}.jar"
    for name in (
        "pdfbox2",
        "preflight",
        "fontbox2",
        "xmpbox",
        "commons-logging",
        "jaxb-api",
        "javax.activation",
    )
]


@pytest.mark.skipif(shutil.which("java") is None or not JARS[1].is_file(), reason="no PDFBox Preflight here")
def test_preflight_agrees(tmp_path):
    # Given the valid file and one for each fault that Preflight knows
    known = [one for one in SPOILED if one not in {"PDF-013"}]
    files = {"valid": made(), **{name: SPOILED[name]() for name in known}}
    for name, content in files.items():
        (tmp_path / f"{name}.pdf").write_bytes(content)
    (tmp_path / "Judge.java").write_text(PREFLIGHT, encoding="utf-8")
    # When Preflight judges them
    command = ["java", f"-Dpdfbox.fontcache={tmp_path}", "-cp", os.pathsep.join(map(str, JARS)), "Judge.java"]
    done = subprocess.run(
        [*command, *(f"{name}.pdf" for name in files)],
        check=False, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=60,
    )  # fmt: skip
    # Then it accepts the one and refuses the others
    assert done.stdout.split() == ["true", *["false"] * len(known)], done.stderr[-800:]
