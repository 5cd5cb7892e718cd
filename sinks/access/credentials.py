"""Credentials 凭据: passwords that the hub makes, their Argon2id digests, and one-time codes (TOTP, RFC 6238).

A person chooses no password: one of 130 random bits needs no rule of composition, no list of leaked ones and no change.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from datetime import datetime
from functools import cache
from typing import NamedTuple

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # 32 characters that nobody takes for another one
CHARACTERS = 26  # of 5 bits
MOST_AT_ONCE = 2  # digests that are computed at the same time: each takes 64 MiB
STEP_SECONDS = 30
ISSUER = "Tongda"
_busy = threading.BoundedSemaphore(MOST_AT_ONCE)
_hasher = PasswordHasher()  # its defaults are the second choice of RFC 9106: 64 MiB, three passes


class Credentials(NamedTuple):
    """What is shown once to whoever makes an account. ``uri``: for an authenticator app, as a QR code has it."""

    password: str
    totp: str
    uri: str


def new(name: str) -> Credentials:
    """A password and a TOTP secret."""
    password = "".join(secrets.choice(ALPHABET) for _ in range(CHARACTERS))
    totp = pyotp.random_base32()
    return Credentials(password, totp, pyotp.TOTP(totp).provisioning_uri(name=name, issuer_name=ISSUER))


def digest_of(password: str) -> str:
    """As the database holds a password."""
    with _busy:
        return _hasher.hash(password)


def is_password(given: str, digest: str | None) -> bool:
    """Whether this is the password. Without a digest (no such account) the answer takes as long, and is no."""
    with _busy:
        try:
            return _hasher.verify(digest or _nobodys(), given) and digest is not None
        except (VerificationError, InvalidHashError):
            return False


def step_of(code: str, totp: str, now: datetime) -> int | None:
    """The half minute to which this code belongs: the present one, the one before or the one after; None: to none."""
    present, generator = int(now.timestamp()) // STEP_SECONDS, pyotp.TOTP(totp)
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(generator.generate_otp(step).encode(), code.encode()):
            return step
    return None


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_urlsafe())
