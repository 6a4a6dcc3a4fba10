"""Tables of a store and how records become rows: the same in SQLite and in PostgreSQL.

A row is one version of a record. Its `rid` is `key × 65536 + version`: versions of a record lie side by side,
records in the order of their id. Dates are day numbers (proleptic ordinals), instants are
milliseconds since 1970.
Columns that end in `_f` are folded for search. What is empty and indexed is NULL, and not indexed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from simulators.annuaire.model import (
    Address,
    Authorization,
    BalType,
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
from simulators.annuaire.parameters import RESOURCES, ResourceType
from simulators.annuaire.query import fold
from simulators.annuaire.shared import Shared

FORMAT = 1
VERSIONS = 1 << 16
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: columns as `name type`, and its indexes as `columns [WHERE …]`."""

    name: str
    columns: tuple[str, ...]
    indexes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(column.split()[0] for column in self.columns)


_HEAD = ("rid BIGINT", "dim INTEGER", "updated BIGINT", "traced INTEGER")
_PARTIAL = ("{0} WHERE {0} IS NOT NULL",)


def _known(*names: str) -> tuple[str, ...]:
    return tuple(f"{name} WHERE {name} IS NOT NULL" for name in names)


MAIN: Mapping[ResourceType, Table] = {
    "Practitioner": Table(
        "practitioner",
        (*_HEAD, "idnps TEXT", "family TEXT", "given TEXT", "family_f TEXT", "given_f TEXT"),
        ("dim, family_f, given_f", "updated", "idnps", "family_f, given_f", "given_f"),
    ),
    "PractitionerRole": Table(
        "role",
        (
            *_HEAD,
            "identifier TEXT",
            "practitioner BIGINT",
            "organization BIGINT",
            "since INTEGER",
            "until INTEGER",
        ),
        ("dim", "updated", "identifier", "practitioner", *_known("organization")),
    ),
    "Organization": Table(
        "organization",
        (
            *_HEAD,
            *(f"{name} TEXT" for name in ("idnst", "name", "name_f", "alias", "finess", "siren", "siret")),
            "rang TEXT",
            "part_of BIGINT",
            *(
                f"{name} TEXT"
                for name in ("city", "city_f", "postcode", "address", "phone", "fax", "email", "licence")
            ),
            "opened INTEGER",
            "closed INTEGER",
        ),
        (
            *("dim", "updated", "idnst", "name_f"),
            *_known("finess", "siren", "siret", "rang", "part_of", "city_f", "postcode", "licence"),
        ),
    ),
    "HealthcareService": Table(
        "service",
        (*_HEAD, "arhgos TEXT", "organization BIGINT", "capacity INTEGER", "granted TEXT"),
        ("dim", "updated", *_known("arhgos", "organization")),
    ),
    "Device": Table(
        "device",
        (
            *_HEAD,
            *("arhgos TEXT", "organization BIGINT"),
            *("manufacturer TEXT", "manufacturer_f TEXT", "model TEXT", "model_f TEXT"),
            *("serial TEXT", "granted TEXT"),
        ),
        ("dim", "updated", *_known("arhgos", "organization", "manufacturer_f", "model_f")),
    ),
}
MAILBOX = Table(
    "mailbox",
    (
        *("id BIGINT", "kind SMALLINT", "owner BIGINT", "address TEXT", "address_f TEXT", "type TEXT"),
        *("rank INTEGER", "red SMALLINT", "description TEXT", "service TEXT", "responsible TEXT"),
        "digitization SMALLINT",
    ),
    ("kind, owner, red", "kind, address_f"),
)
CARD = Table(
    "card",
    ("id BIGINT", "owner BIGINT", "type TEXT", "number TEXT", "since INTEGER", "until INTEGER"),
    ("owner", "number"),
)
LINE = Table("line", ("id BIGINT", "owner BIGINT", "line TEXT", "line_f TEXT"), ("owner, line_f", "line_f"))
"""Lines of the addresses of structures, each searched by its beginning."""
CHILDREN = (MAILBOX, CARD, LINE)
DIM = Table("dim", ("id INTEGER", "body TEXT", "n INTEGER"))
MOVED = Table(
    "moved",
    (*("kind SMALLINT", "rid BIGINT", "base SMALLINT", "visible BIGINT", "gone BIGINT"),),
    ("kind, rid",),
)
"""Rows not visible since always and for ever: [`visible`, `gone`[; `base` rows are in the counts of `dim`."""
ABOUT = Table("about", ("name TEXT", "value TEXT"))
TABLES = (*MAIN.values(), *CHILDREN, DIM, MOVED, ABOUT)
FULL_TEXT: Mapping[str, tuple[str, ...]] = {
    "practitioner": ("family_f", "given_f"),
    "organization": ("name_f", "city_f", "postcode"),
    "mailbox": ("address_f",),
    "line": ("line_f",),
}
"""Columns that one trigram index of a table covers: what `:contains` looks in."""
KIND: Mapping[ResourceType, int] = {name: number for number, name in enumerate(RESOURCES)}


