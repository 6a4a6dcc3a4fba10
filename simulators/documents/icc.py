"""The sRGB profile of the PDF output intent, made from the published figures of sRGB.

ICC.1:2001-04 (version 2.4 profile, display class, matrix and tone curves); primaries and white point of IEC
61966-2-1 adapted to D50.
"""

from __future__ import annotations

import struct
from functools import lru_cache

_PRIMARIES = {
    b"wtpt": (0.9505, 1.0, 1.0891),
    b"rXYZ": (0.4361, 0.2225, 0.0139),
    b"gXYZ": (0.3851, 0.7169, 0.0971),
    b"bXYZ": (0.1431, 0.0606, 0.7141),
}
_CURVE_POINTS = 1024


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    """Return the profile; its date is fixed, so that the bytes never change."""
    curve = _curve()
    tags: list[tuple[bytes, bytes]] = [
        (b"desc", _description("sRGB IEC61966-2.1")),
        (b"cprt", b"text\0\0\0\0No copyright\0"),
        *((name, _xyz(*values)) for name, values in _PRIMARIES.items()),
        *((name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")),
    ]
    table, body = _layout(tags)
    size = 128 + len(table) + len(body)
    header = struct.pack(
        ">I4sI4s4s4s6H4s4sIIIQI3i4s44x",
        size, b"\0\0\0\0", 0x02400000, b"mntr", b"RGB ", b"XYZ ",
        2026, 1, 1, 0, 0, 0, b"acsp", b"\0\0\0\0", 0, 0, 0, 0, 0,
        63190, 65536, 54061, b"\0\0\0\0",
    )  # fmt: skip
    return header + table + body


def _layout(tags: list[tuple[bytes, bytes]]) -> tuple[bytes, bytes]:
    places: dict[bytes, int] = {}
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, content in tags:
        if content not in places:
            places[content] = start + len(body)
            body += content + b"\0" * (-len(content) % 4)
        table += struct.pack(">4sII", name, places[content], len(content))
    return table, body


def _xyz(x: float, y: float, z: float) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in (x, y, z)))


def _description(text: str) -> bytes:
    ascii_text = text.encode("ascii") + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(ascii_text)) + ascii_text + b"\0" * 78


def _curve() -> bytes:
    points = (_linear(index / (_CURVE_POINTS - 1)) for index in range(_CURVE_POINTS))
    values = [round(point * 65535) for point in points]
    return b"curv\0\0\0\0" + struct.pack(f">I{_CURVE_POINTS}H", _CURVE_POINTS, *values)


def _linear(value: float) -> float:
    result: float = value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
    return result
