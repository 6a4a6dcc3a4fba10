"""Reads what a PDF needs of the TrueType font that the package carries: metrics and character map.

Source: OpenType specification, tables `head`, `hhea`, `maxp`, `hmtx`, `cmap` (format 4).
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files


class CharacterMap(dict[int, int]):
    """Glyph of each character code; a character that the font lacks has the replacement sign."""

    def __missing__(self, code: int) -> int:
        return self[0xFFFD]


class HexadecimalMap(dict[int, str]):
    """Glyph of each character code in four hexadecimal digits, for `str.translate`."""

    def __missing__(self, code: int) -> str:
        return self[0xFFFD]


@dataclass(frozen=True, slots=True)
class Font:
    """A TrueType font; lengths are in thousandths of the type size, as PDF counts them.

    `glyphs` (and `hexadecimal`) give the glyph of a character code, `widths` the advance of each
    glyph, `packed` is the font program compressed with zlib, of `size` bytes when unpacked.
    """

    name: str
    packed: bytes
    size: int
    glyphs: CharacterMap
    hexadecimal: HexadecimalMap
    widths: tuple[int, ...]
    bounding_box: tuple[int, int, int, int]
    ascent: int
    descent: int

    def width(self, text: str) -> int:
        """Return the advance of a text."""
        return sum(map(self.widths.__getitem__, map(self.glyphs.__getitem__, map(ord, text))))


@lru_cache(maxsize=1)
def dejavu_sans() -> Font:
    """Return the font of the package (`fonts/LICENSE-DejaVu.txt`), read once."""
    data = (files(__package__) / "fonts" / "DejaVuSans.ttf").read_bytes()
    return _read("DejaVuSans", data)


def _read(name: str, data: bytes) -> Font:
    tables = _tables(data)
    head, metrics = tables["head"], tables["hhea"]
    (units,) = struct.unpack_from(">H", head, 18)
    ascent, descent = struct.unpack_from(">hh", metrics, 4)
    (long_metrics,) = struct.unpack_from(">H", metrics, 34)
    (glyph_count,) = struct.unpack_from(">H", tables["maxp"], 4)

    def scaled(value: int) -> int:
        return round(value * 1000 / int(units))

    advances = [struct.unpack_from(">H", tables["hmtx"], 4 * index)[0] for index in range(long_metrics)]
    advances += [advances[-1]] * (glyph_count - long_metrics)
    x_min, y_min, x_max, y_max = (scaled(value) for value in struct.unpack_from(">hhhh", head, 36))
    glyphs = CharacterMap(_character_map(tables["cmap"]))
    return Font(
        name=name,
        packed=zlib.compress(data, 9),
        size=len(data),
        glyphs=glyphs,
        hexadecimal=HexadecimalMap({code: f"{glyph:04X}" for code, glyph in glyphs.items()}),
        widths=tuple(scaled(advance) for advance in advances),
        bounding_box=(x_min, y_min, x_max, y_max),
        ascent=scaled(ascent),
        descent=scaled(descent),
    )


def _tables(data: bytes) -> dict[str, bytes]:
    (count,) = struct.unpack_from(">H", data, 4)
    tables = {}
    for index in range(count):
        tag, _checksum, offset, length = struct.unpack_from(">4sIII", data, 12 + 16 * index)
        tables[tag.decode("ascii")] = data[offset : offset + length]
    return tables


def _character_map(cmap: bytes) -> dict[int, int]:
    (count,) = struct.unpack_from(">H", cmap, 2)
    for index in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", cmap, 4 + 8 * index)
        if (platform, encoding) == (3, 1):
            return _format_4(cmap[offset:])
    raise ValueError("the font has no Unicode character map (platform 3, encoding 1)")


def _format_4(table: bytes) -> dict[int, int]:
    form, _length, _language, double = struct.unpack_from(">HHHH", table, 0)
    if form != 4:
        raise ValueError(f"the font's character map has format {form}: 4 is expected")
    count = double // 2
    ends = struct.unpack_from(f">{count}H", table, 14)
    starts = struct.unpack_from(f">{count}H", table, 16 + double)
    deltas = struct.unpack_from(f">{count}H", table, 16 + 2 * double)
    ranges_at = 16 + 3 * double
    ranges = struct.unpack_from(f">{count}H", table, ranges_at)
    glyphs = {}
    for index, (start, end, delta, shift) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code
            if shift:
                place = ranges_at + 2 * index + shift + 2 * (code - start)
                (glyph,) = struct.unpack_from(">H", table, place)
                if glyph == 0:
                    continue
            glyphs[code] = (glyph + delta) % 0x10000
    return glyphs
