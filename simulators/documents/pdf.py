"""Writes PDF/A-1b files of plain text: one embedded font, XMP, sRGB output intent, nothing else.

ISO 19005-1:2005: PDF 1.4, no object streams, fonts embedded whole with their character map (6.3), XMP that
agrees with the document information (6.7), an output intent (6.2.2), no encryption, script, attachment or
transparency. The bytes depend on the arguments only. The XMP properties are written as elements: PDFBox
Preflight refuses the attribute form.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from xml.sax.saxutils import escape

from simulators.documents.icc import srgb_profile
from simulators.documents.truetype import Font, dejavu_sans

PRODUCER = "mssante-conformance"
_PAGE = (595, 842)
_MARGIN = 56
_LEADING = 1.4


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text at `size` points; `gap` is the white space above it, in points."""

    text: str
    size: float = 9.5
    gap: float = 0.0


def write_pdf(lines: Sequence[Line], *, title: str, created: datetime, author: str) -> bytes:
    """Return a PDF/A-1b of the lines, folded at the margin and cut in A4 pages.

    `title`, `author` and `created` (aware) go in the document information and in the XMP packet.
    """
    font = dejavu_sans()
    pages = _pages([folded for line in lines for folded in _fold(line, font)])
    writer = _Writer()
    info = {"Title": title, "Author": author, "Creator": PRODUCER, "Producer": PRODUCER}
    profile = writer.packed(_packed_profile(), "/N 3")
    metadata = writer.stream(_xmp(title, author, created), "/Type /Metadata /Subtype /XML", compress=False)
    face = _write_font(writer, font)
    intent = writer.add(
        "<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB IEC61966-2.1)"
        f" /Info (sRGB IEC61966-2.1) /RegistryName (http://www.color.org) /DestOutputProfile {profile} 0 R >>"
    )
    tree = writer.reserve()
    kids = [_write_page(writer, page, font, face, tree) for page in pages]
    writer.fill(
        tree, f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>"
    )
    root = writer.add(
        f"<< /Type /Catalog /Pages {tree} 0 R /Metadata {metadata} 0 R /OutputIntents [{intent} 0 R]"
        " /Lang (fr-FR) >>"
    )
    dates = f"/CreationDate ({_pdf_date(created)}) /ModDate ({_pdf_date(created)})"
    entries = " ".join(f"/{name} {_text_string(value)}" for name, value in info.items())
    return writer.finish(root, writer.add(f"<< {entries} {dates} >>"))


class _Writer:
    """Numbers the objects and writes the file with its cross-reference table."""

    def __init__(self) -> None:
        self._objects: list[bytes] = []

    def reserve(self) -> int:
        self._objects.append(b"")
        return len(self._objects)

    def fill(self, number: int, content: str) -> None:
        self._objects[number - 1] = content.encode("latin-1")

    def add(self, content: str) -> int:
        number = self.reserve()
        self.fill(number, content)
        return number

    def stream(self, data: bytes, entries: str = "", *, compress: bool = True) -> int:
        if compress:
            return self.packed(zlib.compress(data), entries)
        number = self.reserve()
        self._objects[number - 1] = _stream(data, entries)
        return number

    def packed(self, data: bytes, entries: str = "") -> int:
        number = self.reserve()
        self._objects[number - 1] = _stream(data, f"/Filter /FlateDecode {entries}")
        return number

    def finish(self, root: int, info: int) -> bytes:
        out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
        places = []
        for number, content in enumerate(self._objects, start=1):
            places.append(len(out))
            out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
        identifier = hashlib.sha256(out).hexdigest()[:32]
        start = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
        out += b"".join(b"%010d 00000 n \n" % place for place in places)
        out += (
            f"trailer\n<< /Size {len(places) + 1} /Root {root} 0 R /Info {info} 0 R"
            f" /ID [<{identifier}> <{identifier}>] >>\nstartxref\n{start}\n%%EOF\n"
        ).encode("ascii")
        return bytes(out)


def _stream(data: bytes, entries: str) -> bytes:
    return f"<< /Length {len(data)} {entries} >>\nstream\n".encode("ascii") + data + b"\nendstream"


def _write_font(writer: _Writer, font: Font) -> int:
    program = writer.packed(font.packed, f"/Length1 {font.size}")
    box = " ".join(str(value) for value in font.bounding_box)
    descriptor = writer.add(
        f"<< /Type /FontDescriptor /FontName /{font.name} /Flags 4 /FontBBox [{box}] /ItalicAngle 0"
        f" /Ascent {font.ascent} /Descent {font.descent} /CapHeight {font.ascent} /StemV 80"
        f" /FontFile2 {program} 0 R >>"
    )
    widths = " ".join(str(width) for width in font.widths)
    descendant = writer.add(
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{font.name} /CIDToGIDMap /Identity"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
        f" /FontDescriptor {descriptor} 0 R /DW 600 /W [0 [{widths}]] >>"
    )
    unicode_map = writer.packed(_packed_unicode_map())
    return writer.add(
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{font.name} /Encoding /Identity-H"
        f" /DescendantFonts [{descendant} 0 R] /ToUnicode {unicode_map} 0 R >>"
    )


