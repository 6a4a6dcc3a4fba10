"""Fixtures of the tests of the space; their code is in `space_world`, whose name no other folder has."""

from space_world import space

__all__ = ["space"]
