"""Whether a requirement is asked of a product, by what its profile claims, and if not why.

Pure and table-driven: `data/applicability.toml` holds what the requirement list does not say in a form that a
program can use, each line with its reason. The first answer counts, in this order: in force, actor, corridor,
mailbox types, integration and roles, documents. The claimed level is no filter: a level that was not claimed
is not demonstrated, which is not the same as not applicable. A `duplicate_of` is asked like any other, since
the two may belong to different corridors.

A sending function (`integration = "send-function"`: the product sends from its own screens, people read their
mail elsewhere) is asked nothing that needs a reading client, whatever its roles [inferred]: nothing of role
"receive", hence no IMAP, no reply, no list of received mail, no read receipt to return.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from schemas.messages import message
from schemas.requirements.catalogue import catalogue
from schemas.requirements.model import Actor, Direction, Level, Requirement, Strength
from schemas.text import Bilingual

__all__ = ["Applicability", "Claims", "applicability", "corridors_with_list"]

_TABLES = Path(__file__).parent / "data" / "applicability.toml"
_PROFILE_CORRIDORS = ("LGC", "DPI", "RIS", "SGL", "PFI", "DUI", "OFFICINE", "OPERATEUR", "AUTRE")
_PROFILES = MappingProxyType({"PER-ORG": frozenset({"PER", "ORG"}), "APP": frozenset({"APP"})})
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Claims:
    """What the vendor profile claims, as far as it decides what is asked.

    `roles` are of `send` and `receive`, `mailboxes` of `PER`, `ORG` and `APP`, `integration` is `client` or
    `send-function`, `corridor` one of the profile's, `documents` the names of document models (empty: not
    told, then nothing is left out for it). Raises `ValueError` for a word that is none of these.

    CAB, the directory's fourth type, is not claimed: every requirement is about the three others, and the
    write API marks CAB as work in progress (DOSSIER §2.2, §2.3). Whoever uses one claims what it is used as.
    """

    level: Level
    roles: frozenset[str] = frozenset({"send", "receive"})
    mailboxes: frozenset[str] = frozenset({"PER", "ORG", "APP"})
    integration: str = "client"
    corridor: str = "AUTRE"
    documents: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "level", Level(self.level))
        _known("roles", self.roles, ("send", "receive"))
        _known("mailboxes", self.mailboxes, ("PER", "ORG", "APP"))
        _known("integration", {self.integration}, ("client", "send-function"))
        _known("corridor", {self.corridor}, _PROFILE_CORRIDORS)

    @property
    def effective_roles(self) -> frozenset[str]:
        """The roles that a case can exercise: a sending function never reads."""
        return self.roles & {"send"} if self.integration == "send-function" else self.roles


@dataclass(frozen=True, slots=True)
class Applicability:
    """Whether it is asked, and why not; with `applies`, `reason` is a caution or None."""

    applies: bool
    reason: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class _Tables:
    corridors: Mapping[str, str]
    own: Mapping[str, str]
    follows: Mapping[str, str]
    reactions: Mapping[str, str]
    mailboxes: Mapping[str, str]
    roles: Mapping[str, tuple[str, ...]]
    documents: Mapping[str, str]


def applicability(requirement: Requirement, claims: Claims) -> Applicability:
    """Return whether `requirement` is asked of a product with these claims.

    >>> from schemas.requirements import catalogue
    >>> claims = Claims(level="basic", mailboxes=frozenset({"APP"}), corridor="PFI")
    >>> applicability(catalogue().get("ECO.1.2.1"), claims).applies
    False
    """
    for refusal in (
        _not_in_force,
        _other_actor,
        _other_corridor,
        _other_mailboxes,
        _other_roles,
        _other_documents,
    ):
        reason = refusal(requirement, claims)
        if reason is not None:
            return Applicability(applies=False, reason=reason)
    return Applicability(applies=True, reason=_caution(requirement, claims))


def corridors_with_list() -> tuple[str, ...]:
    """Return the profile corridors of which a requirement list is known."""
    return tuple(_tables().corridors)


def _not_in_force(requirement: Requirement, claims: Claims) -> Bilingual | None:
    if requirement.strength is Strength.UNKNOWN:
        return message("applicability.unknown")
    if requirement.strength is not Strength.SUPERSEDED:
        return None
    if requirement.superseded_by:
        return message("applicability.superseded_by").filled(other=", ".join(requirement.superseded_by))
    return message("applicability.superseded")


def _other_actor(requirement: Requirement, claims: Claims) -> Bilingual | None:
    if claims.level is Level.OPERATOR:
        return None if requirement.actor is Actor.OPERATOR else message("applicability.not_operator")
    if requirement.id in _tables().reactions:
        return None
    if requirement.actor in (Actor.OPERATOR, Actor.PATIENT_MAILBOX, Actor.DIRECTORY):
        return message("applicability.space_duty").filled(actor=requirement.actor.value)
    if requirement.actor is Actor.PFI and claims.corridor != "PFI":
        return message("applicability.pfi_only").filled(corridor=claims.corridor)
    return None


def _other_corridor(requirement: Requirement, claims: Claims) -> Bilingual | None:
    corridors = _corridors(requirement)
    if not corridors:
        return None
    listed = _tables().corridors.get(claims.corridor)
    if listed is None:
        own = _lookup(_tables().own, _leader(requirement).id)
        if corridors == (own,):
            return message("applicability.own").filled(list=own, corridor=claims.corridor)
        return None
    if listed in corridors:
        return None
    key = "applicability.corridor_dpi" if claims.corridor == "DPI" else "applicability.corridor"
    return message(key).filled(corridor=claims.corridor, list=", ".join(corridors))


def _other_mailboxes(requirement: Requirement, claims: Claims) -> Bilingual | None:
    leader = _leader(requirement)
    profile = _lookup(_tables().mailboxes, requirement.id) or (
        leader.edition.mailboxes if leader.edition else "all"
    )
    needed = _PROFILES.get(profile)
    if needed is None or needed & claims.mailboxes:
        return None
    claimed = ", ".join(sorted(claims.mailboxes)) or "–"
    return message("applicability.mailboxes").filled(needed=profile.replace("-", ", "), claimed=claimed)


def _other_roles(requirement: Requirement, claims: Claims) -> Bilingual | None:
    needed = _roles(requirement)
    if needed <= claims.effective_roles:
        return None
    if claims.integration == "send-function" and "receive" in needed:
        return message("applicability.send_function")
    claimed = ", ".join(sorted(claims.effective_roles)) or "–"
    return message("applicability.roles").filled(needed=" + ".join(sorted(needed)), claimed=claimed)


def _other_documents(requirement: Requirement, claims: Claims) -> Bilingual | None:
    needed = _lookup(_tables().documents, requirement.id)
    if needed is None or not claims.documents or any(name.startswith(needed) for name in claims.documents):
        return None
    return message("applicability.documents").filled(needed=needed, claimed=", ".join(claims.documents))


# In the order in which they are asked: the first reason found is the one told.
_REFUSALS: tuple[Callable[[Requirement, Claims], Bilingual | None], ...] = (
    _not_in_force,
    _other_actor,
    _other_corridor,
    _other_mailboxes,
    _other_roles,
    _other_documents,
)


def _caution(requirement: Requirement, claims: Claims) -> Bilingual | None:
    if (
        claims.level is Level.OPERATOR
        or claims.corridor in _tables().corridors
        or not _corridors(requirement)
    ):
        return None
    return message("applicability.no_list").filled(corridor=claims.corridor)


def _roles(requirement: Requirement) -> frozenset[str]:
    named = _lookup(_tables().roles, requirement.id)
    if named is not None:
        return frozenset(named) - {"any"}
    if requirement.direction in (Direction.SEND, Direction.RECEIVE):
        return frozenset({requirement.direction.value})
    return frozenset()


def _corridors(requirement: Requirement) -> tuple[str, ...]:
    leader = _leader(requirement)
    if leader.edition is not None and leader.edition.corridors:
        return leader.edition.corridors
    own = _lookup(_tables().own, leader.id)
    return () if own is None else (own,)


def _leader(requirement: Requirement) -> Requirement:
    """Return the official requirement that says who is concerned, else the requirement itself."""
    reaction = _tables().reactions.get(requirement.id)
    if reaction is not None:
        return catalogue().get(reaction)
    listed = requirement.edition is not None and requirement.edition.corridors
    if listed or requirement.actor is not Actor.CLIENT:
        return requirement
    followed = _lookup(_tables().follows, requirement.id)
    return requirement if followed is None else catalogue().get(followed)


def _lookup(table: Mapping[str, _Value], requirement_id: str) -> _Value | None:
    """Return the entry of the id, else that of the longest beginning of it that ends at a separator."""
    if requirement_id in table:
        return table[requirement_id]
    prefixes = [key for key in table if key[-1] in "-./" and requirement_id.startswith(key)]
    return table[max(prefixes, key=len)] if prefixes else None


def _known(name: str, found: frozenset[str] | set[str], words: tuple[str, ...]) -> None:
    wrong = sorted(found - set(words))
    if wrong:
        raise ValueError(f"{name}: {', '.join(wrong)} is none of {', '.join(words)}")


@cache
def _tables() -> _Tables:
    tables = tomllib.loads(_TABLES.read_text(encoding="utf-8"))
    return _Tables(
        corridors=MappingProxyType(tables["corridors"]),
        own=MappingProxyType(tables["own"]),
        follows=MappingProxyType(tables["follows"]),
        reactions=MappingProxyType(tables["reactions"]),
        mailboxes=MappingProxyType(tables["mailboxes"]),
        roles=MappingProxyType({key: tuple(names) for key, names in tables["roles"].items()}),
        documents=MappingProxyType(tables["documents"]),
    )
