"""The vendor profile: one TOML file that says what the product is, what it claims and how it is driven."""

from __future__ import annotations

from harness.profile.loading import load_profile
from harness.profile.values import (
    PORT_PLACE,
    PYTHON_PLACE,
    DriverConfig,
    DriverKind,
    Limits,
    Network,
    Product,
    VendorProfile,
)

__all__ = [
    "PORT_PLACE",
    "PYTHON_PLACE",
    "DriverConfig",
    "DriverKind",
    "Limits",
    "Network",
    "Product",
    "VendorProfile",
    "load_profile",
]
