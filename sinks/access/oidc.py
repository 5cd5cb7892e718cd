"""OpenID Connect: signing in at an identity provider, by the authorization code flow with PKCE (RFC 7636, OpenID Connect Core 1.0).

What the provider says of a person is believed when its ID token is signed by one of the provider's keys, was issued by it, for
this client, in answer to this browser's journey, and is not over. Everything about the provider is a setting.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from schemas.errors import HubError, Unreachable
from sinks.access.roles import Role
from sinks.access.sessions import digest_of
from sinks.store.database import Database

ALGORITHMS = (
    "RS256",
    "PS256",
    "ES256",
    "EdDSA",
)  # signatures with a key of the provider: neither none nor a shared secret
SCOPE = "openid profile"
LONGEST = timedelta(minutes=10)  # from here to the provider and back
SECONDS, LEEWAY_SECONDS, MOST_BYTES = 10.0, 60, 200_000
DISCOVERY = "/.well-known/openid-configuration"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Provider(NamedTuple):
    """The identity provider. ``claim``: the field of its ID token that says what a person is; ``roles``: which role that is."""

    issuer: str
    client: str
    secret: str
    claim: str
    roles: tuple[tuple[str, Role], ...]

    def role_of(self, claims: Mapping[str, Any]) -> Role | None:
        """The first role, in the order of the setting, that one of the claim's values stands for."""
        given = claims.get(self.claim)
        values = [given] if isinstance(given, str) else given if isinstance(given, list) else []
        return next((role for value, role in self.roles if value in values), None)


class Person(NamedTuple):
    """Who came back. ``role``: None: nobody here."""

    subject: str
    role: Role | None


class _Journey(NamedTuple):
    nonce: str
    verifier: str
    made_at: datetime


class NotBelieved(HubError):
    """An identity provider's answer is not one to this browser's question, or cannot be proved to be the provider's."""

    code = "T4012"


@dataclass(frozen=True)
class Relying:
    """The hub towards its provider. ``back``: the address to which the provider sends browsers."""

    provider: Provider
    database: Database
    back: str

    def begin(self, now: datetime) -> tuple[str, str]:
        """The state that the browser keeps, and the provider's address to send it to. Raises Unreachable."""
        found = self._discovered()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        with self.database.transaction() as db:
            db.rows("forget_old_journeys", before=now - LONGEST)
            db.rows("begin_journey", digest=digest_of(state), nonce=nonce, verifier=verifier, now=now)
        asked = {
            "response_type": "code",
            "client_id": self.provider.client,
            "redirect_uri": self.back,
            "scope": SCOPE,
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
            .rstrip(b"=")
            .decode(),
            "code_challenge_method": "S256",
        }
        return state, f"{found['authorization_endpoint']}?{urlencode(asked)}"

    def end(self, kept: str, answer: Mapping[str, str], now: datetime) -> Person:
        """Who came back with this answer; ``kept``: the state that the browser kept. Raises NotBelieved, Unreachable."""
        if not kept or answer.get("state") != kept:
            raise NotBelieved("the state is not the one that this browser kept")
        with self.database.transaction() as db:
            journeys = db.read(_Journey, "end_journey", digest=digest_of(kept))
        if not journeys or now - journeys[0].made_at > LONGEST:
            raise NotBelieved("this journey is over")
        if answer.get("iss", self.provider.issuer) != self.provider.issuer:  # RFC 9207
            raise NotBelieved("another provider answered")
        if "code" not in answer:
            raise NotBelieved(f"the provider said no: {answer.get('error', '')[:60]}")
        return self._believed(self._token(answer["code"], journeys[0].verifier), journeys[0].nonce, now)

    def _token(self, code: str, verifier: str) -> str:
        given = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.back, "code_verifier": verifier}
        answer = self._asked(
            "POST", self._discovered()["token_endpoint"], data=given, auth=(self.provider.client, self.provider.secret)
        )
        return str(answer.get("id_token", ""))

    def _believed(self, token: str, nonce: str, now: datetime) -> Person:
        given: Any = self._asked("GET", self._discovered()["jwks_uri"])
        wanted = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.provider.issuer},
            aud={"essential": True, "value": self.provider.client},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = jwt.decode(token, KeySet.import_key_set(given), algorithms=ALGORITHMS).claims
            wanted.validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise NotBelieved(f"the ID token is not believed: {type(error).__name__}") from None
        if claims.get("azp", self.provider.client) != self.provider.client:
            raise NotBelieved("the ID token is for another client")
        return Person(str(claims["sub"])[:200], self.provider.role_of(claims))

    def _discovered(self) -> Mapping[str, Any]:
        """The provider's own description. Raises Unreachable, NotBelieved: it is another's."""
        found = self._asked("GET", self.provider.issuer.rstrip("/") + DISCOVERY)
        if found.get("issuer") != self.provider.issuer:
            raise NotBelieved("the description is that of another issuer")
        scheme = self.provider.issuer.partition(":")[0]
        if any(not str(found.get(name, "")).startswith(f"{scheme}://") for name in ENDPOINTS):
            raise NotBelieved("the description lacks an address, or one is of another scheme than the issuer's")
        return found

    def _asked(self, method: str, address: str, **given: Any) -> Mapping[str, Any]:
        """Raises Unreachable, without what was sent; NotBelieved for an answer that says no or is not JSON."""
        try:
            status, body = asyncio.run(_exchange(method, address, **given))
        except (httpx.HTTPError, TimeoutError) as error:
            raise self._away(type(error).__name__) from None
        if status >= 500:
            raise self._away(str(status))
        try:
            found = json.loads(body) if status == 200 else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise NotBelieved(f"the provider answered {status} to {method}, or no JSON object")
        return found

    def _away(self, why: str) -> Unreachable:
        where = self.provider.issuer
        return Unreachable(
            f"the identity provider at {where} does not answer: {why} · 身份服务 {where} 无应答",
            next_step="tongda settings explain TONGDA_OIDC_ISSUER",
        )


async def _exchange(method: str, address: str, **given: Any) -> tuple[int, bytes]:
    """Status and body; of a body beyond the bound only so much that it is no JSON. The time is that of the whole exchange.

    Raises httpx.HTTPError, TimeoutError.
    """
    body = bytearray()
    async with (
        asyncio.timeout(SECONDS),
        httpx.AsyncClient(trust_env=False, timeout=SECONDS) as client,
        client.stream(method, address, headers={"Accept-Encoding": "identity"}, **given) as answer,
    ):
        async for chunk in answer.aiter_raw():
            body += chunk
            if len(body) > MOST_BYTES:
                return answer.status_code, b""
    return answer.status_code, bytes(body)


def roles_of(text: str) -> tuple[tuple[str, Role], ...]:
    """``operators=operator,reading-room=reader`` → the roles by the values of the claim, in this order."""
    pairs: Sequence[tuple[str, ...]] = [tuple(each.strip().rsplit("=", 1)) for each in text.split(",") if each.strip()]
    return tuple((value, Role(role)) for value, role in pairs)
