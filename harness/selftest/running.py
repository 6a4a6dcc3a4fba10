"""Plays the reference product and its variants side by side, one worker process a core."""

from __future__ import annotations

import multiprocessing
import os
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from harness.selftest.matrix import Matrix, matrix
from harness.selftest.playing import REFERENCE_NAME, Play, play
from schemas.requirements import Claims, Level, applicability, catalogue
from simulators.product import VARIANTS, Variant, variant_named

Progress = Callable[[int, int, Play], None]
CORRIDORS = ("AUTRE", "LGC", "RIS", "SGL", "DPI", "PFI")
"""Tried in this order: AUTRE asks for nearly everything."""


def run(
    level: str,
    *,
    names: Sequence[str] = (),
    jobs: int | None = None,
    seed: int = 0,
    progress: Progress = lambda done, total, played: None,
) -> Matrix:
    """Run the self-test of a level; `names` limits it to some variants, `progress` hears of each play.

    Raises `KeyError` for a variant that does not exist.
    """
    variants: tuple[Variant, ...] = tuple(variant_named(name) for name in names) or tuple(VARIANTS.values())
    began = time.monotonic()
    places = {variant.name: corridor_of(variant, level) for variant in variants}
    wanted = [(REFERENCE_NAME, corridor) for corridor in sorted({"AUTRE", *places.values()})]
    wanted += list(places.items())
    played: list[Play] = []
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs or os.cpu_count() or 1, mp_context=context) as pool:
        waiting = [pool.submit(_play_safely, name, level, corridor, seed) for name, corridor in wanted]
        for done, future in enumerate(as_completed(waiting), 1):
            result = future.result()
            played.append(result)
            progress(done, len(wanted), result)
    return matrix(level, variants, played, time.monotonic() - began)


def _play_safely(name: str, level: str, corridor: str, seed: int) -> Play:
    """Play; whatever breaks comes back as trouble, since not every exception survives the way back."""
    try:
        return play(name, level, corridor, seed)
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
