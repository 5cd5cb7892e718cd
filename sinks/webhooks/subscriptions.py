"""Subscriptions: what the holder of a key, or who runs the hub, does with webhooks. Blocking; each method one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from schemas.errors import NotFound
from sinks.store.database import Database, Snapshot
from sinks.webhooks.signature import new_secret

MOST_OF_A_KEY = 20
State = Literal["unverified", "active", "disabled"]
DeliveryState = Literal["waiting", "delivered", "failed"]


class Webhook(NamedTuple):
    """One subscription without its secret. ``reason``: why it is disabled, or what went wrong last."""

    id: str
    key: str
    url: str
    topics: tuple[str, ...]
    state: State
    reason: str | None
    made_at: datetime
    place: int
    failures: int
    failing_since: datetime | None
    next_at: datetime
    former_until: datetime | None
    waiting: int


class Delivery(NamedTuple):
    """One message as the log has it, with the outcome of its last try."""

    id: str
    sequence: int
    topic: str
    record: str
    revision: int
    record_state: str | None
    recorded_at: datetime
    state: DeliveryState
    attempts: int
    next_at: datetime
    tried_at: datetime | None
    status: int | None
    problem: str | None
    total: int


class Made(NamedTuple):
    """A new subscription and its secret, which is told once."""

    webhook: Webhook
    secret: str


class Subscriptions:
    """The webhooks of one key; without one those of all keys, for who runs the hub."""

    def __init__(self, database: Database, key: str | None = None) -> None:
        self._database, self._key = database, key

    def make(self, url: str, topics: Sequence[str], after: int | None = None) -> Made | None:
        """Subscribe to the changes from now on, or after a sequence; None: this key has as many as it may."""
        id, secret = f"wh_{secrets.token_hex(10)}", new_secret()
        with self._database.transaction() as db:
            db.rows("lock_key_of_webhooks", key=self._key)
            made = db.rows(
                "add_webhook",
                id=id,
                key=self._key,
                url=url,
                topics=list(topics),
                secret=secret,
                challenge=_challenge(),
                after=after,
                newest=newest_change(db),
                most=MOST_OF_A_KEY,
            )
            if not made:
                return None
            return Made(self._one(db, id), secret)

    def all(self) -> list[Webhook]:
        """The oldest first."""
        with self._database.snapshot() as db:
            return db.read(Webhook, "webhooks", key=self._key, id=None)

    def one(self, id: str) -> Webhook:
        """Raises NotFound, also for another key's."""
        with self._database.snapshot() as db:
            return self._one(db, id)

    def rotate(self, id: str) -> str:
        """A new secret; for a day messages are signed with the former one too. Raises NotFound."""
        secret = new_secret()
        self._change("rotate_secret", id, secret=secret)
        return secret

    def enable(self, id: str) -> Webhook:
        """Verify the address again and go on where it stopped. Raises NotFound."""
        return self._change("enable_webhook", id, challenge=_challenge())

    def disable(self, id: str) -> Webhook:
        """Send nothing more until it is enabled. Raises NotFound."""
        return self._change("disable_webhook", id, reason="by its holder")

    def remove(self, id: str) -> None:
        """With everything that waits and its log. Raises NotFound."""
        with self._database.transaction() as db:
            if not db.rows("remove_webhook", id=id, key=self._key):
                raise _no_webhook(id)
            db.execute_named("remove_deliveries", id=id)

    def deliveries(
        self, id: str, state: DeliveryState | None = None, before: int | None = None, limit: int = 50
    ) -> list[Delivery]:
        """The log, the newest first; ``before``: this sequence. Raises NotFound."""
        with self._database.snapshot() as db:
            self._one(db, id)
            return db.read(Delivery, "deliveries", webhook=id, state=state, before=before, limit=limit)

    def redeliver(self, id: str, message: str) -> None:
        """Send a message of the log once more, under its id. Raises NotFound."""
        with self._database.transaction() as db:
            self._one(db, id)
            if not db.rows("redeliver", webhook=id, id=message):
                raise NotFound(f"the log of {id} has no message {message[:60]}", next_step=f"tongda webhooks log {id}")

    def _change(self, statement: str, id: str, **parameters: str) -> Webhook:
        with self._database.transaction() as db:
            if not db.rows(statement, id=id, key=self._key, **parameters):
                raise _no_webhook(id)
            return self._one(db, id)

    def _one(self, db: Snapshot, id: str) -> Webhook:
        for found in db.read(Webhook, "webhooks", key=self._key, id=id):
            return found
        raise _no_webhook(id)


def newest_change(db: Snapshot) -> int:
    """The newest change of anything that can be subscribed to."""
    return int(db.rows("newest_subscribed_change")[0]["sequence"])


def check_url(url: str) -> str:
    """An address that messages may be sent to, as far as its text says. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.fragment:
        raise ValueError("accepted: https://host/path, without a user and without #")
    _ = parts.port  # a port that is no number is a ValueError too
    return url


def _challenge() -> str:
    return secrets.token_urlsafe(24)


def _no_webhook(id: str) -> NotFound:
    return NotFound(f"no webhook is called {id[:60]} · 没有这一推送", next_step="tongda webhooks list")
