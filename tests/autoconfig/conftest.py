"""Fixtures shared with the HTTP tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "http"))

from http_world import authority, client_tls, run, server_tls

__all__ = ["authority", "client_tls", "run", "server_tls"]
