"""Lets the tests of this folder use the archives that those of `tests/xdm` are made with."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "xdm"))
