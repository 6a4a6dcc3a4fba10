"""The schema of CDA R2 with the French extensions, XSD 1.0: standard files that any validator can load."""

from __future__ import annotations

from pathlib import Path

__all__ = ["SCHEMA"]

SCHEMA = Path(__file__).parent / "cda.xsd"
"""Entry point."""
