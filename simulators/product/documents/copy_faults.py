"""Ways in which a product makes a wrong PDF copy."""

from __future__ import annotations

from simulators.documents import BuiltCda
from simulators.product.behaviour import Behaviour


def spoilt_copy(cda: BuiltCda, behaviour: Behaviour) -> BuiltCda:
    """Return the document with the copy that the product makes of it."""
    return cda
