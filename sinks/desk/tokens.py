"""Tokens of forms: each page of a form has its own, signed and dated, so that a form sent twice is one request. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime, timedelta

from ops.networks import client_network

TOKEN = re.compile(r"([0-9a-f]{32})\.(\d{10})\.([0-9a-f]{32})")
LASTS = timedelta(days=1)  # a form may stay open for a day


def new_token(secret: str, chance: str, now: datetime) -> str:
    """For one page. ``chance``: 32 random hexadecimal digits."""
    issued = f"{chance}.{int(now.timestamp()):010d}"
    return f"{issued}.{_signed(secret, issued)}"


def holds(secret: str, token: str, now: datetime) -> bool:
    """It is one of ours, and not older than a day."""
    form = TOKEN.fullmatch(token)
    if form is None or not hmac.compare_digest(form[3], _signed(secret, f"{form[1]}.{form[2]}")):
        return False
    age = now.timestamp() - int(form[2])
    return -60 <= age <= LASTS.total_seconds()


def sender_of(secret: str, address: str) -> str:
    """What is kept of an address: it tells senders apart and gives no address away."""
    return _signed(secret, f"sender:{client_network(address)}")


def digest(text: str) -> str:
    """As the database holds tokens and links."""
    return hashlib.sha256(text.encode()).hexdigest()


def _signed(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]
