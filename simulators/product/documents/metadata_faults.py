"""Ways in which a product writes a wrong METADATA.XML."""

from __future__ import annotations

from simulators.product.behaviour import Behaviour


def spoilt_metadata(content: bytes, behaviour: Behaviour) -> bytes:
    """Return METADATA.XML as the product writes it."""
    return content
