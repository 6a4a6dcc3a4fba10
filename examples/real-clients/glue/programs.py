"""Running the program that is the product."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from glue.driver import Failed

HERE = Path(__file__).resolve().parent.parent


def run(
    command: Sequence[str], given: bytes = b"", handed: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end, `handed` added to its environment; `Failed` when it is not installed."""
    environment = {**os.environ, **(handed or {})}
    try:
        return subprocess.run(  # noqa: S603
            list(command), input=given, capture_output=True, check=False, cwd=HERE, env=environment
        )
    except FileNotFoundError as error:
        raise Failed(f"{command[0]} n'est pas installé.") from error


def first_line(name: str) -> str:
    """Return the first line of what `--version` says."""
    return run([name, "--version"]).stdout.decode("utf-8", "replace").partition("\n")[0].strip()
