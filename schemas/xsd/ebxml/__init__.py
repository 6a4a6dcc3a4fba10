"""The subset of ebXML lcm 3.0 and rim 3.0 that a METADATA.XML uses."""

from __future__ import annotations

from pathlib import Path

__all__ = ["SCHEMA"]

SCHEMA = Path(__file__).parent / "submit-objects.xsd"
