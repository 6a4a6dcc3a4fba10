"""Single faults in a mail that carries documents: headers, parts, subject, copies, what the archive holds."""

from __future__ import annotations

import base64
import quopri
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from mutation_core import Kind, mutation, register
from mutation_inputs import stranger

from simulators.documents import LDL_SES

CRLF = b"\r\n"


@dataclass(slots=True)
class Part:
    """One part: its head as written, its content decoded."""

    head: bytes
    content: bytes

    def written(self) -> bytes:
        """Return the octets of the part, encoded as its head says."""
        if b"base64" in self.head.lower():
            body = base64.encodebytes(self.content).replace(b"\n", CRLF)
        elif b"quoted-printable" in self.head.lower():
            body = quopri.encodestring(self.content).replace(b"\n", CRLF)
        else:
            body = self.content.replace(b"\n", CRLF)
        return self.head + CRLF + CRLF + body


@dataclass(slots=True)
class Letter:
    """A mail taken apart as the builder made it: fields, then text, archive, copies."""

    fields: list[tuple[bytes, bytes]]
    boundary: bytes
    parts: list[Part] = field(default_factory=list)

    @classmethod
    def read(cls, content: bytes) -> Letter:
        """Take a mail of the builder apart."""
        head, _, body = content.partition(CRLF + CRLF)
        lines = re.sub(rb"\r\n[ \t]", b"\x00", head).split(CRLF)
        fields = [(name, value) for name, _, value in (one.partition(b": ") for one in lines)]
        boundary = re.search(rb'boundary="([^"]+)"', head)[1]
        made = cls(fields, boundary)
        for piece in body.split(b"--" + boundary + CRLF)[1:]:
            part_head, _, text = piece.partition(CRLF + CRLF)
            text = text.split(b"--" + boundary + b"--")[0]
            if b"base64" in part_head:
                made.parts.append(Part(part_head, base64.b64decode(text)))
            else:
                made.parts.append(Part(part_head, quopri.decodestring(text)))
        return made

    def written(self) -> bytes:
        """Put it together again."""
        head = b"".join(name + b": " + value.replace(b"\x00", b"\r\n ") + CRLF for name, value in self.fields)
        opening = b"--" + self.boundary
        body = b"".join(opening + CRLF + one.written() + CRLF for one in self.parts)
        return head + CRLF + body + opening + b"--" + CRLF

    def get(self, name: bytes) -> bytes:
        """Return the value of a field."""
        return next((value for each, value in self.fields if each.lower() == name.lower()), b"")

    def put(self, name: bytes, value: bytes | None) -> bool:
        """Write a field, or remove it."""
        before = list(self.fields)
        self.fields = [
            (each, value if each.lower() == name.lower() and value is not None else kept)
            for each, kept in self.fields
            if each.lower() != name.lower() or value is not None
        ]
        return self.fields != before

    def twice(self, name: bytes) -> bool:
        """Write a field a second time."""
        self.fields.append((name, self.get(name)))
        return True

    @property
    def text(self) -> Part:
        """Return the body."""
        return self.parts[0]

    @property
    def archive(self) -> Part:
        """Return the archive."""
        return self.parts[1]

    @property
    def copy(self) -> Part:
        """Return the first PDF copy."""
        return self.parts[2]

    def sub(self, part: Part, pattern: bytes, new: bytes) -> bool:
        """Change the head of a part."""
        before = part.head
        part.head = re.sub(pattern, new, part.head)
        return part.head != before


Change = Callable[[Letter, random.Random], bool | None]


def letter(name: str, what: str) -> Callable[[Change], Change]:
    """Register a change of a mail as a kind."""

    def keep(change: Change) -> Change:
        def spoil(content: bytes, rng: random.Random) -> bytes | None:
            made = Letter.read(content)
            return made.written() if change(made, rng) else None

        register(f"mail-{name}", Kind.MAIL, what, spoil)
        return change

    return keep


def _put(name: bytes, change: Callable[[bytes], bytes | None]) -> Change:
    return lambda m, rng: m.put(name, change(m.get(name)))


def _head(which: Callable[[Letter], Part], pattern: bytes, new: bytes) -> Change:
    return lambda m, rng: m.sub(which(m), pattern, new)


