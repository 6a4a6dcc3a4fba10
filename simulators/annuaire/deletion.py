"""What stays of a deleted record: it goes on to be published, not active (DOSSIER §2.6)."""

from __future__ import annotations

from dataclasses import replace

from simulators.annuaire.model import (
    Address,
    Device,
    HealthcareService,
    Organization,
    Practitioner,
    PractitionerRole,
    Record,
)


def deleted(record: Record) -> Record:
    """Return what stays: identifiers, state, the name of a structure, the professional of an activity."""
    match record:
        case Practitioner():
            return Practitioner(
                record.key, record.version, record.updated, False, record.idnps, "", "", trace=record.trace
            )
        case PractitionerRole():
            return PractitionerRole(
                *(record.key, record.version, record.updated, False),
                *(record.identifier, record.practitioner),
                trace=record.trace,
            )
        case Organization():
            return replace(
                record,
                active=False,
                alias="",
                types=(),
                part_of=None,
                address=Address(),
                phone="",
                fax="",
                email="",
                pharmacy_licence="",
                mailboxes=(),
            )
        case HealthcareService():
            return HealthcareService(
                *(record.key, record.version, record.updated, False, record.kind),
                arhgos=record.arhgos,
                trace=record.trace,
            )
        case Device():
            return Device(
                *(record.key, record.version, record.updated, "inactive", record.arhgos), trace=record.trace
            )
