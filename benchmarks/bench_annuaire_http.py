"""The directory through HTTP: ten usual searches, the share of the database, 200 clients at once.

`python benchmarks/bench_annuaire_http.py [--quick] [--size N] [--store FILE] [--clients N]`. The server is
its own process, as in a run but without the limit of 17 calls a second; values are drawn from the store,
another one at each call. Default 200,000 professionals (`--quick`: 20,000); `--size 2600000` is the national
volume; `--store` takes a file already built. Target: 95th centile of each usual search under 15 ms. Then the
same searches with the journal and its evidence, as a run has them, and many clients at once.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

TARGET_MS = 15.0
ROUNDS, PATIENCE_S, CALLS_A_CLIENT, SAMPLE = 200, 10.0, 20, 400
HEADERS = {"ESANTE-API-KEY": "cle-banc"}
Draw = Mapping[str, str]
Times = tuple[list[float], list[float], list[float]]


def tails(one: Draw) -> dict[str, str]:
    """Return the ten usual searches about one professional, as the end of a URL."""

    def search(resource: str, **fields: str) -> str:
        return f"{resource}?{urlencode(fields)}"

    family, given = one["family"], one["given"]
    return {
        "RPPS": search("Practitioner", identifier=f"https://rpps.esante.gouv.fr|{one['rpps']}"),
        "nom": search("Practitioner", family=family),
        "nom et prénom, activités": search(
            "Practitioner", family=family, given=given, _revinclude="PractitionerRole:practitioner"
        ),
        "nom et profession": search(
            "Practitioner", **{"family": family, "qualification-code": one["profession"]}
        ),
        "nom, spécialité rare": search(
            "Practitioner", **{"family": family[:4], "qualification-code": "SM30"}
        ),
        "nom contient": search("Practitioner", **{"family:contains": family[1:5]}),
        "adresse BAL": search("Practitioner", **{"mailbox-mss": one["address"]}),
        "BAL contient": search("Organization", **{"mailbox-mss:contains": one["word"]}),
        "structure, ville et secteur": search(
            "Organization", **{"address-city": one["city"], "type": "SA33"}
        ),
        "activités d'un professionnel": search("PractitionerRole", practitioner=one["id"], _include="*"),
    }


def drawn(path: Path, seed: int = 11) -> list[Draw]:
    """Draw professionals from a store: what a user would type."""
    from simulators.annuaire.model import Organization, Practitioner, technical_id
    from simulators.annuaire.sqlite import open_store

    rng, found = random.Random(seed), []
    with open_store(path) as store:
        at = store.about.created
        counts = store.counts(at).resources
        while len(found) < SAMPLE:
            key = rng.randrange(1, counts["Practitioner"])
            person = store.get("Practitioner", key, at)
            place = store.get("Organization", rng.randrange(1, counts["Organization"]), at)
            if not isinstance(person, Practitioner) or not isinstance(place, Organization):
                continue
            if person.active and person.mailboxes and place.mailboxes and place.address.city:
                word = place.mailboxes[0].address.partition("@")[0][:10]
                found.append(
                    {
                        "family": person.family,
                        "given": person.given,
                        "rpps": person.rpps,
                        "profession": person.profession,
                        "address": person.mailboxes[0].address,
                        "word": word,
                        "city": place.address.city,
                        "id": technical_id("Practitioner", key),
                    }
                )
    return found


# --- the server, in its own process --------------------------------------------------------------


def serve(path: Path, journalled: bool) -> None:
    """Serve a store until the standard input ends; print the base."""
    asyncio.run(_serve(path, journalled))


async def _serve(path: Path, journalled: bool) -> None:
    from simulators.annuaire.fhir.conduct import Conduct
    from simulators.annuaire.fhir.server import AnnuaireSante
    from simulators.annuaire.sqlite import open_store
    from simulators.clock import SystemClock
    from simulators.journal import Journal

    with TemporaryDirectory() as folder, open_store(path) as store:
        journal = Journal(Path(folder)) if journalled else None
        server = AnnuaireSante(journal=journal, rng=random.Random(1), host="127.0.0.1", timing=True)
        await server.start()
        directory = server.add_tenant(
            "banc",
            store=store,
            clock=SystemClock(),
            api_key=HEADERS["ESANTE-API-KEY"],
            conduct=Conduct(calls_per_second=None),
        )
        print(directory.base, flush=True)
        await asyncio.to_thread(sys.stdin.read)
        await server.stop()
        if journal is not None:
            journal.close()


@contextmanager
def serving(path: Path, *, journalled: bool = False) -> Iterator[str]:
    """Give the base of a served store."""
    command = [
        sys.executable,
        __file__,
        "--store",
        str(path),
        "--serve",
        "journal" if journalled else "plain",
    ]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        yield server.stdout.readline().strip()
    finally:
        server.communicate("", timeout=30)


# --- one client -----------------------------------------------------------------------------------


def one_after_the_other(base: str, draws: list[Draw]) -> dict[str, Times]:
    """Return for each search the milliseconds of each call, in the database, and of CPU in the server."""
    url = urlsplit(base)
    link = http.client.HTTPConnection(url.hostname or "", url.port, timeout=60)
    found: dict[str, Times] = {}
    for name in tails(draws[0]):
        whole: list[float] = []
        store: list[float] = []
        cpu: list[float] = []
        began = time.perf_counter()
        for number in range(ROUNDS):
            tail = tails(draws[number % len(draws)])[name]
            start = time.perf_counter()
            link.request("GET", f"{url.path}/{tail}", headers=HEADERS)
            answer = link.getresponse()
            body = answer.read()
            took = (time.perf_counter() - start) * 1000
            if answer.status != 200:
                raise SystemExit(f"{name}: {answer.status} {body[:200]!r}")
            if number:  # the first one does not count
                whole.append(took)
                in_store, in_all = re.findall(r"dur=([\d.]+)", answer.headers["Server-Timing"])
                store.append(float(in_store))
                cpu.append(float(in_all))
            if time.perf_counter() - began > PATIENCE_S and len(whole) > 20:
                break
        found[name] = (whole, store, cpu)
    link.close()
    return found


def centile(values: list[float], share: float) -> float:
    """Return a centile."""
    return sorted(values)[min(len(values) - 1, round(len(values) * share))]


def told(found: Mapping[str, Times]) -> list[str]:
    """Print the table; return the searches above the target."""
    print(f"{'recherche':32}{'p50 ms':>9}{'p95 ms':>9}{'base p50':>10}{'part':>7}{'CPU p95':>9}")
    missed = []
    for name, (whole, store, cpu) in found.items():
        p50, p95, base = statistics.median(whole), centile(whole, 0.95), statistics.median(store)
        share = sum(store) / sum(whole)
        print(f"{name:32}{p50:9.2f}{p95:9.2f}{base:10.2f}{share:7.0%}{centile(cpu, 0.95):9.2f}")
        if p95 > TARGET_MS:
            missed.append(name)
    return missed


# --- many clients ---------------------------------------------------------------------------------


async def many(base: str, draws: list[Draw], clients: int) -> tuple[float, list[float]]:
    """Return calls a second and the milliseconds of each call, all clients calling without a pause."""
    url, rng = urlsplit(base), random.Random(5)
    times: list[float] = []

    async def client(calls: list[str]) -> None:
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        for tail in calls:
            start = time.perf_counter()
            key = HEADERS["ESANTE-API-KEY"]
            head = f"GET {url.path}/{tail} HTTP/1.1\r\nHost: {url.netloc}\r\nESANTE-API-KEY: {key}\r\n\r\n"
            writer.write(head.encode("ascii"))
            answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = int(re.findall(r"(?i)content-length: (\d+)", answer)[0])
            await reader.readexactly(length)
            if not answer.startswith("HTTP/1.1 200"):
                raise SystemExit(answer)
            times.append((time.perf_counter() - start) * 1000)
        writer.close()
        await writer.wait_closed()

    every = [
        [rng.choice(list(tails(rng.choice(draws)).values())) for _ in range(CALLS_A_CLIENT)]
        for _ in range(clients)
    ]
    began = time.perf_counter()
    await asyncio.gather(*(client(calls) for calls in every))
    return len(times) / (time.perf_counter() - began), times


def built(place: Path, size: int) -> Path:
    """Build a store."""
    from simulators.annuaire.building import fill
    from simulators.annuaire.population import Population
    from simulators.annuaire.sqlite import create_store

    fill(create_store(place), Population(size)).close()
    return place


def main(arguments: Any = None) -> int:
    """Measure; 1 when a usual search is above the target."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--size", type=int, default=0)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--serve", choices=("plain", "journal"))
    asked = parser.parse_args(arguments)
    if asked.serve:
        serve(asked.store, asked.serve == "journal")
        return 0
    with TemporaryDirectory() as folder:
        size = asked.size or (20_000 if asked.quick else 200_000)
        path = asked.store or built(Path(folder) / "annuaire.sqlite", size)
        draws = drawn(path)
        with serving(path) as base:
            found = one_after_the_other(base, draws)
            missed = told(found)
            rate, times = asyncio.run(many(base, draws, asked.clients))
        with serving(path, journalled=True) as base:
            kept = one_after_the_other(base, draws)
            print("\navec journal et preuves :")
            told(kept)
    print(
        f"\n{asked.clients} clients à la fois : {rate:.0f} appels/s, p50 {statistics.median(times):.0f} ms,"
        f" p95 {centile(times, 0.95):.0f} ms"
    )
    if asked.json:
        asked.json.write_text(json.dumps({name: times[0] for name, times in found.items()}), "utf-8")
    for name in missed:
        print(f"cible manquée : {name}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
