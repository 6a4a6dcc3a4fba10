"""The product's own reading and writing of HL7 v2 (ER7)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

CHARSETS = {"UNICODE UTF-8": "utf-8", "8859/15": "iso8859-15"}
MOST_SEGMENTS = 5_000
_ESCAPED = str.maketrans({"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"})
_ESCAPES = {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\"}


class Unreadable(Exception):
    """A message that cannot be taken: ERR-3 code, what is wrong, where (ERR-2)."""

    def __init__(self, code: str, text: str, place: str = "", application: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.place = place
        self.application = application


@dataclass(frozen=True, slots=True)
class Line:
    """One segment: name and fields, `fields[0]` being field 1."""

    name: str
    fields: tuple[str, ...]

    def field(self, number: int) -> str:
        """Return a field as written."""
        return self.fields[number - 1] if 0 < number <= len(self.fields) else ""

    def part(self, number: int, component: int = 1) -> str:
        """Return a component of the first repetition, escapes undone."""
        pieces = self.field(number).split("~")[0].split("^")
        return unescaped(pieces[component - 1]).strip() if component <= len(pieces) else ""

    def octets(self, number: int = 5) -> bytes:
        """Return what an ED field holds in base64; raises `Unreadable`."""
        pieces = self.field(number).split("^")
        try:
            return base64.b64decode(pieces[4].strip(), validate=True)
        except (IndexError, ValueError, binascii.Error) as error:
            raise Unreadable("102", "Base64 illisible", f"{self.name}^{self.field(1)}^{number}") from error


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was received."""

    lines: tuple[Line, ...]
    charset: str

    @property
    def msh(self) -> Line:
        """The first segment; field numbers count the separator as MSH-1."""
        return self.lines[0]

    @property
    def kind(self) -> str:
        """MSH-9.1."""
        return self.msh.part(9)

    @property
    def event(self) -> str:
        """MSH-9.2."""
        return self.msh.part(9, 2)

    def first(self, name: str) -> Line:
        """Return the first segment of this name; raises `Unreadable` (100)."""
        for line in self.lines:
            if line.name == name:
                return line
        raise Unreadable("100", f"Segment {name} absent", name)

    def all(self, name: str) -> list[Line]:
        """Return every segment of this name."""
        return [line for line in self.lines if line.name == name]


def parse(octets: bytes) -> Message:
    """Read a message; raises `Unreadable`."""
    head = octets.split(b"\r", 1)[0].decode("latin-1").split("|")
    if not octets.startswith(b"MSH|^~\\&|") or len(head) < 12:
        raise Unreadable("100", "MSH illisible", "MSH")
    charset = head[17].strip() if len(head) > 17 else "UNICODE UTF-8"
    try:
        text = octets.decode(CHARSETS.get(charset, "utf-8"))
    except UnicodeDecodeError as error:
        raise Unreadable("102", "Jeu de caractères", "MSH^1^18") from error
    lines = [one for one in text.replace("\n", "\r").split("\r") if one.strip()]
    if len(lines) > MOST_SEGMENTS:
        raise Unreadable("207", "Message trop long")
    made = []
    for one in lines:
        name, *fields = one.split("|")
        made.append(Line(name, ("|", *fields) if name == "MSH" else tuple(fields)))
    return Message(tuple(made), charset)


def unescaped(text: str) -> str:
    """Return a component with its escapes undone."""
    if "\\" not in text:
        return text
    pieces = text.split("\\")
    result = [pieces[0]]
    for index in range(1, len(pieces), 2):
        result.append(_ESCAPES.get(pieces[index], ""))
        result.append(pieces[index + 1] if index + 1 < len(pieces) else "")
    return "".join(result)


def escaped(text: str) -> str:
    """Return text as a component holds it."""
    return " ".join(text.split()).translate(_ESCAPED)


def line(name: str, fields: Mapping[int, str]) -> str:
    """Return a segment from its fields by number."""
    return "|".join([name, *(fields.get(number, "") for number in range(1, max(fields, default=0) + 1))])


def stamp(instant: datetime) -> str:
    """Return an instant to the second."""
    return instant.strftime("%Y%m%d%H%M%S")


def joined(lines: list[str], charset: str = "UNICODE UTF-8") -> bytes:
    """Return a message from its segments."""
    return "".join(f"{one}\r" for one in lines).encode(CHARSETS.get(charset, "utf-8"), "replace")


@dataclass(frozen=True, slots=True)
class Peers:
    """MSH-3, -4 of who sends and MSH-5, -6 of who receives."""

    application: str
    facility: str
    to_application: str
    to_facility: str


def msh(  # noqa: PLR0917  (the fields of MSH, in their order)
    peers: Peers,
    now: datetime,
    kind: str,
    control_id: str,
    version: str = "2.6",
    charset: str = "UNICODE UTF-8",
    profile: str = "",
    processing: str = "P",
) -> str:
    """Return MSH; `kind` is MSH-9 whole, `profile` MSH-21 whole."""
    fields = {
        2: escaped(peers.application),
        3: escaped(peers.facility),
        4: escaped(peers.to_application),
        5: escaped(peers.to_facility),
        6: stamp(now),
        8: kind,
        9: escaped(control_id),
        10: processing,
        11: version,
        16: "FRA",
        17: charset,
    }
    if profile:
        fields[20] = profile
    return line("MSH", {1: "^~\\&", **fields})
