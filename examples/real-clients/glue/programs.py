"""Running the program that is the product."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from glue.driver import Failed

HERE = Path(__file__).resolve().parent.parent


def run(command: Sequence[str], given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end; raises `Failed` when it is not installed."""
    try:
        return subprocess.run(list(command), input=given, capture_output=True, check=False, cwd=HERE)  # noqa: S603
    except FileNotFoundError as error:
        raise Failed(f"{command[0]} n'est pas installé.") from error


def first_line(name: str) -> str:
    """Return the first line of what `--version` says."""
    return run([name, "--version"]).stdout.decode("utf-8", "replace").partition("\n")[0].strip()
