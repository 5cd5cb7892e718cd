"""Blocks: AES and SM4 in ECB mode with PKCS #7, as gateways use them for a short secret or an envelope.

The package is imported when it is first used: few deployments need it, and it takes some 10 MB of every process.
"""

from __future__ import annotations

from typing import Any, Literal

BLOCK_BITS = 128
Algorithm = Literal["AES", "SM4"]


def encrypted(algorithm: Algorithm, plain: bytes, key: bytes) -> bytes:
    """Raises ValueError: a key of another length."""
    cipher, padding = _tools(algorithm, key)
    padder, way = padding.padder(), cipher.encryptor()
    return bytes(way.update(padder.update(plain) + padder.finalize()) + way.finalize())


def decrypted(algorithm: Algorithm, data: bytes, key: bytes) -> bytes:
    """Raises ValueError: another key, or damage."""
    cipher, padding = _tools(algorithm, key)
    unpadder, way = padding.unpadder(), cipher.decryptor()
    return bytes(unpadder.update(way.update(data) + way.finalize()) + unpadder.finalize())


def _tools(algorithm: Algorithm, key: bytes) -> tuple[Any, Any]:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.padding import PKCS7

    return Cipher(getattr(algorithms, algorithm)(key), modes.ECB()), PKCS7(BLOCK_BITS)
