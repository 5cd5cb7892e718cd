"""A portal whose database is away."""

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
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:
            yield client
        server.should_exit = True
        thread.join(10)
        database.close()
