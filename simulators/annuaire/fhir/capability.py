"""The CapabilityStatement: exactly what is served, in the shape of the live server (DOSSIER §2.6)."""

from __future__ import annotations

from typing import Any

from simulators.annuaire.fhir.conduct import Conduct
from simulators.annuaire.fhir.parts import ANNUAIRE, without_nothing
from simulators.annuaire.parameters import INCLUDES, RESOURCES, REVINCLUDES, ResourceType, parameters_of

_PROFILES: dict[ResourceType, str] = {
    "Practitioner": "as-dp-practitioner",
    "PractitionerRole": "as-dp-practitionerrole",
    "Organization": "as-dp-organization",
    "HealthcareService": "as-dp-healthcareservice-healthcare-activity",
    "Device": "as-dp-device",
}


def capability_statement(conduct: Conduct) -> dict[str, Any]:
    """Return the statement; without `kind`, `date` and `rest.mode`, as the published code writes it."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [{"resource": [_resource(resource, conduct) for resource in RESOURCES]}],
    }


def _resource(resource: ResourceType, conduct: Conduct) -> dict[str, Any]:
    followed = INCLUDES[resource]
    return without_nothing(
        {
            "type": resource,
            "profile": f"{ANNUAIRE}/{_PROFILES[resource]}",
            "interaction": [{"code": code} for code in _interactions(resource, conduct)],
            "searchInclude": ["*", *(f"{resource}:{name}" for name in followed)] if followed else None,
            "searchRevInclude": [f"{source}:{name}" for source, name in REVINCLUDES[resource]],
            "searchParam": [
                without_nothing(
                    {
                        "name": one.name,
                        "definition": one.definition,
                        "type": one.kind,
                        "documentation": _documentation(one.documentation, one.modifiers),
                    }
                )
                for one in parameters_of(resource, mailbox_type=conduct.mailbox_type == "served").values()
            ],
        }
    )


def _interactions(resource: ResourceType, conduct: Conduct) -> tuple[str, ...]:
    writable = conduct.write and resource in {"Practitioner", "PractitionerRole", "Organization"}
    return ("search-type", "read", "patch") if writable else ("search-type", "read")


def _documentation(text: str, modifiers: tuple[str, ...]) -> str:
    return f"{text} Modificateurs : {', '.join(modifiers)}." if modifiers else text
