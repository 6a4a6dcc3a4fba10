"""The lines of the extraction files, from a store as of an instant. The liste rouge never gets here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from simulators.annuaire import labels, nos
from simulators.annuaire.extraction.columns import ACTIVITY, DIPLOMAS, KNOW_HOW, MSSANTE, SEPARATOR, FileKind
from simulators.annuaire.model import (
    Address,
    BalType,
    MssMailbox,
    Organization,
    Practitioner,
    PractitionerRole,
    Qualification,
    Record,
)
from simulators.annuaire.store import DirectoryStore

BATCH = 1_000
_PUBLISHED = {BalType.PER: "PER", BalType.CAB: "PER", BalType.ORG: "ORG", BalType.APP: "ORG"}
"""The file knows PER and ORG alone [secondary]: a CAB goes as PER, an APP as ORG [inferred]."""
_TECHNICAL = {"1": "F", "3": "C", "4": "R"}
_KNOW_HOW = {nos.SPECIALITY, nos.COMPETENCE, nos.OTHER_KNOW_HOW}
_NOBODY = Practitioner(0, 0, datetime.min, False, "", "", "")
_NOWHERE = Organization(0, 0, datetime.min, False, "", "")


def mssante_lines(store: DirectoryStore, at: datetime) -> Iterator[str]:
    """Return the lines of `Extraction_Correspondance_MSSante`, header first: one for each BAL."""
    yield _line(MSSANTE, MSSANTE.columns)
    for holder in store.every("Practitioner", at, with_mailbox=True):
        assert isinstance(holder, Practitioner)
        for box in holder.mailboxes:
            yield _line(MSSANTE, _bal(box, holder, _NOWHERE))
    for batch in _batches(store.every("PractitionerRole", at, with_mailbox=True)):
        roles = [one for one in batch if isinstance(one, PractitionerRole)]
        people = _people(store, at, [role.practitioner for role in roles])
        places = _places(store, at, [role.organization for role in roles])
        for role in roles:
            person, place = people.get(role.practitioner), places.get(role.organization or 0, _NOWHERE)
            if person is not None and person.active:
                for box in role.mailboxes:
                    yield _line(MSSANTE, _bal(box, person, place))
    for structure in store.every("Organization", at, with_mailbox=True):
        assert isinstance(structure, Organization)
        for box in structure.mailboxes:
            yield _line(MSSANTE, _bal(box, _NOBODY, structure))


def activity_lines(store: DirectoryStore, at: datetime) -> Iterator[str]:
    """Return the lines of `PS_LibreAcces_Personne_activite`: one an activity, or a person without."""
    yield _line(ACTIVITY, ACTIVITY.columns)
    for batch in _batches(store.every("Practitioner", at)):
        people = [one for one in batch if isinstance(one, Practitioner) and one.active]
        found = store.referring("PractitionerRole", "practitioner", [one.key for one in people], at)
        roles: dict[int, list[PractitionerRole | None]] = {}
        for one in found:
            if isinstance(one, PractitionerRole) and one.active:
                roles.setdefault(one.practitioner, []).append(one)
        keys = [role.organization for several in roles.values() for role in several if role]
        places = _places(store, at, keys)
        parents = _places(store, at, [place.part_of for place in places.values()])
        for person in people:
            for role in roles.get(person.key, [None]):
                place = places.get(role.organization or 0, _NOWHERE) if role else _NOWHERE
                yield _line(
                    ACTIVITY, _activity(person, role, place, parents.get(place.part_of or 0, _NOWHERE))
                )


def know_how_lines(store: DirectoryStore, at: datetime) -> Iterator[str]:
    """Return the lines of `PS_LibreAcces_SavoirFaire`."""
    yield _line(KNOW_HOW, KNOW_HOW.columns)
    for person in store.every("Practitioner", at):
        assert isinstance(person, Practitioner)
        kind, skill = _know_how(person)
        if skill[0]:
            practice = (*_profession(person), *_category(person))
            yield _line(KNOW_HOW, (*_identity(person), person.family, person.given, *practice, *kind, *skill))


def diploma_lines(store: DirectoryStore, at: datetime) -> Iterator[str]:
    """Return the lines of `PS_LibreAcces_Dipl_AutExerc`."""
    yield _line(DIPLOMAS, DIPLOMAS.columns)
    for person in store.every("Practitioner", at):
        assert isinstance(person, Practitioner)
        if code := person.code(nos.DIPLOMA):
            kind = person.code(nos.DIPLOMA_KIND)
            told = (kind, "", code, "", "", "", "", "")
            yield _line(DIPLOMAS, (*_identity(person), person.family, person.given, *told))


def _line(kind: FileKind, values: Sequence[str]) -> str:
    text = SEPARATOR.join(values)
    if text.count(SEPARATOR) >= len(values) or not text.isprintable():
        text = SEPARATOR.join(value.translate(_FORBIDDEN) for value in values)
    return text + (SEPARATOR if kind.closed else "") + "\n"


_FORBIDDEN = str.maketrans({SEPARATOR: " ", "\n": " ", "\r": " ", "\0": " "})


def _bal(box: MssMailbox, person: Practitioner, place: Organization) -> tuple[str, ...]:
    address = place.address
    paperless = {True: "O", False: "N", None: ""}[box.digitization]
    category, profession, skill = _category(person), _profession(person), _know_how(person)[1]
    return (
        *(_PUBLISHED[box.type], box.address, *_identity(person)),
        *(place.idnst[:1], place.idnst[1:], box.service),
        *(labels.TITLES.get(person.title, person.title), person.family, person.given),
        *(*category, *profession, *skill, paperless, place.name, place.alias),
        *(address.recipient, address.point, address.number, address.repetition),
        *(address.street_type, address.street, address.mention, address.cedex),
        *(address.postcode, address.department, address.country or ("France" if place.key else "")),
    )


def _activity(
    person: Practitioner, role: PractitionerRole | None, place: Organization, parent: Organization
) -> tuple[str, ...]:
    address = place.address
    legal = place.finess if place.entity == "EJ" else parent.finess
    technical = _TECHNICAL.get(place.idnst[:1], "")
    sector = next((one.coding for one in place.types if one.coding.system == nos.SECTOR), None)
    return (
        *_identity(person),
        *(person.title, labels.TITLES.get(person.title, "")),
        *(person.civility, labels.CIVILITIES.get(person.civility, "")),
        *(person.family, person.given, *_profession(person), *_category(person)),
        *(*_know_how(person)[0], *_know_how(person)[1], *_role_code(role, nos.EXERCISE_MODE)),
        *(place.siret, place.siren, place.finess if place.entity != "EJ" else "", legal),
        *(f"{technical}{place.idnst[1:]}" if technical else "", place.name, place.alias),
        *_address(address),
        *(place.phone, "", place.fax, place.email, address.department, ""),
        *("", person.trace.authority if person.trace else ""),
        *((sector.code, sector.display) if sector else ("", "")),
        *_role_code(role, nos.PHARMACY_SECTION),
        *_role_code(role, nos.FUNCTION),
        *_role_code(role, nos.ACTIVITY_KIND),
    )


def _address(address: Address) -> tuple[str, ...]:
    return (
        *(address.recipient, address.point, address.number, address.repetition),
        *(address.street_type, "", address.street, address.mention, address.cedex),
        *(address.postcode, address.commune, address.city, "", address.country),
    )


def _identity(person: Practitioner) -> tuple[str, str, str]:
    return person.idnps[:1], person.idnps[1:], person.idnps


def _coded(parts: Sequence[Qualification], system: str) -> tuple[str, str]:
    found = (coding for part in parts for coding in part.codings if coding.system == system)
    return next(((one.code, one.display) for one in found), ("", ""))


def _category(person: Practitioner) -> tuple[str, str]:
    return _coded(person.qualifications, nos.CATEGORY)


def _profession(person: Practitioner) -> tuple[str, str]:
    return _coded(person.qualifications, nos.PROFESSION)


def _know_how(person: Practitioner) -> tuple[tuple[str, str], tuple[str, str]]:
    for part in person.qualifications:
        skills = [(one.code, one.display) for one in part.codings if one.system in _KNOW_HOW]
        if skills:
            return _coded((part,), nos.KNOW_HOW_KIND), skills[0]
    return ("", ""), ("", "")


def _role_code(role: PractitionerRole | None, system: str) -> tuple[str, str]:
    found = [one for one in role.codes if one.system == system] if role else []
    return (found[0].code, found[0].display) if found else ("", "")


def _batches(records: Iterator[Record]) -> Iterator[list[Record]]:
    while batch := list(islice(records, BATCH)):
        yield batch


def _people(store: DirectoryStore, at: datetime, keys: Sequence[int]) -> Mapping[int, Practitioner]:
    found = store.get_all("Practitioner", keys, at)
    return {one.key: one for one in found if isinstance(one, Practitioner)}


def _places(store: DirectoryStore, at: datetime, keys: Sequence[int | None]) -> Mapping[int, Organization]:
    found = store.get_all("Organization", [key for key in keys if key is not None], at)
    return {one.key: one for one in found if isinstance(one, Organization)}
