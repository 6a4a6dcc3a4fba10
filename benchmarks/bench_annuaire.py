"""The national directory: build, size, usual searches on the store, SQLite beside PostgreSQL.

`python benchmarks/bench_annuaire.py [--quick] [--size N] [--store FILE] [--postgres]`. Default 200,000
professionals (`--quick`: 20,000); `--size 2600000` for the national volume;
`--store` keeps, or takes, the file.
Target: 95th centile of each usual search under 15 ms.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.annuaire_searches import HEAVY, USUAL
from simulators.annuaire.building import fill
from simulators.annuaire.population import CREATED, Population
from simulators.annuaire.query import Query
from simulators.annuaire.sql_store import SqlStore
from simulators.annuaire.sqlite import create_store, open_store

TARGET_MS = 15.0
ROUNDS, PATIENCE_S = 60, 5.0
Times = tuple[float, float]


def times(store: SqlStore, query: Query) -> Times:
    """Return median and 95th centile in milliseconds, after one search that does not count."""
    store.search(query, CREATED)
    found: list[float] = []
    began = time.perf_counter()
    while len(found) < ROUNDS and time.perf_counter() - began < PATIENCE_S:
        start = time.perf_counter()
        store.search(query, CREATED)
        found.append((time.perf_counter() - start) * 1000)
    return statistics.median(found), sorted(found)[max(0, round(len(found) * 0.95) - 1)]


def measured(store: SqlStore, searches: Mapping[str, Query]) -> dict[str, Times]:
    """Return the times of each search."""
    return {name: times(store, query) for name, query in searches.items()}


def built(place: Path, size: int) -> SqlStore:
    """Build a file, and tell what it took."""
    began = time.perf_counter()
    store = fill(create_store(place), Population(size))
    took = time.perf_counter() - began
    memory = _memory_mb()
    print(
        f"SQLite : {size} professionnels en {took:.1f} s, {place.stat().st_size / 1e6:.0f} Mo,"
        f" mémoire {memory} ; à 2,6 millions, au prorata : {took * 2_600_000 / size:.0f} s"
    )
    return store


def _memory_mb() -> str:
    """Return the most memory that this process has had, unknown on Windows."""
    if sys.platform == "win32":
        return "inconnue"
    import resource

    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} Mo"


@contextmanager
def beside(size: int) -> Iterator[SqlStore | None]:
    """Give the same directory in a private PostgreSQL, None where there is no PostgreSQL."""
    from simulators.annuaire.postgres import PrivateCluster, create_postgres_store, unavailable

    reason = unavailable()
    if reason is not None:
        print(f"PostgreSQL : {reason}")
        yield None
        return
    with TemporaryDirectory(prefix="mssante-pg-") as folder, PrivateCluster(Path(folder)) as cluster:
        began = time.perf_counter()
        with fill(create_postgres_store(cluster.url), Population(size)) as store:
            took = time.perf_counter() - began
            ((octets,),) = store.database.rows("SELECT pg_database_size(current_database())")
            print(f"PostgreSQL : {size} professionnels en {took:.1f} s, {int(octets) / 1e6:.0f} Mo")
            yield store


def main() -> int:
    """Measure; return 1 when a usual search misses its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--size", type=int, default=0)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    size = asked.size or (20_000 if asked.quick else 200_000)
    with TemporaryDirectory(prefix="mssante-bench-") as folder:
        place = asked.store or Path(folder) / "annuaire.db"
        with open_store(place) if place.exists() else built(place, size) as store:
            ours = {**measured(store, USUAL), **measured(store, HEAVY)}
            size = store.about.size
    theirs: dict[str, Times] = {}
    if asked.postgres:
        with beside(size) as other:
            theirs = {} if other is None else {**measured(other, USUAL), **measured(other, HEAVY)}
    missed = 0
    print(f"{'ms':32} {'SQLite p50':>11} {'p95':>8} {'PostgreSQL p50':>16} {'p95':>8}")
    for name, (middle, late) in ours.items():
        usual = name in USUAL
        missed += usual and late > TARGET_MS
        peer = "{:16.2f} {:8.2f}".format(*theirs[name]) if name in theirs else ""
        print(f"{name:32} {middle:11.2f} {late:8.2f} {peer}{'' if usual else '  (lourde)'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
