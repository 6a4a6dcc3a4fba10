"""The usual searches of a product in the directory, as values: on the store here, through HTTP elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from simulators.annuaire import nos, numbers
from simulators.annuaire.population import CREATED
from simulators.annuaire.query import (
    Criterion,
    DateValue,
    Include,
    Query,
    ReferenceValue,
    StringValue,
    TokenValue,
)


def text(name: str, value: str, modifier: str = "") -> Criterion:
    """Return a criterion on a string."""
    return Criterion(name, "string", (StringValue(value),), modifier)  # type: ignore[arg-type]


def token(name: str, code: str, system: str | None = None) -> Criterion:
    """Return a criterion on a code."""
    return Criterion(name, "token", (TokenValue(code, system),))


_PLACES = (
    Include("PractitionerRole", "organization", "Organization"),
    Include("PractitionerRole", "practitioner", "Practitioner"),
)
_ROLES = (Include("PractitionerRole", "practitioner", "Practitioner", reverse=True),)
_SINCE = DateValue("ge", CREATED - timedelta(days=2), CREATED - timedelta(days=1))

USUAL: Mapping[str, Query] = {
    "RPPS": Query("Practitioner", (token("identifier", numbers.rpps(1_500), nos.RPPS),)),
    "nom": Query("Practitioner", (text("family", "lévêque"),)),
    "nom et prénom, activités": Query(
        "Practitioner", (text("family", "Martin"), text("given", "jean")), _ROLES
    ),
    "nom et profession": Query(
        "Practitioner", (text("family", "DURAND"), token("qualification-code", "10", nos.PROFESSION))
    ),
    "nom, spécialité rare": Query(
        "Practitioner", (text("family", "dura"), token("qualification-code", "SM30"))
    ),
    "nom contient": Query("Practitioner", (text("family", "vequ", "contains"),)),
    "adresse BAL": Query("Practitioner", (text("mailbox-mss", "jean.martin@infirmier.mssante.fr"),)),
    "BAL contient": Query("Organization", (text("mailbox-mss", "ch-troispics", "contains"),)),
    "structure, ville et secteur": Query(
        "Organization", (text("address-city", "orleans"), token("type", "SA33"))
    ),
    "activités d'un professionnel": Query(
        "PractitionerRole",
        (Criterion("practitioner", "reference", (ReferenceValue("003-1001500-2001500"),)),),
        _PLACES,
    ),
}
"""The ten usual searches (ECO.3.1.4): who, where, which BAL."""

HEAVY: Mapping[str, Query] = {
    "nom d'une lettre": Query("Practitioner", (text("family", "m"),)),
    "profession": Query("Practitioner", (token("qualification-code", "10", nos.PROFESSION),)),
    "toutes les BAL (%40)": Query("Practitioner", (text("mailbox-mss", "@", "contains"),)),
    "BAL contient, large": Query("PractitionerRole", (text("mailbox-mss", "medecin.mssante", "contains"),)),
    "raison sociale contient": Query("Organization", (text("name", "dupont", "contains"),)),
    "département 78": Query("Organization", (text("address-postalcode", "78"),)),
    "adresse": Query("Organization", (text("address", "12 rue"),)),
    "delta de deux jours": Query("Practitioner", (Criterion("_lastUpdated", "date", (_SINCE,)),)),
    "total exact, une lettre": Query("Practitioner", (text("family", "m"),), total="accurate"),
    "prénom et spécialité": Query(
        "Practitioner", (text("given", "anne"), token("qualification-code", "SM30"))
    ),
}
"""Searches that find much, or ask for much."""
