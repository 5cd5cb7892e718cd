"""``python -m sinks.portal [run]``: the portal's process."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import datetime
from pathlib import Path

import uvicorn

from ops import failpoints, run, say, telemetry
from ops.evidence import EvidenceStore
from ops.health import record
from ops.peers import peers
from ops.settings import ROOT, Settings, language, read_settings
from schemas.errors import HubError
from sinks.portal.follow import Follower
from sinks.portal.look import Look
from sinks.portal.operations import METRICS
from sinks.portal.pages import Pages
from sinks.portal.server import create_app
from sinks.portal.targets import load_plans
from sinks.portal.views import Views
from sinks.store.database import Database

PLANS = Path("ops/targets")


def serve(settings: Settings) -> None:
    """Listen until told to stop. Without its database the portal says so and recovers by itself."""
    host, _, port = settings.portal.rpartition(":")
    database = Database(settings.database, role="portal", size=settings.database_pool)
    follower = Follower(Database(settings.database, role="portal index", statement_seconds=20))
    today = lambda: datetime.now(run.CHINA).date()  # noqa: E731  # the one place where the portal meets a clock
    others = lambda: peers(settings.run, METRICS, but="portal")  # noqa: E731
    views = Views(database, follower, EvidenceStore(settings.evidence), load_plans(ROOT / PLANS), today, others)
    app = create_app(views, follower, Pages(views, Look()))
    config = uvicorn.Config(
        app,
        host=host.strip("[]"),
        port=int(port),
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
        (settings.run / "portal.json").unlink(missing_ok=True)
        database.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sinks.portal")
    parser.add_argument("command", nargs="?", default="run", choices=("run",))
    parser.parse_args()
    try:
        settings = read_settings(os.environ)
        telemetry.configure_logging(settings, "portal")
        telemetry.gauge("tongda_failpoints_armed", failpoints.arm(settings))
        serve(settings)
    except HubError as error:
        return say.failure(error, language(os.environ))
    return 0


if __name__ == "__main__":
    sys.exit(main())
