"""Serve: the portal's process, from its settings to the end of its listener."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import uvicorn

from ops import run as running
from ops.evidence import EvidenceStore
from ops.garbage import collect_seldom
from ops.health import record
from ops.peers import peers
from ops.settings import ROOT, Settings
from ops.supervisor.supervisor import check_port
from sinks.portal.read.operations import METRICS
from sinks.portal.read.targets import load_plans
from sinks.portal.read.views import Views
from sinks.portal.search.follow import Follower
from sinks.portal.show.look import Look
from sinks.portal.web.listener import Bounded
from sinks.portal.web.pages import Pages
from sinks.portal.web.quotas import Quotas
from sinks.portal.web.server import create_app
from sinks.store.database import Database

PLANS = Path("ops/targets")


def serve(settings: Settings) -> None:
    """Listen until stopped. Without its database the portal says so and recovers by itself. Raises Misconfigured."""
    check_port(settings)
    collect_seldom()
    host, _, port = settings.portal.rpartition(":")
    database = Database(settings.database, role="portal", size=settings.database_pool)
    follower = Follower(Database(settings.database, role="portal index", size=2, statement_seconds=20))
    today = lambda: datetime.now(running.CHINA).date()  # noqa: E731  # the one place where the portal meets a clock
    others = lambda: peers(settings.run, METRICS, but="portal")  # noqa: E731
    views = Views(database, follower, EvidenceStore(settings.evidence), load_plans(ROOT / PLANS), today, others)
    pages = Pages(views, Look(), settings.public_url or f"http://{settings.portal}")
    config = uvicorn.Config(
        create_app(views, follower, pages, Quotas(settings.quota_address, settings.quota_key)),
        host=host.strip("[]"),
        port=int(port),
        http=Bounded,
        log_config=None,  # its loggers hand on to ours, whose lines are one form
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
        lifespan="on",
    )
    address = f"http://{settings.portal}"
    record(settings, "portal", health=address, address=address)
    try:
        uvicorn.Server(config).run()
    finally:
        running.forget_own(settings.run, "portal", os.getpid())
        database.close()
