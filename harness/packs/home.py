"""Where packs are kept: the user's data folder of the system, or `MSSANTE_HOME`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path


def data_folder(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Return the folder of what the program keeps for this user; nothing is created."""
    given = environment.get("MSSANTE_HOME", "")
    if given:
        return Path(given).expanduser()
    if platform == "win32":
        base = environment.get("LOCALAPPDATA", "")
        return (Path(base) if base else Path.home() / "AppData" / "Local") / "mssante"
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "mssante"
    base = environment.get("XDG_DATA_HOME", "")
    # The specification tells to ignore a relative path.
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "share") / "mssante"


def packs_folder() -> Path:
    """Return the folder that holds one folder per pack."""
    return data_folder() / "packs"
