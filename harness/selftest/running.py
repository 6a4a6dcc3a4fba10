"""Plays the reference product and its variants side by side, one worker process a core."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from harness.selftest.matrix import Matrix, matrix
from harness.selftest.playing import REFERENCE_NAME, Play, play
from simulators.product import VARIANTS, Variant, variant_named

Progress = Callable[[int, int, Play], None]


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
    wanted = [REFERENCE_NAME, *(variant.name for variant in variants)]
    played: dict[str, Play] = {}
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs or os.cpu_count() or 1, mp_context=context) as pool:
        waiting = [pool.submit(play, name, level, seed) for name in wanted]
        for done, future in enumerate(as_completed(waiting), 1):
            result = future.result()
            played[result.name] = result
            progress(done, len(wanted), result)
    return matrix(level, played[REFERENCE_NAME], variants, played.values(), time.monotonic() - began)