def _subject(m: Letter) -> str:
    words = re.findall(rb"=\?utf-8\?q\?([^?]*)\?=", m.get(b"Subject"))
    if not words:
        return m.get(b"Subject").replace(b"\x00", b" ").decode()
    return b"".join(quopri.decodestring(one.replace(b"_", b" ")) for one in words).decode()


def _latin_1(text: str) -> bytes:
    octets = quopri.encodestring(text.encode("iso-8859-1", "replace"), header=True)
    return b"=?iso-8859-1?q?" + octets.replace(b"=\n", b"") + b"?="


def _subjected(change: Callable[[str], str]) -> Change:
    def edit(m: Letter, rng: random.Random) -> bool:
        before = _subject(m)
        after = change(before)
        m.put(b"Subject", b"=?utf-8?b?" + base64.b64encode(after.encode()) + b"?=")
        return after != before

    return edit


def _text(change: Callable[[str], str]) -> Change:
    def edit(m: Letter, rng: random.Random) -> bool:
        before = m.text.content
        m.text.content = change(before.decode()).encode()
        return m.text.content != before

    return edit


def _other_archive() -> bytes:
    factory = stranger()
    return factory.archive([factory.submission(factory.cr_bio())]).content


def _copy_named(change: Callable[[list[str]], list[str]]) -> Change:
    """Change the fields of the name of the first copy."""

    def edit(m: Letter, rng: random.Random) -> bool:
        stem = _copy_name(m)[:-4]
        name = "_".join(change(stem.split("_"))) + ".pdf"
        head = b'Content-Type: application/pdf;\r\n name="copie.pdf"\r\nContent-Transfer-Encoding: base64\r\n'
        shown = "".join(f"%{each:02X}" for each in name.encode())
        m.copy.head = head + b"Content-Disposition: attachment;\r\n filename*=UTF-8''" + shown.encode()
        return name != stem + ".pdf"

    return edit


def _copy_name(m: Letter) -> str:
    from urllib.parse import unquote

    plain = re.search(rb'filename="([^"]*)"', m.copy.head)
    return (
        plain[1].decode()
        if plain
        else unquote(re.search(rb"filename\*=UTF-8''(\S+)", m.copy.head)[1].decode())
    )


def _without_part(number: int) -> Change:
    return lambda m, rng: bool(m.parts.pop(number))


