"""The reference product: a complete, conforming MSSanté LPS client, and its variants.

It stands where a vendor's product stands: driven through the driver protocol, it talks to the simulated
space over real sockets. It shares no code with the servers of the space, so that one misreading of a rule
cannot hide on both sides.
"""

from simulators.product.behaviour import REFERENCE, Behaviour
from simulators.product.product import Product
from simulators.product.variant import Variant
from simulators.product.variants import VARIANTS, variant_named

__all__ = ["REFERENCE", "VARIANTS", "Behaviour", "Product", "Variant", "variant_named"]
