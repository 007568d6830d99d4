"""
Which Ed25519 signatures count (RFC 8032), and which keys are keys at all.

The mathematics is that of `cryptography`, which refuses a signature whose second
half is too great, or whose first half is written in a second way. It takes any
point as a key; two kinds of points are refused here.
"""

from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

_PRIME: Final = 2**255 - 19
_ORDER_8: Final = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL: Final = frozenset({0, 1, _PRIME - 1, _ORDER_8, _PRIME - _ORDER_8})
"""The y of the points whose order divides 8."""


def is_key(public_key: bytes) -> bool:
    """
    Say whether *public_key* is 32 bytes that somebody can hold the secret of.

    A point of small order is refused: a signature under it fits many texts and says
    nothing. So is a y that is not below the prime, a second way to write a point.
    """
    if len(public_key) != KEY_BYTES:
        return False
    y = int.from_bytes(public_key, "little") & (1 << 255) - 1
    return y < _PRIME and y not in _SMALL


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether *signature* is that of *message* under *public_key*."""
    if len(signature) != SIGNATURE_BYTES or not is_key(public_key):
        return False
    try:
        _loaded(public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=64)
def _loaded(public_key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public_key)
