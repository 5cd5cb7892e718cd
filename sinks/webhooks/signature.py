"""Signatures by Standard Webhooks: HMAC-SHA-256 over id, time and body, once for each secret that holds."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """A secret as receivers take it: ``whsec_`` and its bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def message_id(webhook: str, record: str, revision: int, *, is_gone: bool) -> str:
    """Of one revision for one receiver, whoever sends it and however often."""
    text = f"{webhook}|{record}|{revision}|{is_gone}"
    return "msg_" + hashlib.sha256(text.encode()).hexdigest()[:32]


def signature(secret: str, id: str, timestamp: int, body: bytes) -> str:
    """One ``v1,…``. Raises ValueError when the secret is none."""
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    return "v1," + base64.b64encode(hmac.digest(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256)).decode()


def headers(held: Sequence[str], id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """What a receiver verifies; while a secret is replaced both sign."""
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, id, timestamp, body) for secret in held),
    }
