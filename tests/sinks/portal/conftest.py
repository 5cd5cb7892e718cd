"""A portal whose database is away."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from ops.evidence import EvidenceStore
from sinks.portal.read.views import Views
from sinks.portal.search.follow import Follower
from sinks.portal.web.doors import Gate
from sinks.portal.web.operator_app import create_operator_app
from sinks.portal.web.pages import Pages
from sinks.portal.web.server import create_app
from sinks.store.database import Database
from tests.sinks.conftest import Operators, Served, look


@pytest.fixture
def away() -> Iterator[Database]:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        database = Database(f"postgresql://nobody@127.0.0.1:{closed.getsockname()[1]}/none", role="tests")
        yield database
        database.close()


def views_of(database: Database, folder: Path) -> tuple[Views, Follower]:
    follower = Follower(database)
    return Views(database, follower, EvidenceStore(folder), (), lambda: date(2025, 3, 31)), follower


@pytest.fixture
def client(away: Database, tmp_path: Path) -> Iterator[httpx.Client]:
    views, follower = views_of(away, tmp_path)
    served = Served(lambda _: create_app(views, follower, Pages(views, look())))
    with httpx.Client(base_url=served.url, trust_env=False, timeout=60) as client:
        yield client
    served.stop()


@pytest.fixture
def operators(away: Database, tmp_path: Path) -> Iterator[Operators]:
    views, follower = views_of(away, tmp_path)
    gate = lambda url: Gate(away, url, lambda: datetime(2025, 3, 31, tzinfo=UTC))  # noqa: E731
    served = Served(lambda url: create_operator_app(views, follower, look(), gate(url)))
    with Operators(served) as client:
        yield client
    served.stop()
