"""Diffie-Hellman groups of the MODP series (RFC 2409 §6, RFC 3526), computed from their published formula.

p = 2^n - 2^(n-64) - 1 + 2^64 * ( floor(2^(n-130) * pi) + k ), generator 2. Nothing random and nothing slow:
a fixed safe prime per size is what an operator's server shows to a client that names no FFDHE group.
"""

from __future__ import annotations

import base64
from functools import cache

MODP_CONSTANTS = {1024: 129093, 2048: 124476, 3072: 1690314}
"""The constant k of each size in bits."""


def modp_prime(bits: int) -> int:
    """Return the MODP safe prime of `bits` bits; raises `ValueError` for a size outside the series."""
    if bits not in MODP_CONSTANTS:
        raise ValueError(f"no MODP group of {bits} bits here; choose one of {sorted(MODP_CONSTANTS)}")
    fraction = _pi(bits - 130) + MODP_CONSTANTS[bits]
    return (1 << bits) - (1 << (bits - 64)) - 1 + (fraction << 64)


@cache
def dh_parameters_pem(bits: int) -> bytes:
    """Return PEM `DH PARAMETERS` (PKCS #3: a sequence of p and g) of the MODP group of `bits` bits."""
    fields = _der_integer(modp_prime(bits)) + _der_integer(2)
    body = base64.encodebytes(_der(0x30, fields)).replace(b"\n", b"")
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    return b"\n".join([b"-----BEGIN DH PARAMETERS-----", *lines, b"-----END DH PARAMETERS-----", b""])


def _der_integer(value: int) -> bytes:
    return _der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    width = (size.bit_length() + 7) // 8
    return bytes((tag, 0x80 | width)) + size.to_bytes(width, "big") + content


def _pi(bits: int) -> int:
    """Return floor(pi * 2^bits), by Machin's formula with 64 guard bits."""
    one = 1 << (bits + 64)
    return (4 * (4 * _arctan_of_inverse(5, one) - _arctan_of_inverse(239, one))) >> 64


def _arctan_of_inverse(x: int, one: int) -> int:
    term = total = one // x
    divisor, sign = 3, -1
    while term:
        term //= x * x
        total += sign * (term // divisor)
        divisor, sign = divisor + 2, -sign
    return total
