"""The documents held, by record, and what a new one does to them (structuration minimale §3.5.5.10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from simulators.product.behaviour import Behaviour
from simulators.product.filing.cda import Received

Status = Literal["current", "replaced", "deleted"]


@dataclass(slots=True)
class Held:
    """A document in a record: how it came, how it is shown. `alone` when nobody filed it."""

    document: Received
    patient: str
    message_id: str
    class_code: str
    received: datetime
    alone: bool
    status: Status = "current"
    unread: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a document: `filed`, `refused`, `waits` for a person, or `ignored` without a word."""

    outcome: Literal["filed", "refused", "waits", "ignored"]
    code: str = ""
    reason: str = ""


class Cabinet:
    """All that is held."""

    def __init__(self) -> None:
        self._held: list[Held] = []

    def of(self, patient: str) -> list[Held]:
        """Return the documents of a record, in the order in which they came."""
        return [held for held in self._held if held.patient == patient]

    def __iter__(self) -> Iterator[Held]:
        return iter(self._held)

    def take(self, new: Held, *, action: str, validated: bool, behaviour: Behaviour) -> Verdict:
        """File a document of a record, unless the rules of identity and version are against it."""
        if action == "D":
            return self._delete(new, behaviour)
        if any(held.document.id == new.document.id for held in self._held):
            return self._duplicate(new, behaviour)
        same_set = [
            held
            for held in self.of(new.patient)
            if new.document.set_id is not None and held.document.set_id == new.document.set_id
        ]
        if not same_set:
            return self._add(new)
        return self._version(new, same_set, behaviour, validated=validated)

    def _add(self, new: Held, reason: str = "") -> Verdict:
        self._held.append(new)
        return Verdict("filed", reason=reason)

    def _duplicate(self, new: Held, behaviour: Behaviour) -> Verdict:
        match behaviour.duplicate:
            case "integrated":
                return self._add(new)
            case "silent":
                return Verdict("ignored")
            case "told":
                return Verdict("refused", "906", "document déjà intégré")

    def _version(self, new: Held, same_set: list[Held], behaviour: Behaviour, *, validated: bool) -> Verdict:
        version = new.document.version or 0
        versions = [held.document.version or 0 for held in same_set]
        if version in versions:
            if behaviour.same_version == "integrated":
                return self._add(new)
            return Verdict("refused", "900", f"la version {version} de ce document est déjà là")
        if version < max(versions):
            if behaviour.older_version == "overwrites":
                return self._supersede(new, same_set)
            new.status = "replaced"
            return self._add(new, "version antérieure à celle du dossier, classée derrière elle")
        stranger = not any(new.document.author_ids & held.document.author_ids for held in same_set)
        if stranger and not validated and behaviour.author_compared:
            return Verdict("waits", "901", "remplacement demandé par un autre auteur : à valider")
        match behaviour.replacement:
            case "ignored":
                return Verdict("ignored")
            case "beside":
                return self._add(new)
            case "replaces":
                return self._supersede(new, same_set)

    def _supersede(self, new: Held, same_set: list[Held]) -> Verdict:
        for held in same_set:
            if held.status == "current":
                held.status = "replaced"
        return self._add(new, "remplace la version précédente")

    def _delete(self, new: Held, behaviour: Behaviour) -> Verdict:
        if behaviour.deletion == "ignored":
            return Verdict("ignored")
        target = new.document.id
        if new.document.parent is not None and behaviour.deletion == "parent":
            target = new.document.parent
        found = [held for held in self.of(new.patient) if held.document.id == target]
        if not found:
            return Verdict("refused", "900", "document à supprimer absent du dossier")
        for held in found:
            held.status = "deleted"
            held.unread = True
        return Verdict("filed", reason="supprimé par son auteur")
