"""Links: whether a TLS server can be reached and is the one it says, told apart from whether it lets us in."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

SECONDS = 5.0
SOON_DAYS = 21


class Link(NamedTuple):
    """What was seen of one address: ``well``, and in words."""

    well: bool
    told: str


def look(address: str, authority: Path | None, now: datetime) -> Link:
    """Connect, and verify the certificate and its name as every client does. ``authority`` None: those of the system."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    try:
        context = ssl.create_default_context(cafile=str(authority) if authority else None)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it holds no certificate"
        return Link(False, f"the file of authorities {authority} cannot be used: {why} · 证书文件 {authority} 无法使用")
    try:
        with (
            socket.create_connection((host, int(port)), timeout=SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host) as sealed,
        ):
            certificate = sealed.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        return Link(
            False, f"{address}: its certificate is not accepted: {error.verify_message} · {address} 的证书未通过验证"
        )
    except ssl.SSLError as error:
        return Link(False, f"{address}: it speaks no TLS: {error.reason or error} · {address} 不支持 TLS")
    except (OSError, ValueError) as error:
        return Link(False, f"{address}: no connection: {error} · 无法连接 {address}")
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    days = (ends - now).days
    told = f"{address}: certificate valid until {ends:%Y-%m-%d} · {address} 证书有效期至 {ends:%Y-%m-%d}"
    return Link(days >= SOON_DAYS, told)
