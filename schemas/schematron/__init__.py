"""The rules on XML as ISO Schematron, so that other tools can load them.

The files `*.sch` beside this module are made from `cda.toml` and `metadata.toml` (the XPath of each rule) and
from the rules themselves (ids, severities, texts): `python tools/generate_docs.py`. `README.md` lists what is
published and what is not, with the reason. The program itself does not execute them: it is faster in Python,
and a test holds both to the same answers.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["schematrons"]


def schematrons() -> tuple[Path, ...]:
    """Return the published schemas, in the order of their names."""
    return tuple(sorted(Path(__file__).parent.glob("*.sch")))
