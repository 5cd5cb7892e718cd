"""Health: whether the portal runs, has started and can answer; and its metrics."""

from __future__ import annotations

import contextlib

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from ops import telemetry
from schemas.errors import Paused, Unreachable
from sinks.portal.read.views import Views
from sinks.portal.search.follow import Follower


def router(views: Views, follower: Follower) -> APIRouter:
    """The addresses that probes and Prometheus ask."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok", "role": "portal"}

    @routes.get("/startupz")
    async def startupz() -> Response:
        """Started: the index was whole once."""
        body = {"status": "ok" if follower.ready else "failed", "role": "portal"}
        return JSONResponse(body, 200 if follower.ready else 503)

    @routes.get("/readyz")
    async def readyz() -> Response:
        """Ready: the database answers and the index holds what was committed."""
        ready = follower.ready and follower.reachable
        checks = [
            {"name": name, "status": "ok" if ok else "failed"}
            for name, ok in (("database", follower.reachable), ("index", follower.ready))
        ]
        body = {"status": "ok" if ready else "failed", "role": "portal", "checks": checks}
        return JSONResponse(body, 200 if ready else 503)

    @routes.get("/metrics")
    def metrics() -> Response:
        with contextlib.suppress(Unreachable, Paused):  # without the database the other metrics are still served
            views.measure()
        return Response(telemetry.render(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return routes
