"""Tokens: a login gives one for a while; it is renewed before its end, and once when the platform refuses it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.http.auth.draft import Draft, Occasion, Plain
from connectors.http.messages import Failure
from schemas.source.auth import Login
from schemas.source.pointer import at

AHEAD = timedelta(seconds=60)  # of its end a token is renewed
UNSTATED = timedelta(minutes=30)  # of a token whose end the platform does not state
INSTANT = 10_000_000_000  # from here on a number is an instant in milliseconds


@dataclass(frozen=True)
class Token:
    """What a login gave, and until when it is used."""

    value: str = field(repr=False)
    until: datetime

    @classmethod
    def of(cls, answer: Any, pointer: str, expires: str, now: datetime) -> Token:
        """Raises Failure(``blocked``): the answer holds no token."""
        value = at(answer, pointer)
        if not isinstance(value, str) or not value or not value.isascii() or not value.isprintable():
            raise Failure("blocked", "auth", f"the login gives no token at {pointer}")
        return cls(value, _end(at(answer, expires) if expires else None, now))


def _end(stated: Any, now: datetime) -> datetime:
    try:
        number = float(stated)
        return datetime.fromtimestamp(number / 1000, UTC) if number >= INSTANT else now + timedelta(seconds=number)
    except (TypeError, ValueError, OverflowError, OSError):
        return now + UNSTATED


@dataclass
class Tokens(Plain):
    """Base of the signers with a token of their own."""

    token: Token | None = field(default=None, repr=False)

    def forget(self) -> None:
        self.token = None

    def current(self, occasion: Occasion) -> str:
        """The token, from a login when there is none that lasts. Raises Failure."""
        if self.token is None or self.token.until - AHEAD <= occasion.now:
            self.token = self.login(occasion)
        return self.token.value

    def login(self, occasion: Occasion) -> Token:
        raise NotImplementedError

    @property
    def way(self) -> Login:
        assert self.auth.login is not None  # the definition was refused otherwise
        return self.auth.login


@dataclass
class LoginToken(Tokens):
    """Account and password for a token, which goes into a header or the query."""

    def login(self, occasion: Occasion) -> Token:
        way = self.way
        given = {way.user: self.auth.account, way.password: self.value(self.auth.secret)}
        draft = Draft(way.path, "POST", body=given) if way.format == "json" else Draft(way.path, "POST", form=given)
        return Token.of(occasion.ask(draft), way.token, way.expires, occasion.now)

    def sign(self, draft: Draft, occasion: Occasion) -> Draft:
        token = self.current(occasion)
        if self.auth.place == "query":
            return draft.with_query(**{self.auth.name or "access_token": token})
        if self.auth.name:
            return draft.with_header(self.auth.name, token)
        return draft.with_header("Authorization", f"Bearer {token}")


@dataclass
class ClientCredentials(Tokens):
    """OAuth 2.0 client credentials (RFC 6749, section 4.4)."""

    def login(self, occasion: Occasion) -> Token:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.auth.account,
            "client_secret": self.value(self.auth.secret),
        }
        if self.auth.scope:
            form["scope"] = self.auth.scope
        answer = occasion.ask(Draft(self.way.path, "POST", form=form))
        return Token.of(answer, self.way.token or "/access_token", self.way.expires or "/expires_in", occasion.now)

    def sign(self, draft: Draft, occasion: Occasion) -> Draft:
        return draft.with_header("Authorization", f"Bearer {self.current(occasion)}")
