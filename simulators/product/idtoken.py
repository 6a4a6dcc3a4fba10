"""Checks of the OpenID Connect ID token: RS256 signature, issuer, audience, nonce, expiry."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from simulators.product.errors import AuthenticationFailed

SKEW_S = 60


def check_id_token(
    token: str, keys: Mapping[str, Any], *, issuer: str, audience: str, nonce: str | None, now: datetime
) -> Mapping[str, Any]:
    """Return the claims.

    `keys` is the JWK set of the provider; `nonce` None means that none was sent. Raises
    `AuthenticationFailed` naming what is wrong.
    """
    try:
        head, body, signature = token.split(".")
        header, claims = _json(head), _json(body)
        if header.get("alg") != "RS256":
            raise _refused("algorithme de signature inattendu")
        _key(keys, header.get("kid")).verify(
            _octets(signature), f"{head}.{body}".encode("ascii"), padding.PKCS1v15(), SHA256()
        )
        fresh = float(claims["exp"]) > now.timestamp() - SKEW_S
    except InvalidSignature as error:
        raise _refused("signature fausse") from error
    except (ValueError, KeyError, TypeError, binascii.Error, RecursionError) as error:
        raise _refused("jeton illisible") from error
    if claims.get("iss") != issuer:
        raise _refused("émetteur inattendu")
    told = claims.get("aud")
    if audience != told and not (isinstance(told, list) and audience in told):
        raise _refused("destinataire inattendu")
    if nonce is not None and claims.get("nonce") != nonce:
        raise _refused("nonce inattendu : la réponse n'est pas celle de cette demande")
    if not fresh:
        raise _refused("jeton expiré")
    return claims


def _key(keys: Mapping[str, Any], kid: object) -> rsa.RSAPublicKey:
    for key in keys["keys"]:
        if key.get("kty") == "RSA" and (kid is None or key.get("kid") == kid):
            n, e = (int.from_bytes(_octets(key[name]), "big") for name in ("n", "e"))
            return rsa.RSAPublicNumbers(e, n).public_key()
    raise _refused("clé de signature inconnue")


def _json(part: str) -> dict[str, Any]:
    value = json.loads(_octets(part))
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _octets(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _refused(why: str) -> AuthenticationFailed:
    return AuthenticationFailed(f"La réponse de Pro Santé Connect est refusée : {why}. Reconnectez-vous.")
