"""Plays the reference product and its variants side by side, one worker process a core.

A variant is played on the cases that it can change (see `harness.selftest.reads`), of the levels up to the
highest of the requirements that it declares; elsewhere the verdicts of the reference product hold. `thorough`
plays everything on every variant.
"""

from __future__ import annotations

import multiprocessing
import os
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait

from harness.casebook import packaged_cases
from harness.selftest.matrix import Matrix, matrix
from harness.selftest.playing import REFERENCE_NAME, Play, play
from schemas.requirements import Claims, Level, applicability, catalogue, levels_up_to
from simulators.product import REFERENCE, VARIANTS, Variant, variant_named
from simulators.product.watched import changed_fields

Progress = Callable[[int, int, Play], None]
CORRIDORS = ("AUTRE", "LGC", "RIS", "SGL", "DPI", "PFI")
"""Tried in this order: AUTRE asks for nearly everything."""


def run(
    level: str,
    *,
    names: Sequence[str] = (),
    jobs: int | None = None,
    seed: int = 0,
    thorough: bool = False,
    progress: Progress = lambda done, total, played: None,
) -> Matrix:
    """Run the self-test up to a level; `names` limits it to some variants, `progress` hears of each play.

    Without names, a variant whose requirements lie above the level is left out, and below the highest level
    one that only cases of higher levels can see; at the highest level such a one survives. Raises `KeyError`
    for a variant that does not exist.
    """
    variants = tuple(variant_named(name) for name in names) or variants_up_to(level)
    began = time.monotonic()
    places = {variant.name: corridor_of(variant, level) for variant in variants}
    corridors = sorted({"AUTRE", *places.values()})
    played: list[Play] = []

    def keep(result: Play) -> None:
        played.append(result)
        progress(len(played), len(corridors) + len(variants), result)

    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs or os.cpu_count() or 1, mp_context=context) as pool:
        waiting: set[Future[Play]] = {
            pool.submit(_play_safely, REFERENCE_NAME, level, corridor, seed) for corridor in corridors
        }
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for result in (future.result() for future in done):
                keep(result)
                if result.name != REFERENCE_NAME:
                    continue
                here = [variant for variant in variants if places[variant.name] == result.corridor]
                for variant, only in _by_length(here, result, thorough=thorough):
                    if only is None or only:
                        waiting.add(
                            pool.submit(_play_safely, variant.name, level, result.corridor, seed, only)
                        )
                    elif names or level == Level.ADVANCED:
                        keep(_unplayed(variant, result))
    known = {result.name for result in played}
    seen = tuple(variant for variant in variants if variant.name in known)
    return matrix(level, seen, played, time.monotonic() - began)


def variants_up_to(level: str) -> tuple[Variant, ...]:
    """Return the variants of which every declared requirement is of this level or below."""
    return tuple(variant for variant in VARIANTS.values() if level_of(variant) in levels_up_to(level))


def level_of(variant: Variant) -> Level:
    """Return the highest level among the requirements that a variant breaks."""
    ladder = levels_up_to(Level.ADVANCED)
    return max((catalogue().get(one).level for one in (*variant.breaks, *variant.warns)), key=ladder.index)


def affected(variant: Variant, reads: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Return the cases, in their order, that a variant can change and that its level asks for.

    Where they do not judge all that it declares (a requirement of one level may be judged for some means of
    sending at a higher one), those of the next levels too. `reads` is case → the fields that the reference
    product read in it.
    """
    changed = changed_fields(variant.behaviour, REFERENCE)
    cases = {case.info.id: case.info for case in packaged_cases()}
    declared = {*variant.breaks, *variant.warns}
    seen = [case for case, read in reads.items() if read & changed]
    within: tuple[str, ...] = ()
    for level in levels_up_to(Level.ADVANCED)[len(levels_up_to(level_of(variant))) - 1 :]:
        within = tuple(case for case in seen if Level(cases[case].level) in levels_up_to(level))
        if declared <= {requirement for case in within for requirement in cases[case].requirements}:
            break
    return within


def _by_length(
    variants: Sequence[Variant], reference: Play, *, thorough: bool
) -> Iterator[tuple[Variant, tuple[str, ...] | None]]:
    """Yield each variant with its cases, the longest play first, so that the cores end together."""
    if thorough or reference.trouble:
        yield from ((variant, None) for variant in variants)
        return
    found = [(variant, affected(variant, reference.reads)) for variant in variants]
    yield from sorted(found, key=lambda one: -len(one[1]))


def _unplayed(variant: Variant, reference: Play) -> Play:
    fields = ", ".join(sorted(changed_fields(variant.behaviour, REFERENCE)))
    trouble = f"no case of its level reads {fields}: nothing was played"
    return Play(variant.name, reference.corridor, {}, (), {}, 0.0, trouble)


def _play_safely(
    name: str, level: str, corridor: str, seed: int, only: tuple[str, ...] | None = None
) -> Play:
    """Play; whatever breaks comes back as trouble, since not every exception survives the way back."""
    try:
        return play(name, level, corridor, seed, only=only)
    except Exception:
        return Play(name, corridor, {}, (), {}, 0.0, trouble=traceback.format_exc(limit=-3))


def corridor_of(variant: Variant, level: str) -> str:
    """Return the first corridor in which everything that a variant breaks is asked of a product.

    Raises `ValueError` when there is none: such a variant could prove nothing.
    """
    for corridor in CORRIDORS:
        claims = Claims(Level(level), corridor=corridor)
        broken = (catalogue().get(identifier) for identifier in (*variant.breaks, *variant.warns))
        if all(applicability(requirement, claims).applies for requirement in broken):
            return corridor
    raise ValueError(f"no corridor asks for all that {variant.name} breaks")
