"""What many records have in common: codes, origin, state. Kept once and numbered (a *dimension*).

Some thousand combinations cover the national directory, so every token search becomes a set of numbers,
found in memory, and how many base records each combination has is known without counting.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from simulators.annuaire import nos
from simulators.annuaire.model import (
    Coding,
    Device,
    HealthcareService,
    Organization,
    Practitioner,
    PractitionerRole,
    Record,
    ServiceKind,
)
from simulators.annuaire.parameters import ResourceType

DEVICE_STATUS = "http://hl7.org/fhir/device-status"
PROFILE = "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-dp-healthcareservice-"


class Token(NamedTuple):
    """A code that a token parameter finds; `system` empty: a plain code."""

    parameter: str
    system: str
    code: str


class Shared(NamedTuple):
    """One combination.

    `words` are what the kind of record has besides codes: civility and title of a professional, entity of a
    structure, status of an equipment, profile of a service. `groups` are its concepts, in their places; an
    absent one is empty. `labels` name the groups of a structure (`as-ext-organization-types`).
    """

    resource: ResourceType
    active: bool
    words: tuple[str, ...]
    groups: tuple[tuple[Coding, ...], ...]
    labels: tuple[str, ...]
    system: str
    authority: str
    identifiers: tuple[str, ...]
    cards: tuple[str, ...]


def shared_of(record: Record) -> Shared:
    """Return the combination of a record."""
    trace = record.trace
    words: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    cards: tuple[str, ...] = ()
    groups: tuple[tuple[Coding, ...], ...]
    match record:
        case Practitioner():
            words = (record.civility, record.title)
            groups = tuple(one.codings for one in record.qualifications)
            identifiers = ("IDNPS", "RPPS") if record.idnps.startswith("8") else ("IDNPS",)
            if record.smartcards:
                cards = tuple(sorted({card.type for card in record.smartcards}))
        case PractitionerRole():
            groups = tuple((code,) for code in record.codes)
        case Organization():
            words = (record.entity,)
            groups = tuple((one.coding,) for one in record.types)
            labels = tuple(one.kind for one in record.types)
            identifiers = _identifier_types(record)
        case HealthcareService():
            words = (record.kind.value,)
            parts = (record.category, record.type, record.characteristic, record.eligibility)
            groups = tuple((one,) if one else () for one in parts)
        case Device():
            words = (record.status,)
            groups = ((record.type,) if record.type else (),)
    return Shared(
        record.resource,
        record.active,
        words,
        groups,
        labels,
        trace.system if trace else "",
        trace.authority if trace else "",
        identifiers,
        cards,
    )


def _identifier_types(record: Organization) -> tuple[str, ...]:
    fine = {"EJ": "FINEJ"}.get(record.entity, "FINEG")
    pairs = (
        ("IDNST", record.idnst),
        (fine, record.finess),
        ("RPPSRG", record.rpps_rang),
        ("SIREN", record.siren),
        ("SIRET", record.siret),
    )
    return tuple(name for name, value in pairs if value)


def tokens(shared: Shared) -> Iterator[Token]:
    """Give every token by which records of a combination are found."""
    if shared.resource != "Device":
        yield Token("active", "", "true" if shared.active else "false")
    if shared.system:
        yield Token("data-information-system", "", shared.system)
    if shared.authority:
        yield Token("data-registration-authority", nos.AUTHORITY, shared.authority)
    for name in shared.identifiers:
        yield Token("identifier-type", nos.IDENTIFIER_TYPE, name)
    match shared.resource:
        case "Practitioner":
            yield from _coded("qualification-code", shared.groups)
            for card in shared.cards:
                yield Token("type-smartcard", nos.CARD_TYPE, card)
        case "PractitionerRole":
            yield from _coded("role", shared.groups)
        case "Organization":
            yield from _coded("type", shared.groups)
        case "HealthcareService":
            category, kind, characteristic, _ = shared.groups
            yield Token("_profile", "", PROFILE + ServiceKind(shared.words[0]).value)
            yield from _coded("service-category", (category,))
            yield from _coded("service-type", (kind,))
            yield from _coded("characteristic", (characteristic,))
        case "Device":
            yield Token("status", DEVICE_STATUS, shared.words[0])
            yield from _coded("type", shared.groups)


def _coded(parameter: str, groups: Iterable[tuple[Coding, ...]]) -> Iterator[Token]:
    for group in groups:
        for coding in group:
            yield Token(parameter, coding.system, coding.code)


def to_text(shared: Shared) -> str:
    """Write a combination as JSON."""
    groups = [[[c.system, c.code, c.display] for c in group] for group in shared.groups]
    return json.dumps([*shared[:3], groups, *shared[4:]], ensure_ascii=False, separators=(",", ":"))


def from_text(text: str) -> Shared:
    """Read a combination that `to_text` wrote."""
    resource, active, words, groups, labels, system, authority, identifiers, cards = json.loads(text)
    return Shared(
        resource,
        active,
        tuple(words),
        tuple(tuple(Coding(*coding) for coding in group) for group in groups),
        tuple(labels),
        system,
        authority,
        tuple(identifiers),
        tuple(cards),
    )
