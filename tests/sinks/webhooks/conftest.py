"""A holder of a key with a receiver, and a dispatcher whose rounds a test makes itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from sinks.store import keys
from sinks.store.database import Database
from sinks.webhooks.dispatcher import Dispatcher
from sinks.webhooks.queue import Queue
from sinks.webhooks.sender import Sender
from sinks.webhooks.subscriptions import Subscriptions, Webhook
from tests.sinks.webhooks.receivers import Receiver

TOPICS = ("tongda.transfer.v1",)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def key(db: Database) -> str:
    return keys.make(db, "某县知识产权中心", "shared")


@pytest.fixture
def held(db: Database, key: str) -> Subscriptions:
    form = keys.KEY.fullmatch(key)
    assert form
    return Subscriptions(db, form[1])


class Sending:
    """Rounds until nothing is to be done now; what waits for a later try stays."""

    def __init__(self, db: Database, receiver: Receiver) -> None:
        self.db, self.inside = db, {receiver.place}
        self.deadline_seconds = 5.0

    def __call__(self) -> None:
        asyncio.run(self._rounds())

    async def _rounds(self) -> None:
        sender = Sender(self.inside, self.deadline_seconds)
        dispatcher = Dispatcher(Queue(self.db, lambda: 0.0), sender)
        try:
            while await dispatcher.round():
                await dispatcher.drain()
        finally:
            await sender.close()

    def later(self) -> None:
        """As if every wait were over."""
        with self.db.transaction() as db:
            db.execute("update webhook set next_at = now()")
            db.execute("update webhook_delivery set next_at = now() where state = 'waiting'")
        self()


@pytest.fixture
def send(db: Database, receiver: Receiver) -> Sending:
    return Sending(db, receiver)


@pytest.fixture
def webhook(held: Subscriptions, receiver: Receiver, send: Sending) -> tuple[Webhook, str]:
    """Verified, with its secret."""
    made = held.make(receiver.url, TOPICS)
    assert made
    send()
    return held.one(made.webhook.id), made.secret
