"""Making of the realm's tokens: claims stamped with issuer and instants, spoilt by faults, signed."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from simulators.clock import Clock
from simulators.people import Professional
from simulators.psc import claims
from simulators.psc.faults import PscFault
from simulators.psc.model import Session
from simulators.psc.tokens import Algorithm, SigningKey, at_hash, b64url, forge, pad

REFRESH_OCTETS = 420
"""Random octets of a refresh token, which is opaque to clients and about 560 characters long."""


class Mint:
    """Signs for one issuer with `key`; `other_key` is in no JWKS and serves the faults about signatures."""

    def __init__(
        self, issuer: str, *, clock: Clock, rng: random.Random, key: SigningKey, other_key: SigningKey
    ) -> None:
        self.key = key
        self._issuer = issuer
        self._clock = clock
        self._rng = rng
        self._other_key = other_key
        self._provider_id = self.uuid()

    def uuid(self) -> str:
        """Return a new UUID of the realm's seed."""
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))

    def secret(self, octets: int) -> str:
        """Return an opaque value of so many random octets, in base64url."""
        return b64url(self._rng.randbytes(octets))

    def subject(self, ps_idnat: str) -> str:
        """Return the `sub` of a professional."""
        return claims.subject(self._provider_id, ps_idnat)

    def pair(
        self,
        session: Session,
        person: Professional,
        *,
        life_s: int,
        octets: int | None,
        faults: Sequence[PscFault],
    ) -> tuple[str, str]:
        """Return an access token (padded to `octets`) and its id_token."""
        sub = self.subject(session.ps_idnat)
        signer = self.key
        access = self._stamp(claims.access_claims(session, sub, self.uuid()), life_s)
        for fault in faults:
            signer = fault.signing_key(signer, self._other_key)
            access = fault.access_claims(access)
        access_token = self._sign(signer, access, octets)
        identity = claims.id_claims(session, person, sub, self.uuid(), at_hash(access_token))
        identity = self._stamp(identity, life_s)
        for fault in faults:
            identity = fault.id_claims(identity)
        return access_token, self._sign(signer, identity, None)

    def handmade(
        self,
        session: Session,
        *,
        life_s: int,
        octets: int | None,
        algorithm: Algorithm,
        foreign_key: bool,
        overrides: Mapping[str, Any],
    ) -> str:
        """Return an access token as ordered; see `Realm.issue_token`."""
        made = self._stamp(claims.access_claims(session, self.subject(session.ps_idnat), self.uuid()), life_s)
        made = {name: value for name, value in {**made, **overrides}.items() if value is not None}
        if algorithm != "RS256":
            return forge(self.key, made, algorithm)
        return self._sign(self._other_key if foreign_key else self.key, made, octets)

    def _sign(self, signer: SigningKey, made: claims.JsonObject, octets: int | None) -> str:
        token = signer.sign(made, self.key.kid)
        return signer.sign(pad(made, len(token), octets), self.key.kid) if octets else token

    def _stamp(self, made: claims.JsonObject, life_s: int) -> claims.JsonObject:
        issued = int(self._clock.now().timestamp())
        return {"exp": issued + life_s, "iat": issued, "iss": self._issuer, **made}
