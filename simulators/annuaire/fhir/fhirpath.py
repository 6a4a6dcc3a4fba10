"""The little FHIRPath that patches of BAL need: members, indexes, `where(a = 'b' and …)`, `extension('…')`.

A path is read once into steps and then walked over JSON. Walking yields places (a container and a key), so
that what is found can be replaced or deleted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAX_PATH = 2_000
MAX_STEPS = 20

_STEP = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z0-9]*)"
    r"(?:\((?P<inside>(?:[^()']|'(?:[^'\\]|\\.)*')*)\))?"
    r"(?:\[(?P<index>\d{1,4})\])?",
    re.ASCII,
)
_CONDITION = re.compile(r"\s*([A-Za-z.]+)\s*=\s*'((?:[^'\\]|\\.)*)'\s*", re.ASCII)
_TEXT = re.compile(r"\s*'((?:[^'\\]|\\.)*)'\s*")


class PathError(ValueError):
    """The path is not one that can be walked here."""


@dataclass(frozen=True, slots=True)
class Step:
    """A member, or a filter on what was reached (`member` empty); `index` picks one of it."""

    member: str = ""
    conditions: tuple[tuple[str, str], ...] = ()
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value sits: `container[key]`; `trail` are the keys from the root."""

    container: Any
    key: str | int
    trail: tuple[str | int, ...]

    @property
    def value(self) -> Any:
        """Return what sits there."""
        return self.container[self.key]


def read_path(text: str) -> tuple[Step, ...]:
    """Return the steps of a path; raises `PathError`."""
    if len(text) > MAX_PATH:
        raise PathError(f"path longer than {MAX_PATH} characters")
    steps: list[Step] = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None or len(steps) >= MAX_STEPS:
            raise PathError(f"path not understood: {text[:200]}")
        steps.append(_step(found))
        at = found.end()
        if at < len(text):
            if text[at] != "." or at + 1 == len(text):
                raise PathError(f"path not understood: {text[:200]}")
            at += 1
    if not steps:
        raise PathError("empty path")
    return tuple(steps)


def _step(found: re.Match[str]) -> Step:
    name, inside = found["name"], found["inside"]
    index = int(found["index"]) if found["index"] else None
    if inside is None:
        return Step(name, index=index)
    if name == "where":
        return Step(conditions=tuple(_conditions(inside)), index=index)
    if name == "extension":
        text = _TEXT.fullmatch(inside)
        if text is not None:
            return Step("extension", (("url", _unescaped(text[1])),), index)
    if name == "first" and not inside.strip():
        return Step(index=0)
    raise PathError(f"function not understood: {name}()")


def _conditions(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while True:
        found = _CONDITION.match(text, at)
        if found is None:
            raise PathError(f"condition not understood: {text[:200]}")
        yield found[1], _unescaped(found[2])
        at = found.end()
        if at == len(text):
            return
        if not text.startswith("and", at):
            raise PathError(f"condition not understood: {text[:200]}")
        at += len("and")


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def walk(root: dict[str, Any], steps: tuple[Step, ...]) -> list[Place]:
    """Return every place that the steps reach from `root`, which is what the resource name stands for."""
    start = 1 if steps[0].member == root.get("resourceType") else 0
    reached = [Place({"": root}, "", ())]
    for step in steps[start:]:
        if step.member:
            reached = [below for place in reached for below in _members(place, step.member)]
        if step.conditions:
            reached = [place for place in reached if _meets(place.value, step.conditions)]
        if step.index is not None:
            reached = reached[step.index : step.index + 1]
    return reached


def _members(place: Place, name: str) -> Iterator[Place]:
    value = place.value
    if not isinstance(value, dict):
        return
    keys = [name] if name in value else []
    if name == "value" and not keys:  # the choice element of an extension: valueString, valueBoolean, …
        keys = [key for key in value if key.startswith("value")]
    for key in keys:
        inner = value[key]
        if isinstance(inner, list):
            for number in range(len(inner)):
                yield Place(inner, number, (*place.trail, key, number))
        else:
            yield Place(value, key, (*place.trail, key))


def _meets(value: Any, conditions: tuple[tuple[str, str], ...]) -> bool:
    return isinstance(value, dict) and all(value.get(name) == wanted for name, wanted in conditions)
