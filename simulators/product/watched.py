"""A behaviour that tells which of its fields are read, and so which decisions the product came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, Self, TypeVar

from simulators.product.behaviour import Behaviour

BehaviourT = TypeVar("BehaviourT", bound=Behaviour)
_FIELDS = frozenset(field.name for field in fields(Behaviour))


class WatchedBehaviour(Behaviour):
    """Behaves like the behaviour that it is made from and calls `note(field)` at each reading of a field.

    What reads every field at once (`dataclasses.replace`, comparison, hashing, `vars`) notes every field;
    `but` reads none; a copy is watched as well. `note` is called from whichever thread reads.
    """

    _note: Callable[[str], None] = staticmethod(lambda field: None)
    _watched = _FIELDS

    @classmethod
    def of(cls, behaviour: Behaviour, note: Callable[[str], None]) -> Self:
        """Return a watched behaviour with the same fields."""
        return cls._made({name: getattr(behaviour, name) for name in _FIELDS}, note, _FIELDS)

    @classmethod
    def _made(cls, values: dict[str, Any], note: Callable[[str], None], watched: frozenset[str]) -> Self:
        made = cls(**values)
        object.__setattr__(made, "_note", note)
        object.__setattr__(made, "_watched", watched)
        return made

    def __getattribute__(self, name: str) -> Any:
        """Return an attribute, a watched field not without telling."""
        if name in _FIELDS:
            if name in object.__getattribute__(self, "_watched"):
                object.__getattribute__(self, "_note")(name)
        elif name == "__dict__":
            for each in _FIELDS:
                object.__getattribute__(self, "_note")(each)
        return object.__getattribute__(self, name)


def but(behaviour: BehaviourT, **changes: Any) -> BehaviourT:
    """Return the same behaviour with some fields changed, watched as much as it was.

    The changed fields are not watched any more: they are the same for the reference product and for every
    variant.
    """
    if not isinstance(behaviour, WatchedBehaviour):
        return replace(behaviour, **changes)
    values = {name: object.__getattribute__(behaviour, name) for name in _FIELDS}
    return behaviour._made(values | changes, behaviour._note, behaviour._watched - changes.keys())


def changed_fields(behaviour: Behaviour, reference: Behaviour) -> frozenset[str]:
    """Return the names of the fields in which two behaviours differ."""
    return frozenset(name for name in _FIELDS if getattr(behaviour, name) != getattr(reference, name))
