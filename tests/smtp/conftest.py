"""The operator of the SMTP tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from smtp_world import Operator
from wire_world import running_loop

from simulators.journal import Journal


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    journal = Journal(tmp_path / "run")
    with running_loop() as loop:
        operator = Operator(loop, journal)
        try:
            yield operator
        finally:
            operator.stop()
    journal.close()
