"""The profiles of the reference product, with their declarations and proofs.

`--vendor-profile reference` is a client of any corridor, `reference-pfi` the same product set up as a PFI.

It is data like a vendor's own profile; nothing in the bench treats it otherwise.
"""

from __future__ import annotations

from pathlib import Path

NAME = "reference"
NAME_PFI = "reference-pfi"
"""What stands for a packaged profile where no file bears that name."""
_FILES = {NAME: "profile.toml", NAME_PFI: "profile-pfi.toml"}
NAMES = tuple(_FILES)


def profile_path(name: str = NAME) -> Path:
    """Return the packaged profile of this name; its proofs lie beside it. Raises `KeyError`."""
    return Path(__file__).with_name(_FILES[name])


def name_for(corridor: str) -> str:
    """Return the packaged profile that stands for a corridor: a PFI is set up otherwise than a client."""
    return NAME_PFI if corridor == "PFI" else NAME
