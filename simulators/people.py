"""The professionals and structures of the simulated space: invented, and recognisable as such.

Identifiers come from the ranges kept for tests (DOSSIER §2.5): RPPS that start with 99700 and pass Luhn,
FINESS with a letter in second place. The same seed gives the same people.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from faker import Faker

TEST_RPPS_PREFIX = "99700"
NAME_PROVIDERS = ["faker.providers.person", "faker.providers.address"]
"""All that is asked of Faker; it would load 25 more, for each generator."""


@dataclass(frozen=True, slots=True)
class Structure:
    """A place where professionals work.

    `finess` has 9 characters, a letter in second place (fictitious); `sector` is a code of TRE_R02
    (SA07 cabinet individuel, SA01 établissement public de santé…); `commune` is the INSEE code.
    """

    finess: str
    name: str
    sector: str
    street_number: str
    street: str
    postcode: str
    city: str
    commune: str

    @property
    def department(self) -> str:
        """Return the number of the département, from the postcode (metropolitan France, not Corsica)."""
        return self.postcode[:2]

    @property
    def struct_idnat(self) -> str:
        """Return the Struct_IdNat: type 1 (FINESS) and the number."""
        return f"1{self.finess}"


@dataclass(frozen=True, slots=True)
class Professional:
    """A health professional.

    `ps_idnat` is the PS_IdNat: `8` and the RPPS (12 digits). `civility` is a code of TRE_R81 (M, MME),
    `exercise_title` one of TRE_R11 (DR, or empty), `profession` one of TRE_G15 (10 médecin), `skill` one of
    TRE_R01 (SM54 médecine générale, or empty).
    """

    ps_idnat: str
    family: str
    given: str
    civility: str
    exercise_title: str
    profession: str
    skill: str
    structure: Structure

    @property
    def rpps(self) -> str:
        """Return the 11 digits of the RPPS."""
        return self.ps_idnat[1:]

    @property
    def sector(self) -> str:
        """Return the code of the sector of activity (TRE_R02) of the structure."""
        return self.structure.sector

    @property
    def display_name(self) -> str:
        """Return the name as a mail header shows it, e.g. `Docteur Jeanne MARTIN`."""
        title = "Docteur " if self.exercise_title == "DR" else ""
        return f"{title}{self.given} {self.family}"

    @property
    def local_part(self) -> str:
        """Return `prenom.nom` in the letters that a mail address takes."""
        return f"{ascii_word(self.given)}.{ascii_word(self.family)}"


@dataclass(frozen=True, slots=True)
class _Trade:
    profession: str
    exercise_title: str
    skills: tuple[str, ...]
    sectors: tuple[str, ...]


_TRADES = (
    _Trade("10", "DR", ("SM54", "SM04", "SM26", "SM44"), ("SA07", "SA01", "SA05")),
    _Trade("21", "DR", ("",), ("SA33",)),
    _Trade("40", "DR", ("",), ("SA07",)),
    _Trade("50", "", ("",), ("SA07", "SA01")),
    _Trade("60", "", ("",), ("SA07", "SA17")),
)
_PLACES = (
    ("Paris 9e", "75009", "75109"),
    ("Lyon 3e", "69003", "69383"),
    ("Rennes", "35000", "35238"),
    ("Nantes", "44000", "44109"),
    ("Besançon", "25000", "25056"),
    ("Orléans", "45000", "45234"),
    ("Saint-Étienne", "42000", "42218"),
    ("Nîmes", "30000", "30189"),
)
_NAMES_BY_SECTOR = {
    "SA01": "CH {}",
    "SA05": "Centre de santé {}",
    "SA07": "Cabinet {}",
    "SA17": "EHPAD {}",
    "SA33": "Pharmacie {}",
}


class PeopleGenerator:
    """Invents people, one after the other, never the same RPPS or FINESS twice."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._faker = Faker("fr_FR", providers=NAME_PROVIDERS)
        self._faker.seed_instance(rng.getrandbits(64))
        self._numbers: set[str] = set()

    def structure(self, sector: str = "SA07") -> Structure:
        """Invent a structure of a sector (TRE_R02)."""
        city, postcode, commune = self._rng.choice(_PLACES)
        name = _NAMES_BY_SECTOR.get(sector, "Structure {}").format(f"fictif {self._faker.last_name()}")
        return Structure(
            finess=self._unique(lambda: f"{self._rng.randrange(1, 10)}B{self._rng.randrange(10**7):07d}"),
            name=name,
            sector=sector,
            street_number=str(self._rng.randrange(1, 200)),
            street=self._faker.street_name(),
            postcode=postcode,
            city=city,
            commune=commune,
        )

    def professional(self, *, profession: str = "10", structure: Structure | None = None) -> Professional:
        """Invent a professional; `profession` is a code of TRE_G15 among 10, 21, 40, 50, 60.

        Raises `ValueError` for another code.
        """
        trade = next((trade for trade in _TRADES if trade.profession == profession), None)
        if trade is None:
            known = ", ".join(trade.profession for trade in _TRADES)
            raise ValueError(f"no simulated professional of profession {profession!r}: choose among {known}")
        woman = self._rng.random() < 0.5
        given = self._faker.first_name_female() if woman else self._faker.first_name_male()
        return Professional(
            ps_idnat=f"8{self._unique(self._rpps)}",
            family=self._faker.last_name().upper(),
            given=given,
            civility="MME" if woman else "M",
            exercise_title=trade.exercise_title,
            profession=profession,
            skill=self._rng.choice(trade.skills),
            structure=structure or self.structure(self._rng.choice(trade.sectors)),
        )

    def _rpps(self) -> str:
        payload = f"{TEST_RPPS_PREFIX}{self._rng.randrange(100_000):05d}"
        return payload + luhn_digit(payload)

    def _unique(self, draw: Callable[[], str]) -> str:
        for _ in range(10_000):
            number = draw()
            if number not in self._numbers:
                self._numbers.add(number)
                return number
        raise RuntimeError("the range of test numbers is used up (100,000 RPPS): start another generator")


def luhn_digit(digits: str) -> str:
    """Return the digit that makes `digits` + digit pass Luhn (ISO/IEC 7812-1)."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        value = int(character) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def ascii_word(text: str) -> str:
    """Return `text` in lower-case ASCII letters, digits and hyphens, for an address or a host label."""
    text = text.lower().replace("œ", "oe").replace("æ", "ae")
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return "-".join("".join(c if c.isalnum() else " " for c in plain).split())
