"""`Hl7Message`: an HL7 v2 message in ER7, with the position of everything (segment, field, component).

Any octets give a message or `Hl7Error`; what is wrong with a message is for the checks to say. Size and
counts are bounded. Sources: HL7 v2.5 chapter 2, the volets TX and LPS of the CI-SIS (DOSSIER §6).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

MAX_SEGMENTS = 10_000
MAX_FIELDS = 1_000
START, END = b"\x0b", b"\x1c\x0d"
"""Frame of the MLLP (Minimal Lower Layer Protocol): VT before, FS CR after."""

_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}$")
_ESCAPE = re.compile(r"\\(F|S|T|R|E|\.br|X[0-9A-Fa-f]+)\\")
CHARSETS = {"UNICODE UTF-8": "utf-8", "8859/15": "iso8859-15"}
"""MSH-18 of the two volets, and how Python calls them."""


class Hl7Error(ValueError):
    """The octets are no HL7 v2 message; `text` says why, in French and in English."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(f"{fr} / {en}")
        self.fr = fr
        self.en = en


@dataclass(frozen=True, slots=True)
class Separators:
    """MSH-1 and MSH-2: what separates fields, components, repetitions, sub-components; the escape."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    sub: str = "&"


@dataclass(frozen=True, slots=True)
class Position:
    """Where something is: `OBX(2)-5.1`, its segment counted from 1 in the message and among its like."""

    segment: str
    rank: int
    line: int
    field: int | None = None
    repetition: int | None = None
    component: int | None = None

    def __str__(self) -> str:
        text = f"{self.segment}({self.rank})"
        if self.field is not None:
            text += f"-{self.field}"
            if self.repetition is not None and self.repetition > 1:
                text += f"[{self.repetition}]"
            if self.component is not None:
                text += f".{self.component}"
        return text


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its name, its fields as written (index 0 is field 1; MSH-1 is the separator itself)."""

    name: str
    fields: tuple[str, ...]
    rank: int
    line: int
    separators: Separators

    def raw(self, field: int) -> str:
        """Return a field as written, empty when it is not there; `""` (explicit null) stays as it is."""
        return self.fields[field - 1] if 0 < field <= len(self.fields) else ""

    def repetitions(self, field: int) -> tuple[str, ...]:
        """Return the repetitions of a field as written; none when it is empty."""
        value = self.raw(field)
        return tuple(value.split(self.separators.repetition)) if value else ()

    def value(self, field: int, component: int = 1, sub: int = 1, repetition: int = 1) -> str:
        """Return one (sub-)component, escapes undone; empty when it is not there."""
        found = self.repetitions(field)
        if repetition > len(found):
            return ""
        components = found[repetition - 1].split(self.separators.component)
        if component > len(components):
            return ""
        subs = components[component - 1].split(self.separators.sub)
        return self._unescaped(subs[sub - 1]).strip() if sub <= len(subs) else ""

    def component(self, field: int, component: int, repetition: int = 1) -> str:
        """Return one component whole, sub-components included, as written."""
        found = self.repetitions(field)
        components = (
            found[repetition - 1].split(self.separators.component) if repetition <= len(found) else []
        )
        return components[component - 1] if component <= len(components) else ""

    def at(
        self, field: int | None = None, component: int | None = None, repetition: int | None = None
    ) -> Position:
        """Return the position of a field or component of this segment."""
        return Position(self.name, self.rank, self.line, field, repetition, component)

    def _unescaped(self, text: str) -> str:
        marks = self.separators
        if marks.escape not in text:
            return text
        named = {
            "F": marks.field,
            "S": marks.component,
            "T": marks.sub,
            "R": marks.repetition,
            "E": marks.escape,
        }

        def undo(match: re.Match[str]) -> str:
            code = match.group(1)
            if code.startswith("X"):
                return bytes.fromhex(code[1:] + "0" * (len(code) % 2 == 0)).decode("utf-8", "replace")
            return "\n" if code == ".br" else named[code]

        return _ESCAPE.sub(undo, text)


