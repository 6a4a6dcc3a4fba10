"""What the tests of the space share: a space, and a product that lives in it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from simulators.journal import Journal
from simulators.product import Product
from simulators.space import Space
from simulators.tenant import Tenant

_numbers = count(1)


@contextmanager
def opened(folder: Path, **more: Any) -> Iterator[Space]:
    """Return a running space, closed after."""
    journal = Journal(folder)
    space = Space(journal, **more)
    try:
        space.start()
        yield space
    finally:
        space.close()
        journal.close()


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    """One space for a file of tests, as one run has one for all its cases."""
    with opened(tmp_path_factory.mktemp("space")) as running:
        yield running


def ask(product: Product, action: str, **params: Any) -> dict[str, Any]:
    """Ask the product to act and return its answer."""
    request = {
        "protocol": "driver/1",
        "id": str(next(_numbers)),
        "action": action,
        "params": params,
        "deadline_s": 10,
    }
    return product.handle(request)


def settled(product: Product, tenant: Tenant) -> Product:
    """Configure a product for a tenant."""
    answer = ask(product, "configure", **tenant.configuration("1234"))
    assert answer["status"] == "done", answer
    return product


def send(product: Product, tenant: Tenant, to: str | None = None) -> dict[str, Any]:
    """Let the product send a mail to the tenant's correspondent."""
    mail = {"from": tenant.mailboxes[0].address, "to": [to or tenant.correspondent.address]}
    return ask(product, "send", **mail, subject="Avis", text="Bonjour.\n")


def refused(port: int) -> bool:
    """Tell whether nothing listens on a port any more."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return True
    return False


def greeting(port: int) -> bytes:
    """Return what a server says first."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connected:
        return connected.recv(200)


def descriptors() -> int | None:
    """Return how many files and sockets this process holds, None where that cannot be told."""
    held = Path("/proc/self/fd")
    return len(os.listdir(held)) if held.is_dir() else None  # noqa: PTH208 (iterdir would hold one itself)


def free_ports(number: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports
