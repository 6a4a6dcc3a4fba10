"""Units of UCUM: atoms, metric prefixes, products, exponents and annotations.

Source: The Unified Code for Units of Measure, case sensitive codes (§§ 2.1 to 2.4); the atoms are those that
health documents use, so an unknown one only warns.
"""

from __future__ import annotations

import re
from functools import lru_cache

_METRIC = frozenset(
    [
        "m",
        "s",
        "g",
        "rad",
        "K",
        "C",
        "cd",
        "mol",
        "sr",
        "Hz",
        "N",
        "Pa",
        "J",
        "W",
        "A",
        "V",
        "F",
        "Ohm",
        "S",
        "Wb",
        "Cel",
        "T",
        "H",
        "lm",
        "lx",
        "Bq",
        "Gy",
        "Sv",
        "l",
        "L",
        "ar",
        "t",
        "bar",
        "u",
        "eV",
        "pc",
        "kg",
        "cal_[Ca]",
        "cal",
        "cal_th",
        "cal_IT",
        "U",
        "kat",
        "eq",
        "osm",
        "g%",
        "[iU]",
        "[IU]",
        "[pH]",
        "Np",
        "B",
        "B[SPL]",
        "mho",
        "R",
        "Ci",
        "RAD",
        "REM",
        "Torr",
        "m[H2O]",
        "m[Hg]",
        "st",
        "dyn",
        "erg",
        "P",
        "Gal",
        "Oe",
        "G",
        "Ky",
        "Mx",
        "Lmb",
        "St",
        "sb",
        "ph",
        "tex",
        "bit_s",
        "bit",
        "By",
        "Bd",
        "[HPF]",
    ]
)
_PLAIN = frozenset(
    [
        "%",
        "10*",
        "10^",
        "[pi]",
        "[ppth]",
        "[ppm]",
        "[ppb]",
        "[pptr]",
        "deg",
        "'",
        "''",
        "gon",
        "min",
        "h",
        "d",
        "a",
        "a_j",
        "a_g",
        "a_t",
        "wk",
        "mo",
        "mo_s",
        "mo_j",
        "mo_g",
        "[in_i]",
        "[ft_i]",
        "[yd_i]",
        "[mi_i]",
        "[lb_av]",
        "[oz_av]",
        "[gr]",
        "[degF]",
        "[Cal]",
        "atm",
        "mm[Hg]",
        "cm[H2O]",
        "[drp]",
        "[tsp_us]",
        "[tbs_us]",
        "[cup_us]",
        "[oz_fl_us]",
        "[pt_us]",
        "[qt_us]",
        "[gal_us]",
        "[arb'U]",
        "[USP'U]",
        "[GPL'U]",
        "[MPL'U]",
        "[APL'U]",
        "[beth'U]",
        "[anti'Xa'U]",
        "[todd'U]",
        "[dye'U]",
        "[smgy'U]",
        "[bdsk'U]",
        "[ka'U]",
        "[knk'U]",
        "[mclg'U]",
        "[tb'U]",
        "[CCID_50]",
        "[TCID_50]",
        "[EID_50]",
        "[PFU]",
        "[FFU]",
        "[CFU]",
        "[BAU]",
        "[AU]",
        "[Amb'a'1'U]",
        "[IR]",
        "[LPF]",
        "[NPU]",
        "[D'ag'U]",
        "[FEU]",
        "[DDU]",
        "[ELU]",
        "[EU]",
        "[Lf]",
        "[PNU]",
        "[hd_i]",
        "[diop]",
        "[p'diop]",
        "[mesh_i]",
        "[Ch]",
        "[S]",
        "[HP'X]",
        "[RFU]",
        "B[V]",
    ]
)
_PREFIXES = ("da", *"YZEPTGMkhdcmunpfazy", "Ki", "Mi", "Gi", "Ti")
_PART = re.compile(
    r"(?P<atom>(?:[^\s.*/(){}\[\]0-9+-]|\[[^\]\s]+\]|_)+|10\*|10\^|%)?"
    r"(?P<power>[+-]?\d+)?(?P<note>\{[^{}\s]*\})?"
)
_MAX = 60


@lru_cache(maxsize=512)
def is_unit(text: str) -> bool:
    """Tell whether a text is a unit: `mmol/L`, `10*9/L`, `mm[Hg]`, `{tbl}`, `ug/(24.h)`; `1` is the unity."""
    if not text or len(text) > _MAX or not text.isascii() or text.count("(") != text.count(")"):
        return False
    flat = text.replace("(", "").replace(")", "")
    parts = re.split(r"[./](?![^{]*\})", flat.removeprefix("/"))
    return all(_is_part(part) for part in parts)


def _is_part(part: str) -> bool:
    match = _PART.fullmatch(part)
    if not part or match is None:
        return False
    atom = match["atom"]
    return atom is None or _is_atom(atom)


def _is_atom(atom: str) -> bool:
    if atom in _METRIC or atom in _PLAIN:
        return True
    return any(atom.startswith(prefix) and atom[len(prefix) :] in _METRIC for prefix in _PREFIXES)