@lru_cache(maxsize=1)
def _packed_profile() -> bytes:
    return zlib.compress(srgb_profile(), 9)


@lru_cache(maxsize=1)
def _packed_unicode_map() -> bytes:
    pairs = sorted(
        {glyph: code for code, glyph in sorted(dejavu_sans().glyphs.items(), reverse=True)}.items()
    )
    parts = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ]
    for start in range(0, len(pairs), 100):
        block = pairs[start : start + 100]
        parts.append(f"{len(block)} beginbfchar")
        parts += [f"<{glyph:04X}> <{code:04X}>" for glyph, code in block]
        parts.append("endbfchar")
    parts.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return zlib.compress("\n".join(parts).encode("ascii"), 9)


def _write_page(
    writer: _Writer, lines: Sequence[tuple[float, Line]], font: Font, face: int, tree: int
) -> int:
    drawn = ["BT 0 g"]
    for height, line in lines:
        glyphs = line.text.translate(font.hexadecimal)
        drawn.append(f"/F1 {line.size:g} Tf 1 0 0 1 {_MARGIN} {height:.2f} Tm <{glyphs}> Tj")
    drawn.append("ET")
    content = writer.stream("\n".join(drawn).encode("ascii"))
    return writer.add(
        f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 {_PAGE[0]} {_PAGE[1]}] /Contents {content} 0 R"
        f" /Resources << /Font << /F1 {face} 0 R >> >> >>"
    )


def _pages(lines: Sequence[Line]) -> list[list[tuple[float, Line]]]:
    pages: list[list[tuple[float, Line]]] = [[]]
    height = float(_PAGE[1] - _MARGIN)
    for line in lines:
        height -= line.size * _LEADING + line.gap
        if height < _MARGIN:
            pages.append([])
            height = _PAGE[1] - _MARGIN - line.size * _LEADING
        pages[-1].append((height, line))
    return pages


def _fold(line: Line, font: Font) -> list[Line]:
    room = (_PAGE[0] - 2 * _MARGIN) * 1000 / line.size
    space = font.width(" ")
    rows: list[str] = []
    words: list[str] = []
    used = 0.0
    for word in _words(line.text, room, font):
        width = font.width(word)
        if words and used + space + width > room:
            rows.append(" ".join(words))
            words, used = [], 0.0
        used += width + (space if words else 0)
        words.append(word)
    rows.append(" ".join(words))
    return [Line(row, line.size, line.gap if index == 0 else 0) for index, row in enumerate(rows)]


def _words(text: str, room: float, font: Font) -> Iterator[str]:
    for word in text.split():
        while font.width(word) > room:
            kept = _prefix_that_fits(word, room, font)
            yield word[:kept]
            word = word[kept:]  # noqa: PLW2901  # what is left is the next word
        yield word


def _prefix_that_fits(word: str, room: float, font: Font) -> int:
    used = 0
    for index, character in enumerate(word):
        used += font.width(character)
        if used > room:
            return max(index, 1)
    return len(word)


def _text_string(text: str) -> str:
    return f"<FEFF{text.encode('utf-16-be').hex().upper()}>"


def _pdf_date(instant: datetime) -> str:
    offset = f"{instant:%z}"
    return f"D:{instant:%Y%m%d%H%M%S}{offset[:3]}'{offset[3:5]}'"


def _xmp(title: str, author: str, created: datetime) -> bytes:
    date = created.isoformat(timespec="seconds")
    properties = "".join(
        f'<rdf:Description rdf:about="" xmlns:{prefix}="{namespace}">{content}</rdf:Description>\n'
        for prefix, namespace, content in (
            (
                "pdfaid",
                "http://www.aiim.org/pdfa/ns/id/",
                "<pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>",
            ),
            (
                "dc",
                "http://purl.org/dc/elements/1.1/",
                f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt>'
                "</dc:title>"
                f"<dc:creator><rdf:Seq><rdf:li>{escape(author)}</rdf:li></rdf:Seq></dc:creator>",
            ),
            (
                "xmp",
                "http://ns.adobe.com/xap/1.0/",
                f"<xmp:CreateDate>{date}</xmp:CreateDate><xmp:ModifyDate>{date}</xmp:ModifyDate>"
                f"<xmp:CreatorTool>{PRODUCER}</xmp:CreatorTool>",
            ),
            ("pdf", "http://ns.adobe.com/pdf/1.3/", f"<pdf:Producer>{PRODUCER}</pdf:Producer>"),
        )
    )
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        f"{properties}</rdf:RDF>\n</x:xmpmeta>\n"
        '<?xpacket end="w"?>'
    ).encode()
