"""The requirement catalogue: what the Espace de Confiance asks, from whom, and how sure we are of it."""

from __future__ import annotations

from schemas.certainty import Certainty
from schemas.requirements.applicability import Applicability, Claims, applicability, corridors_with_list
from schemas.requirements.catalogue import Catalogue, CatalogueError, UnknownRequirementError, catalogue
from schemas.requirements.model import (
    Actor,
    Direction,
    Edition,
    EditionStatus,
    Level,
    Requirement,
    Strength,
    Theme,
    Verification,
    levels_up_to,
)

__all__ = [
    "Actor",
    "Applicability",
    "Catalogue",
    "CatalogueError",
    "Certainty",
    "Claims",
    "Direction",
    "Edition",
    "EditionStatus",
    "Level",
    "Requirement",
    "Strength",
    "Theme",
    "UnknownRequirementError",
    "Verification",
    "applicability",
    "catalogue",
    "corridors_with_list",
    "levels_up_to",
]
