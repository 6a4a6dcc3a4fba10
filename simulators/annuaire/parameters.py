"""Search parameters of the Annuaire Santé API v2, by resource: name, FHIR type, modifiers (DOSSIER §2.1).

Where the CapabilityStatement and the pages of the documentation differ, both are served: a product written
from either works, and `/metadata` announces exactly what is served.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

ResourceType = Literal["Practitioner", "PractitionerRole", "Organization", "HealthcareService", "Device"]
RESOURCES: tuple[ResourceType, ...] = get_args(ResourceType)
Kind = Literal["token", "string", "reference", "date", "uri"]
Modifier = Literal["", "contains", "exact", "not"]
"""How a value is compared; empty is the default of the kind (`:text` has no known effect and is read so)."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One search parameter.

    `documented_text` tells that `:text` is declared for it; `target` is what a reference leads to;
    `definition` is the canonical URL announced in `/metadata` (empty: none).
    """

    name: str
    kind: Kind
    documentation: str
    definition: str = ""
    documented_text: bool = False
    target: ResourceType | None = None

    @property
    def modifiers(self) -> tuple[str, ...]:
        """Return the modifiers that may follow the name."""
        if self.kind == "string":
            return ("contains", "exact", "text") if self.documented_text else ("contains", "exact")
        return ("not",) if self.kind == "token" else ()


_FHIR = "http://hl7.org/fhir/SearchParameter/"
_ANNUAIRE = "https://interop.esante.gouv.fr/ig/fhir/annuaire/SearchParameter/as-sp-"

_ID = Parameter("_id", "token", "Identifiant technique de la ressource.", f"{_FHIR}Resource-id")
_UPDATED = Parameter(
    "_lastUpdated", "date", "Instant de la dernière mise à jour.", f"{_FHIR}Resource-lastUpdated"
)
_SYSTEM = Parameter(
    "data-information-system",
    "token",
    "Système d'information d'origine.",
    f"{_ANNUAIRE}data-information-system",
)
_AUTHORITY = Parameter(
    "data-registration-authority",
    "token",
    "Autorité d'enregistrement.",
    f"{_ANNUAIRE}data-registration-authority",
)
_MAILBOX = Parameter("mailbox-mss", "string", "Adresse de messagerie MSSanté.", f"{_ANNUAIRE}mailbox-mss")
MAILBOX_TYPE = Parameter(
    "mailbox-mss-type",
    "token",
    "Type de BAL (PER, ORG, APP, CAB).",
    f"{_ANNUAIRE}mailbox-mss-type",
)
"""Specified, but answered as unknown by the live server in 2026: served by switch alone."""
MAILBOX_RESOURCES: tuple[ResourceType, ...] = ("Practitioner", "PractitionerRole", "Organization")


def _active(resource: str) -> Parameter:
    return Parameter("active", "token", "Ressources actives ou non.", f"{_FHIR}{resource}-active")


def _identifier(resource: str) -> Parameter:
    return Parameter(
        "identifier", "token", "Tous les identifiants de la ressource.", f"{_FHIR}{resource}-identifier"
    )


_IDENTIFIER_TYPE = Parameter("identifier-type", "token", "Type d'identifiant.")


def _organization(resource: str) -> Parameter:
    definition = f"{_FHIR}{resource}-organization"
    return Parameter(
        "organization", "reference", "Structure de rattachement.", definition, target="Organization"
    )


def _address(name: str, documentation: str, definition: str = "") -> Parameter:
    return Parameter(name, "string", documentation, definition or f"{_FHIR}Organization-{name}")


_BY_RESOURCE: dict[ResourceType, tuple[Parameter, ...]] = {
    "Practitioner": (
        _ID,
        _UPDATED,
        _active("Practitioner"),
        _SYSTEM,
        _AUTHORITY,
        Parameter("family", "string", "Nom d'exercice.", f"{_FHIR}individual-family", documented_text=True),
        Parameter("given", "string", "Prénom d'exercice.", f"{_FHIR}individual-given", documented_text=True),
        _identifier("Practitioner"),
        _IDENTIFIER_TYPE,
        _MAILBOX,
        Parameter(
            "name", "string", "Nom, prénom ou civilité.", f"{_FHIR}Practitioner-name", documented_text=True
        ),
        Parameter("number-smartcard", "string", "Numéro de carte CPx.", f"{_ANNUAIRE}number-smartcard"),
        Parameter(
            "qualification-code",
            "token",
            "Diplôme, exercice professionnel, savoir-faire.",
            f"{_ANNUAIRE}qualification-code",
        ),
        Parameter("type-smartcard", "token", "Type de carte CPx.", f"{_ANNUAIRE}type-smartcard"),
    ),
    "PractitionerRole": (
        _ID,
        _UPDATED,
        _active("PractitionerRole"),
        _SYSTEM,
        _AUTHORITY,
        _identifier("PractitionerRole"),
        _MAILBOX,
        _organization("PractitionerRole"),
        Parameter(
            "practitioner",
            "reference",
            "Professionnel.",
            f"{_FHIR}PractitionerRole-practitioner",
            target="Practitioner",
        ),
        Parameter(
            "role",
            "token",
            "Genre d'activité, mode d'exercice, fonction, section du tableau des pharmaciens.",
            f"{_FHIR}PractitionerRole-role",
        ),
    ),
    "Organization": (
        _ID,
        _UPDATED,
        _active("Organization"),
        _address("address", "Adresse de la structure."),
        _address("address-city", "Commune."),
        _address("address-line", "Ligne d'adresse.", f"{_ANNUAIRE}address-line"),
        _address("address-postalcode", "Code postal."),
        _SYSTEM,
        _AUTHORITY,
        _identifier("Organization"),
        _IDENTIFIER_TYPE,
        _MAILBOX,
        Parameter("name", "string", "Raison sociale.", f"{_FHIR}Organization-name", documented_text=True),
        Parameter("partof", "reference", "Entité juridique de rattachement.", target="Organization"),
        Parameter("pharmacy-licence", "string", "Licence d'officine.", f"{_ANNUAIRE}pharmacy-licence"),
        Parameter(
            "type",
            "token",
            "Type de structure, secteur d'activité, catégorie, statut juridique, code APE.",
        ),
    ),
    "HealthcareService": (
        _ID,
        _UPDATED,
        Parameter("_profile", "uri", "Profil : activité de soins ou équipement social."),
        _active("HealthcareService"),
        Parameter(
            "characteristic",
            "token",
            "Forme d'activité ou type d'activité.",
            f"{_FHIR}HealthcareService-characteristic",
        ),
        _SYSTEM,
        _AUTHORITY,
        _identifier("HealthcareService"),
        _organization("HealthcareService"),
        Parameter(
            "service-category",
            "token",
            "Modalité de l'activité de soins.",
            f"{_FHIR}HealthcareService-service-category",
        ),
        Parameter(
            "service-type",
            "token",
            "Discipline ou activité sanitaire régulée.",
            f"{_FHIR}HealthcareService-service-type",
        ),
    ),
    "Device": (
        _ID,
        _UPDATED,
        _SYSTEM,
        _AUTHORITY,
        _identifier("Device"),
        Parameter("manufacturer", "string", "Marque.", f"{_FHIR}Device-manufacturer"),
        Parameter("model", "string", "Modèle.", f"{_FHIR}Device-model"),
        _organization("Device"),
        Parameter("status", "token", "active, inactive, entered-in-error, unknown.", f"{_FHIR}Device-status"),
        Parameter("type", "token", "Type d'équipement matériel lourd.", f"{_FHIR}Device-type"),
    ),
}

ALIASES: Mapping[str, str] = {
    "as-sp-data-information-system": "data-information-system",
    "as-sp-data-registration-authority": "data-registration-authority",
}
"""Names printed in some pages of the documentation → the parameter meant."""


def parameters_of(resource: ResourceType, *, mailbox_type: bool = False) -> Mapping[str, Parameter]:
    """Return the parameters of a resource by name; `mailbox_type` adds `mailbox-mss-type` where specified."""
    known = {one.name: one for one in _BY_RESOURCE[resource]}
    if mailbox_type and resource in MAILBOX_RESOURCES:
        known[MAILBOX_TYPE.name] = MAILBOX_TYPE
    return known


INCLUDES: Mapping[ResourceType, tuple[str, ...]] = {
    "Practitioner": (),
    "PractitionerRole": ("organization", "practitioner"),
    "Organization": ("partof",),
    "HealthcareService": ("organization",),
    "Device": ("organization",),
}
"""Reference parameters that `_include` may follow, by searched resource."""

REVINCLUDES: Mapping[ResourceType, tuple[tuple[ResourceType, str], ...]] = {
    "Practitioner": (("PractitionerRole", "practitioner"),),
    "PractitionerRole": (),
    "Organization": (
        ("Device", "organization"),
        ("HealthcareService", "organization"),
        ("Organization", "partof"),
        ("PractitionerRole", "organization"),
    ),
    "HealthcareService": (),
    "Device": (),
}
"""`(resource, reference parameter)` that `_revinclude` may bring, by searched resource."""
