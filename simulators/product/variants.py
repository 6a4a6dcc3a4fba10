"""All the variants, by name; the suite is proved by them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from simulators.product.variant import Variant
from simulators.product.variants_archive import ARCHIVE_VARIANTS
from simulators.product.variants_auth import AUTH_VARIANTS
from simulators.product.variants_cda import CDA_VARIANTS
from simulators.product.variants_directory import DIRECTORY_VARIANTS
from simulators.product.variants_documents import SENDING_VARIANTS
from simulators.product.variants_filed import FILED_VARIANTS
from simulators.product.variants_filing import FILING_VARIANTS
from simulators.product.variants_gateway import GATEWAY_VARIANTS
from simulators.product.variants_mail import MAIL_VARIANTS
from simulators.product.variants_metadata import METADATA_VARIANTS
from simulators.product.variants_patients import PATIENT_VARIANTS
from simulators.product.variants_shown import RECEIPT_VARIANTS, SCREEN_VARIANTS, TRACE_VARIANTS
from simulators.product.variants_tls import TLS_VARIANTS

VARIANTS: Final[Mapping[str, Variant]] = MappingProxyType(
    {
        variant.name: variant
        for variant in (
            *TLS_VARIANTS,
            *AUTH_VARIANTS,
            *MAIL_VARIANTS,
            *SENDING_VARIANTS,
            *ARCHIVE_VARIANTS,
            *METADATA_VARIANTS,
            *CDA_VARIANTS,
            *DIRECTORY_VARIANTS,
            *FILING_VARIANTS,
            *FILED_VARIANTS,
            *RECEIPT_VARIANTS,
            *SCREEN_VARIANTS,
            *TRACE_VARIANTS,
            *PATIENT_VARIANTS,
            *GATEWAY_VARIANTS,
        )
    }
)
"""Every variant by its name, in the order of the requirements that they break."""


def variant_named(name: str) -> Variant:
    """Return a variant; raises `KeyError` with the names that resemble."""
    if name in VARIANTS:
        return VARIANTS[name]
    near = [known for known in VARIANTS if name.split("-", maxsplit=1)[0] in known]
    raise KeyError(f"no variant {name!r}; {'near: ' + ', '.join(near) if near else 'see --list-variants'}")
