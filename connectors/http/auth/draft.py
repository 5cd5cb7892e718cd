"""Draft: a request before it is signed, and what every way of signing is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Protocol

from connectors.http.messages import Failure
from schemas.errors import Misconfigured
from schemas.source.auth import Auth

Secret = Callable[[str], str]  # name → value; raises Misconfigured, OSError, ValueError


@dataclass(frozen=True)
class Draft:
    """One request to be signed. ``body`` is sent as JSON, ``form`` as a form; a credential is in no ``repr``."""

    path: str
    method: Literal["GET", "POST"] = "GET"
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)

    def with_headers(self, **headers: str) -> Draft:
        """Underscores in the names stand for themselves: gateways use both."""
        return replace(self, headers={**self.headers, **headers})

    def with_header(self, name: str, value: str) -> Draft:
        return replace(self, headers={**self.headers, name: value})

    def with_query(self, **query: str) -> Draft:
        return replace(self, query={**self.query, **query})


@dataclass(frozen=True)
class Occasion:
    """What a signature depends on beside the request: the instant, a number used once, and a way to ask for a token.

    ``ask`` sends a request of the hub's own and gives the value of its JSON answer; it stores no evidence, since the
    answer is a secret. Raises Failure.
    """

    now: datetime
    nonce: str
    ask: Callable[[Draft], Any]

    @property
    def milliseconds(self) -> str:
        return str(int(self.now.timestamp() * 1000))

    @property
    def seconds(self) -> str:
        return str(int(self.now.timestamp()))


class Signer(Protocol):
    """Signs requests of one source; remembers what it was given to sign with."""

    def sign(self, draft: Draft, occasion: Occasion) -> Draft:
        """The request with its credential, made anew for each attempt. Raises Failure."""

    def forget(self) -> None:
        """What was given is no longer valid."""

    def opened(self, body: bytes) -> bytes:
        """An answer in plain text. Raises Failure where it cannot be read."""


@dataclass
class Plain:
    """A signer without state, whose answers are plain. ``value`` reads a secret when it is needed."""

    auth: Auth
    value: Secret = field(repr=False)

    def forget(self) -> None:
        """Nothing is kept."""

    def opened(self, body: bytes) -> bytes:
        return body


def secret_value(read: Secret, name: str) -> str:
    """A secret. Raises Failure(``local``): it cannot be read; its value is never shown."""
    try:
        value = read(name)
    except Misconfigured as error:
        raise Failure("local", "secret_missing", error.message) from None
    except (OSError, ValueError) as error:
        message = f"the file of the secret {name} cannot be read: {type(error).__name__}"
        raise Failure("local", "secret_missing", message) from None
    if not value or not value.isascii() or not value.isprintable():
        raise Failure("local", "secret_missing", f"the secret {name} is empty or is no value of a header")
    return value
