"""A fresh read model in the real PostgreSQL, and records as the stages write them."""

from __future__ import annotations

import itertools
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
import pytest
import uvicorn
from fastapi import FastAPI

from ops.bus import Incoming
from ops.evidence import EvidenceStore
from ops.settings import ROOT, Settings
from schemas import topics
from schemas.fields.date import CHINA
from schemas.records.contribution import Contribution
from schemas.records.dead_letter import DeadLetter
from schemas.records.event import Event
from schemas.records.listing import Listing
from schemas.records.point import Point
from schemas.records.source_status import SourceStatus
from schemas.wire import encode
from sinks.access import sessions
from sinks.access.oidc import Provider
from sinks.access.roles import Role
from sinks.portal.read.targets import load_plans
from sinks.portal.read.views import Views
from sinks.portal.search.follow import Follower
from sinks.portal.serve import PLANS
from sinks.portal.show.look import Look
from sinks.portal.web.doors import COOKIE, TOKEN, Gate
from sinks.portal.web.operator_app import create_operator_app
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
            topic, key = topics.statistic_in(model.unit).name, model.key
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


def everybody_has(db: Database, values: Mapping[str, str], at: str = "2025-06-10T09:00:00+08:00") -> None:
    """A vintage with these sums of money, by cell, whatever stands behind them."""
    with db.transaction() as opened:
        last = opened.row("last_vintage")
        number = last["number"] + 1 if last else 1
        opened.rows("add_vintage", number=number, at=at)
        rows = [(cell, number, value) for cell, value in values.items()]
        opened.copy("shown_money", ("cell", "vintage", "value"), rows)


@cache
def look() -> Look:
    """The same for every portal of this process: its templates are compiled once."""
    return Look()


class Served:
    """An application at a free port, until it is stopped."""

    def __init__(self, app_at: Callable[[str], FastAPI]) -> None:
        opened = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{opened.getsockname()[1]}"
        self.app = app_at(self.url)
        config = uvicorn.Config(self.app, lifespan="off", log_level="critical", timeout_graceful_shutdown=1)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [opened]}, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(timeout=10)


class Operators(httpx.Client):
    """A browser at the operators' listener. Like browsers it takes loopback for safe and sends cookies that are ``Secure``."""

    def __init__(self, served: Served) -> None:
        hooks = {"request": [self.with_cookies]}
        super().__init__(base_url=served.url, event_hooks=hooks, trust_env=False, timeout=60)
        self.served = served

    def with_cookies(self, request: httpx.Request) -> None:
        request.headers["Cookie"] = "; ".join(f"{each.name}={each.value}" for each in self.cookies.jar)

    def send_form(self, path: str, fields: Mapping[str, str] = MappingProxyType({}), **headers: str) -> httpx.Response:
        """As a page of this listener would."""
        return self.post(path, data=dict(fields), headers={"Origin": self.served.url, **headers})

    def token(self, page: str) -> str:
        """What the forms of a page bring along."""
        return self.get(page).text.partition(f'name="{TOKEN}" value="')[2].partition('"')[0]


class Portal:
    """A portal over the read model of this test, followed by hand so that nothing depends on waiting."""

    def __init__(self, db: Database, evidence: Path) -> None:
        self.db, self.now = db, lambda: datetime.now(CHINA)
        self.provider: Provider | None = None  # set before the operators' listener is asked for
        self.settings = Settings(
            home=evidence, evidence=evidence, kafka="127.0.0.1:9"
        )  # so are these: no broker answers
        self.follower = Follower(db)
        self.evidence = EvidenceStore(evidence)
        self.views = Views(db, self.follower, self.evidence, load_plans(ROOT / PLANS), lambda: date(2025, 7, 1))
        self.served = [Served(lambda _: create_app(self.views, self.follower, Pages(self.views, look())))]
        self.app = self.served[0].app
        self.client = httpx.Client(base_url=self.served[0].url, trust_env=False, timeout=60)

    @cached_property
    def operators(self) -> Operators:
        """A browser at the operators' listener; nobody has signed in."""
        gate = lambda url: Gate(self.db, url, lambda: self.now(), self.provider, self.settings)  # noqa: E731
        served = Served(lambda url: create_operator_app(self.views, self.follower, look(), gate(url)))
        self.served.append(served)
        return Operators(served)

    def signed_in(self, role: Role = Role.READER) -> Operators:
        """The same browser with a session in this role."""
        token = sessions.begin(self.db, f"a {role.value}", role, None, self.now())
        self.operators.cookies.set(COOKIE, token, domain="127.0.0.1")
        return self.operators

    def metrics(self) -> str:
        """What Prometheus reads."""
        self.follower.step()
        return self.operators.get("/metrics").text

    def stop(self) -> None:
        self.client.close()
        if "operators" in vars(self):
            self.operators.close()
        for served in self.served:
            served.stop()

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
