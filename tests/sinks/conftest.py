"""A fresh read model in the real PostgreSQL, and records as the stages write them."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
import pytest
import uvicorn

from ops.bus import Incoming
from ops.evidence import EvidenceStore
from ops.settings import ROOT
from schemas import topics
from schemas.records.contribution import Contribution
from schemas.records.dead_letter import DeadLetter
from schemas.records.event import Event
from schemas.records.listing import Listing
from schemas.records.point import Point
from schemas.records.source_status import SourceStatus
from schemas.wire import encode
from sinks.portal.read.targets import load_plans
from sinks.portal.read.views import Views
from sinks.portal.search.follow import Follower
from sinks.portal.serve import PLANS
from sinks.portal.show.look import Look
from sinks.portal.web.pages import Pages
from sinks.portal.web.server import create_app
from sinks.store.database import Database
from sinks.store.migrate import migrate
from sinks.store.store import Store

numbers = itertools.count()


def postgres_address(request: pytest.FixtureRequest) -> str:
    """A server named by the environment, else the one the tests start themselves."""
    return os.environ.get("POSTGRES_FOR_TESTS") or str(request.getfixturevalue("database").url)


@pytest.fixture
def read_model(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty, migrated database of this test's own."""
    address = postgres_address(request)
    name = f"t_{os.getpid()}_{next(numbers)}"
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f"create database {name}")
    url = urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
    fresh = Database(url, role="tests")
    migrate(fresh)
    fresh.close()
    yield url
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f"drop database {name} with (force)")


@pytest.fixture
def db(read_model: str) -> Iterator[Database]:
    opened = Database(read_model, role="tests", size=4)
    yield opened
    opened.close()


class Feeder:
    """Writes records into the read model through the store, as if they came from their topics."""

    def __init__(self, database: Database) -> None:
        self.store = Store(database)
        self.store.claim([(topic, 0) for topic in _topics()])
        self.offsets = {topic: itertools.count() for topic in _topics()}

    def records(self, *models: Any) -> list[Incoming]:
        return [self.record(*_addressed(model)) for model in models]

    def record(self, topic: str, key: str, value: bytes | None) -> Incoming:
        return Incoming(topic, 0, next(self.offsets[topic]), key.encode(), value, (), 1_700_000_000_000)

    def feed(self, *models: Any) -> Any:
        return self.store.write(self.records(*models))


def _topics() -> list[str]:
    return [
        topic.name for topic in topics.TOPICS if topic.is_public or topic in (topics.CONTRIBUTION, topics.DEAD_LETTER)
    ]


def _addressed(model: Any) -> tuple[str, str, bytes]:
    """Topic, key and bytes of one record."""
    match model:
        case Event() | Listing():
            topic, key = f"tongda.{model.kind}.v1", model.id
        case Point():
            topic, key = topics.STATISTIC.name, model.key
        case Contribution():
            topic, key = topics.CONTRIBUTION.name, model.key
        case SourceStatus():
            topic, key = topics.SOURCE_STATUS.name, f"{model.source}|{model.feed}"
        case DeadLetter():
            topic, key = topics.DEAD_LETTER.name, model.topic_key
    return topic, key, encode(model)


@pytest.fixture
def feeder(db: Database) -> Feeder:
    return Feeder(db)


class Portal:
    """A portal over the read model of this test, followed by hand so that nothing depends on waiting."""

    def __init__(self, db: Database, evidence: Path) -> None:
        self.follower = Follower(db)
        self.evidence = EvidenceStore(evidence)
        self.views = Views(db, self.follower, self.evidence, load_plans(ROOT / PLANS), lambda: date(2025, 7, 1))
        app = create_app(self.views, self.follower, Pages(self.views, Look()))
        self.server = uvicorn.Server(
            uvicorn.Config(app, port=0, lifespan="off", log_level="critical", timeout_graceful_shutdown=1)
        )
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        port = self.server.servers[0].sockets[0].getsockname()[1]
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60)

    def stop(self) -> None:
        self.client.close()
        self.server.should_exit = True
        self.thread.join(timeout=10)

    def get(self, path: str, status: int = 200, **headers: str):
        self.follower.step()
        answer = self.client.get(path, headers=headers)
        assert answer.status_code == status, answer.text
        return answer


@pytest.fixture
def portal(db: Database, tmp_path: Path) -> Iterator[Portal]:
    portal = Portal(db, tmp_path)
    yield portal
    portal.stop()
