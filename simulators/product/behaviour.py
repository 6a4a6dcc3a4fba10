"""Every point at which the product could go wrong, with the conforming choice as default.

The code reads the switch at the very point of decision, so that a variant differs from the reference product
by one field and by nothing else.
"""

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
MessageId = Literal["unique", "absent", "constant", "malformed"]
ReplyHeaders = Literal["complete", "no-references", "no-in-reply-to", "wrong-in-reply-to"]
Body = Literal["conforming", "html-only", "html-first", "other-wording"]
FromLabel = Literal["complete", "absent", "address", "family-only", "person"]
Nil = Literal["once", "absent", "twice", "wrong", "lost-on-reply"]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the product behaves; the defaults are the reference product.

    TLS and certificates (ECO.1.0.x, ECO.1.1.x):

    - `tls_10_fallback`: after a `protocol_version` alert, try again with TLS 1.0 and 1.1.
    - `suites`, `weak_dh`, `small_curve_fallback`: what is offered and accepted beyond ECO.1.1.3.
    - `trust`: which chains are taken; `range` is IGC-Santé Elémentaire Organisation only.
    - `checks_host_name`, `checks_validity`, `revocation`: the other certificate checks.
    - `keeps_crl`, `crl_beyond_next_update`: the memory of ECO.1.1.7.
    - `requires_starttls`, `before_starttls` (what is sent in clear first), `ehlo_again`,
      `keeps_injected_plaintext`.
    - `autoconfig_path`, `autoconfig_used`, `autoconfig_tested`: ECO.1.1.9.

    Authentication and sessions (ECO.1.2.x, ECO.1.3.1, Pro Santé Connect): the names speak for themselves;
    `sasl_ir` is `advertised` (used when offered, else the challenge), `always`, or `only` (gives up
    without it).

    Mail (ECO.2.x): see the field names and the `Literal` types above.
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

    message_id: MessageId = "unique"
    reply_headers: ReplyHeaders = "complete"
    charset: Literal["utf-8", "iso-8859-1"] = "utf-8"
    body: Body = "conforming"
    app_mention: Literal["end", "absent", "no-contact"] = "end"
    app_reply_to: bool = True
    from_label: FromLabel = "complete"
    return_receipt: Literal["sender", "absent", "other"] = "sender"
    nil: Nil = "once"
    respects_size: bool = True
    delivery_reports: Literal["told", "as-mail", "without-detail"] = "told"


REFERENCE = Behaviour()
"""The conforming product."""
