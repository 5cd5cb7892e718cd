"""Gateways: the signatures of the government's data-sharing gateways, made for each attempt with the time of it."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from hashlib import md5, sha1, sha256

from connectors.http.auth import blocks
from connectors.http.auth.draft import Draft, Occasion, Plain
from connectors.http.auth.tokens import Token, Tokens
from connectors.http.messages import Failure

AES_KEY_BYTES = (16, 24, 32)


@dataclass
class HmacGateway(Tokens):
    """国家数据共享交换平台: HMAC-SHA256 over service, requester and time.

    With ``login`` the secret of the day comes from a first call that is signed with the application's key; it is
    encrypted with that key.
    """

    def login(self, occasion: Occasion) -> Token:
        way, key = self.way, self.value(self.auth.secret)
        answer = occasion.ask(self._signed(Draft(way.path, "POST"), key, occasion))
        token = Token.of(answer, way.token or "/data/secret", way.expires or "/data/secretEndTime", occasion.now)
        return Token(decrypted(token.value, key), token.until)

    def sign(self, draft: Draft, occasion: Occasion) -> Draft:
        secret = self.current(occasion) if self.auth.login else self.value(self.auth.secret)
        return self._signed(draft, secret, occasion)

    def _signed(self, draft: Draft, secret: str, occasion: Occasion) -> Draft:
        requester, service, time = self.auth.account, self.auth.service, occasion.milliseconds
        return draft.with_headers(
            gjgxjhpt_rid=requester,
            gjgxjhpt_sid=service,
            gjgxjhpt_rtime=time,
            gjgxjhpt_sign=hmac_sign(secret, service, requester, time),
        )


def hmac_sign(secret: str, service: str, requester: str, time: str) -> str:
    """Base64 of HMAC-SHA256(secret, service + requester + time)."""
    return base64.b64encode(hmac.digest(secret.encode(), (service + requester + time).encode(), "sha256")).decode()


def decrypted(text: str, key: str) -> str:
    """Base64 of AES in ECB mode with PKCS #7, under a key of 16, 24 or 32 bytes. Raises Failure(``blocked``)."""
    try:
        if len(key) not in AES_KEY_BYTES:
            raise ValueError("the key has another length")
        return blocks.decrypted("AES", base64.b64decode(text, validate=True), key.encode()).decode("ascii")
    except ValueError:
        raise Failure("blocked", "auth", "the gateway's secret cannot be decrypted with the key") from None


@dataclass
class Tif(Plain):
    """广东省政务服务数据 TIF gateway, as other provinces use it: SHA-256 over time, token and nonce."""

    def sign(self, draft: Draft, occasion: Occasion) -> Draft:
        time, nonce = occasion.seconds, occasion.nonce
        return draft.with_headers(
            **{
                "x-tif-paasid": self.auth.account,
                "x-tif-timestamp": time,
                "x-tif-nonce": nonce,
                "x-tif-signature": tif_sign(time, self.value(self.auth.secret), nonce),
            }
        )


def tif_sign(time: str, token: str, nonce: str) -> str:
    """Hex of SHA-256(time + token + nonce + time); it is compared without case."""
    return sha256((time + token + nonce + time).encode()).hexdigest()


@dataclass
class Md5Sorted(Plain):
    """A weak signature of commercial services: MD5 over the sorted parameters and the secret."""

    def sign(self, draft: Draft, occasion: Occasion) -> Draft:
        query = {**draft.query, "appId": self.auth.account, "timestamp": occasion.milliseconds}
        sign = md5_sign(query, self.value(self.auth.secret))
        return draft.with_query(**{**query, self.auth.name or "sign": sign})


def md5_sign(query: dict[str, str], secret: str) -> str:
    """Upper-case hex of MD5(``a=1&b=2`` in the order of the names, then the secret)."""
    text = "&".join(f"{name}={value}" for name, value in sorted(query.items())) + secret
    return md5(text.encode(), usedforsecurity=False).hexdigest().upper()


@dataclass
class Sha1Key(Plain):
    """A weak signature of commercial services: SHA-1 over key, secret and time."""

    def sign(self, draft: Draft, occasion: Occasion) -> Draft:
        key, time = self.auth.account, occasion.milliseconds
        sign = sha1_sign(key, self.value(self.auth.secret), time)
        return draft.with_headers(appKey=key, timestamp=time, sign=sign)


def sha1_sign(key: str, secret: str, time: str) -> str:
    """Hex of SHA-1(key + secret + time)."""
    return sha1((key + secret + time).encode(), usedforsecurity=False).hexdigest()
