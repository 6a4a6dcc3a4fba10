"""Writes HL7 v2 in ER7: fields, components, escapes (HL7 v2.5 §2.5, §2.7)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Charset = Literal["UNICODE UTF-8", "8859/15"]
ENCODINGS: dict[str, str] = {"UNICODE UTF-8": "utf-8", "8859/15": "iso8859-15"}
ENCODING_CHARACTERS = "^~\\&"
_ESCAPES = str.maketrans({"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"})


def escaped(text: str) -> str:
    """Return text that a component can hold, in one line."""
    return " ".join(text.split()).translate(_ESCAPES)


def composed(*components: str) -> str:
    """Return a field of components, each escaped; the empty ones at the end are left out."""
    return "^".join(escaped(one) for one in components).rstrip("^")


def base64_text(content: bytes) -> str:
    """Return octets in base64, in one line as the volets have it."""
    return base64.b64encode(content).decode("ascii")


def hl7_time(instant: datetime) -> str:
    """Return an instant to the second, without offset, as the samples of the volets have it."""
    return f"{instant:%Y%m%d%H%M%S}"


def segment(name: str, fields: dict[int, str]) -> str:
    """Return a segment whose fields are given by their number; the others stay empty."""
    last = max(fields, default=0)
    return "|".join([name, *(fields.get(number, "") for number in range(1, last + 1))])


@dataclass(frozen=True, slots=True)
class Parties:
    """Applications and facilities: MSH-3 and -4 of the sender, MSH-5 and -6 of the receiver."""

    application: str
    facility: str
    to_application: str
    to_facility: str

    @property
    def swapped(self) -> Parties:
        """Return the parties of an answer."""
        return Parties(self.to_application, self.to_facility, self.application, self.facility)


def header(  # noqa: PLR0917  (the fields of MSH, in their order)
    parties: Parties,
    instant: datetime,
    kind: str,
    control_id: str,
    version: str,
    charset: str = "UNICODE UTF-8",
    profile: str = "",
) -> str:
    """Return MSH; `kind` is MSH-9 whole, `profile` MSH-21 whole (empty in an ACK)."""
    fields = [
        *("MSH", ENCODING_CHARACTERS, escaped(parties.application), escaped(parties.facility)),
        *(escaped(parties.to_application), escaped(parties.to_facility), hl7_time(instant), "", kind),
        *(escaped(control_id), "P", version, "", "", "", "", "FRA", charset),
        *(["", "", profile] if profile else []),
    ]
    return "|".join(fields)


def encoded(segments: list[str], charset: str) -> bytes:
    """Return a message: segments ended by CR, in the character set of MSH-18.

    A character that the set lacks becomes `?`: that is what a sender bound to 8859/15 does.
    """
    text = "".join(f"{one}\r" for one in segments)
    return text.encode(ENCODINGS.get(charset, "utf-8"), "replace")
