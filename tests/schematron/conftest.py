"""The made documents and archives of the tests of both artefacts."""

from __future__ import annotations

import sys
from pathlib import Path

for folder in ("cda", "xdm"):
    sys.path.insert(0, str(Path(__file__).parent.parent / folder))
