"""`mssante annuaire serve`: the directory alone over HTTP, on invented data or on a store, until Ctrl-C."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import EnvironmentFault, UsageError
from schemas.messages import message

if TYPE_CHECKING:
    from harness.cli.console import Console
    from simulators.annuaire.fhir.directory import Directory
    from simulators.annuaire.store import DirectoryStore

TENANT = "annuaire"
KEY, OPERATOR_KEY = "cle-annuaire", "cle-operateur"
LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked on the command line; `store` None is the small invented directory."""

    store: Path | None = None
    port: int = 0
    address: str = "127.0.0.1"
    write: bool = False
    limited: bool = True


@dataclass(frozen=True, slots=True)
class Served:
    """A directory being served."""

    directory: Directory
    store: DirectoryStore
    extractions: tuple[str, ...]

    @property
    def examples(self) -> list[str]:
        """Return commands that work as they are in a shell."""
        curl = "curl.exe" if os.name == "nt" else "curl"
        key, base = f"ESANTE-API-KEY: {self.directory.api_key}", self.directory.base
        tails = (
            "metadata",
            "Practitioner?family=martin&_revinclude=PractitionerRole:practitioner",
            "Organization?mailbox-mss:contains=mssante&_count=5",
        )
        return [f'{curl} -sS -H "{key}" "{base}/{tail}"' for tail in tails]


def serve(console: Console, asked: Asked) -> None:
    """Serve until Ctrl-C; raises `UsageError` for a bad store, `EnvironmentFault` for a taken port."""
    from harness.cli.serve import stopping  # noqa: PLC0415  `--help` must not load the servers

    with serving(asked) as served, stopping() as stop:
        _present(console, served)
        sys.stdout.flush()
        while not stop.wait(LOOK_S):
            pass
    console.tell("serve-stopped")


@contextmanager
def serving(asked: Asked) -> Iterator[Served]:
    """Serve a directory; nothing is left listening after."""
    from simulators.annuaire.fhir.conduct import Conduct  # noqa: PLC0415
    from simulators.annuaire.fhir.downloads import ARCHIVES  # noqa: PLC0415
    from simulators.annuaire.fhir.server import AnnuaireSante  # noqa: PLC0415
    from simulators.clock import SystemClock  # noqa: PLC0415
    from simulators.loop import LoopThread  # noqa: PLC0415

    clock = SystemClock()
    store = _store(asked.store, clock.now())
    space = LoopThread("annuaire")
    server = AnnuaireSante(
        journal=None,
        rng=random.SystemRandom(),
        clock=clock,
        host=asked.address,
        address=asked.address,
        port=asked.port,
    )
    try:
        try:
            space.run(server.start())
        except OSError as error:
            detail = error.strerror or str(error)
            raise EnvironmentFault(
                message("cli.annuaire-serve-port").filled(port=asked.port, detail=detail),
                fix=message("cli.annuaire-serve-port-fix"),
            ) from error
        limit = Conduct().calls_per_second if asked.limited else None
        directory = server.add_tenant(
            TENANT,
            store=store,
            clock=clock,
            api_key=KEY,
            operator_key=OPERATOR_KEY if asked.write else None,
            conduct=Conduct(calls_per_second=limit, write=asked.write),
        )
        yield Served(directory, store, tuple(server.extraction_url(TENANT, name) for name in ARCHIVES))
    finally:
        space.run(server.stop())
        space.close()
        store.close()


def _store(path: Path | None, now: datetime) -> DirectoryStore:
    from simulators.annuaire.building import SMALL, small_store  # noqa: PLC0415
    from simulators.annuaire.population import Population  # noqa: PLC0415
    from simulators.annuaire.sqlite import open_store  # noqa: PLC0415
    from simulators.annuaire.store import StoreError  # noqa: PLC0415

    if path is None:
        # Of yesterday, so that a search by `_lastUpdated`, which reaches back 30 days, finds something.
        return small_store(Population(SMALL, created=now - timedelta(days=1)))
    try:
        return open_store(path)
    except StoreError as error:
        raise UsageError(
            message("cli.annuaire-serve-store").filled(path=path, detail=error),
            fix=message("cli.annuaire-serve-store-fix"),
        ) from error


def _present(console: Console, served: Served) -> None:
    about, directory = served.store.about, served.directory
    console.tell("annuaire-serve-title", size=about.size, created=f"{about.created:%Y-%m-%d}")
    console.say()
    rows = [
        ("FHIR", directory.base),
        ("ESANTE-API-KEY", directory.api_key),
        *((console.text("annuaire-serve-operator"), key) for key in [directory.operator_key] if key),
        *((console.text("annuaire-serve-extraction"), url) for url in served.extractions),
    ]
    console.table(rows, "  ")
    console.say()
    for example in served.examples:
        console.say(f"  {example}")
    console.say()
    console.tell("annuaire-serve-until")
