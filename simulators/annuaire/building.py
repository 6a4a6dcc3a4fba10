"""Stores made of an invented population: the small one in memory, and files of any size."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from simulators.annuaire.database import Telling
from simulators.annuaire.model import Practitioner
from simulators.annuaire.population import Population
from simulators.annuaire.sql_store import SqlStore
from simulators.annuaire.sqlite import memory_store
from simulators.annuaire.store import About

SMALL = 120
"""Professionals of the embedded directory: more than two pages, ready in some 20 ms."""
BATCH = 4_000

Progress = Callable[[int], None]
"""Told how many professionals have been added."""


def fill(
    store: SqlStore,
    population: Population,
    progress: Progress = lambda _: None,
    tell: Telling = lambda _: None,
) -> SqlStore:
    """Add a population to an empty store and finish it; return the store. `tell` hears of each index."""
    records = population.records()
    done = 0
    while batch := list(islice(records, BATCH)):
        store.add_all(batch)
        done += sum(isinstance(record, Practitioner) for record in batch)
        progress(done)
    about = About("population", population.created, population.size, population.seed)
    store.finish(about, tell)
    return store


def small_store(population: Population | None = None) -> SqlStore:
    """Return the embedded directory, in memory."""
    return fill(memory_store(), population or Population(SMALL))


__all__ = ["BATCH", "SMALL", "Progress", "fill", "small_store"]
