"""Who works where, in what numbers: the shares of an invented population.

Numbers of professionals are those that the ANS gives by profession (SOURCE-FACTS §4); those registered by
their employer have none published and are inferred, as are places of work, modes and shares of BAL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Trade:
    """A profession (TRE_G15): how many, title, diploma, know-how with weights, places of work with weights.

    `bal` is the share that has a BAL, `domain` where the Order or an operator of the profession opens it.
    """

    code: str
    number: int
    places: tuple[tuple[str, float], ...]
    bal: float
    domain: str
    title: str = ""
    diploma: str = ""
    skills: tuple[tuple[str, int], ...] = ()
    women: float = 0.6


_TOWN = (("cabinet", 0.85), ("centre", 0.1), ("hospital", 0.05))
_HOSPITAL = (("hospital", 0.8), ("ehpad", 0.2))
_MIXED = (("hospital", 0.5), ("cabinet", 0.35), ("ehpad", 0.15))
_PHYSICIAN = (("cabinet", 0.5), ("hospital", 0.42), ("centre", 0.05), ("lab", 0.03))
_SKILLS = (
    ("SM54", 420),
    ("SM26", 60),
    ("SM53", 50),
    ("SM02", 52),
    ("SM42", 68),
    ("SM44", 40),
    ("SM04", 34),
    ("SM40", 38),
    ("SM38", 27),
    ("SM20", 25),
    ("SM24", 20),
    ("SM15", 17),
    ("SM41", 15),
    ("SM08", 15),
    ("SM32", 14),
    ("SM59", 13),
    ("SM48", 12),
    ("SM03", 12),
    ("SM18", 11),
    ("SM14", 8),
    ("SM30", 8),
    ("SM36", 6),
)
TRADES: tuple[Trade, ...] = (
    Trade("10", 230_000, _PHYSICIAN, 0.62, "medecin", "DR", "DE05", _SKILLS, 0.5),
    Trade("60", 700_000, _MIXED, 0.1, "infirmier", women=0.87),
    Trade("70", 90_000, _TOWN, 0.25, "masseur-kinesitherapeute", women=0.5),
    Trade("21", 75_000, (("pharmacy", 0.8), ("hospital", 0.12), ("lab", 0.08)), 0.55, "pharmacien", "DR"),
    Trade(
        "40", 42_000, _TOWN, 0.3, "chirurgien-dentiste", "DR", "", (("SCD01", 5), ("SCD02", 1), ("", 94)), 0.5
    ),
    Trade("50", 23_000, _MIXED, 0.45, "sage-femme", women=0.97),
    Trade("80", 14_000, _TOWN, 0.3, "pedicure-podologue"),
    Trade("93", 80_000, _MIXED, 0.03, "pro", women=0.86),
    Trade("86", 45_000, (("lab", 0.6), ("hospital", 0.4)), 0.01, "pro", women=0.8),
    Trade("28", 37_000, (("cabinet", 1.0),), 0.01, "pro"),
    Trade("98", 36_000, _HOSPITAL, 0.01, "pro"),
    Trade("31", 30_000, _TOWN, 0.01, "pro", women=0.95),
    Trade("91", 25_000, _TOWN, 0.12, "pro", women=0.96),
    Trade("96", 13_000, _MIXED, 0.03, "pro", women=0.88),
    Trade("95", 12_000, _MIXED, 0.03, "pro", women=0.94),
    Trade("94", 10_000, _MIXED, 0.03, "pro", women=0.88),
    Trade("92", 5_000, _TOWN, 0.05, "pro", women=0.9),
    Trade("26", 4_000, (("cabinet", 1.0),), 0.02, "pro"),
    Trade("83", 1_800, (("cabinet", 1.0),), 0.0, "pro"),
    Trade("81", 1_300, (("cabinet", 1.0),), 0.0, "pro"),
    Trade("82", 700, (("cabinet", 1.0),), 0.0, "pro"),
    Trade("32", 600, _HOSPITAL, 0.1, "pro"),
    Trade("85", 80, (("cabinet", 1.0),), 0.0, "pro"),
    Trade("84", 50, (("cabinet", 1.0),), 0.0, "pro"),
    Trade("35", 300_000, _HOSPITAL, 0.01, "pro", women=0.9),
    Trade("39", 45_000, (("pharmacy", 1.0),), 0.01, "pro", women=0.9),
    Trade("37", 40_000, _HOSPITAL, 0.0, "pro", women=0.98),
    Trade("36", 30_000, _HOSPITAL, 0.0, "pro", women=0.3),
)
TRADE_WEIGHTS = tuple(accumulate(trade.number for trade in TRADES))


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of structure: its share of all, sector (TRE_R02), category (TRE_R66), names, shares of BAL.

    `finess`: registered in FINESS (EJ and EG), else known by SIRET or RPPS-rang. `org` and `app` are mean
    numbers of BAL.
    """

    name: str
    share: float
    sector: str
    category: str
    titles: tuple[str, ...]
    finess: bool
    org: float
    app: float


PLACES: Mapping[str, Place] = {
    place.name: place
    for place in (
        Place(
            "hospital",
            0.02,
            "SA01",
            "355",
            ("CENTRE HOSPITALIER", "CHU", "HÔPITAL", "CLINIQUE"),
            True,
            9,
            0.8,
        ),
        Place("ehpad", 0.03, "SA17", "500", ("EHPAD", "RÉSIDENCE", "MAISON DE RETRAITE"), True, 1.2, 0.1),
        Place("lab", 0.012, "SA25", "611", ("LABORATOIRE", "LBM"), True, 1.1, 0.6),
        Place("pharmacy", 0.055, "SA33", "620", ("PHARMACIE",), True, 0.6, 0.0),
        Place("centre", 0.013, "SA05", "124", ("CENTRE DE SANTÉ", "MAISON DE SANTÉ"), True, 0.5, 0.05),
        Place("cabinet", 0.87, "SA07", "", ("CABINET", "CABINET MÉDICAL", "SELARL"), False, 0.01, 0.0),
    )
}
