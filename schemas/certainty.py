"""How sure we are of a requirement, a rule or a key: the certainty tags of the sources."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Certainty"]


class Certainty(StrEnum):
    """Where the knowledge comes from, from the firmest to the weakest."""

    OFFICIAL = "official"
    """The official text was seen."""
    EXAMPLE = "example"
    """A real file, message or program of ANS or CNAM does so."""
    SECONDARY = "secondary"
    """Somebody else says that the official text says so."""
    INFERRED = "inferred"
    """Deduced, or general knowledge of the field."""

    @property
    def may_fail(self) -> bool:
        """Whether a product may fail on it; what is only inferred or second-hand gives warnings."""
        return self in (Certainty.OFFICIAL, Certainty.EXAMPLE)
