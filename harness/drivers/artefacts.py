"""The `artefacts` driver: no live product, a folder of what it made.

A file cannot act: every action is unsupported. What lies in the folder is judged by the cases whose scenes
are recognised among files (`harness.specimens.files`).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from harness.drivers.faults import driver_fault
from harness.drivers.protocol import Answer, Capabilities
from harness.drivers.wire import encode_request
from schemas.messages import message
from simulators.journal import Journal


class ArtefactsDriver:
    """Stands for a product that left files."""

    def __init__(self, journal: Journal, folder: Path, worker: str = "main") -> None:
        self.folder = folder
        self._worker = worker
        self._numbers = count(1)

    def describe(self) -> Capabilities:
        """Return what files can do: nothing. Raises `DriverFault` (DRV-001) without the folder."""
        if not self.folder.is_dir():
            raise driver_fault("DRV-001", str(self.folder), f"{self.folder} ∄")
        return Capabilities(frozenset(), means="files")

    def call(self, action: str, params: Mapping[str, Any], deadline_s: float, *, tenant: str = "") -> Answer:
        """Answer that files cannot do it."""
        encode_request(f"{self._worker}-{next(self._numbers)}", action, params, deadline_s)
        return Answer("unsupported", {}, message("drivers.only-files").filled(action=action).fr)

    def close(self) -> None:
        """Nothing was started."""
