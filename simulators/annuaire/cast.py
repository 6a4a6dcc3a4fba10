"""The cast of every invented directory: people and places that a product must survive.

Accents, hyphens and apostrophes; homonyms; several activities, closed ones; a BAL of the liste rouge; two BAL
by rank; a CAB; ORG and APP beside an ordinary e-mail; a deleted professional, a closed structure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from simulators.annuaire import labels, nos, numbers
from simulators.annuaire.concepts import activity, qualifications, types
from simulators.annuaire.model import (
    Address,
    BalType,
    Coding,
    DataTrace,
    HealthcareService,
    MssMailbox,
    Organization,
    Practitioner,
    PractitionerRole,
    Record,
    ServiceKind,
    Smartcard,
)

CAST_PEOPLE, CAST_PLACES, CAST_SERVICES = 10, 6, 1
AGE = timedelta(days=90)

_PEOPLE: tuple[tuple[str, str, str, str, str], ...] = (
    ("LÉVÊQUE", "Anne-Sophie", "MME", "10", "SM54"),
    ("MARTIN", "Jean", "M", "10", "SM04"),
    ("MARTIN", "Jean", "M", "60", ""),
    ("MARTIN", "Jean", "M", "10", "SM26"),
    ("D'ANGELO", "Chloé", "MME", "50", ""),
    ("LE GOFF-DUPRÉ", "Maëlys", "MME", "21", ""),
    ("DUPONT", "Louise", "MME", "10", "SM40"),
    ("RENÉ", "François", "M", "10", "SM54"),
    ("N'DIAYE", "Aïcha", "MME", "60", ""),
    ("CŒURET", "Loïc", "M", "10", "SM54"),
)
"""Family name, given name, civility, profession (TRE_G15), know-how (TRE_R38)."""
_BAL: dict[int, tuple[tuple[str, str, BalType, int | None, bool], ...]] = {
    1: (("anne-sophie.leveque", "medecin", BalType.PER, None, False),),
    3: (("jean.martin", "infirmier", BalType.PER, None, False),),
    5: (
        ("chloe.dangelo2", "sage-femme", BalType.PER, 2, False),
        ("chloe.dangelo", "sage-femme", BalType.PER, 1, False),
    ),
    7: (("louise.dupont", "medecin", BalType.PER, None, True),),
    10: (
        ("loic.coeuret", "medecin", BalType.PER, None, False),
        ("cabinet-coeuret", "medecin", BalType.CAB, None, False),
    ),
}
"""By professional: local part, domain, type, rank, liste rouge; the second MARTIN has his at the hospital."""
_ROLES: tuple[tuple[int, int | None, str], ...] = (
    (1, 3, "L"),
    (2, 2, "S"),
    (3, 5, "S"),
    (4, 3, "L"),
    (5, 2, "S"),
    (5, 3, "L"),
    (6, 4, "L"),
    (6, 2, "S"),
    (6, None, ""),
    (7, 2, "S"),
    (9, None, ""),
    (10, 3, "L"),
)
"""Professional, structure (None: closed), mode."""
_HOME = Address(
    number="12",
    street_type="RUE",
    street="de l'Église",
    postcode="45000",
    city="ORLÉANS",
    commune="45234",
    cedex="45000 ORLEANS",
)


def cast(created: datetime, domain: str = "") -> Iterator[Record]:
    """Return the records of the cast: places, services, people, activities."""
    updated = created - AGE
    yield from _places(updated, domain)
    yield HealthcareService(
        1,
        1,
        updated,
        True,
        ServiceKind.SOCIAL,
        5,
        type=Coding(nos.SOCIAL_DISCIPLINE, "924", "Accueil pour personnes âgées"),
        characteristic=Coding(nos.SOCIAL_MODE, "11", "Hébergement complet internat"),
        eligibility=Coding(nos.SOCIAL_CLIENTELE, "711", "Personnes âgées dépendantes"),
        capacity=80,
        trace=DataTrace("FINESS", labels.OTHER_AUTHORITY, updated.date()),
    )
    yield from (_person(key, updated, domain) for key in range(1, CAST_PEOPLE + 1))
    yield from (_role(key, updated, domain) for key in range(1, len(_ROLES) + 1))


def _person(key: int, updated: datetime, domain: str) -> Practitioner:
    family, given, civility, profession, skill = _PEOPLE[key - 1]
    authority = labels.AUTHORITIES[profession]
    title = "DR" if profession in {"10", "21"} else ""
    boxes = tuple(
        MssMailbox(f"{local}@{domain or f'{name}.mssante.fr'}", kind, rank, red, digitization=True)
        for local, name, kind, rank, red in _BAL.get(key, ())
    )
    day = updated.date()
    person = Practitioner(
        key,
        1,
        updated,
        True,
        f"8{numbers.rpps(key)}",
        family,
        given,
        civility,
        title,
        qualifications(profession, "C", skill, "DE05" if profession == "10" else ""),
        (Smartcard("CPS", numbers.card(key), day, day + timedelta(days=1095)),),
        boxes,
        DataTrace("RPPS", authority, day),
    )
    if family != "RENÉ":
        return person
    return Practitioner(key, 1, updated, False, person.idnps, "", "", trace=person.trace)


def _role(key: int, updated: datetime, domain: str) -> PractitionerRole:
    practitioner, organization, mode = _ROLES[key - 1]
    address = (
        f"jean.martin@{domain or 'ch-troispics.mssante.fr'}" if not domain else f"jean.martin.ch@{domain}"
    )
    boxes = (MssMailbox(address, BalType.PER, digitization=True),) if practitioner == 2 else ()
    closed = organization is None
    return PractitionerRole(
        key,
        1,
        updated,
        not closed,
        numbers.situation(key),
        practitioner,
        organization,
        () if closed else activity(mode),
        updated.date() - timedelta(days=2_000),
        updated.date() if closed else None,
        boxes,
        DataTrace("RPPS", labels.AUTHORITIES[_PEOPLE[practitioner - 1][3]], updated.date()),
    )


def _places(updated: datetime, domain: str) -> Iterator[Organization]:
    trace = DataTrace("FINESS", labels.OTHER_AUTHORITY, updated.date())
    hospital = domain or "ch-troispics.mssante.fr"
    home = domain or "tilleuls-45.mssante.fr"
    siren = numbers.siren(1)
    legal = Organization(
        *(1, 1, updated, True),
        idnst=f"1{numbers.finess(1)}",
        name="CENTRE HOSPITALIER DES TROIS-PICS",
        finess=numbers.finess(1),
        entity="EJ",
        siren=siren,
        siret=numbers.siret(siren),
        types=types("SA01", "355", "EJ"),
        address=_HOME,
        phone="0199000001",
        trace=trace,
    )
    yield legal
    yield replace(
        legal,
        key=2,
        idnst=f"1{numbers.finess(2)}",
        name="CENTRE HOSPITALIER DES TROIS-PICS SITE PRINCIPAL",
        alias="L'Hôpital des Trois-Pics",
        finess=numbers.finess(2),
        entity="EG",
        siret=numbers.siret(siren, 2),
        types=types("SA01", "355", "EG"),
        part_of=1,
        email="contact@ch-troispics.example",
        mailboxes=(
            _shared("cardiologie", hospital, BalType.ORG, "Cardiologie", rank=1),
            _shared("secretariat", hospital, BalType.ORG, "Secrétariat", rank=2),
            _shared("direction", hospital, BalType.ORG, "Direction", red=True),
            _shared("Envois_automatiques_DPI-noreply", hospital, BalType.APP, ""),
        ),
    )
    rang = f"{numbers.rpps(1)}10"
    practice = numbers.siren(3)
    yield Organization(
        *(3, 1, updated, True),
        idnst=f"4{rang}",
        name="CABINET DU DR LÉVÊQUE",
        siren=practice,
        siret=numbers.siret(practice),
        rpps_rang=rang,
        types=types("SA07", "", ""),
        address=_HOME,
        trace=DataTrace("RPPS", "CNOM", updated.date()),
    )
    yield replace(
        legal,
        key=4,
        idnst=f"1{numbers.finess(4)}",
        name="PHARMACIE DE L'ÉGLISE",
        finess=numbers.finess(4),
        entity="EG",
        siren=numbers.siren(4),
        siret=numbers.siret(numbers.siren(4)),
        types=types("SA33", "620", "EG"),
        pharmacy_licence="45#000123",
    )
    yield replace(
        legal,
        key=5,
        idnst=f"1{numbers.finess(5)}",
        name="EHPAD LES TILLEULS",
        finess=numbers.finess(5),
        entity="EG",
        siren=numbers.siren(5),
        siret=numbers.siret(numbers.siren(5)),
        types=types("SA17", "500", "EG"),
        email="accueil@tilleuls.example",
        mailboxes=(_shared("Secretariat.Les_Tilleuls", home, BalType.ORG, "Secrétariat"),),
    )
    yield Organization(
        *(6, 1, updated, False),
        idnst=f"1{numbers.finess(6)}",
        name="LABORATOIRE SAINT-AUBÉ",
        finess=numbers.finess(6),
        entity="EG",
        closed=updated.date(),
        trace=trace,
    )


def _shared(
    local: str, domain: str, kind: BalType, service: str, *, rank: int | None = None, red: bool = False
) -> MssMailbox:
    return MssMailbox(
        f"{local}@{domain}",
        kind,
        rank,
        red,
        f"BAL {kind.value} {local}",
        service,
        "Responsable de la structure",
        True,
    )
