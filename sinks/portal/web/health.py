"""Health: whether the portal runs, has started and can answer; and, for operators alone, its metrics."""

from __future__ import annotations

import contextlib

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from ops import telemetry
from schemas.errors import Paused, Unreachable
from sinks.access.roles import Action
from sinks.portal.read.views import Views
from sinks.portal.search.follow import Follower
from sinks.portal.web.doors import door


def probes(follower: Follower) -> APIRouter:
    """The addresses that probes ask, at both listeners."""
    routes = APIRouter(include_in_schema=False, dependencies=[door(Action.PROBE)])

    @routes.get("/healthz")
    async def healthz() -> Response:
        """Alive: this loop answers, and the thread that follows the store takes its turns."""
        body = {"status": "ok" if follower.alive else "failed", "role": "portal"}
        return JSONResponse(body, 200 if follower.alive else 503)

    @routes.get("/startupz")
    async def startupz() -> Response:
        """Started: the index was whole once."""
        body = {"status": "ok" if follower.ready else "failed", "role": "portal"}
        return JSONResponse(body, 200 if follower.ready else 503)

    @routes.get("/readyz")
    async def readyz() -> Response:
        """Ready: the database answers in the schema of this release, and the index holds what was committed."""
        found = (
            ("database", follower.reachable, ""),
            ("schema", not follower.schema, follower.schema),
            ("index", follower.ready, ""),
            ("follower", follower.alive, ""),
        )
        ready = all(ok for _, ok, _ in found)
        checks = [
            {"name": name, "status": "ok" if ok else "failed", **({"detail": detail} if detail else {})}
            for name, ok, detail in found
        ]
        body = {"status": "ok" if ready else "failed", "role": "portal", "checks": checks}
        return JSONResponse(body, 200 if ready else 503)

    return routes


def metrics(views: Views) -> APIRouter:
    """The address that Prometheus asks."""
    routes = APIRouter(include_in_schema=False, dependencies=[door(Action.MEASURE)])

    @routes.get("/metrics")
    def measured() -> Response:
        with contextlib.suppress(Unreachable, Paused):  # without the database the other metrics are still served
            views.measure()
        return Response(telemetry.render(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return routes
