"""The codes of invented records, put together as the directory does (DOSSIER §2.6)."""

from __future__ import annotations

from simulators.annuaire import labels, nos
from simulators.annuaire.model import Coding, Qualification, TypeOfStructure


def qualifications(
    profession: str, category: str, skill: str = "", diploma: str = ""
) -> tuple[Qualification, ...]:
    """Return diploma, professional practice and know-how, in this order."""
    practice = Qualification(
        (
            Coding(nos.CATEGORY, category, labels.CATEGORIES.get(category, "")),
            Coding(nos.PROFESSION, profession, labels.PROFESSIONS.get(profession, "")),
        )
    )
    found: list[Qualification] = []
    if diploma:
        found.append(Qualification((Coding(nos.DIPLOMA_KIND, "DE"), Coding(nos.DIPLOMA, diploma))))
    found.append(practice)
    if skill:
        kind = Coding(nos.KNOW_HOW_KIND, "S", labels.KNOW_HOW_KINDS["S"])
        found.append(Qualification((kind, Coding(nos.SPECIALITY, skill, labels.KNOW_HOW.get(skill, "")))))
    return tuple(found)


def activity(mode: str) -> tuple[Coding, ...]:
    """Return the codes of an activity: genre, mode, fonction."""
    return (
        Coding(nos.ACTIVITY_KIND, "GENR01", labels.ACTIVITIES["GENR01"]),
        Coding(nos.EXERCISE_MODE, mode, labels.MODES.get(mode, "")),
        Coding(nos.FUNCTION, "FON-AU", labels.FUNCTIONS["FON-AU"]),
    )


def types(sector: str, category: str, entity: str) -> tuple[TypeOfStructure, ...]:
    """Return the types of a structure: kind of entity (FINESS), sector (R02), category (R66, EG alone)."""
    found = [TypeOfStructure(nos.SECTOR_TYPE, Coding(nos.SECTOR, sector, labels.SECTORS.get(sector, "")))]
    if entity:
        kind = "GEOGRAPHICAL-ENTITY" if entity == "EG" else "LEGAL-ENTITY"
        found.insert(0, TypeOfStructure(nos.ORGANIZATION_TYPE, Coding(nos.ENTITY_KIND, kind)))
    if category and entity == "EG":
        found.append(TypeOfStructure("", Coding(nos.STRUCTURE_CATEGORY, category)))
    return tuple(found)
