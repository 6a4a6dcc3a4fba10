"""Single faults in a PDF copy: what PDF/A-1 (ISO 19005-1) forbids or demands."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable
from typing import Any

import pikepdf
from mutation_core import Kind, mutation, register
from pikepdf import Array, Dictionary, Name, String

Change = Callable[[pikepdf.Pdf], bool | None]
PLAIN: dict[str, Any] = {
    "object_stream_mode": pikepdf.ObjectStreamMode.disable,
    "stream_decode_level": pikepdf.StreamDecodeLevel.none,
    "compress_streams": False,
    "force_version": "1.4",
}


def pdf(name: str, what: str, **save: Any) -> Callable[[Change], Change]:
    """Register a change of an opened copy as a kind."""

    def keep(change: Change) -> Change:
        def spoil(content: bytes, rng: random.Random) -> bytes | None:
            with pikepdf.open(io.BytesIO(content)) as document:
                if change(document) is False:
                    return None
                out = io.BytesIO()
                document.save(
                    out,
                    fix_metadata_version=False,
                    deterministic_id="encryption" not in save,
                    **_options(save),
                )
            return out.getvalue()

        register(f"pdf-{name}", Kind.PDF, what, spoil)
        return change

    return keep


def _options(save: dict[str, Any]) -> dict[str, Any]:
    options = PLAIN | save
    if "encryption" in options:
        del options["stream_decode_level"]
    return options


def _page(document: pikepdf.Pdf) -> Any:
    return document.pages[0].obj


def _fonts(document: pikepdf.Pdf) -> list[Any]:
    return [one for one in document.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == Name.FontDescriptor]  # fmt: skip


def _unembedded(document: pikepdf.Pdf) -> bool:
    for one in _fonts(document):
        for key in ("/FontFile", "/FontFile2", "/FontFile3"):
            if key in one:
                del one[key]
                return True
    return False


def _standard_font(document: pikepdf.Pdf) -> None:
    resources = _page(document).Resources
    if "/Font" not in resources:
        resources.Font = Dictionary()
    resources.Font.Helv = document.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    )


def _xmp(change: Callable[[bytes], bytes]) -> Change:
    def edit(document: pikepdf.Pdf) -> bool:
        before = document.Root.Metadata.read_bytes()
        after = change(before)
        document.Root.Metadata.write(after)
        return after != before

    return edit


def _state(**entries: Any) -> Change:
    def edit(document: pikepdf.Pdf) -> None:
        _page(document).Resources.ExtGState = Dictionary(GS0=Dictionary(Type=Name.ExtGState, **entries))

    return edit


def _annotation(**entries: Any) -> Change:
    def edit(document: pikepdf.Pdf) -> None:
        one = Dictionary(Type=Name.Annot, Rect=Array([0, 0, 10, 10]), **entries)
        _page(document).Annots = Array([document.make_indirect(one)])

    return edit


def _drop(owner: Callable[[pikepdf.Pdf], Any], key: str) -> Change:
    def edit(document: pikepdf.Pdf) -> bool:
        holder = owner(document)
        if key not in holder:
            return False
        del holder[key]
        return True

    return edit


def _set(key: str, value: Callable[[pikepdf.Pdf], Any]) -> Change:
    def edit(document: pikepdf.Pdf) -> None:
        document.Root[key] = value(document)

    return edit


def _attached(document: pikepdf.Pdf) -> None:
    document.attachments["notes.txt"] = b"notes"


def _profile_four(document: pikepdf.Pdf) -> bool:
    profile = document.Root.OutputIntents[0].DestOutputProfile
    octets = bytearray(profile.read_bytes())
    octets[8:10] = b"\x04\x20"
    profile.write(bytes(octets))
    return True


def _transparent_group(document: pikepdf.Pdf) -> None:
    _page(document).Group = Dictionary(S=Name.Transparency, CS=Name.DeviceRGB)


def _masked_image(document: pikepdf.Pdf) -> None:
    image = {"Type": Name.XObject, "Subtype": Name.Image, "Width": 1, "Height": 1, "BitsPerComponent": 8,
             "ColorSpace": Name.DeviceGray}  # fmt: skip
    mask = pikepdf.Stream(document, b"\x80", **image)
    shown = pikepdf.Stream(document, b"\x80", SMask=document.make_indirect(mask), **image)
    _page(document).Resources.XObject = Dictionary(Im0=document.make_indirect(shown))


def _external(document: pikepdf.Pdf) -> None:
    stream = pikepdf.Stream(document, b"x")
    stream.F = String("http://exemple.fr/x")
    _page(document).Resources.X = document.make_indirect(stream)


def _lzw(document: pikepdf.Pdf) -> None:
    stream = pikepdf.Stream(document, b"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01")
    stream.Filter = Name.LZWDecode
    _page(document).Resources.X = document.make_indirect(stream)


def _title(document: pikepdf.Pdf) -> bool:
    info = document.trailer.get("/Info")
    if info is None or "/Title" not in info:
        return False
    info.Title = String("Un autre titre")
    return True


def _names(document: pikepdf.Pdf) -> Any:
    script = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    return Dictionary(JavaScript=Dictionary(Names=Array([String("a"), document.make_indirect(script)])))


TABLE: list[tuple[str, str, Change]] = [
    ("font-not-embedded", "the program of a font removed", _unembedded),
    ("font-standard", "one of the fourteen fonts, not embedded", _standard_font),
    ("xmp-removed", "XMP removed", _drop(lambda d: d.Root, "/Metadata")),
    ("xmp-not-pdfa", "XMP that does not say PDF/A",
     _xmp(lambda x: x.replace(b"pdfaid:part", b"pdfaid:parts"))),
    ("xmp-part-2", "XMP that says PDF/A-2", _xmp(lambda x: x.replace(b"part>1<", b"part>2<"))),
    ("xmp-conformance-u", "XMP that says PDF/A-1u",
     _xmp(lambda x: x.replace(b"conformance>B<", b"conformance>U<"))),
    ("xmp-malformed", "XMP that is not well formed", _xmp(lambda x: x.replace(b"</rdf:RDF>", b""))),
    ("xmp-empty", "XMP emptied", _xmp(lambda x: b"")),
    ("intent-removed", "output intent removed", _drop(lambda d: d.Root, "/OutputIntents")),
    ("intent-without-profile", "output intent without profile",
     _drop(lambda d: d.Root.OutputIntents[0], "/DestOutputProfile")),
    ("intent-other", "output intent of PDF/X",
     lambda d: d.Root.OutputIntents[0].__setitem__("/S", Name.GTS_PDFX)),
    ("profile-v4", "ICC profile of version 4", _profile_four),
    ("script-opening", "JavaScript at the opening",
     _set("/OpenAction", lambda d: Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))),
    ("script-named", "JavaScript in the names", _set("/Names", _names)),
    ("action-launch", "an action that launches a program",
     _set("/OpenAction", lambda d: Dictionary(S=Name.Launch, F=String("cmd.exe")))),
    ("action-additional", "additional actions",
     _set("/AA", lambda d: Dictionary(WC=Dictionary(S=Name.Named, N=Name.Print)))),
    ("attachment", "an attached file", _attached),
    ("annotation-file", "an annotation that holds a file", _annotation(Subtype=Name.FileAttachment)),
    ("annotation-movie", "an annotation that plays a film", _annotation(Subtype=Name.Movie)),
    ("transparent-group", "a transparency group", _transparent_group),
    ("transparent-image", "an image with a soft mask", _masked_image),
    ("transparent-fill", "half transparent painting", _state(ca=0.5)),
    ("transparent-stroke", "half transparent lines", _state(CA=0.5)),
    ("transparent-blend", "a blend mode", _state(BM=Name.Multiply)),
    ("layers", "layers", _set("/OCProperties", lambda d: Dictionary(OCGs=Array([]), D=Dictionary()))),
    ("form-xfa", "an XFA form", _set("/AcroForm", lambda d: Dictionary(Fields=Array([]), XFA=String("x")))),
    ("external-stream", "a stream kept in another file", _external),
    ("lzw", "LZW compression", _lzw),
    ("title-other", "another title in Info than in XMP", _title),
]  # fmt: skip

for _name, _what, _change in TABLE:
    pdf(_name, _what)(_change)


@pdf(
    "encrypted",
    "encrypted, opens without a password",
    encryption=pikepdf.Encryption(owner="x", user="", R=4),
    force_version="1.6",
)
def encrypted(document: pikepdf.Pdf) -> None:
    """ISO 19005-1 6.1.3."""


@pdf(
    "encrypted-password",
    "encrypted, a password is needed",
    encryption=pikepdf.Encryption(owner="x", user="y", R=4),
    force_version="1.6",
)
def encrypted_password(document: pikepdf.Pdf) -> None:
    """Nobody can read it."""


@pdf(
    "object-streams",
    "object streams",
    object_stream_mode=pikepdf.ObjectStreamMode.generate,
    force_version="1.5",
)
def object_streams(document: pikepdf.Pdf) -> None:
    """PDF 1.5."""


@mutation("pdf-header", Kind.PDF, "octets before the header")
def header(content: bytes, rng: random.Random) -> bytes:
    """The header is at octet 0."""
    return b"\r\n\r\n" + content


@mutation("pdf-binary-mark", Kind.PDF, "no binary comment after the header")
def binary_mark(content: bytes, rng: random.Random) -> bytes | None:
    """The comment keeps its length, so that nothing else moves."""
    match = re.match(rb"%PDF-1\.[0-9]\s*\n(%[^\r\n]*)", content)
    return content[: match.start(1)] + b"%" * len(match[1]) + content[match.end(1) :] if match else None


@mutation("pdf-tail", Kind.PDF, "octets after the end")
def tail(content: bytes, rng: random.Random) -> bytes:
    """Nothing follows the end mark."""
    return content + b"<html>ajout</html>\n"


@mutation("pdf-truncated", Kind.PDF, "cut at two thirds")
def truncated(content: bytes, rng: random.Random) -> bytes:
    """What a broken transfer leaves."""
    return content[: len(content) * 2 // 3]


@mutation("pdf-without-id", Kind.PDF, "no file identifier")
def without_id(content: bytes, rng: random.Random) -> bytes | None:
    """The key is renamed, so that nothing moves."""
    return content.replace(b"/ID [", b"/IX [") if b"/ID [" in content else None


@mutation("pdf-is-html", Kind.PDF, "a web page under the name of a PDF")
def is_html(content: bytes, rng: random.Random) -> bytes:
    """What a server answers in place of a file."""
    return b"<!DOCTYPE html><html><body>Erreur 500</body></html>"


@mutation("pdf-xref", Kind.PDF, "a cross-reference table that leads nowhere")
def xref(content: bytes, rng: random.Random) -> bytes:
    """Every reader has to guess."""
    return re.sub(rb"startxref\s+[0-9]+", b"startxref\n7", content)
