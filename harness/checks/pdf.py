"""Rules of PDF/A-1 (ISO 19005-1) on a PDF copy: what makes it unreadable, unsafe or unfit to be kept.

Not the whole standard: glyph widths, font programs, ICC contents and tagging are left to a full validator.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
from lxml import etree

from harness.artefacts.pdf import PdfCopy, PdfError, data, text
from harness.checks.rulebook import finding
from harness.findings import Finding, Location

_PDFA = "http://www.aiim.org/pdfa/ns/id/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC = "http://purl.org/dc/elements/1.1/"
_HEADER = re.compile(rb"%PDF-1\.[0-9]\s*\n%[^\n]*[\x80-\xff][^\n]*[\x80-\xff]", re.DOTALL)
_DEVICE = re.compile(rb"(?:^|[\s\]>])(?:rg|RG|g|G|k|K)(?=[\s]|$)|/Device(?:RGB|CMYK|Gray)")
_PAINT = re.compile(rb"(?:^|[\s\])>])(?:f\*?|F|B\*?|b\*?|S|s|Tj|TJ|'|\"|sh)(?=[\s]|$)")
_FORBIDDEN_ACTIONS = {
    "/JavaScript", "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide", "/SetOCGState",
    "/Rendition", "/Trans", "/GoTo3DView",
}  # fmt: skip
_FORBIDDEN_ANNOTATIONS = {"/FileAttachment", "/Sound", "/Movie", "/Screen", "/3D", "/RichMedia"}
_ICC_VERSION = 2
_OBJECT_STREAMS = re.compile(rb"/Type\s*/(ObjStm|XRef)\b")
_TAIL = re.compile(rb"%%EOF\s*$")


def check_pdf(content: bytes, *, evidence: str | None = None) -> tuple[Finding, ...]:
    """Judge a PDF copy. Never raises on the octets, whatever they are."""

    def say(rule: str, expected: str, found: str) -> Finding:
        return finding(rule, expected=expected, found=found or "∅", location=Location(), evidence=evidence)

    try:
        copy = PdfCopy.open(content)
    except PdfError as error:
        return (say("PDF-002" if error.encrypted else "PDF-001", "PDF/A-1", str(error)),)
    with copy.document:
        found: list[Finding] = []
        for rule in _RULES:
            try:
                found += rule(copy, say)
            except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, AttributeError, KeyError) as error:
                # A structure so broken that it cannot be walked is a fault of the file, told once.
                found.append(say("PDF-001", "PDF/A-1", f"{type(error).__name__}: {error}"))
                break
        return tuple(found)


Say = Callable[[str, str, str], Finding]


def _encryption(copy: PdfCopy, say: Say) -> Iterator[Finding]:
    if copy.document.is_encrypted:
        yield say("PDF-002", "sans chiffrement / no encryption", "Encrypt")


def _file(copy: PdfCopy, say: Say) -> Iterator[Finding]:
    if not _HEADER.match(copy.header + b"\n"):
        yield say("PDF-011", "%PDF-1.x, commentaire binaire / binary comment", repr(copy.header[:40]))
    if not _TAIL.search(copy.raw[-64:]):
        yield say("PDF-011", "%%EOF", repr(copy.raw[-20:]))
    if copy.repaired:
        yield say("PDF-011", "xref", copy.repaired)
    if "/ID" not in copy.document.trailer:
        yield say("PDF-012", "ID", "∅")
    match = _OBJECT_STREAMS.search(copy.raw)
    if match:
        yield say("PDF-009", "xref, trailer", match.group(1).decode("ascii"))


def _metadata(copy: PdfCopy, say: Say) -> Iterator[Finding]:
    expected = "pdfaid:part = 1, pdfaid:conformance = A | B"
    if copy.xmp is None:
        yield say("PDF-003", expected, "sans XMP / no XMP")
        return
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        packet: Any = etree.fromstring(copy.xmp.strip(b"\0 \r\n\t"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        yield say("PDF-003", expected, str(error))
        return
    part, conformance = _property(packet, "part"), _property(packet, "conformance")
    if part != "1" or conformance not in {"A", "B"}:
        yield say("PDF-003", expected, f"part = {part or '∅'}, conformance = {conformance or '∅'}")
    info = copy.document.trailer.get("/Info")
    title = text(info.get("/Title")) if isinstance(info, pikepdf.Dictionary) else ""
    titles = [str(one).strip() for one in packet.xpath("//dc:title//rdf:li/text()", namespaces=_NS)]
    if title and title.strip() not in titles:
        yield say("PDF-013", title, " | ".join(titles))


_NS = {"dc": _DC, "rdf": _RDF}


def _property(packet: Any, name: str) -> str | None:
    for one in packet.iter(f"{{{_RDF}}}Description"):
        value = one.get(f"{{{_PDFA}}}{name}")
        child = one.find(f"{{{_PDFA}}}{name}")
        if value or child is not None:
            return str(value or child.text or "").strip()
    return None


def _colours(copy: PdfCopy, say: Say) -> Iterator[Finding]:
    intents = copy.document.Root.get("/OutputIntents")
    profiles = [
        one.get("/DestOutputProfile")
        for one in (intents if isinstance(intents, pikepdf.Array) else ())
        if text(one.get("/S")) == "/GTS_PDFA1"
    ]
    if any(isinstance(one, pikepdf.Stream) for one in profiles):
        for one in profiles:
            header = data(one) if isinstance(one, pikepdf.Stream) else None
            # PDF 1.4 knows ICC profiles up to version 2; octet 8 of a profile is its major version.
            if header is not None and (len(header) < 128 or header[8] > _ICC_VERSION):
                yield say("PDF-004", "ICC v2", f"ICC v{header[8]}" if len(header) > 8 else "∅")
        return
    images = any(
        text(one.get("/Subtype")) == "/Image" and text(one.get("/ColorSpace")).startswith("/Device")
        for one in copy.dictionaries
    )
    # What is painted with no colour set is painted in DeviceGray black.
    drawn = any(
        _DEVICE.search(one) or (_PAINT.search(one) and b" scn" not in one and b" sc" not in one)
        for one in copy.contents
    )
    if images or drawn:
        yield say(
            "PDF-004", "OutputIntent GTS_PDFA1, DestOutputProfile", "couleurs Device* / Device* colours"
        )


def _fonts(copy: PdfCopy, say: Say) -> Iterator[Finding]:
    for font in copy.of_type("/Font"):
        if text(font.get("/Subtype")) in {"/Type0", "/Type3"}:
            continue
        descriptor = font.get("/FontDescriptor")
        files = ("/FontFile", "/FontFile2", "/FontFile3")
        if not isinstance(descriptor, pikepdf.Dictionary) or not any(name in descriptor for name in files):
            yield say("PDF-005", "FontFile, FontFile2 | FontFile3", text(font.get("/BaseFont")))


def _actions(copy: PdfCopy, say: Say) -> Iterator[Finding]:
    names = copy.document.Root.get("/Names")
    if isinstance(names, pikepdf.Dictionary) and "/JavaScript" in names:
        yield say("PDF-006", "aucune / none", "Names/JavaScript")
    for one in copy.dictionaries:
        action = text(one.get("/S"))
        if action in _FORBIDDEN_ACTIONS and text(one.get("/Type")) in {"", "/Action"}:
            yield say("PDF-006", "aucune / none", action)
        if "/AA" in one:
            yield say("PDF-006", "aucune / none", "AA")


def _attachments(copy: PdfCopy, say: Say) -> Iterator[Finding]:
    names = copy.document.Root.get("/Names")
    if isinstance(names, pikepdf.Dictionary) and "/EmbeddedFiles" in names:
        yield say("PDF-007", "aucune / none", "EmbeddedFiles")
    elif any("/EF" in one for one in copy.dictionaries):
        yield say("PDF-007", "aucune / none", "EF")


def _transparency(copy: PdfCopy, say: Say) -> Iterator[Finding]:
    for one in copy.dictionaries:
        kind = text(one.get("/S"))
        if kind == "/Transparency":
            yield say("PDF-008", "aucune / none", "Group /Transparency")
        mask = one.get("/SMask")
        if mask is not None and text(mask) != "/None":
            yield say("PDF-008", "aucune / none", "SMask")
        if text(one.get("/Type")) == "/ExtGState" or "/ca" in one or "/CA" in one or "/BM" in one:
            yield from _graphics_state(one, say)


def _graphics_state(state: Any, say: Say) -> Iterator[Finding]:
    # An annotation has a /CA too: its opacity is transparency all the same.
    for name in ("/ca", "/CA"):
        value = state.get(name)
        if value is not None and not isinstance(value, pikepdf.Object) and float(value) != 1:
            yield say("PDF-008", f"{name} 1.0", str(value))
    mode = state.get("/BM")
    if mode is not None and text(mode) not in {"/Normal", "/Compatible"}:
        yield say("PDF-008", "BM /Normal", text(mode) or "[…]")


def _streams(copy: PdfCopy, say: Say) -> Iterator[Finding]:
    for one in copy.dictionaries:
        if not isinstance(one, pikepdf.Stream):
            continue
        filters = one.get("/Filter")
        used = [text(each) for each in filters] if isinstance(filters, pikepdf.Array) else [text(filters)]
        if "/LZWDecode" in used:
            yield say("PDF-010", "FlateDecode", "LZWDecode")
        if "/F" in one or "/FFilter" in one:
            yield say("PDF-014", "flux dans le fichier / stream in the file", "F")
        if text(one.get("/Subtype")) == "/PS" or "/OPI" in one or "/Alternates" in one or "/Ref" in one:
            yield say("PDF-014", "aucun / none", "PS, OPI, Alternates, Ref")


def _interaction(copy: PdfCopy, say: Say) -> Iterator[Finding]:
    root = copy.document.Root
    if "/OCProperties" in root:
        yield say("PDF-015", "aucun / none", "OCProperties")
    form = root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary) and ("/XFA" in form or bool(form.get("/NeedAppearances", False))):
        yield say("PDF-015", "aucun / none", "XFA | NeedAppearances")
    for one in copy.dictionaries:
        if text(one.get("/Subtype")) in _FORBIDDEN_ANNOTATIONS and "/Rect" in one:
            yield say("PDF-015", "aucun / none", text(one.get("/Subtype")))


_RULES: tuple[Callable[[PdfCopy, Say], Iterator[Finding]], ...] = (
    _encryption, _file, _metadata, _colours, _fonts, _actions, _attachments, _transparency, _streams,
    _interaction,
)  # fmt: skip
