"""Authentication and sessions (ECO.1.2.x, ECO.1.3.1, Pro Santé Connect)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class AuthBehaviour:
    """How the product authenticates and keeps its sessions; the names speak for themselves.

    `sasl_ir` is `advertised` (used when offered, else the challenge), `always`, or `only` (gives up without
    it).
    """

    bearer_gap: str = " "
    sasl_separator: str = "\x01"
    sasl_user: Literal["bal", "ps-idnat"] = "bal"
    waits_for_acceptance: bool = True
    long_token_on_auth_line: bool = False
    sasl_ir: Literal["advertised", "always", "only"] = "advertised"
    survives_errors: bool = True
    tells_errors: bool = True
    token_on_disk: bool = False
    ends_with_refresh_token: bool = True
    reopens: bool = True
    app_client_certificate: bool = True
    app_login: Literal["bal", "label"] = "bal"
    app_mechanism: Literal["PLAIN", "XOAUTH2"] = "PLAIN"
    imap_logout: bool = True
    psc_logout: bool = True
    psc_acr: str | None = "eidas1"
    psc_scope: str = "openid scope_all"
    psc_state: bool = True
    psc_nonce: bool = True
    psc_implicit_first: bool = False
    psc_refresh: Literal["always", "with-session"] = "always"
    identity_claim: str = "SubjectNameID"
