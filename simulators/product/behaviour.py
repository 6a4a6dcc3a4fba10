"""Every point at which the product could go wrong, with the conforming choice as default.

The code reads the switch at the very point of decision, so that a variant differs from the reference product
by one field and by nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

from simulators.product.behaviours.auth import AuthBehaviour
from simulators.product.behaviours.directory import DirectoryBehaviour
from simulators.product.behaviours.documents import DocumentsBehaviour
from simulators.product.behaviours.filing import FilingBehaviour
from simulators.product.behaviours.gateway import GatewayBehaviour
from simulators.product.behaviours.mail import MailBehaviour
from simulators.product.behaviours.patients import PatientsBehaviour
from simulators.product.behaviours.shown import ShownBehaviour
from simulators.product.behaviours.tls import TlsBehaviour


@dataclass(frozen=True)
class Behaviour(
    TlsBehaviour,
    AuthBehaviour,
    MailBehaviour,
    PatientsBehaviour,
    DocumentsBehaviour,
    FilingBehaviour,
    ShownBehaviour,
    GatewayBehaviour,
    DirectoryBehaviour,
):
    """How the product behaves; the defaults are the reference product. The fields are those of the areas."""

    def but(self, **changes: Any) -> Self:
        """Return the same behaviour with some fields changed."""
        return replace(self, **changes)


REFERENCE = Behaviour()
"""The conforming product."""
