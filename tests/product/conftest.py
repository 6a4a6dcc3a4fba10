"""Fixtures of the product's tests; their code is in `product_world`, whose name no other folder has."""

from product_world import make_bench, world

__all__ = ["make_bench", "world"]
