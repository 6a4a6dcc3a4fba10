"""What the authorities know of one tenant: certificates issued, certificates revoked, how they answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from cryptography.x509 import ReasonFlags


@dataclass(frozen=True, slots=True)
class RevokedEntry:
    """A revoked certificate: serial number, instant (aware, UTC) and reason."""

    serial: int
    at: datetime
    reason: ReasonFlags = ReasonFlags.key_compromise


class Register:
    """Certificates of one tenant, by authority. Written by tests, read by the HTTP service: thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._issued: set[tuple[str, int]] = set()
        self._in_crl: dict[tuple[str, int], RevokedEntry] = {}
        self._in_ocsp: dict[tuple[str, int], RevokedEntry] = {}
        self._crl_number = 0

    def issue(self, authority: str, serial: int) -> None:
        """Note that `authority` issued `serial`."""
        with self._lock:
            self._issued.add((authority, serial))

    def revoke(self, authority: str, revocation: RevokedEntry, *, in_crl: bool, in_ocsp: bool) -> None:
        """Publish a revocation in the CRL, in OCSP, or in both."""
        key = (authority, revocation.serial)
        with self._lock:
            if in_crl:
                self._in_crl[key] = revocation
            if in_ocsp:
                self._in_ocsp[key] = revocation

    def issued(self, authority: str, serial: int) -> bool:
        """Tell whether `authority` issued `serial` to this tenant."""
        with self._lock:
            return (authority, serial) in self._issued

    def revoked(self, authority: str) -> Sequence[RevokedEntry]:
        """Return what the CRL of `authority` lists, oldest first."""
        with self._lock:
            found = [entry for (issuer, _), entry in self._in_crl.items() if issuer == authority]
        return sorted(found, key=lambda entry: (entry.at, entry.serial))

    def ocsp_revocation(self, authority: str, serial: int) -> RevokedEntry | None:
        """Return the revocation that OCSP tells of, if any."""
        with self._lock:
            return self._in_ocsp.get((authority, serial))

    def next_crl_number(self) -> int:
        """Return a CRL number greater than every one before (RFC 5280 §5.2.3)."""
        with self._lock:
            self._crl_number += 1
            return self._crl_number
