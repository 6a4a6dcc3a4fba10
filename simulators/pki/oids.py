"""Object identifiers of the simulated authorities, each with where it was seen.

Only the policy of the Elémentaire Organisations range is sourced; the others have to differ from it and do
nothing else, so their values are our own choice.
"""

from __future__ import annotations

from typing import Final

from cryptography.x509 import ObjectIdentifier

POLICY_ELEMENTAIRE_ORGANISATIONS: Final = ObjectIdentifier("1.2.250.1.213.1.7.1.1.2.3.1")
"""Policy of the range that ECO.1.1.10 accepts.

Seen in the certificate that signed the white list of 2025-02-28 (issuer "AC IGC-SANTE ELEMENTAIRE
ORGANISATIONS"). One value for server and AUTH_CLI certificates alike: inferred, since the profile of the
range's other uses was not obtained.
"""

POLICY_ELEMENTAIRE_PERSONNES: Final = ObjectIdentifier("1.2.250.1.213.1.7.1.1.1.3.1")
"""Policy of the refused range (persons). Inferred: the sourced arc with another domain number."""

POLICY_COMMERCIAL: Final = ObjectIdentifier("2.23.140.1.2.2")
"""Organisation-validated TLS certificate (CA/Browser Forum Baseline Requirements, 7.1.6.1)."""

ANY_POLICY: Final = ObjectIdentifier("2.5.29.32.0")
"""anyPolicy (RFC 5280 §4.2.1.4), carried by the intermediates. Inferred for IGC-Santé."""
