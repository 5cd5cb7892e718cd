"""A feed under a topic prefix of its own, and workers that end with their test."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops.embedded import Service
from ops.settings import Settings
from tests.live.lives import Life
from tests.live.workers import SESSION_SECONDS, Feed

_numbers = itertools.count(1)


@pytest.fixture
def feed(kafka: Service, tmp_path: Path) -> Iterator[Feed]:
    """Empty topics and a writer for them."""
    prefix = f"live{next(_numbers)}."
    settings = Settings(
        profile="test",
        home=tmp_path,
        kafka=kafka.address,
        topic_prefix=prefix,
        slot="test",
        session_timeout_seconds=SESSION_SECONDS,
        batch_records=50,
    )
    feed = Feed(settings)
    yield feed
    feed.close()


@pytest.fixture
def start(feed: Feed) -> Iterator[Callable[..., Life]]:
    """Starts workers on the feed's topics."""
    workers: list[Life] = []

    def start_worker(slot: str = "a", failpoints: str = "") -> Life:
        workers.append(Life(feed.settings, "trial", failpoints=failpoints, slot=slot))
        return workers[-1]

    yield start_worker
    for worker in workers:
        worker.end()
