"""The portal while its database is away: it says so in words, and goes on serving what needs none."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest
import uvicorn

from ops.evidence import EvidenceStore
from sinks.portal.read.views import Views
from sinks.portal.search.follow import Follower
from sinks.portal.show.look import Look
from sinks.portal.web.pages import Pages
from sinks.portal.web.server import create_app
from sinks.store.database import Database


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        database = Database(f"postgresql://nobody@127.0.0.1:{closed.getsockname()[1]}/none", role="tests")
        follower = Follower(database)
        views = Views(database, follower, EvidenceStore(tmp_path), (), lambda: date(2025, 3, 31))
        app = create_app(views, follower, Pages(views, Look()))
        server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_level="critical"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            yield client
        server.should_exit = True
        thread.join(10)
        database.close()


@pytest.mark.parametrize("path", ["/", "/listings", "/statistics", "/operations", "/screen"])
def test_a_page_says_that_the_database_does_not_answer(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 503 and answer.headers["retry-after"] == "5"
    assert "数据库暂时没有应答" in answer.text and "追踪号" in answer.text


def test_the_api_answers_with_a_problem_document(client: httpx.Client) -> None:
    answer = client.get("/api/v1/sources")
    assert answer.status_code == 503 and answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "T8001"


def test_what_needs_no_database_is_served(client: httpx.Client) -> None:
    assert [client.get(path).status_code for path in ("/healthz", "/metrics", "/about/privacy", "/readyz")] == [
        200,
        200,
        200,
        503,
    ]
