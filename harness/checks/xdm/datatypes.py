"""HL7 v2 data types as XDS metadata write them: CX, XCN, XON, DTM, OID; and HL7 v3 times brought to UTC.

Each reader returns what is wrong in words of the type, or nothing. Sources: IHE ITI TF-3 §4.2.3.1.7;
ANS, volet "Portabilité des données LGC" (logical models of the metadata).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from schemas.identifiers.oid import MAX_CHARS

_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*))+", re.ASCII)
_DTM = re.compile(r"[0-9]{4}(?:[0-9]{2}){0,5}", re.ASCII)
_TS = re.compile(r"([0-9]{4,14})(?:\.[0-9]+)?([+-][0-9]{4})?", re.ASCII)
_FORMATS = {4: "%Y", 6: "%Y%m", 8: "%Y%m%d", 10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}


def is_oid(text: str) -> bool:
    """Tell whether a text is an OID of at most 64 characters."""
    return len(text) <= MAX_CHARS and bool(_OID.fullmatch(text))


def is_dtm(text: str) -> bool:
    """Tell whether a text is a DTM: YYYY[MM[DD[hh[mm[ss]]]]], a real date, without time zone."""
    return bool(_DTM.fullmatch(text)) and _moment(text) is not None


@dataclass(frozen=True, slots=True)
class Hd:
    """An assigning authority `namespace&OID&ISO`."""

    namespace: str
    oid: str
    type: str

    @property
    def sound(self) -> bool:
        """Tell whether it names its authority by an OID."""
        return is_oid(self.oid) and self.type == "ISO"


def components(text: str, count: int) -> list[str]:
    """Return the `^` components of a value, empty ones added up to `count`."""
    found = text.split("^")
    return found + [""] * (count - len(found))


def hd(text: str) -> Hd:
    """Read an authority; absent pieces are empty."""
    pieces = [*text.split("&"), "", "", ""]
    return Hd(pieces[0], pieces[1], pieces[2])


def cx_faults(text: str) -> Iterator[str]:
    """Yield what is wrong with `id^^^&OID&ISO^type`; the type is the caller's matter."""
    pieces = components(text, 5)
    if not pieces[0].strip():
        yield "CX.1 vide / empty"
    if not hd(pieces[3]).sound:
        yield f"CX.4 = {pieces[3] or '∅'} (&OID&ISO)"


def xcn_faults(text: str) -> Iterator[str]:
    """Yield what is wrong with the identity of `id^family^given^^^^^^&OID&ISO^…`."""
    pieces = components(text, 13)
    if not pieces[0].strip():
        yield "XCN.1 vide / empty"
    if not hd(pieces[8]).sound:
        yield f"XCN.9 = {pieces[8] or '∅'} (&OID&ISO)"


def xon_faults(text: str) -> Iterator[str]:
    """Yield what is wrong with `name^^^^^&OID&ISO^type^^^id`: name or id, and an authority with an id."""
    pieces = components(text, 10)
    if not pieces[0].strip() and not pieces[9].strip():
        yield "XON.1, XON.10 vides / empty"
    if (pieces[9] or pieces[5]) and not hd(pieces[5]).sound:
        yield f"XON.6 = {pieces[5] or '∅'} (&OID&ISO)"
    if pieces[5] and not pieces[9]:
        yield "XON.10 vide / empty"


@dataclass(frozen=True, slots=True)
class Instant:
    """An HL7 v3 time: digits as written, and in UTC where the text allows to know it."""

    digits: str
    utc: str | None

    def agrees(self, dtm: str) -> bool:
        """Tell whether a DTM in UTC says the same moment, at the coarser of the two precisions.

        A time without its zone, or a date alone, agrees with any moment within a day of it: nobody can say
        which hour was meant.
        """
        if self.utc is not None:
            shared = min(len(self.utc), len(dtm))
            return shared >= 8 and self.utc[:shared] == dtm[:shared]
        written, said = _moment(self.digits), _moment(dtm)
        if written is None or said is None:
            return False
        return abs(written - said) <= timedelta(days=1)


def instant(ts: str) -> Instant | None:
    """Read an HL7 v3 TS (`20210401181000+0200`), or None when it is no time."""
    match = _TS.fullmatch(ts)
    if match is None:
        return None
    digits, offset = match.group(1), match.group(2)
    moment = _moment(digits)
    if moment is None:
        return None
    if offset is None or len(digits) < 10:
        return Instant(digits, None)
    sign = -1 if offset[0] == "-" else 1
    delta = sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5]))
    try:
        utc = moment.replace(tzinfo=timezone(delta)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return Instant(digits, utc.strftime("%Y%m%d%H%M%S").zfill(14)[: len(digits)])


def _moment(digits: str) -> datetime | None:
    form = _FORMATS.get(len(digits))
    if form is None:
        return None
    try:
        return datetime.strptime(digits, form)
    except ValueError:
        return None
