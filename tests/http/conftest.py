"""Fixtures of the HTTP tests."""

from http_world import authority, client_tls, run, server_tls

__all__ = ["authority", "client_tls", "run", "server_tls"]
