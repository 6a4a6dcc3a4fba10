"""Pieces that several resources share: identifiers, codings, references, extensions, BAL."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from simulators.annuaire import nos
from simulators.annuaire.model import Coding, DataTrace, MssMailbox, Record, Smartcard, technical_id
from simulators.annuaire.parameters import ResourceType

Json = dict[str, Any]
ANNUAIRE = "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition"
CORE = "https://hl7.fr/ig/fhir/core/StructureDefinition"
SOURCE = "https://annuaire.sante.fr"
"""As the live server answers; the guide writes annuaire.esante.gouv.fr (DOSSIER §2.6, conflict)."""
EMAIL_TYPE = f"{CORE}/fr-core-contact-point-email-type"
MAILBOX_METADATA = f"{ANNUAIRE}/as-ext-mailbox-mss-metadata"
MSSANTE = "MSSANTE"


def without_nothing(value: Json) -> Json:
    """Return the object without members that are None, empty text or an empty list (invalid in FHIR)."""
    return {name: inner for name, inner in value.items() if inner not in (None, "", [])}


def id_of(record: Record) -> str:
    """Return the technical id of a record."""
    return technical_id(record.resource, record.key)


def instant(moment: datetime) -> str:
    """Return a FHIR instant with milliseconds."""
    return moment.isoformat(timespec="milliseconds")


def day(moment: date | None) -> str | None:
    """Return a FHIR date."""
    return moment.isoformat() if moment else None


def identifier(kind: str, system: str, value: str) -> Json:
    """Return an official identifier with its type."""
    return {
        "use": "official",
        "type": {"coding": [{"system": nos.IDENTIFIER_TYPE, "code": kind}]},
        "system": system,
        "value": value,
    }


def coding(one: Coding) -> Json:
    """Return a coding."""
    return without_nothing({"system": one.system, "code": one.code, "display": one.display})


def concepts(one: Coding | None) -> list[Json] | None:
    """Return a list of one concept, or None."""
    return [{"coding": [coding(one)]}] if one else None


def reference(resource: ResourceType, key: int | None) -> Json | None:
    """Return a relative reference."""
    return {"reference": f"{resource}/{technical_id(resource, key)}"} if key else None


def extension(name: str, **value: Any) -> Json:
    """Return a simple extension of the guide Annuaire Santé."""
    return {"url": f"{ANNUAIRE}/{name}", **value}


def trace(one: DataTrace) -> list[Json]:
    """Return `as-ext-data-trace`."""
    inner: list[Json] = [{"url": "systeme-information", "valueCode": one.system}]
    if one.authority:
        coded = {"coding": [{"system": nos.AUTHORITY, "code": one.authority}]}
        inner.append({"url": "autorite-enregistrement", "valueCodeableConcept": coded})
    if one.updated:
        inner.append({"url": "date-maj-ae", "valueDate": one.updated.isoformat()})
    return [{"url": f"{ANNUAIRE}/as-ext-data-trace", "extension": inner}]


def smartcard(one: Smartcard) -> Json:
    """Return `as-ext-smartcard`."""
    period = without_nothing({"start": day(one.start), "end": day(one.end)})
    inner: list[Json] = [
        {
            "url": "type",
            "valueCodeableConcept": {"coding": [{"system": nos.CARD_TYPE, "code": one.type}]},
        },
        {"url": "number", "valueString": one.number},
    ]
    if period:
        inner.append({"url": "period", "valuePeriod": period})
    return {"url": f"{ANNUAIRE}/as-ext-smartcard", "extension": inner}


def mailboxes(held: Iterable[MssMailbox], *, public: bool) -> list[Json]:
    """Return the BAL of a record; in public, no liste rouge whatever the store gave."""
    return [_mailbox(one, public) for one in held if not (public and one.liste_rouge)]


def _mailbox(one: MssMailbox, public: bool) -> Json:
    metadata: list[Json] = [
        {
            "url": "type",
            "valueCodeableConcept": {"coding": [{"system": nos.BAL_TYPE, "code": one.type.value}]},
        }
    ]
    texts = [("description", one.description), ("service", one.service)]
    if not public:
        texts.insert(1, ("responsible", one.responsible))
    metadata += [{"url": url, "valueString": text} for url, text in texts if text]
    if one.digitization is not None:
        metadata.append({"url": "digitization", "valueBoolean": one.digitization})
    if not public:
        metadata.append({"url": "listeRouge", "valueBoolean": one.liste_rouge})
    return without_nothing(
        {
            "extension": [
                {"url": EMAIL_TYPE, "valueCoding": {"system": nos.MESSAGING_TYPE, "code": MSSANTE}},
                {"url": MAILBOX_METADATA, "extension": metadata},
            ],
            "system": "email",
            "value": one.address,
            "use": "work",
            "rank": one.rank,
        }
    )
