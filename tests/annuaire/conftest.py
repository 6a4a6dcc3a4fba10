"""Fixtures of the tests of the directory; their code is in `fhir_world`, whose name no other folder has."""

from fhir_world import shared, world

__all__ = ["shared", "world"]
