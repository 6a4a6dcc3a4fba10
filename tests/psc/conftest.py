"""Fixtures shared with the HTTP tests, and a Pro Santé Connect."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "http"))

from http_world import authority, client_tls, run, server_tls
from psc_world import World, open_world

from simulators.journal import Journal

__all__ = ["authority", "client_tls", "run", "server_tls", "world"]


@pytest.fixture
def world(run: Any, tmp_path: Path, server_tls: Any, client_tls: Any) -> Iterator[World]:
    journal = Journal(tmp_path)
    opened = open_world(run, journal, server_tls, client_tls)
    yield opened
    opened.http.close()
    run(opened.psc.stop())
    journal.close()
