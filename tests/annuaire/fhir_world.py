"""A small directory with one of everything, served over HTTP, for the tests of the API."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulators.annuaire import nos
from simulators.annuaire.fhir.conduct import Conduct
from simulators.annuaire.fhir.directory import Directory
from simulators.annuaire.fhir.server import AnnuaireSante
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
    Practitioner,
    PractitionerRole,
    Qualification,
    Record,
    ServiceKind,
    Smartcard,
    TypeOfStructure,
)
from simulators.annuaire.sqlite import memory_store
from simulators.annuaire.store import About
from simulators.clock import FrozenClock
from simulators.journal import Event, Journal
from simulators.loop import LoopThread

KEY = "cle-de-test"
OPERATOR_KEY = "cle-operateur"
FILLERS = 60
RED = "discret@medecin.mssante.fr"
RED_ROLE = "discrete@hopital.mssante.fr"
SOPHIE = "003-1000001-2000001"
NOEL = "003-1000002-2000002"
ANNE = "003-1000003-2000003"
DELETED = "003-1000004-2000004"
CHU, SITE, CLOSED, PHARMACY = (f"001-01-100000{n}" for n in range(1, 5))


@dataclass
class World:
    """The running directory and a client with its key."""

    directory: Directory
    clock: FrozenClock
    journal: Journal
    http: httpx.Client
    space: LoopThread

    @property
    def base(self) -> str:
        return self.directory.base

    def get(self, path: str, **more: Any) -> httpx.Response:
        self.clock.advance(1)  # stay below the limit of calls
        return self.http.get(f"{self.base}/{path}", **more)

    def bundle(self, path: str) -> Any:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ids(self, path: str) -> list[str]:
        return [entry["resource"]["id"] for entry in self.bundle(path)["entry"]]

    def conduct(self, **changes: Any) -> None:
        self.directory.conduct = Conduct(**changes)

    def events(self, name: str) -> Sequence[Event]:
        return self.journal.events("t1", name=name)


def next_of(bundle: Any) -> str | None:
    return next((link["url"] for link in bundle["link"] if link["relation"] == "next"), None)


def records(clock: FrozenClock) -> list[Record]:
    """Return a directory with one of everything (values are invented)."""
    now = clock.now()
    fresh, old = now - timedelta(days=2), now - timedelta(days=20)

    def held(profession: str, skill: str = "") -> tuple[Qualification, ...]:
        pair = (Coding(nos.CATEGORY, "C"), Coding(nos.PROFESSION, profession))
        known = (Qualification(pair),)
        return (*known, Qualification((Coding(nos.SPECIALITY, skill),))) if skill else known

    def per(address: str, **more: Any) -> MssMailbox:
        return MssMailbox(address, BalType.PER, **more)

    rpps = DataTrace("RPPS", "CNOM", fresh.date())
    card = Smartcard("CPS", "3100000001", date(2024, 2, 21), date(2027, 2, 21))
    cab = MssMailbox("cabinet@infirmier.mssante.fr", BalType.CAB, 1, description="Cabinet des Lilas")
    people: list[Record] = [
        Practitioner(
            1,
            1,
            fresh,
            True,
            "899700000013",
            "MARTIN",
            "Sophie",
            "MME",
            "DR",
            held("10", "SM54"),
            (card,),
            (per("sophie.martin@medecin.mssante.fr", digitization=False),),
            rpps,
        ),
        Practitioner(
            2,
            1,
            old,
            True,
            "899700000021",
            "LÉVÊQUE",
            "Noël",
            "M",
            "DR",
            held("21"),
            (),
            (per(RED, liste_rouge=True),),
            DataTrace("RPPS", "CNOP"),
        ),
        Practitioner(
            3,
            1,
            fresh,
            True,
            "899700000039",
            "D'HAUTEFEUILLE",
            "Anne-Laure",
            "MME",
            "",
            held("60"),
            (),
            (per("anne-laure@infirmier.mssante.fr", rank=2), cab),
            DataTrace("RPPS"),
        ),
        Practitioner(4, 2, fresh, False, "899700000047", "MARTINEZ", "Jérôme", "M", "DR"),
    ]
    people += [
        Practitioner(n, 1, old, True, f"8997001{n:05d}", "DURAND", f"Prénom{n}", "M", "DR", held("10"))
        for n in range(5, 5 + FILLERS)
    ]
    codes = (
        Coding(nos.ACTIVITY_KIND, "GENR01"),
        Coding(nos.EXERCISE_MODE, "S"),
        Coding(nos.FUNCTION, "FON-05"),
    )
    roles: list[Record] = [
        PractitionerRole(
            1,
            1,
            fresh,
            True,
            "1011848351",
            1,
            2,
            codes,
            mailboxes=(per("sophie.martin@hopital.mssante.fr", rank=1),),
            trace=rpps,
        ),
        PractitionerRole(
            2, 1, old, True, "1011848352", 3, 2, codes[:1], mailboxes=(per(RED_ROLE, liste_rouge=True),)
        ),
        PractitionerRole(3, 2, old, False, "1011848353", 4, 1),
    ]
    kind = TypeOfStructure(nos.ORGANIZATION_TYPE, Coding(nos.ENTITY_KIND, "GEOGRAPHICAL-ENTITY"))
    legal = TypeOfStructure(nos.ORGANIZATION_TYPE, Coding(nos.ENTITY_KIND, "LEGAL-ENTITY"))
    sector = TypeOfStructure(nos.SECTOR_TYPE, Coding(nos.SECTOR, "SA01"))
    category = TypeOfStructure("", Coding(nos.STRUCTURE_CATEGORY, "101"))
    org = MssMailbox(
        "secretariat@hopital.mssante.fr",
        BalType.ORG,
        2,
        description="Secrétariat",
        service="Cardiologie",
        responsible="DUPONT",
    )
    app = MssMailbox("resultats-noreply@hopital.mssante.fr", BalType.APP, 1)
    finess = DataTrace("FINESS", updated=old.date())
    structures: list[Record] = [
        Organization(
            1,
            1,
            old,
            True,
            "11B0000017",
            "CHU de TEST",
            finess="1B0000017",
            entity="EJ",
            siren="110000007",
            types=(legal,),
            address=Address(postcode="78000", city="VERSAILLES", commune="78646"),
            trace=finess,
        ),
        Organization(
            2,
            3,
            fresh,
            True,
            "11B0000025",
            "Hôpital de Sartrouville",
            "HDS",
            "1B0000025",
            "EG",
            siret="11000000700012",
            types=(kind, sector, category),
            part_of=1,
            address=Address(
                number="12",
                street_type="RUE",
                street="DES LILAS",
                postcode="78500",
                city="SARTROUVILLE",
                commune="78586",
            ),
            phone="0100000000",
            email="accueil@hopital.example",
            opened=date(1998, 1, 1),
            mailboxes=(org, app),
            trace=finess,
        ),
        Organization(3, 2, fresh, False, "11B0000033", "Clinique fermée", finess="1B0000033", entity="EG"),
        Organization(
            4,
            1,
            old,
            True,
            "11B0000041",
            "Pharmacie Saint-Étienne",
            finess="1B0000041",
            entity="EG",
            types=(kind, TypeOfStructure(nos.SECTOR_TYPE, Coding(nos.SECTOR, "SA33"))),
            address=Address(postcode="42000", city="SAINT-ÉTIENNE", commune="42218"),
            pharmacy_licence="42#000123",
            email="pharmacie@officine.example",
        ),
    ]
    granted = Authorization(date(2020, 1, 1), date(2020, 1, 1), date(2027, 1, 1), date(2021, 1, 1))
    services: list[Record] = [
        HealthcareService(
            1,
            1,
            fresh,
            True,
            ServiceKind.ACTIVITY,
            2,
            "52-52-49883",
            Coding(nos.CARE_MODALITY, "01"),
            Coding(nos.CARE_ACTIVITY, "02"),
            Coding(nos.CARE_FORM, "03"),
            authorization=granted,
        ),
        HealthcareService(
            2,
            1,
            old,
            True,
            ServiceKind.SOCIAL,
            2,
            type=Coding(nos.SOCIAL_DISCIPLINE, "924"),
            characteristic=Coding(nos.SOCIAL_MODE, "11"),
            eligibility=Coding(nos.SOCIAL_CLIENTELE, "711"),
            capacity=40,
        ),
        HealthcareService(3, 2, fresh, False, ServiceKind.ACTIVITY, 1, "52-52-49884"),
    ]
    devices: list[Record] = [
        Device(
            1,
            1,
            fresh,
            "active",
            "93-93-67204",
            Coding(nos.EQUIPMENT_TYPE, "05602"),
            2,
            "Fabricant",
            "Modèle X",
            "SN-1",
            granted,
        ),
        Device(2, 2, old, "inactive", "93-93-67205", organization=1),
    ]
    return [*structures, *people, *roles, *services, *devices]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Serve the small directory to one test."""
    with opened(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Serve the small directory to tests that change nothing in it."""
    with opened(tmp_path_factory.mktemp("annuaire")) as made:
        yield made


@contextmanager
def opened(folder: Path) -> Iterator[World]:
    """Serve the small directory on a frozen clock."""
    clock, space, journal = FrozenClock(), LoopThread(), Journal(folder)
    journal.bind("t1", "test", clock)
    server = AnnuaireSante(journal=journal, rng=random.Random(7), clock=clock)
    space.run(server.start())
    store = memory_store()
    made = records(clock)
    order = ("Organization", "Practitioner", "PractitionerRole", "HealthcareService", "Device")
    store.add_all(sorted(made, key=lambda one: order.index(one.resource)))
    store.finish(About("population", clock.now(), len(made)))
    directory = server.add_tenant("t1", store=store, clock=clock, api_key=KEY, operator_key=OPERATOR_KEY)
    with httpx.Client(headers={"ESANTE-API-KEY": KEY}) as http:
        yield World(directory, clock, journal, http, space)
    space.run(server.stop())
    space.close()
    store.close()
    journal.close()
