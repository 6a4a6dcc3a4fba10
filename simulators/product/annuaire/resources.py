"""What the product reads of the resources of the directory; all of it may be missing or of another kind."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

EMAIL_TYPE = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-contact-point-email-type"
METADATA = "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-ext-mailbox-mss-metadata"
PROFESSION = "TRE-G15-ProfessionSante"
SPECIALITY = "TRE-R38-SpecialiteOrdinale"
RPPS = "https://rpps.esante.gouv.fr"
FINESS = "https://finess.esante.gouv.fr"
NO_RANK = 1_000
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'"})


@dataclass(frozen=True, slots=True)
class Email:
    """An e-mail of a resource: `mss` when it is coded as a BAL; `type` PER, ORG, APP, CAB or empty."""

    address: str
    mss: bool
    type: str
    rank: int


def dicts(value: object) -> list[Json]:
    """Return the objects of a JSON array, nothing for anything else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text_of(value: Json, name: str) -> str:
    """Return a member that is a text, else an empty one."""
    found = value.get(name)
    return found if isinstance(found, str) else ""


def emails(resource: Json) -> Iterator[Email]:
    """Yield the e-mails of a resource, BAL or not."""
    for point in dicts(resource.get("telecom")):
        address = text_of(point, "value")
        if point.get("system") != "email" or "@" not in address:
            continue
        rank = point.get("rank")
        yield Email(address, _is_bal(point), _type(point), rank if isinstance(rank, int) else NO_RANK)


def _is_bal(point: Json) -> bool:
    return any(
        isinstance(one.get("valueCoding"), dict) and one["valueCoding"].get("code") == "MSSANTE"
        for one in dicts(point.get("extension"))
        if one.get("url") == EMAIL_TYPE
    )


def _type(point: Json) -> str:
    for one in dicts(point.get("extension")):
        if one.get("url") == METADATA:
            for inner in dicts(one.get("extension")):
                concept = inner.get("valueCodeableConcept")
                if inner.get("url") == "type" and isinstance(concept, dict):
                    return next((text_of(c, "code") for c in dicts(concept.get("coding"))), "")
    return ""


def identifier(resource: Json, system: str) -> str:
    """Return the value of the identifier of a system."""
    found = dicts(resource.get("identifier"))
    return next((text_of(one, "value") for one in found if one.get("system") == system), "")


def code(resource: Json, system: str) -> str:
    """Return the code of a system (by the end of its name) among the qualifications of a professional."""
    for qualification in dicts(resource.get("qualification")):
        concept = qualification.get("code")
        for coding in dicts(concept.get("coding")) if isinstance(concept, dict) else ():
            if text_of(coding, "system").endswith(system):
                return text_of(coding, "code")
    return ""


def person_name(resource: Json) -> tuple[str, str]:
    """Return family and given name of a professional, empty when deleted."""
    name = next(iter(dicts(resource.get("name"))), {})
    given = name.get("given")
    return text_of(name, "family"), " ".join(map(str, given)) if isinstance(given, list) else ""


def place(resource: Json) -> tuple[str, str]:
    """Return city and postcode of a structure."""
    address = next(iter(dicts(resource.get("address"))), {})
    return text_of(address, "city"), text_of(address, "postalCode")


def reference(resource: Json, name: str) -> str:
    """Return where a reference leads, `Type/id`."""
    found = resource.get(name)
    return text_of(found, "reference") if isinstance(found, dict) else ""


def key(resource: Json) -> str:
    """Return `Type/id`."""
    return f"{text_of(resource, 'resourceType')}/{text_of(resource, 'id')}"


def without_accents(text: str) -> str:
    """Return the text without accents and ligatures, in its own case."""
    spread = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    return "".join(char for char in spread if not unicodedata.combining(char))
