"""Fixtures of the tests with real programs; their code is in `real_world`, whose name no other folder has."""

from real_world import open_tenant, played, space

__all__ = ["open_tenant", "played", "space"]
