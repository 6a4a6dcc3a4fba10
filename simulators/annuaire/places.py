"""The structures of an invented population: entities of FINESS, cabinets, BAL, equipment."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from simulators.annuaire import labels, nos, numbers
from simulators.annuaire.cast import CAST_SERVICES
from simulators.annuaire.concepts import types
from simulators.annuaire.model import (
    Address,
    Authorization,
    BalType,
    Coding,
    DataTrace,
    Device,
    HealthcareService,
    MssMailbox,
    Organization,
    Record,
    ServiceKind,
    TypeOfStructure,
)
from simulators.annuaire.names import COMMON, STREET_NAMES, STREET_TYPES, Names, address_word
from simulators.annuaire.professions import PLACES, Place

PER_STRUCTURE = 5
"""Professionals for one structure: some 500,000 structures for 2.6 million [inferred]."""
SITES = 4
"""A legal entity of FINESS and its geographic ones: one EJ, then three EG."""
RED, CLOSED, ORDINARY_EMAIL = 0.004, 0.03, 0.4
_SERVICES: tuple[str, ...] = (
    "secretariat",
    "cardiologie",
    "admissions",
    "pharmacie",
    "imagerie",
    "urgences",
    "medecine",
)
_SERVICES += ("chirurgie", "pediatrie", "maternite", "hospitalisation", "dim", "accueil", "consultations")
_ROBOTS = ("envois_automatiques_dpi-noreply", "nepasrepondre.comptes-rendus", "compte_rendu_patient_noreply")
_CARE = {"02": "Chirurgie", "03": "Gynécologie-obstétrique", "04": "Psychiatrie", "16": "Insuffisance rénale"}
_HEAVY = (("05602", "Scanographe à utilisation médicale"), ("06201", "Appareil d'IRM à utilisation clinique"))
_MAKERS = (("Siemens Healthineers", "Somatom"), ("GE HealthCare", "Signa"), ("Philips", "Ingenia"))

Free = Callable[[str, str], str]


class Asked(Protocol):
    """What of a population matters here."""

    @property
    def created(self) -> datetime:
        """When the data is from."""
        ...

    @property
    def domain(self) -> str:
        """The domain of every BAL, empty for domains of their own."""
        ...


@dataclass(frozen=True, slots=True)
class Ground:
    """Keys of the structures of each kind: `[first, last]`."""

    ranges: Mapping[str, tuple[int, int]]

    @classmethod
    def of(cls, size: int, taken: int) -> Ground:
        """Lay out the structures for so many professionals, after `taken` keys."""
        ranges, after = {}, taken
        for place in PLACES.values():
            count = max(SITES, round(size / PER_STRUCTURE * place.share))
            ranges[place.name] = (after + 1, after + count)
            after += count
        return cls(ranges)

    def draw(self, rng: random.Random, kind: str) -> int:
        """Return the key of a structure where people work: never an EJ that has sites."""
        first, last = self.ranges[kind]
        key = rng.randrange(first, last + 1)
        if PLACES[kind].finess and (key - first) % SITES == 0 and key < last:
            return key + 1
        return key


def structures(
    rng: random.Random, names: Names, ground: Ground, asked: Asked, free: Free
) -> Iterator[Record]:
    """Return all structures, each followed by its activities and equipment."""
    builder = _Builder(rng, names, asked, free)
    for kind, (first, last) in ground.ranges.items():
        for key in range(first, last + 1):
            yield from builder.structure(PLACES[kind], key, first)


class _Builder:
    def __init__(self, rng: random.Random, names: Names, asked: Asked, free: Free) -> None:
        self._rng, self._names, self._asked, self._free = rng, names, asked, free
        self._services, self._devices = CAST_SERVICES, 0
        self._types: dict[tuple[str, str], tuple[TypeOfStructure, ...]] = {}

    def structure(self, place: Place, key: int, first: int) -> Iterator[Record]:
        rng = self._rng
        site = (key - first) % SITES if place.finess else 0
        entity = ("EG" if site else "EJ") if place.finess else ""
        days = rng.randrange(30) if rng.random() < 0.06 else rng.randrange(30, 1_800)
        updated = self._asked.created - timedelta(days=days, seconds=rng.randrange(86_400))
        closed = rng.random() < CLOSED and not site
        legal = key - site
        name = f"{place.titles[legal % len(place.titles)]} {self._proper(legal)}"
        domain = self._asked.domain or f"{address_word(name)}-{legal}.mssante.fr"
        siren = numbers.siren(legal)
        siret = numbers.siret(siren, site + 1)
        rang = f"{numbers.rpps(key)}{key % 90 + 10}" if not place.finess and key % 3 == 0 else ""
        finess = numbers.finess(key) if place.finess else ""
        yield Organization(
            key,
            1,
            updated,
            not closed,
            f"1{finess}" if finess else f"4{rang}" if rang else f"3{siret}",
            f"{name} SITE {site}" if site > 1 else name,
            name.title() if key % 5 == 0 and not closed else "",
            finess,
            entity,
            siren,
            siret,
            rang,
            () if closed else self._typed(place, entity),
            legal if site else None,
            Address() if closed else self._address(),
            "" if closed else f"01990{rng.randrange(100_000):05d}",
            "",
            self._email(name) if not closed and rng.random() < ORDINARY_EMAIL else "",
            f"{numbers.siren(key)[2:8]}#{key % 10}" if place.name == "pharmacy" and not closed else "",
            date(1990, 1, 1) + timedelta(days=rng.randrange(12_000)),
            updated.date() if closed else None,
            () if closed or entity == "EJ" else self._mailboxes(place, domain),
            DataTrace("FINESS" if finess else "RPPS", labels.OTHER_AUTHORITY, updated.date()),
        )
        if place.name == "hospital" and entity == "EG":
            yield from self._equipment(key, updated)

    def _proper(self, legal: int) -> str:
        return COMMON[legal * 7 % len(COMMON)]

    def _email(self, name: str) -> str:
        return f"contact@{address_word(name)}.example"

    def _address(self) -> Address:
        rng = self._rng
        city, postcode, commune = rng.choice(self._names.places)
        return Address(
            number=str(rng.randrange(1, 200)),
            repetition="B" if rng.random() < 0.03 else "",
            street_type=rng.choice(STREET_TYPES),
            street=rng.choice(STREET_NAMES),
            point="BÂTIMENT A" if rng.random() < 0.05 else "",
            postcode=postcode,
            city=city,
            commune=commune,
            cedex=f"{postcode} {city}",
        )

    def _typed(self, place: Place, entity: str) -> tuple[TypeOfStructure, ...]:
        known = self._types.get((place.name, entity))
        if known is None:
            known = self._types[place.name, entity] = types(place.sector, place.category, entity)
        return known

    def _mailboxes(self, place: Place, domain: str) -> tuple[MssMailbox, ...]:
        rng = self._rng
        found = []
        for mean, kind in ((place.org, BalType.ORG), (place.app, BalType.APP)):
            count = int(mean) + (rng.random() < mean % 1)
            pool = _SERVICES if kind is BalType.ORG else _ROBOTS
            for number in range(count):
                word = pool[(number + int(place.org < 2) * rng.randrange(len(pool))) % len(pool)]
                found.append(
                    MssMailbox(
                        self._free(word, domain),
                        kind,
                        rank=number + 1 if kind is BalType.ORG and count > 1 else None,
                        liste_rouge=rng.random() < RED,
                        description=f"BAL {kind.value} {word}",
                        service=word.replace("-", " ").capitalize() if kind is BalType.ORG else "",
                        responsible="Responsable de la structure",
                        digitization=True,
                    )
                )
        return tuple(found)

    def _equipment(self, key: int, updated: datetime) -> Iterator[Record]:
        rng = self._rng
        given = Authorization(updated.date(), updated.date(), updated.date() + timedelta(days=7 * 365))
        if rng.random() < 0.5:
            self._services += 1
            code = rng.choice(tuple(_CARE))
            yield HealthcareService(
                self._services,
                1,
                updated,
                True,
                ServiceKind.ACTIVITY,
                key,
                f"52-52-{10_000 + self._services}",
                Coding(nos.CARE_MODALITY, "00"),
                Coding(nos.CARE_ACTIVITY, code, _CARE[code]),
                Coding(nos.CARE_FORM, "01", "Hospitalisation complète"),
                authorization=given,
                trace=DataTrace("FINESS", labels.OTHER_AUTHORITY, updated.date()),
            )
        if rng.random() < 0.2:
            self._devices += 1
            code, label = rng.choice(_HEAVY)
            maker, model = rng.choice(_MAKERS)
            yield Device(
                self._devices,
                1,
                updated,
                "active" if rng.random() < 0.95 else "inactive",
                f"93-93-{60_000 + self._devices}",
                Coding(nos.EQUIPMENT_TYPE, code, label),
                key,
                maker,
                model,
                f"SN{self._devices:06d}",
                given,
                DataTrace("FINESS", labels.OTHER_AUTHORITY, updated.date()),
            )
