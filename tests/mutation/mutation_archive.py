"""Single faults in the zip of an archive: entries, names, tree, README.TXT, INDEX.HTM, intruders."""

from __future__ import annotations

import io
import random
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field

from mutation_core import Kind, mutation, register

Files = dict[str, bytes]


@dataclass(slots=True)
class Zip:
    """What an archive is made of, before it is written again."""

    files: Files
    method: dict[str, int] = field(default_factory=dict)
    attributes: dict[str, int] = field(default_factory=dict)
    comment: bytes = b""
    twice: str | None = None

    @classmethod
    def read(cls, content: bytes) -> Zip:
        """Read all entries, in their order."""
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return cls({one.filename: archive.read(one) for one in archive.infolist()})

    def written(self) -> bytes:
        """Return the octets."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name, content in self.files.items():
                self._write(archive, name, content)
                if name == self.twice:
                    self._write(archive, name, content, warned=True)
            archive.comment = self.comment
        return out.getvalue()

    def _write(self, archive: zipfile.ZipFile, name: str, content: bytes, *, warned: bool = False) -> None:
        info = zipfile.ZipInfo(name, (2026, 1, 15, 9, 0, 0))
        info.create_system = 3 if name in self.attributes else 0
        info.external_attr = self.attributes.get(name, 0x10 if name.endswith("/") else 0)
        folder = name.endswith("/")
        info.compress_type = zipfile.ZIP_STORED if folder else self.method.get(name, zipfile.ZIP_DEFLATED)
        if warned:
            # zipfile warns of a name given twice: that is what is wanted here.
            archive.NameToInfo.pop(name, None)
        archive.writestr(info, content)

    def named(self, suffix: str) -> str:
        """Return the first path that ends so, whatever its case."""
        return next((name for name in self.files if name.upper().endswith(suffix)), "")

    @property
    def metadata(self) -> str:
        """Return the path of the first METADATA.XML."""
        return self.named("/METADATA.XML")

    @property
    def document(self) -> str:
        """Return the path of the first document."""
        return next((n for n in self.files if n.startswith("IHE_XDM/") and n.upper().endswith(".XML")
                     and n != self.metadata), "")  # fmt: skip

    def rename(self, old: str, new: str) -> bool:
        """Rename what begins with `old`; the order stays."""
        if not old:
            return False
        changed = {new + name[len(old) :] if name.startswith(old) else name: content
                   for name, content in self.files.items()}  # fmt: skip
        self.files = changed
        return True


Change = Callable[[Zip, random.Random], bool | None]


def archive(name: str, what: str) -> Callable[[Change], Change]:
    """Register a change of the entries as a kind."""

    def keep(change: Change) -> Change:
        def spoil(content: bytes, rng: random.Random) -> bytes | None:
            made = Zip.read(content)
            return made.written() if change(made, rng) else None

        register(name, Kind.XDM, what, spoil)
        return change

    return keep


def _without(name: str) -> Change:
    def change(made: Zip, rng: random.Random) -> bool:
        path = made.named(name)
        return bool(path) and made.files.pop(path) is not None

    return change


def _with(path: str, content: bytes) -> Change:
    def change(made: Zip, rng: random.Random) -> bool:
        made.files[path] = content
        return True

    return change


def _replaced(name: str, edit: Callable[[bytes], bytes]) -> Change:
    def change(made: Zip, rng: random.Random) -> bool:
        path = made.named(name)
        before = made.files.get(path, b"")
        made.files[path] = edit(before)
        return bool(path) and made.files[path] != before

    return change


def _renamed(old: Callable[[Zip], str], new: Callable[[str], str]) -> Change:
    return lambda made, rng: made.rename(old(made), new(old(made)))


def _ascii_lines(text: bytes, keep: Callable[[bytes], bool]) -> bytes:
    return b"\r\n".join(line for line in text.split(b"\r\n") if keep(line))


def _nested(made: Zip) -> bool:
    made.files = {f"ENVOI/{name}": content for name, content in made.files.items()}
    return True


def _document_called(made: Zip, name: str) -> bool:
    """Rename a document and its URI, so that only the name is at fault."""
    old = made.document
    folder, _, short = old.rpartition("/")
    if not old:
        return False
    made.files[made.metadata] = made.files[made.metadata].replace(f">{short}<".encode(), f">{name}<".encode())
    return made.rename(old, f"{folder}/{name}")


def _document_edit(made: Zip, edit: Callable[[bytes], bytes]) -> bool:
    before = made.files[made.document]
    made.files[made.document] = edit(before)
    return made.files[made.document] != before


def _other_line_ends(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n") if b"\r\n" in text else text.replace(b"\n", b"\r\n")


def _without_sender(text: bytes) -> bytes:
    at = text.find(b"metteur")
    return text[: at + 7] + text[text.find(b"<", at) :] if at >= 0 else text


def _second_subset(made: Zip) -> bool:
    for name, content in list(made.files.items()):
        if name.startswith("IHE_XDM/SUBSET01/"):
            made.files[name.replace("SUBSET01", "SUBSET02")] = content
    return True


TABLE: list[tuple[str, str, Change]] = [
    ("readme-removed", "README.TXT removed", _without("README.TXT")),
    ("index-removed", "INDEX.HTM removed", _without("INDEX.HTM")),
    ("metadata-removed", "METADATA.XML removed", _without("/METADATA.XML")),
    ("document-removed", "the first document removed", lambda z, r: bool(z.files.pop(z.document, None))),
    ("folder-renamed", "IHE_XDM renamed XDM", _renamed(lambda z: "IHE_XDM/", lambda _: "XDM/")),
    ("folder-nested", "all put in a folder", lambda z, r: z.rename("", "x") or _nested(z)),
    ("names-lower", "names in lower case",
     lambda z, r: z.rename("IHE_XDM/", "ihe_xdm/")),
    ("document-long-name", "a document of eleven letters",
     lambda z, r: _document_called(z, "DOCUMENT0001.XML")),
    ("document-accented", "a document with an accent in its name",
     lambda z, r: _document_called(z, "DOCÉ01.XML")),
    ("document-with-space", "a document with a space in its name",
     lambda z, r: _document_called(z, "DOC 01.XML")),
    ("document-long-suffix", "a document with a suffix of four letters",
     lambda z, r: _document_called(z, "DOC0001.XHTM")),
    ("subset-long-name", "a subset of nine letters",
     lambda z, r: z.rename("IHE_XDM/SUBSET01/", "IHE_XDM/SUBSET001/")),
    ("readme-renamed", "README.TXT called LISEZMOI.TXT",
     _renamed(lambda z: z.named("README.TXT"), lambda _: "LISEZMOI.TXT")),
    ("index-renamed", "INDEX.HTM called INDEX.HTML",
     _renamed(lambda z: z.named("INDEX.HTM"), lambda _: "INDEX.HTML")),
    ("path-up", "an entry that climbs out", _with("../EVIL.XML", b"<x/>")),
    ("path-absolute", "an entry from the root", _with("/ETC/PASSWD", b"x")),
    ("path-drive", "an entry of a drive", _with("C:/X.XML", b"<x/>")),
    ("path-backslash", "folders with backslashes",
     lambda z, r: z.rename(z.document, z.document.replace("/", "\\"))),
    ("autorun", "an autorun file", _with("AUTORUN.INF", b"[autorun]\r\nopen=X.EXE\r\n")),
    ("program", "a Windows program", _with("IHE_XDM/SUBSET01/VIEWER.EXE", b"MZ" + bytes(60))),
    ("script", "a script", _with("IHE_XDM/VIEW.BAT", b"@echo off\r\n")),
    ("program-in-disguise", "a program called .XML",
     _with("IHE_XDM/SUBSET01/DOC0099.XML", b"MZ" + bytes(60))),
    ("archive-inside", "a zip in the archive",
     _with("IHE_XDM/SUBSET01/OTHER.ZIP", Zip({"A.TXT": b"x"}).written())),
    ("pdf-inside", "the PDF copy in the archive",
     _with("IHE_XDM/SUBSET01/DOC0001.PDF", b"%PDF-1.4\n%%EOF\n")),
    ("readme-empty", "README.TXT empty", _replaced("README.TXT", lambda _: b"")),
    ("readme-binary", "README.TXT is no text", _replaced("README.TXT", lambda _: bytes(range(256)))),
    ("readme-accents", "README.TXT with accents",
     _replaced("README.TXT", lambda t: t if not t.isascii() else t + "Téléphone\r\n".encode())),
    ("readme-line-ends", "README.TXT with LF only",
     _replaced("README.TXT", lambda t: t.replace(b"\r\n", b"\n") if t.isascii() else t)),
    ("readme-without-application", "README.TXT without the application",
     _replaced("README.TXT", lambda t: t[: t.find(b"Application de")] + t[t.find(b"Instructions"):]
               if 0 < t.find(b"Application de") < t.find(b"Instructions") else t)),
    ("readme-without-sender", "README.TXT without the sender",
     _replaced("README.TXT", lambda t: t[t.find(b"Application de"):] if b"Application de" in t else t)),
    ("index-without-link", "INDEX.HTM without its link",
     _replaced("INDEX.HTM", lambda t: t.replace(b"href=", b"id="))),
    ("index-link-elsewhere", "INDEX.HTM whose link leads elsewhere",
     _replaced("INDEX.HTM", lambda t: t.replace(b'href="README.TXT"', b'href="LISEZMOI.TXT"'))),
    ("index-not-well-formed", "INDEX.HTM with a tag left open",
     _replaced("INDEX.HTM", lambda t: t.replace(b"</p>", b"", 1))),
    ("index-empty", "INDEX.HTM empty", _replaced("INDEX.HTM", lambda _: b"")),
    ("index-nameless", "INDEX.HTM without the institution",
     _replaced("INDEX.HTM", _without_sender)),
    ("index-accents", "INDEX.HTM with accents",
     _replaced("INDEX.HTM", lambda t: t.replace(b"Emetteur", "Émetteur".encode()) if t.isascii() else t)),
    ("document-octet", "an octet of a document changed",
     lambda z, r: _document_edit(z, lambda d: d.replace(b"</", b" </", 1))),
    ("document-truncated", "a document cut in the middle",
     lambda z, r: _document_edit(z, lambda d: d[: len(d) // 2])),
    ("document-empty", "a document emptied", lambda z, r: _document_edit(z, lambda d: b"")),
    ("document-line-ends", "a document with other line ends than when its hash was made",
     lambda z, r: _document_edit(z, _other_line_ends)),
    ("document-bom", "a BOM added to a document after its hash was made",
     lambda z, r: _document_edit(z, lambda d: d if d.startswith(b"\xef\xbb\xbf") else b"\xef\xbb\xbf" + d)),
    ("metadata-truncated", "METADATA.XML cut in the middle",
     _replaced("/METADATA.XML", lambda t: t[: len(t) // 2])),
    ("metadata-empty", "METADATA.XML empty", _replaced("/METADATA.XML", lambda _: b"")),
    ("metadata-xxe", "METADATA.XML with a DOCTYPE",
     _replaced("/METADATA.XML", lambda t: b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
               + t.partition(b"?>")[2] if t.startswith(b"<?xml") else
               b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + t.lstrip())),
    ("metadata-latin-1", "METADATA.XML with octets of ISO 8859-1",
     _replaced("/METADATA.XML", lambda t: t.decode("utf-8").encode("iso-8859-1", "replace"))),
    ("subset-copied", "a second subset, a copy of the first", lambda z, r: _second_subset(z)),
    ("compressed-bzip2", "a document compressed by bzip2",
     lambda z, r: z.method.update({z.document: zipfile.ZIP_BZIP2}) is None),
    ("compressed-lzma", "METADATA.XML compressed by LZMA",
     lambda z, r: z.method.update({z.metadata: zipfile.ZIP_LZMA}) is None),
    ("entry-twice", "the same entry twice", lambda z, r: setattr(z, "twice", z.document) is None),
    ("entry-link", "a symbolic link",
     lambda z, r: z.files.update({"IHE_XDM/SUBSET01/LINK.XML": b"/etc/passwd"}) is None
     and z.attributes.update({"IHE_XDM/SUBSET01/LINK.XML": (stat.S_IFLNK | 0o777) << 16}) is None),
    ("zip-comment", "a comment of the zip", lambda z, r: setattr(z, "comment", b"made by x") is None),
    ("bomb", "an entry that inflates a thousand times", _with("IHE_XDM/SUBSET01/BIG.XML", bytes(30_000_000))),
    ("empty", "nothing in the zip", lambda z, r: z.files.clear() is None),
]  # fmt: skip


for _name, _what, _change in TABLE:
    archive(f"zip-{_name}", _what)(_change)


@mutation("zip-truncated", Kind.XDM, "the archive cut before its directory")
def zip_truncated(content: bytes, rng: random.Random) -> bytes:
    """What a broken transfer leaves."""
    return content[: content.rfind(b"PK\x01\x02")]


@mutation("zip-crc", Kind.XDM, "the checksum of an entry wrong")
def zip_crc(content: bytes, rng: random.Random) -> bytes:
    """In both headers of the last entry of some size."""
    changed = bytearray(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive_read:
        info = next(one for one in archive_read.infolist() if one.file_size)
    for mark, offset in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
        at = changed.find(mark)
        while at >= 0:
            if changed[at + offset : at + offset + 4] == info.CRC.to_bytes(4, "little"):
                changed[at + offset] ^= 0xFF
            at = changed.find(mark, at + 4)
    return bytes(changed)


@mutation("zip-encrypted", Kind.XDM, "an entry that says it is encrypted")
def zip_encrypted(content: bytes, rng: random.Random) -> bytes:
    """Flag 1 in both headers of the first entry with content."""
    changed = bytearray(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive_read:
        info = next(one for one in archive_read.infolist() if one.file_size)
    changed[info.header_offset + 6] |= 1
    name = info.filename.encode()
    at = changed.find(b"PK\x01\x02")
    while at >= 0:
        if changed[at + 46 : at + 46 + len(name)] == name:
            changed[at + 8] |= 1
        at = changed.find(b"PK\x01\x02", at + 4)
    return bytes(changed)


@mutation("zip-data-damaged", Kind.XDM, "octets of a compressed entry changed")
def zip_data_damaged(content: bytes, rng: random.Random) -> bytes:
    """In the largest entry."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive_read:
        info = max(archive_read.infolist(), key=lambda one: one.compress_size)
    at = info.header_offset + 30 + len(info.filename) + info.compress_size // 2
    return content[:at] + bytes(each ^ 0x5A for each in content[at : at + 16]) + content[at + 16 :]


@mutation("zip-prefixed", Kind.XDM, "a program before the zip")
def zip_prefixed(content: bytes, rng: random.Random) -> bytes:
    """A self-extracting archive."""
    return b"MZ" + bytes(500) + content
