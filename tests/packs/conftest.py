"""Packs of these tests are kept in a folder of their own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "cda"))


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """The data folder of the user."""
    folder = tmp_path / "home"
    monkeypatch.setenv("MSSANTE_HOME", str(folder))
    return folder
