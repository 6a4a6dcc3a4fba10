"""What a requirement is: the values of the catalogue, frozen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.certainty import Certainty
from schemas.text import Bilingual

__all__ = [
    "Actor",
    "Direction",
    "Edition",
    "EditionStatus",
    "Level",
    "Requirement",
    "Strength",
    "Theme",
    "Verification",
    "levels_up_to",
]


class Level(StrEnum):
    """Compatibility level that a requirement belongs to; our reading of the criteria of 2019."""

    BASIC = "basic"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"
    OPERATOR = "operator"
    """Asked of an operator under test: outside the three levels of vendors."""


class Strength(StrEnum):
    """How strongly it is asked."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"
    SUPERSEDED = "SUPERSEDED"
    """Withdrawn: listed, never blocks."""
    UNKNOWN = "UNKNOWN"
    """No public text was found: listed, never blocks."""


class Actor(StrEnum):
    """Who has to do it."""

    CLIENT = "client"
    PFI = "pfi"
    OPERATOR = "operator"
    PATIENT_MAILBOX = "patient_mailbox"
    DIRECTORY = "directory"


class Direction(StrEnum):
    """Which exchange of the actor it is about."""

    CONNECT = "connect"
    SEND = "send"
    RECEIVE = "receive"
    DIRECTORY = "directory"


class Verification(StrEnum):
    """How far a program can verify it."""

    FULL = "full"
    PARTIAL = "partial"
    DECLARATION = "declaration"


class EditionStatus(StrEnum):
    """Status in the working edition of the Ségur wave 2 requirement list."""

    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    WAVE1_KEPT = "wave1-kept"
    WAVE1_UNDER_REVIEW = "wave1-under-review"
    WAVE1_NEVER_VALIDATED = "wave1-never-validated"
    WAVE1_WITHDRAWN = "wave1-withdrawn"
    WORK_IN_PROGRESS = "work-in-progress"


@dataclass(frozen=True, slots=True)
class Edition:
    """What the Ségur wave 2 list says: its own reference, the status, and who is concerned.

    `state` is the month of the list (`2023-02`), `mailboxes` is `all`, `PER-ORG` or `APP`, `corridors` are
    the names of the list (`BIO` is biology, the profile's `SGL`); empty when the requirement is withdrawn.
    """

    reference: str
    status: EditionStatus
    state: str
    mailboxes: str
    corridors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Theme:
    """A family of requirements, to group them in reports."""

    id: str
    name: Bilingual


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line of the catalogue.

    `aliases` are the numbers that it has in other lists, `observation` says in English how a case can see it
    (for the authors of cases, not for users), `source` with `section` where it comes from, `level_basis` why
    it is in its level, `duplicate_of` the id that says the same thing, `superseded_by` what replaces it.
    """

    id: str
    title: Bilingual
    text: Bilingual
    theme: Theme
    level: Level
    level_basis: Bilingual
    strength: Strength
    certainty: Certainty
    actor: Actor
    direction: Direction
    verified: Verification
    source: Bilingual
    section: str
    observation: str
    aliases: tuple[str, ...] = ()
    edition: Edition | None = None
    duplicate_of: str | None = None
    superseded_by: tuple[str, ...] = ()

    @property
    def may_fail(self) -> bool:
        """Whether a product may fail on it; else a fault against it is a warning."""
        return self.in_force and self.certainty.may_fail

    @property
    def in_force(self) -> bool:
        """Whether it still asks something that is known; the others are listed and never block."""
        return self.strength not in (Strength.SUPERSEDED, Strength.UNKNOWN)

    @property
    def mandatory(self) -> bool:
        """Whether its level cannot be reached without it."""
        return self.strength is Strength.MUST


def levels_up_to(level: Level | str) -> tuple[Level, ...]:
    """Return the levels that must be reached with `level`, lowest first; operator stands alone."""
    wanted = Level(level)
    if wanted is Level.OPERATOR:
        return (wanted,)
    ladder = (Level.BASIC, Level.INTERMEDIATE, Level.ADVANCED)
    return ladder[: ladder.index(wanted) + 1]
