"""Session: the credential of one source over its polls, by the style that its definition names."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from connectors.http.auth.draft import Draft, Occasion, Plain, Secret, Signer, secret_value
from connectors.http.auth.gateways import HmacGateway, Md5Sorted, Sha1Key, Tif
from connectors.http.auth.simple import Anonymous, Basic, Bearer, Header
from connectors.http.auth.sm import NationalCiphers
from connectors.http.auth.tokens import ClientCredentials, LoginToken
from schemas.source.auth import Auth

SIGNERS: Mapping[str, type[Plain]] = MappingProxyType(
    {
        "none": Anonymous,
        "header": Header,
        "bearer": Bearer,
        "basic": Basic,
        "token": LoginToken,
        "oauth2": ClientCredentials,
        "hmac_gateway": HmacGateway,
        "tif": Tif,
        "md5_sorted": Md5Sorted,
        "sha1_key": Sha1Key,
        "sm": NationalCiphers,
    }
)


@dataclass
class Session:
    """Signs the requests of one source. Only the poll of this source uses it, and a source has one poll at a time."""

    auth: Auth
    secret: Secret = field(repr=False)
    nonce: Callable[[], str]
    signer: Signer = field(init=False, repr=False)
    lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        make: Any = SIGNERS[self.auth.style]
        self.signer = make(self.auth, lambda name: secret_value(self.secret, name))

    @property
    def is_signed(self) -> bool:
        return self.auth.style != "none"

    def sign(self, draft: Draft, now: datetime, ask: Callable[[Draft], Any]) -> Draft:
        """The request with its credential, for one attempt. Raises Failure."""
        with self.lock:  # of several requests the first one asks for a token
            return self.signer.sign(draft, Occasion(now, self.nonce(), ask))
