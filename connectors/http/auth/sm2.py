"""SM2: signatures on the national curve (GM/T 0003.2, curve and example of GM/T 0003.5).

OpenSSL's Python door does not offer SM2, and the packages that do draw their random numbers from a generator that can be
predicted, which gives the key away. One signature takes about 20 ms and is not in constant time: one a request, on a
machine of our own. A certified module takes its place in ``sign`` and ``holds``.
"""

from __future__ import annotations

import hashlib

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
USER = b"1234567812345678"  # the identity that the standard names for parties without one
Point = tuple[int, int] | None  # None: the point at infinity


def added(one: Point, other: Point) -> Point:
    """The sum of two points of the curve."""
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    slope = (3 * x1 * x1 + A) * pow(2 * y1, -1, P) if one == other else (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def multiplied(number: int, point: Point) -> Point:
    """The point added to itself so many times."""
    result: Point = None
    while number:
        if number & 1:
            result = added(result, point)
        point = added(point, point)
        number >>= 1
    return result


def public_key(private: int) -> tuple[int, int]:
    """Raises ValueError: no private key of the curve."""
    point = multiplied(private, G) if 0 < private < N - 1 else None
    if point is None:
        raise ValueError("no private key of the SM2 curve")
    return point


def digest(message: bytes, public: tuple[int, int], user: bytes = USER) -> int:
    """SM3 over the message and what stands for the signer."""
    parts = (A, B, *G, *public)
    signer = (len(user) * 8).to_bytes(2, "big") + user + b"".join(part.to_bytes(32, "big") for part in parts)
    return int.from_bytes(sm3(sm3(signer) + message), "big")


def sign(message: bytes, private: int, number: int) -> bytes:
    """r and s, 32 bytes each. ``number``: random, secret and used once, from 1 to N - 1. Raises ValueError for another."""
    public = public_key(private)
    point = multiplied(number, G) if 0 < number < N else None
    r = (digest(message, public) + point[0]) % N if point else 0
    s = pow(1 + private, -1, N) * (number - r * private) % N
    if not r or not s or r + number == N:
        raise ValueError("the random number does not serve")
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def holds(message: bytes, signature: bytes, public: tuple[int, int]) -> bool:
    """The signature is that of the message under this key."""
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if len(signature) != 64 or not (0 < r < N and 0 < s < N) or not (r + s) % N:
        return False
    point = added(multiplied(s, G), multiplied((r + s) % N, public))
    return point is not None and (digest(message, public) + point[0]) % N == r


def sm3(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()