TABLE: list[tuple[str, str, Change]] = [
    ("archive-removed", "the archive removed", _without_part(1)),
    ("archive-renamed", "the archive called documents.zip",
     _head(lambda m: m.archive, rb"IHE_XDM\.ZIP", b"documents.zip")),
    ("archive-type", "the archive as application/octet-stream",
     _head(lambda m: m.archive, rb"application/zip", b"application/octet-stream")),
    ("archive-inline", "the archive inline", _head(lambda m: m.archive, rb"attachment", b"inline")),
    ("archive-undeclared", "the archive without disposition",
     _head(lambda m: m.archive, rb"\r\nContent-Disposition: attachment;\r\n filename=\"IHE_XDM.ZIP\"", b"")),
    ("archive-twice", "the archive twice", lambda m, r: m.parts.insert(2, m.archive) is None),
    ("archive-second", "a second archive, of another patient",
     lambda m, r: m.parts.insert(2, Part(m.archive.head, _other_archive())) is None),
    ("archive-of-another", "the archive of another patient",
     lambda m, r: setattr(m.archive, "content", _other_archive()) is None),
    ("archive-empty", "the archive empty", lambda m, r: setattr(m.archive, "content", b"") is None),
    ("archive-truncated", "the archive cut in the middle",
     lambda m, r: setattr(m.archive, "content", m.archive.content[: len(m.archive.content) // 2]) is None),
    ("archive-as-text", "the archive as text in an unknown encoding",
     _head(lambda m: m.archive, rb"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: 7bit")),
    ("subject-without-mark", "subject without XDM/1.0/DDM+",
     _subjected(lambda s: s.removeprefix("XDM/1.0/DDM+"))),
    ("subject-mark-version", "subject with XDM/2.0", _subjected(lambda s: s.replace("XDM/1.0", "XDM/2.0"))),
    ("subject-mark-space", "subject with a space in the mark",
     _subjected(lambda s: s.replace("DDM+", "DDM "))),
    ("subject-mark-case", "subject with the mark in lower case",
     _subjected(lambda s: s.replace("XDM/1.0/DDM+", "xdm/1.0/ddm+"))),
    ("subject-prefixed", "subject after a tag", _subjected(lambda s: "[MSS] " + s)),
    ("subject-nameless", "subject without the patient", _subjected(lambda s: "XDM/1.0/DDM+Lettre")),
    ("subject-other-name", "subject of another patient",
     _subjected(lambda s: re.sub(r"\S+ \S+ (\S+)$", r"AUTREMENT NOMME \1", s))),
    ("subject-other-birth", "subject with another birth date", _subjected(lambda s: s[:-4] + "1901")),
    ("subject-birth-form", "subject with a birth date year first",
     _subjected(lambda s: s[:-10] + f"{s[-4:]}-{s[-7:-5]}-{s[-10:-8]}")),
    ("subject-removed", "subject removed", _put(b"Subject", lambda _: None)),
    ("subject-latin-1", "subject in ISO 8859-1",
     lambda m, r: m.put(b"Subject", _latin_1(_subject(m)))),
    ("codecda-removed", "X-MSS-CODECDA removed", _put(b"X-MSS-CODECDA", lambda _: None)),
    ("codecda-other", "X-MSS-CODECDA of another type", _put(b"X-MSS-CODECDA", lambda _: b"11488-4")),
    ("codecda-empty", "X-MSS-CODECDA empty", _put(b"X-MSS-CODECDA", lambda _: b"")),
    ("codecda-label", "X-MSS-CODECDA with a label", _put(b"X-MSS-CODECDA", lambda v: v + b" Lettre")),
    ("codecda-semicolon", "X-MSS-CODECDA with semicolons",
     _put(b"X-MSS-CODECDA", lambda v: v.replace(b",", b";"))),
    ("codecda-forgotten", "X-MSS-CODECDA without the second code",
     lambda m, r: m.put(b"X-MSS-CODECDA", m.get(b"X-MSS-CODECDA").partition(b",")[0])),
    ("codecda-extra", "X-MSS-CODECDA with a code too many",
     _put(b"X-MSS-CODECDA", lambda v: v + b",11488-4")),
    ("codecda-twice", "X-MSS-CODECDA twice", lambda m, r: m.twice(b"X-MSS-CODECDA")),
    ("ins-removed", "X-MSS-INS removed", _put(b"X-MSS-INS", lambda _: None)),
    ("ins-other", "X-MSS-INS that says the contrary",
     _put(b"X-MSS-INS", lambda v: b"N" if v == b"O" else b"O")),
    ("ins-word", "X-MSS-INS OUI", _put(b"X-MSS-INS", lambda v: b"OUI" if v == b"O" else b"NON")),
    ("ins-lower", "X-MSS-INS in lower case", _put(b"X-MSS-INS", lambda v: v.lower())),
    ("ins-twice", "X-MSS-INS twice", lambda m, r: m.twice(b"X-MSS-INS")),
    ("nil-removed", "X-MSS-NIL removed", _put(b"X-MSS-NIL", lambda _: None)),
    ("nil-empty", "X-MSS-NIL empty", _put(b"X-MSS-NIL", lambda _: b"")),
    ("nil-twice", "X-MSS-NIL twice", lambda m, r: m.twice(b"X-MSS-NIL")),
    ("nil-word", "X-MSS-NIL of letters", _put(b"X-MSS-NIL", lambda _: b"LOGICIEL")),
    ("message-id-removed", "Message-ID removed", _put(b"Message-ID", lambda _: None)),
    ("message-id-malformed", "Message-ID without brackets", _put(b"Message-ID", lambda v: v.strip(b"<>"))),
    ("message-id-twice", "Message-ID twice", lambda m, r: m.twice(b"Message-ID")),
    ("date-removed", "Date removed", _put(b"Date", lambda _: None)),
    ("date-malformed", "Date as 2026-01-15", _put(b"Date", lambda _: b"2026-01-15 10:00")),
    ("from-removed", "From removed", _put(b"From", lambda _: None)),
    ("from-twice", "From twice", lambda m, r: m.twice(b"From")),
    ("mime-version-removed", "MIME-Version removed", _put(b"MIME-Version", lambda _: None)),
    ("subject-twice", "Subject twice", lambda m, r: m.twice(b"Subject")),
    ("text-latin-1", "text in ISO 8859-1", _head(lambda m: m.text, rb"charset=utf-8", b"charset=iso-8859-1")),
    ("text-html-only", "text as HTML only", _head(lambda m: m.text, rb"text/plain", b"text/html")),
    ("text-without-charset", "text with accents without charset",
     lambda m, r: not m.text.content.isascii() and m.sub(m.text, rb"; charset=utf-8", b"")),
    ("text-octets", "text whose octets are no UTF-8",
     lambda m, r: setattr(m.text, "content", m.text.content.decode().encode("iso-8859-1")) is None
     and not m.text.content.isascii()),
    ("text-silent", "text that does not announce the replacement or the deletion",
     lambda m, r: (b"remplace" in m.text.content or b"supprimer" in m.text.content)
     and setattr(m.text, "content", b"Bonjour,\n\nVoici un document.\n") is None),
    ("copy-removed", "the first PDF copy removed", _without_part(2)),
    ("copy-type", "a PDF copy as application/octet-stream",
     _head(lambda m: m.copy, rb"application/pdf", b"application/octet-stream")),
    ("copy-inline", "a PDF copy inline", _head(lambda m: m.copy, rb"attachment", b"inline")),
    ("copy-twice", "a PDF copy twice", lambda m, r: m.parts.append(m.copy) is None),
    ("copy-of-another", "the PDF copy of another document",
     lambda m, r: setattr(m.copy, "content", stranger().n1(LDL_SES, text="Tout autre chose.").copy) is None),
    ("copy-empty", "the PDF copy empty", lambda m, r: setattr(m.copy, "content", b"") is None),
    ("copy-truncated", "the PDF copy cut in the middle",
     lambda m, r: setattr(m.copy, "content", m.copy.content[: len(m.copy.content) // 2]) is None),
    ("copy-named-short", "a PDF copy called document.pdf", _copy_named(lambda f: ["document"])),
    ("copy-named-date", "a PDF copy whose name has another date",
     _copy_named(lambda f: ["20010101", *f[1:]])),
    ("copy-named-date-form", "a PDF copy whose name has a French date",
     _copy_named(lambda f: [f[0][6:8] + f[0][4:6] + f[0][:4], *f[1:]])),
    ("copy-named-patient", "a PDF copy in the name of another patient",
     _copy_named(lambda f: [*f[:2], "AUTREMENT", "Nomme", *f[4:]])),
    ("copy-named-type", "a PDF copy whose name says another type",
     _copy_named(lambda f: [f[0], "Tout autre chose", *f[2:]])),
    ("copy-named-spaces", "a PDF copy whose name has spaces between its fields",
     _copy_named(lambda f: [" ".join(f)])),
]  # fmt: skip

for _name, _what, _change in TABLE:
    letter(_name, _what)(_change)


@mutation("mail-truncated", Kind.MAIL, "the mail cut in the middle of the archive")
def mail_truncated(content: bytes, rng: random.Random) -> bytes:
    """Without the copies nor the last boundary."""
    at = content.find(b"application/zip")
    return content[: (at + content.find(b"\r\n--", at)) // 2]


@mutation("mail-base64-corrupt", Kind.MAIL, "base64 of the archive with foreign characters", blind=False)
def mail_base64_corrupt(content: bytes, rng: random.Random) -> bytes:
    """Three characters in the middle of the archive."""
    start = content.find(b"\r\n\r\n", content.find(b"application/zip"))
    at = (start + content.find(b"\r\n--", start + 4)) // 2
    return content[:at] + b"*!\xe9" + content[at + 3 :]


@mutation("mail-boundary-other", Kind.MAIL, "the boundary announced is not that of the parts")
def mail_boundary_other(content: bytes, rng: random.Random) -> bytes:
    """The reader sees one empty part."""
    return re.sub(rb'boundary="[^"]+"', b'boundary="=_autre"', content, count=1)


@mutation("mail-two-patients", Kind.MAIL, "one set of an archive is of another patient")
def mail_two_patients(content: bytes, rng: random.Random) -> bytes:
    """The builder refuses it: the second subset is taken from another archive."""
    from mutation_archive import Zip

    made = Letter.read(content)
    first, second = Zip.read(made.archive.content), Zip.read(_other_archive())
    for name, octets in second.files.items():
        if name.startswith("IHE_XDM/SUBSET01/"):
            first.files[name.replace("SUBSET01", "SUBSET09")] = octets
    made.archive.content = first.written()
    codes = made.get(b"X-MSS-CODECDA") + b",11502-2"
    made.put(b"X-MSS-CODECDA", codes)
    return made.written()
