"""Ways in which a product writes a wrong CDA document."""

from __future__ import annotations

from simulators.product.behaviour import Behaviour


def spoilt_cda(content: bytes, behaviour: Behaviour) -> bytes:
    """Return the document as the product writes it, whose hash and size go into the metadata."""
    return content
