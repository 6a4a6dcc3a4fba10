"""RSA keys, made at run time and shared between certificates where that hides no fault.

Every authority has a key of its own: a chain to the wrong authority must fail on its signature. Leaf
certificates take turns on a small pool, because making a key costs a hundred times more than signing.
Nothing is ever read from or written to disk.
"""

from __future__ import annotations

from itertools import cycle
from threading import Lock

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

PUBLIC_EXPONENT = 65537
KEY_BITS = 2048
WEAK_KEY_BITS = 1024
LEAF_KEYS = 3


class KeyPool:
    """Keys by role, each made the first time that it is asked for. Thread-safe."""

    def __init__(self, leaf_keys: int = LEAF_KEYS) -> None:
        self._named: dict[str, RSAPrivateKey] = {}
        self._leaf_names = cycle([f"leaf-{number}" for number in range(leaf_keys)])
        self._lock = Lock()

    def named(self, name: str, bits: int = KEY_BITS) -> RSAPrivateKey:
        """Return the key of one role (an authority, a responder), always the same."""
        with self._lock:
            if name not in self._named:
                self._named[name] = rsa.generate_private_key(PUBLIC_EXPONENT, bits)
            return self._named[name]

    def made(self) -> frozenset[str]:
        """Return the roles whose key exists already."""
        with self._lock:
            return frozenset(self._named)

    def leaf(self) -> RSAPrivateKey:
        """Return one of the keys that leaf certificates share."""
        with self._lock:
            name = next(self._leaf_names)
        return self.named(name)

    def weak(self) -> RSAPrivateKey:
        """Return the RSA key of 1024 bits."""
        return self.named("weak", WEAK_KEY_BITS)