@dataclass(frozen=True)
class Hl7Message:
    """A message: its octets, the charset by which they were read, its segments in order."""

    raw: bytes
    segments: tuple[Segment, ...]
    charset: str

    @cached_property
    def sha256(self) -> str:
        """Return the SHA-256 of the octets."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def msh(self) -> Segment:
        """Return the first segment."""
        return self.segments[0]

    @property
    def type(self) -> tuple[str, str, str]:
        """Return MSH-9: `("MDM", "T02", "MDM_T02")`."""
        return self.msh.value(9, 1), self.msh.value(9, 2), self.msh.value(9, 3)

    @property
    def control_id(self) -> str:
        """Return MSH-10."""
        return self.msh.value(10)

    @property
    def profile(self) -> str:
        """Return MSH-21.2, without blanks: `CISIS_CDA_HL7_V2` (TX), `CISIS_CDA_HL7_LPS`, or empty."""
        return self.msh.value(21, 2)

    def all(self, name: str) -> tuple[Segment, ...]:
        """Return every segment of this name, in order."""
        return tuple(one for one in self.segments if one.name == name)

    def first(self, name: str) -> Segment | None:
        """Return the first segment of this name, or None."""
        return next((one for one in self.segments if one.name == name), None)

    def groups(self, head: str = "OBX") -> Iterator[tuple[Segment, tuple[Segment, ...]]]:
        """Yield each segment `head` with the segments that follow it up to the next one."""
        opened: Segment | None = None
        members: list[Segment] = []
        for segment in self.segments:
            if segment.name == head:
                if opened is not None:
                    yield opened, tuple(members)
                opened, members = segment, []
            elif opened is not None:
                members.append(segment)
        if opened is not None:
            yield opened, tuple(members)


def read_hl7(octets: bytes) -> Hl7Message:
    """Read one message, framed by MLLP or not, lines ended by CR (or by LF, as files have them).

    The charset is that of MSH-18, UTF-8 when it is absent or unknown, the other of the two when that does not
    decode. Raises `Hl7Error`.
    """
    content = octets.removeprefix(b"\xef\xbb\xbf").removeprefix(START)
    content = content.split(END[:1], 1)[0].strip(b"\r\n\x00 ")
    if not content.startswith(b"MSH") or len(content) < 8:
        raise Hl7Error("le message ne commence pas par MSH", "the message does not begin with MSH")
    text, charset = _decoded(content)
    lines = re.split(r"\r\n|\r|\n", text)
    if len(lines) > MAX_SEGMENTS:
        raise Hl7Error(f"plus de {MAX_SEGMENTS} segments", f"more than {MAX_SEGMENTS} segments")
    marks = _separators(lines[0])
    return Hl7Message(octets, tuple(_segments(lines, marks)), charset)


def is_hl7(head: bytes) -> bool:
    """Tell whether octets look like an HL7 v2 message, framed or not."""
    content = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\x0b\r\n ")
    return content.startswith(b"MSH") and len(content) > 8 and not content[3:4].isalnum()


def document_of(segment: Segment) -> bytes | None:
    """Return what component 5 of OBX-5 (an ED) holds in base64, None when it does not decode.

    A missing padding is made up for, as real receivers do; `is_padded` tells.
    """
    text = _base64(segment)
    if not text:
        return None
    whole = text[: len(text) - (len(text) % 4 == 1)]
    try:
        return base64.b64decode(whole + "=" * (-len(whole) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def is_padded(segment: Segment) -> bool:
    """Tell whether the base64 of OBX-5 has the length that RFC 4648 wants, a multiple of four."""
    return len(_base64(segment)) % 4 == 0


def _base64(segment: Segment) -> str:
    return re.sub(r"\s|\\\.br\\", "", segment.component(5, 5))


def _decoded(content: bytes) -> tuple[str, str]:
    first = re.split(rb"\r|\n", content, maxsplit=1)[0].decode("latin-1")
    fields = first.split(first[3]) if len(first) > 3 else []
    said = (
        fields[17].split(first[4] if len(first) > 4 else "^")[0].strip().upper() if len(fields) > 17 else ""
    )
    wanted = CHARSETS.get(said, "utf-8")
    other = "iso8859-15" if wanted == "utf-8" else "utf-8"
    for charset in (wanted, other):
        try:
            return content.decode(charset), charset
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1"), "latin-1"


def _separators(line: str) -> Separators:
    encoding = line[4:8]
    if len(encoding) < 4 or not line[3].isprintable() or line[3].isalnum() or line[3] in encoding:
        raise Hl7Error("MSH-1 et MSH-2 illisibles", "MSH-1 and MSH-2 cannot be read")
    return Separators(line[3], *tuple(encoding))


def _segments(lines: list[str], marks: Separators) -> Iterator[Segment]:
    ranks: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        name, *fields = line.split(marks.field, MAX_FIELDS)
        name = name.strip()
        if name == "MSH":
            fields = [marks.field, *fields]
        ranks[name] = ranks.get(name, 0) + 1
        yield Segment(name, tuple(fields), ranks[name], number, marks)


def is_segment_name(name: str) -> bool:
    """Tell whether a name has the form of a segment's: three capitals or digits."""
    return _SEGMENT.match(name) is not None
