"""Variants of the Annuaire Santé: how it is called, what of it is offered, what is loaded."""

from __future__ import annotations

from simulators.product.variant import Variant, variant

REAL = "REAL-DEFECTS, Directory"

DIRECTORY_VARIANTS: tuple[Variant, ...] = (
    variant(
        "annuaire-sans-appel",
        "ECO.3.1.4 SC.ANN/va1.05 X-ANN-08",
        "Cherche dans son seul carnet d'adresses, jamais dans l'Annuaire Santé",
        "Searches its own address book alone, never the Annuaire Santé",
        warns="MDV:SC.MSS/UX.41",
        directory_searched=False,
    ),
)
