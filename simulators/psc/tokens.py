"""Signing and reading of the realm's JWTs, good ones and bad ones."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Literal

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, RSAKey

from simulators.psc.claims import JsonObject

MAX_TOKEN_OCTETS = 64 * 1024
Algorithm = Literal["RS256", "HS256", "none"]


class SigningKey:
    """An RSA key with its `kid` (RFC 7638 thumbprint)."""

    def __init__(self) -> None:
        self._key = RSAKey.generate_key(2048)
        self.kid: str = self._key.thumbprint()

    def public_jwk(self) -> JsonObject:
        """Return the public half as a JWK for the JWKS."""
        public: JsonObject = dict(self._key.as_dict(private=False))
        return {**public, "kid": self.kid, "use": "sig", "alg": "RS256"}

    def public_pem(self) -> bytes:
        """Return the public half in PEM."""
        pem: bytes = self._key.as_pem(private=False)
        return pem

    def sign(self, claims: Mapping[str, Any], kid: str | None = None) -> str:
        """Return the claims as a JWT RS256; `kid` names another key than the one that signs."""
        header = {"alg": "RS256", "typ": "JWT", "kid": kid or self.kid}
        return jwt.encode(header, dict(claims), self._key, algorithms=["RS256"])

    def read(self, token: str) -> JsonObject | None:
        """Return the claims when this key signed `token` with RS256, else None."""
        return verify(token, self._key, "RS256", kid=self.kid)


def verify(
    token: str, key: RSAKey | OctKey, algorithm: Literal["RS256", "HS256"], *, kid: str | None = None
) -> JsonObject | None:
    """Return the claims when `key` signed `token` with `algorithm` (and under `kid` if it names one).

    The header is looked at first: joserfc raises `TypeError` on a `crit` that is no list of names, and no
    extension is understood here anyway (RFC 7515 §4.1.11).
    """
    header = _header(token)
    if header is None or header.get("alg") != algorithm or "crit" in header:
        return None
    if kid is not None and header.get("kid", kid) != kid:
        return None
    try:
        return dict(jwt.decode(token, key, algorithms=[algorithm]).claims)
    except (JoseError, ValueError):
        return None


def forge(key: SigningKey, claims: Mapping[str, Any], algorithm: Algorithm) -> str:
    """Return a JWT that a careless verifier takes: `none`, or HS256 keyed by the public PEM."""
    signed = f"{_segment({'alg': algorithm, 'typ': 'JWT', 'kid': key.kid})}.{_segment(claims)}"
    if algorithm == "none":
        return f"{signed}."
    mac = hmac.new(key.public_pem(), signed.encode("ascii"), hashlib.sha256).digest()
    return f"{signed}.{b64url(mac)}"


def peek(token: str) -> JsonObject | None:
    """Return the claims of a JWT without believing them; None when it has not the form of one."""
    segments = token.split(".")
    if len(token) > MAX_TOKEN_OCTETS or len(segments) != 3:
        return None
    try:
        header, claims = (json.loads(_unsegment(segment)) for segment in segments[:2])
    except (ValueError, binascii.Error, RecursionError):
        return None
    return claims if isinstance(header, dict) and isinstance(claims, dict) else None


def _header(token: str) -> JsonObject | None:
    if peek(token) is None:
        return None
    header: JsonObject = json.loads(_unsegment(token.partition(".")[0]))
    return header


def pad(claims: Mapping[str, Any], signed_octets: int, wanted_octets: int) -> JsonObject:
    """Return the claims with a filler that brings the token from `signed_octets` near `wanted_octets`.

    The result is at most `wanted_octets` long and misses it by fewer than 6 octets; nothing is added when
    there is no room. Real tokens vary with the professional's activities (ECO.1.2.1 with long tokens).
    """
    frame = len(json.dumps({"bourrage": ""}, separators=(",", ":")))  # `,"bourrage":""` costs one less brace
    room = (wanted_octets - signed_octets) * 3 // 4 - frame
    if room <= 0:
        return dict(claims)
    filler = (hashlib.sha256(b"bourrage").hexdigest() * (room // 64 + 1))[:room]
    return {**claims, "bourrage": filler}


def at_hash(access_token: str) -> str:
    """Return `at_hash` (OpenID Connect Core §3.1.3.6)."""
    return b64url(hashlib.sha256(access_token.encode("ascii")).digest()[:16])


def s256(verifier: str) -> str:
    """Return the PKCE challenge of a verifier (RFC 7636 §4.2)."""
    return b64url(hashlib.sha256(verifier.encode("utf-8", "replace")).digest())


def b64url(octets: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def _segment(value: Mapping[str, Any]) -> str:
    return b64url(json.dumps(dict(value), separators=(",", ":")).encode("utf-8"))


def _unsegment(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
