"""Records in their FHIR form (DOSSIER §2.2 and §2.6): one function for each resource."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from simulators.annuaire import nos
from simulators.annuaire.fhir import parts
from simulators.annuaire.fhir.parts import ANNUAIRE, CORE, identifier, without_nothing
from simulators.annuaire.model import (
    Address,
    Authorization,
    Device,
    HealthcareService,
    Organization,
    Practitioner,
    PractitionerRole,
    Record,
    ServiceKind,
    TypeOfStructure,
)

Json = dict[str, Any]
_CORE_PROFILES: Mapping[str, str] = {
    "Practitioner": f"{CORE}/fr-core-practitioner",
    "PractitionerRole": f"{CORE}/fr-core-practitioner-role",
    "Organization": f"{CORE}/fr-core-organization",
}


def profile_of(record: Record) -> str:
    """Return the canonical of the public profile of a record."""
    if isinstance(record, HealthcareService):
        return f"{ANNUAIRE}/as-dp-healthcareservice-{record.kind.value}"
    return f"{ANNUAIRE}/as-dp-{record.resource.lower()}"


def render(record: Record, *, public: bool = True) -> Json:
    """Return the resource as the API shows it; `public` false adds what operators alone may read.

    A deleted record keeps its id, identifiers and state alone, an Organization its name as well.
    """
    head: Json = {
        "resourceType": record.resource,
        "id": parts.id_of(record),
        "meta": _meta(record),
        "language": "fr",
    }
    body = _BODIES[record.resource](record, public)
    if not _alive(record):
        kept = ("identifier", "active", "status", *(("name",) if isinstance(record, Organization) else ()))
        body = {name: body[name] for name in kept if name in body}
    return head | without_nothing(body)


def _alive(record: Record) -> bool:
    return record.status != "inactive" if isinstance(record, Device) else record.active


def _meta(record: Record) -> Json:
    core = _CORE_PROFILES.get(record.resource)
    trace = record.trace if _alive(record) else None
    return without_nothing(
        {
            "extension": parts.trace(trace) if trace else None,
            "versionId": str(record.version),
            "lastUpdated": parts.instant(record.updated),
            "source": parts.SOURCE,
            "profile": [*([core] if core else []), profile_of(record)],
        }
    )


def _practitioner(one: Practitioner, public: bool) -> Json:
    rpps = [identifier("RPPS", nos.RPPS, one.rpps)] if one.rpps else []
    name = {
        "text": one.text,
        "family": one.family,
        "given": [one.given] if one.given else None,
        "prefix": [one.civility] if one.civility else None,
        "suffix": [one.title] if one.title else None,
    }
    return {
        "extension": [parts.smartcard(card) for card in one.smartcards],
        "identifier": [identifier("IDNPS", nos.IDNPS, one.idnps), *rpps],
        "active": one.active,
        "name": [without_nothing(name)] if one.text else None,
        "telecom": parts.mailboxes(one.mailboxes, public=public),
        "qualification": [
            {"code": {"coding": [parts.coding(code) for code in held.codings]}} for held in one.qualifications
        ],
    }


def _practitioner_role(one: PractitionerRole, public: bool) -> Json:
    return {
        "identifier": [{"use": "official", "system": nos.RPPS, "value": one.identifier}],
        "active": one.active,
        "practitioner": parts.reference("Practitioner", one.practitioner),
        "organization": parts.reference("Organization", one.organization),
        "code": [{"coding": [parts.coding(code)]} for code in one.codes],
        "telecom": parts.mailboxes(one.mailboxes, public=public),
    }


def _organization(one: Organization, public: bool) -> Json:
    licence = parts.extension("as-ext-organization-pharmacy-licence", valueString=one.pharmacy_licence)
    period = {"start": parts.day(one.opened), "end": parts.day(one.closed)}
    opening = {
        "url": "http://hl7.org/fhir/StructureDefinition/organization-period",
        "valuePeriod": without_nothing(period),
    }
    contacts = (("phone", one.phone), ("fax", one.fax), ("email", one.email))
    return {
        "extension": [
            *([licence] if one.pharmacy_licence else []),
            *([opening] if one.opened or one.closed else []),
        ],
        "identifier": _structure_identifiers(one),
        "active": one.active,
        "type": [_structure_type(kind) for kind in one.types],
        "name": one.name,
        "alias": [one.alias] if one.alias else None,
        "telecom": [
            *({"system": system, "value": value} for system, value in contacts if value),
            *parts.mailboxes(one.mailboxes, public=public),
        ],
        "address": [_address(one.address)] if one.address != Address() else None,
        "partOf": parts.reference("Organization", one.part_of),
    }


def _structure_identifiers(one: Organization) -> list[Json]:
    finess = "FINEJ" if one.entity == "EJ" else "FINEG"
    known = (
        ("IDNST", nos.IDNST, one.idnst),
        (finess, nos.FINESS, one.finess),
        ("RPPSRG", nos.RPPS_RANG, one.rpps_rang),
        ("SIREN", nos.SIREN, one.siren),
        ("SIRET", nos.SIRET, one.siret),
    )
    return [identifier(kind, system, value) for kind, system, value in known if value]


def _structure_type(one: TypeOfStructure) -> Json:
    told = [parts.extension("as-ext-organization-types", valueCode=one.kind)] if one.kind else None
    return without_nothing({"extension": told, "coding": [parts.coding(one.coding)]})


_ADXP = "http://hl7.org/fhir/StructureDefinition/iso21090-ADXP-"


def _address(one: Address) -> Json:
    street = " ".join(p for p in (one.number, one.repetition, one.street_type, one.street) if p)
    named = (
        ("houseNumber", one.number),
        ("buildingNumberSuffix", one.repetition),
        ("streetNameType", one.street_type),
        ("streetNameBase", one.street),
    )
    pieces = [{"url": f"{_ADXP}{name}", "valueString": value} for name, value in named if value]
    lines: list[tuple[str, list[Json]]] = [
        (line, pieces if line == street else []) for line in one.lines if line
    ]
    commune = {
        "url": f"{CORE}/fr-core-address-insee-code",
        "valueCoding": {"system": nos.COMMUNE, "code": one.commune},
    }
    return without_nothing(
        {
            "extension": [commune] if one.commune else None,
            "line": [line for line, _ in lines],
            "_line": [{"extension": told} if told else None for _, told in lines]
            if any(told for _, told in lines)
            else None,
            "city": one.city,
            "district": one.department,
            "postalCode": one.postcode,
            "country": one.country,
        }
    )


def _healthcare_service(one: HealthcareService, _: bool) -> Json:
    arhgos = [{"use": "official", "system": nos.ARHGOS, "value": one.arhgos}] if one.arhgos else None
    social = one.kind is ServiceKind.SOCIAL
    capacity = parts.extension("as-ext-supported-capacity", valueInteger=one.capacity)
    return {
        "extension": [
            *_authorization(one.authorization),
            *([capacity] if social and one.capacity is not None else []),
        ],
        "identifier": arhgos,
        "active": one.active,
        "providedBy": parts.reference("Organization", one.organization),
        "category": parts.concepts(one.category),
        "type": parts.concepts(one.type),
        "eligibility": [{"code": {"coding": [parts.coding(one.eligibility)]}}] if one.eligibility else None,
        "characteristic": parts.concepts(one.characteristic),
    }


def _device(one: Device, _: bool) -> Json:
    return {
        "extension": _authorization(one.authorization),
        "identifier": [{"use": "official", "system": nos.ARHGOS, "value": one.arhgos}],
        "status": one.status,
        "manufacturer": one.manufacturer,
        "serialNumber": one.serial,
        "modelNumber": one.model,
        "type": {"coding": [parts.coding(one.type)]} if one.type else None,
        "owner": parts.reference("Organization", one.organization),
    }


def _authorization(one: Authorization | None) -> list[Json]:
    if one is None:
        return []
    period = without_nothing({"start": parts.day(one.start), "end": parts.day(one.end)})
    told: list[tuple[str, str, date | Json | bool | None]] = [
        ("dateAuthorization", "valueDate", one.granted),
        ("periodAuthorization", "valuePeriod", period or None),
        ("dateUpdateAuthorization", "valueDate", one.updated),
        ("deletedAuthorization", "valueBoolean", one.deleted),
    ]
    inner = [
        {"url": url, kind: parts.day(value) if isinstance(value, date) else value}
        for url, kind, value in told
        if value is not None
    ]
    return [{"url": f"{ANNUAIRE}/as-ext-authorization", "extension": inner}]


_BODIES: Mapping[str, Callable[[Any, bool], Json]] = {
    "Practitioner": _practitioner,
    "PractitionerRole": _practitioner_role,
    "Organization": _organization,
    "HealthcareService": _healthcare_service,
    "Device": _device,
}
