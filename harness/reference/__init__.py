"""The profile of the reference product, with its declarations and their proof: `--vendor-profile reference`.

It is data like a vendor's own profile; nothing in the bench treats it otherwise.
"""

from __future__ import annotations

from pathlib import Path

NAME = "reference"
"""What stands for the packaged profile where no file bears that name."""


def profile_path() -> Path:
    """Return the packaged profile; its proofs lie beside it."""
    return Path(__file__).with_name("profile.toml")
