"""TLS contexts of the product (ECO.1.1.1, ECO.1.1.2, ECO.1.1.3) and the chain that a server showed.

OpenSSL checks the chain and the host name during the handshake, so that a foreign certificate gets a TLS
alert. It is told not to look at the time (the product lives by an injected clock): validity, range, key size
and revocation are checked by `trust` right after the handshake and before any octet is sent.

Key exchange sizes are enforced by configuration, as the ANS told editors: security level 2 drops DH below
2048 bits and certificates with keys below 2048 bits; the default groups of OpenSSL start at X25519 and P-256.
"""

from __future__ import annotations

import ssl
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509

from simulators.product.behaviour import Behaviour
from simulators.product.errors import Failed
from simulators.product.settings import Mailbox, Settings

X509_V_FLAG_NO_CHECK_TIME = 0x200000
SMALL_CURVE = "secp224r1"
_DER = 2


def operator_context(settings: Settings, mailbox: Mailbox, behaviour: Behaviour) -> ssl.SSLContext:
    """Return the context for the SMTP and IMAP servers of the operator.

    For an APP mailbox it carries the ORG AUTH_CLI client certificate (ECO.1.3.1).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    level = 1 if behaviour.weak_dh else 2
    context.set_ciphers(f"{behaviour.suites}:@SECLEVEL={level}")
    _trust(context, settings, behaviour)
    if mailbox.type == "APP" and behaviour.app_client_certificate:
        _client_certificate(context, mailbox)
    return context


def tls_10_context(settings: Settings, mailbox: Mailbox, behaviour: Behaviour) -> ssl.SSLContext:
    """Return the context of the variant that falls back to TLS 1.0 and 1.1."""
    context = operator_context(settings, mailbox, behaviour)
    context.set_ciphers("ECDHE-RSA-AES256-SHA:ECDHE-RSA-AES128-SHA:AES128-SHA:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def small_curve_context(settings: Settings, mailbox: Mailbox, behaviour: Behaviour) -> ssl.SSLContext:
    """Return the context of the variant that also accepts a 224-bit curve."""
    context = operator_context(settings, mailbox, behaviour)
    context.set_ciphers(":".join(s for s in behaviour.suites.split(":") if s.startswith("ECDHE")))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ecdh_curve(SMALL_CURVE)
    return context


def web_context(settings: Settings) -> ssl.SSLContext:
    """Return the context for HTTPS: Pro Santé Connect, autoconfiguration (commercial or IGC-Santé)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load(context, settings.public_root)
    _load(context, settings.igc_root)
    return context


def shown_chain(connection: ssl.SSLSocket) -> tuple[x509.Certificate, ...]:
    """Return what the server showed, leaf first, completed to the root when OpenSSL verified it."""
    raw: Any = connection if hasattr(connection, "get_verified_chain") else connection._sslobj  # type: ignore[attr-defined]
    verified = connection.context.verify_mode is not ssl.CERT_NONE
    chain = (raw.get_verified_chain() if verified else raw.get_unverified_chain()) or []
    return tuple(
        _certificate(item if isinstance(item, bytes) else bytes(item.public_bytes(_DER))) for item in chain
    )


@lru_cache(maxsize=256)
def _certificate(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)


def _trust(context: ssl.SSLContext, settings: Settings, behaviour: Behaviour) -> None:
    context.verify_flags |= ssl.VerifyFlags(X509_V_FLAG_NO_CHECK_TIME)
    context.check_hostname = behaviour.checks_host_name
    if behaviour.trust == "issuer-text":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return
    if behaviour.trust != "public-only":
        _load(context, settings.igc_root)
    if behaviour.trust in ("commercial", "public-only"):
        _load(context, settings.public_root)


def _load(context: ssl.SSLContext, path: Path) -> None:
    try:
        context.load_verify_locations(cafile=str(path))
    except (OSError, ssl.SSLError) as error:
        raise Failed(f"Autorité de confiance illisible ({path.name}) : {error}.") from error


def _client_certificate(context: ssl.SSLContext, mailbox: Mailbox) -> None:
    if mailbox.certificate is None or mailbox.key is None:
        raise Failed(
            f"La BAL applicative {mailbox.address} n'a pas de certificat ORG AUTH_CLI : "
            "installez le certificat de la structure et sa clé."
        )
    try:
        context.load_cert_chain(str(mailbox.certificate), str(mailbox.key))
    except (OSError, ssl.SSLError) as error:
        raise Failed(f"Certificat de la BAL {mailbox.address} inutilisable : {error}.") from error
