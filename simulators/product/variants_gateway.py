"""Variants of the product set up as a PFI (corridor PFI), and of a software beside one."""

from __future__ import annotations

from typing import Final

from simulators.product.variant import Variant, variant

GATEWAY_VARIANTS: Final[tuple[Variant, ...]] = (
    variant(
        "pfi-accepts-contradiction",
        "X-TX-10",
        "La PFI envoie une demande qui se contredit",
        "The PFI sends a request that contradicts itself",
        pfi_checks_consistency=False,
    ),
)