def full_text(table: str, before: str = "") -> str:
    """Return the SQL expression that the trigram index of a table covers."""
    columns = [f"{before}{column}" for column in FULL_TEXT[table]]
    return " || ' ' || ".join([columns[0], *(f"coalesce({column}, '')" for column in columns[1:])])


def rid_of(key: int, version: int) -> int:
    """Return the row number of a version of a record."""
    return key * VERSIONS + version


def milliseconds(instant: datetime) -> int:
    """Return milliseconds since 1970."""
    return (instant - EPOCH) // MILLISECOND


def instant_of(value: int) -> datetime:
    """Return the instant of milliseconds since 1970."""
    return EPOCH + value * MILLISECOND


def main_row(record: Record, dim: int) -> Row:
    """Return the row of a record in the table of its kind."""
    traced = _day(record.trace.updated) if record.trace else None
    head = (rid_of(record.key, record.version), dim, milliseconds(record.updated), traced)
    match record:
        case Practitioner():
            family, given = fold(record.family), fold(record.given)
            return (*head, record.idnps, record.family, record.given, family, given)
        case PractitionerRole():
            days = (_day(record.start), _day(record.end))
            return (*head, record.identifier, record.practitioner, record.organization, *days)
        case Organization():
            address = record.address
            return (
                *head,
                *(record.idnst, record.name, fold(record.name), record.alias),
                *(record.finess or None, record.siren or None, record.siret or None),
                *(record.rpps_rang or None, record.part_of, address.city, fold(address.city) or None),
                address.postcode or None,
                _packed(astuple(address)) if address != Address() else None,
                *(record.phone, record.fax, record.email, record.pharmacy_licence or None),
                *(_day(record.opened), _day(record.closed)),
            )
        case HealthcareService():
            granted = _granted(record.authorization)
            return (*head, record.arhgos or None, record.organization, record.capacity, granted)
        case Device():
            named = (record.manufacturer, fold(record.manufacturer) or None)
            modelled = (record.model, fold(record.model) or None)
            granted = _granted(record.authorization)
            return (
                *head,
                record.arhgos or None,
                record.organization,
                *named,
                *modelled,
                record.serial,
                granted,
            )


def mailbox_rows(record: Record) -> list[Row]:
    """Return the rows of the BAL of a record, without their number."""
    if not isinstance(record, Practitioner | PractitionerRole | Organization):
        return []
    owner = (KIND[record.resource], rid_of(record.key, record.version))
    return [
        (
            *owner,
            *(box.address, fold(box.address), box.type.value, box.rank, int(box.liste_rouge)),
            *(box.description, box.service, box.responsible),
            None if box.digitization is None else int(box.digitization),
        )
        for box in record.mailboxes
    ]


def card_rows(record: Record) -> list[Row]:
    """Return the rows of the cards of a record, without their number."""
    if not isinstance(record, Practitioner):
        return []
    owner = rid_of(record.key, record.version)
    return [(owner, one.type, one.number, _day(one.start), _day(one.end)) for one in record.smartcards]


def line_rows(record: Record) -> list[Row]:
    """Return the rows of the address lines of a record, without their number."""
    if not isinstance(record, Organization):
        return []
    owner = rid_of(record.key, record.version)
    return [(owner, line, fold(line)) for line in record.address.lines]


def mailbox_of(row: Sequence[Any]) -> MssMailbox:
    """Read a BAL from its columns after `owner`."""
    address, _, kind, rank, red, description, service, responsible, digitization = row
    return MssMailbox(
        address,
        BalType(kind),
        rank,
        bool(red),
        description,
        service,
        responsible,
        None if digitization is None else bool(digitization),
    )


