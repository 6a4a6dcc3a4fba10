"""The requirement catalogue: what the Espace de Confiance asks, from whom, and how sure we are of it."""

from __future__ import annotations

from schemas.certainty import Certainty
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
    "Catalogue",
    "CatalogueError",
    "Certainty",
    "Direction",
    "Edition",
    "EditionStatus",
    "Level",
    "Requirement",
    "Strength",
    "Theme",
    "UnknownRequirementError",
    "Verification",
    "catalogue",
    "levels_up_to",
]
