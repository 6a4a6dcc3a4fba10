"""Generated patients with a test identity; never a real person's data.

The matricule is of the test OID (1.2.250.1.213.1.4.10) and has the right key; it agrees with sex, birth
date and birth place. Identity traits follow the RNIV layout seen in official samples: birth name in
capitals, list of birth given names, used name when it is another one (CDA.md §2.1).
"""

from __future__ import annotations

import random
import unicodedata
import uuid
from dataclasses import dataclass, replace
from datetime import date, timedelta

from faker import Faker

from schemas.identifiers import InsOid
from schemas.identifiers.ins import PATIENT_DOMAIN, key_of
from simulators.clock import Clock
from simulators.people import NAME_PROVIDERS

MAJORITY = 18
"""Years of age below which a patient is a minor (Code civil, art. 388)."""


@dataclass(frozen=True, slots=True)
class BirthPlace:
    """Where somebody was born: the COG code of the commune (or `99` and the country), and the name."""

    cog: str
    name: str


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address in discrete parts."""

    number: str
    street: str
    postcode: str
    city: str


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient.

    `matricule` has 15 characters, `ins_oid` says who gave it; `given_names` is the whole list of birth given
    names, the first one included; `used_family` and `used_given` are what the patient goes by. `sex` is `M`
    or `F`. `ipp` is the number in the structure whose domain is `ipp_root`. A patient whose identity is not
    `qualified` is known by the IPP only: documents and metadata then carry no INS.
    """

    matricule: str
    ins_oid: InsOid
    birth_family: str
    given_names: tuple[str, ...]
    used_family: str
    used_given: str
    sex: str
    birth_date: date
    birth_place: BirthPlace
    ipp: str
    ipp_root: str
    address: Address
    phone: str
    qualified: bool = True

    @property
    def first_given(self) -> str:
        """Return the first birth given name."""
        return self.given_names[0]

    @property
    def mss_address(self) -> str:
        """Return the patient's MSSanté address (ECO.2.2.6)."""
        return f"{self.matricule}@{PATIENT_DOMAIN}"

    def age(self, day: date) -> int:
        """Return the age in whole years on a day."""
        before = (day.month, day.day) < (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - before

    def is_minor(self, day: date) -> bool:
        """Return whether the patient is under 18 on a day."""
        return self.age(day) < MAJORITY

    def unqualified(self) -> Patient:
        """Return the same patient with an identity that is not qualified."""
        return replace(self, qualified=False)


MAINLAND_PLACES = (
    BirthPlace("51215", "DOMPREMY"),
    BirthPlace("75115", "PARIS 15E ARRONDISSEMENT"),
    BirthPlace("69123", "LYON"),
    BirthPlace("13055", "MARSEILLE"),
    BirthPlace("35238", "RENNES"),
    BirthPlace("67482", "STRASBOURG"),
    BirthPlace("01053", "BOURG-EN-BRESSE"),
    BirthPlace("97411", "SAINT-DENIS"),
    BirthPlace("99109", "ALLEMAGNE"),
)
CORSICAN_PLACES = (BirthPlace("2A004", "AJACCIO"), BirthPlace("2B033", "BASTIA"))
_HOMES = (
    ("75009", "PARIS"),
    ("69003", "LYON"),
    ("35000", "RENNES"),
    ("25000", "BESANÇON"),
    ("42000", "SAINT-ÉTIENNE"),
)


class PatientGenerator:
    """Invents patients, one after the other, never the same matricule twice.

    The same `rng` seed and clock give the same patients. `ipp_root` is the OID of the structure's own
    numbering; one is invented when it is not given.
    """

    def __init__(self, rng: random.Random, clock: Clock, *, ipp_root: str | None = None) -> None:
        self._rng = rng
        self._clock = clock
        self._faker = Faker("fr_FR", providers=NAME_PROVIDERS)
        self._faker.seed_instance(rng.getrandbits(64))
        self._ipp_root = ipp_root or oid_from(rng)
        self._seen: set[str] = set()

    def patient(
        self,
        *,
        qualified: bool = True,
        minor: bool = False,
        corsican: bool = False,
        sex: str | None = None,
    ) -> Patient:
        """Invent a patient: an adult of 18 to 95, or a child of 1 to 16 when `minor`.

        `corsican` gives a birth in 2A or 2B, whose letters the key counts as 19 and 18.
        """
        sex = sex or self._rng.choice("FM")
        born = self._birth_date(minor)
        place = self._rng.choice(CORSICAN_PLACES if corsican else MAINLAND_PLACES)
        given = self._given_names(sex)
        family = plain_capitals(self._faker.last_name())
        married = not minor and self._rng.random() < 0.3
        postcode, city = self._rng.choice(_HOMES)
        return Patient(
            matricule=self._matricule(sex, born, place),
            ins_oid=InsOid.NIR_TEST,
            birth_family=family,
            given_names=given,
            used_family=plain_capitals(self._faker.last_name()) if married else family,
            used_given=given[1] if len(given) > 1 and self._rng.random() < 0.2 else given[0],
            sex=sex,
            birth_date=born,
            birth_place=place,
            ipp=f"{self._rng.randrange(10**12):013d}",
            ipp_root=self._ipp_root,
            address=Address(str(self._rng.randrange(1, 200)), self._faker.street_name(), postcode, city),
            phone=f"063998{self._rng.randrange(10**4):04d}",
            qualified=qualified,
        )

    def _birth_date(self, minor: bool) -> date:
        today = self._clock.now().date()
        years = self._rng.randrange(1, 17) if minor else self._rng.randrange(18, 95)
        return today - timedelta(days=round(years * 365.25) + 1 + self._rng.randrange(365))

    def _given_names(self, sex: str) -> tuple[str, ...]:
        draw = self._faker.first_name_female if sex == "F" else self._faker.first_name_male
        names = [plain_capitals(draw()) for _ in range(self._rng.randrange(1, 4))]
        return tuple(dict.fromkeys(names))

    def _matricule(self, sex: str, born: date, place: BirthPlace) -> str:
        while True:
            order = self._rng.randrange(1, 1000)
            number = f"{1 if sex == 'M' else 2}{born:%y%m}{place.cog}{order:03d}"
            if number not in self._seen:
                self._seen.add(number)
                return number + key_of(number)


def oid_from(rng: random.Random) -> str:
    """Return a new OID of the UUID arc (`2.25`, ITU-T X.667), legal everywhere without any registration."""
    return f"2.25.{uuid.UUID(int=rng.getrandbits(128), version=4).int}"


def plain_capitals(text: str) -> str:
    """Return a name in capitals without accents, as civil status traits are written."""
    text = text.replace("œ", "oe").replace("Œ", "OE").replace("’", "'")
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").upper()
