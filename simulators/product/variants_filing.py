"""Variants of the receiving side: documents recognised, opened, matched, filed, shown, acknowledged."""

from __future__ import annotations

from simulators.product.variant import Variant, variant

CLIENTS = "REAL-DEFECTS, MSSanté clients"
ISSUE = "Issue: real defects named for the reception"

FILING_VARIANTS: tuple[Variant, ...] = (
    variant(
        "recu-premier-document-seul",
        "SC.MSS/UX.39",
        "N'intègre que le premier document d'une archive",
        "Integrates only the first document of an archive",
        origin=ISSUE,
        documents_read="first",
    ),
)
