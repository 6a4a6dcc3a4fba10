"""The kill matrix: which variant dies on which requirement, held against what the variants declare.

Complete means: the reference product reaches the level, each variant breaks exactly the requirements that
it declares (no more, no fewer), and every requirement of the level that is verified by machine dies on at
least one variant, or is listed with its reason in `unproved.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from harness.selftest.playing import REFERENCE_NAME, Play
from schemas.requirements import Actor, Level, Requirement, Strength, Verification, catalogue, levels_up_to
from simulators.product import Variant


@dataclass(frozen=True, slots=True)
class Difference:
    """A variant that does not do what it declares."""

    variant: str
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """What the self-test found; `kills` is requirement → the variants that die on it.

    `plays` are those of the variants; a case that a variant was not played on, because it cannot change it,
    keeps the result of the reference product.
    """

    level: str
    references: tuple[Play, ...]
    plays: tuple[Play, ...]
    kills: Mapping[str, tuple[str, ...]]
    differences: tuple[Difference, ...]
    survivors: tuple[str, ...]
    unproved: Mapping[str, str]
    variants: int
    duration_s: float

    @property
    def reference_holds(self) -> bool:
        """Tell whether the reference product reaches the level without a warning, in every corridor."""
        return bool(self.references) and all(
            self.level in played.reached and not played.broken for played in self.references
        )

    @property
    def complete(self) -> bool:
        """Tell whether everything holds."""
        return self.reference_holds and not self.differences and not self.survivors

    @property
    def closing_line(self) -> str:
        """Return the last line of `mssante selftest`."""
        killed = self.variants - len({difference.variant for difference in self.differences})
        return (
            f"{len(self.kills)} requirements proved, {killed} variants killed, "
            f"{len(self.survivors) + len(self.differences)} survivors"
        )

    def to_json(self) -> dict[str, Any]:
        """Return the machine form of `--json`."""
        return {
            "level": self.level,
            "complete": self.complete,
            "reference": [
                {
                    "corridor": played.corridor,
                    "reached": list(played.reached),
                    "broken": played.broken,
                    "cases": list(played.results),
                    "duration_s": round(played.duration_s, 2),
                }
                for played in self.references
            ],
            "kills": {key: list(names) for key, names in sorted(self.kills.items())},
            "differences": [
                {
                    "variant": one.variant,
                    "missing": list(one.missing),
                    "unexpected": list(one.unexpected),
                    "trouble": one.trouble,
                }
                for one in self.differences
            ],
            "survivors": list(self.survivors),
            "unproved": dict(self.unproved),
            "variants": self.variants,
            "plays": [self._play(played) for played in self.plays],
            "duration_s": round(self.duration_s, 1),
        }

    def _play(self, played: Play) -> dict[str, Any]:
        """Return what was played on one variant; `not replayed`: the reference product's verdict holds."""
        reference = next((one for one in self.references if one.corridor == played.corridor), played)
        return {
            "variant": played.name,
            "corridor": played.corridor,
            "verdicts": {
                requirement: played.verdicts[requirement] if requirement in played.judged else "not replayed"
                for requirement in sorted(reference.judged)
            },
            "played": list(played.results),
            "unaffected": [case for case in reference.results if case not in played.results],
            "duration_s": round(played.duration_s, 2),
        }


def automated(level: Level | str) -> tuple[Requirement, ...]:
    """Return the requirements of a client, up to this level, in force and verified by machine."""
    return tuple(
        requirement
        for requirement in catalogue()
        if requirement.level in levels_up_to(level)
        and requirement.actor is Actor.CLIENT
        and requirement.strength not in {Strength.SUPERSEDED, Strength.UNKNOWN}
        and requirement.verified is not Verification.DECLARATION
    )


def unproved() -> dict[str, str]:
    """Return the requirements that no variant can break, with the reason. The list may only shrink."""
    text = (files("harness.selftest") / "unproved.toml").read_text("utf-8")
    return {key: str(value["reason"]) for key, value in tomllib.loads(text).items()}


def compare(variant: Variant, played: Play) -> Difference | None:
    """Return how a variant differs from its declaration, or None."""
    declared = {
        **dict.fromkeys(variant.breaks, "failed"),
        **dict.fromkeys(variant.warns, "warning"),
    }
    found = played.broken
    missing = tuple(sorted(key for key, verdict in declared.items() if found.get(key) != verdict))
    unexpected = tuple(sorted(key for key, verdict in found.items() if declared.get(key) != verdict))
    if missing or unexpected or played.trouble:
        return Difference(variant.name, missing, unexpected, played.trouble)
    return None


def matrix(level: str, variants: Sequence[Variant], plays: Sequence[Play], duration_s: float) -> Matrix:
    """Put the plays together."""
    references = tuple(play for play in plays if play.name == REFERENCE_NAME)
    by_name = {play.name: play for play in plays}
    kills: dict[str, list[str]] = {}
    differences = []
    for variant in variants:
        play = by_name[variant.name]
        for requirement in sorted(play.broken):
            kills.setdefault(requirement, []).append(variant.name)
        if (difference := compare(variant, play)) is not None:
            differences.append(difference)
    exempt = unproved()
    survivors = tuple(
        requirement.id
        for requirement in automated(level)
        if requirement.id not in kills and requirement.id not in exempt
    )
    return Matrix(
        level,
        references,
        tuple(play for play in plays if play.name != REFERENCE_NAME),
        {key: tuple(names) for key, names in kills.items()},
        tuple(differences),
        survivors,
        exempt,
        len(variants),
        duration_s,
    )
