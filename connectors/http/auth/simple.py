"""Simple credentials: the same for every request."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from connectors.http.auth.draft import Draft, Occasion, Plain


@dataclass
class Anonymous(Plain):
    """No credential."""

    def sign(self, draft: Draft, occasion: Occasion) -> Draft:
        return draft


@dataclass
class Header(Plain):
    """The secret in a header of the platform's own."""

    def sign(self, draft: Draft, occasion: Occasion) -> Draft:
        return draft.with_header(self.auth.name or "X-Api-Key", self.value(self.auth.secret))


@dataclass
class Bearer(Plain):
    """A token that the platform gave out once (RFC 6750)."""

    def sign(self, draft: Draft, occasion: Occasion) -> Draft:
        return draft.with_header("Authorization", f"Bearer {self.value(self.auth.secret)}")


@dataclass
class Basic(Plain):
    """Account and password (RFC 7617)."""

    def sign(self, draft: Draft, occasion: Occasion) -> Draft:
        pair = f"{self.auth.account}:{self.value(self.auth.secret)}".encode()
        return draft.with_header("Authorization", f"Basic {base64.b64encode(pair).decode()}")
