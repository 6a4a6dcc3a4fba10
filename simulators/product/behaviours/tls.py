"""Connection, certificates and autoconfiguration (ECO.1.0.x, ECO.1.1.x)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

APPROVED_SUITES = (
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA384:"
    "ECDHE-RSA-AES128-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256"
)
"""The six TLS 1.2 suites of ECO.1.1.3 under their OpenSSL names, in the order of the requirement."""

Trust = Literal["range", "any-range", "issuer-text", "commercial", "public-only"]
Revocation = Literal["checked", "ignored", "crl-fail-open", "unsigned-answers"]
Early = Literal["nothing", "smtp-auth", "smtp-mail", "imap-authenticate", "imap-select"]


@dataclass(frozen=True)
class TlsBehaviour:
    """What is offered, accepted and verified before anybody authenticates.

    - `tls_10_fallback`: after a `protocol_version` alert, try again with TLS 1.0 and 1.1.
    - `suites`, `weak_dh`, `small_curve_fallback`: what is offered and accepted beyond ECO.1.1.3.
    - `trust`: which chains are taken; `range` is IGC-Santé Elémentaire Organisation only.
    - `checks_host_name`, `checks_validity`, `revocation`: the other certificate checks.
    - `keeps_crl`, `crl_beyond_next_update`: the memory of ECO.1.1.7.
    - `requires_starttls`, `before_starttls` (what is sent in clear first), `ehlo_again`,
      `keeps_injected_plaintext`.
    - `autoconfig_path`, `autoconfig_used`, `autoconfig_tested`: ECO.1.1.9.
    """

    tls_10_fallback: bool = False
    suites: str = APPROVED_SUITES
    weak_dh: bool = False
    small_curve_fallback: bool = False
    trust: Trust = "range"
    checks_host_name: bool = True
    checks_validity: bool = True
    revocation: Revocation = "checked"
    keeps_crl: bool = True
    crl_beyond_next_update: bool = False
    requires_starttls: bool = True
    before_starttls: Early = "nothing"
    ehlo_again: bool = True
    keeps_injected_plaintext: bool = False
    autoconfig_path: str = "/mail/config-v1.1.xml"
    autoconfig_used: bool = True
    autoconfig_tested: bool = True
