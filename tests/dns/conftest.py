"""Fixtures shared with the HTTP tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "http"))

from http_world import run

__all__ = ["run"]