def card_of(row: Sequence[Any]) -> Smartcard:
    """Read a card from its columns after `owner`."""
    kind, number, since, until = row
    return Smartcard(kind, number, _date(since), _date(until))


def record_of(
    row: Sequence[Any],
    shared: Shared,
    mailboxes: tuple[MssMailbox, ...] = (),
    cards: tuple[Smartcard, ...] = (),
) -> Record:
    """Read a record from the row of its table and what it shares."""
    rid, _, updated, traced, *rest = row
    key, version = divmod(rid, VERSIONS)
    head = (key, version, instant_of(updated))
    trace = DataTrace(shared.system, shared.authority, _date(traced)) if shared.system else None
    match shared.resource:
        case "Practitioner":
            idnps, family, given, _, _ = rest
            return Practitioner(
                *head,
                active=shared.active,
                idnps=idnps,
                family=family,
                given=given,
                civility=shared.words[0],
                title=shared.words[1],
                qualifications=tuple(Qualification(group) for group in shared.groups),
                smartcards=cards,
                mailboxes=mailboxes,
                trace=trace,
            )
        case "PractitionerRole":
            identifier, practitioner, organization, since, until = rest
            codes = tuple(group[0] for group in shared.groups)
            days = (_date(since), _date(until))
            return PractitionerRole(
                *head, shared.active, identifier, practitioner, organization, codes, *days, mailboxes, trace
            )
        case "Organization":
            return _organization(head, rest, shared, mailboxes, trace)
        case "HealthcareService":
            arhgos, organization, capacity, granted = rest
            category, type_, characteristic, eligibility = (g[0] if g else None for g in shared.groups)
            kind, given = ServiceKind(shared.words[0]), _authorization(granted)
            return HealthcareService(
                *head,
                active=shared.active,
                kind=kind,
                organization=organization,
                arhgos=arhgos or "",
                category=category,
                type=type_,
                characteristic=characteristic,
                eligibility=eligibility,
                capacity=capacity,
                authorization=given,
                trace=trace,
            )
        case "Device":
            arhgos, organization, manufacturer, _, model, _, serial, granted = rest
            concept = shared.groups[0][0] if shared.groups[0] else None
            made: list[Any] = [manufacturer, model, serial, _authorization(granted), trace]
            return Device(*head, shared.words[0], arhgos or "", concept, organization, *made)


def _organization(
    head: tuple[int, int, datetime],
    rest: Sequence[Any],
    shared: Shared,
    mailboxes: tuple[MssMailbox, ...],
    trace: DataTrace | None,
) -> Organization:
    idnst, name, _, alias, finess, siren, siret, rang, part_of, _, _, _, address, *last = rest
    phone, fax, email, licence, opened, closed = last
    labelled = zip(shared.labels, shared.groups, strict=True)
    types = tuple(TypeOfStructure(label, group[0]) for label, group in labelled)
    place = Address(*json.loads(address)) if address else Address()
    return Organization(
        *head,
        active=shared.active,
        idnst=idnst,
        name=name,
        alias=alias,
        finess=finess or "",
        entity=shared.words[0],
        siren=siren or "",
        siret=siret or "",
        rpps_rang=rang or "",
        types=types,
        part_of=part_of,
        address=place,
        phone=phone,
        fax=fax,
        email=email,
        pharmacy_licence=licence or "",
        opened=_date(opened),
        closed=_date(closed),
        mailboxes=mailboxes,
        trace=trace,
    )


def _packed(values: Sequence[object]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _granted(given: Authorization | None) -> str | None:
    if given is None:
        return None
    days = [_day(day) for day in (given.granted, given.start, given.end, given.updated)]
    return _packed([*days, given.deleted])


def _authorization(text: str | None) -> Authorization | None:
    if text is None:
        return None
    granted, start, end, updated, deleted = json.loads(text)
    return Authorization(_date(granted), _date(start), _date(end), _date(updated), deleted)


def _day(value: date | None) -> int | None:
    return value.toordinal() if value else None


def _date(value: int | None) -> date | None:
    return date.fromordinal(value) if value is not None else None
