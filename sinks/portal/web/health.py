"""Health: whether the portal runs, has started and can answer; and, for operators alone, its metrics."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from ops import telemetry
from ops.rounds import Rounds
from schemas.errors import Paused, Unreachable
from sinks.access.roles import Action
from sinks.portal.read.views import Views
from sinks.portal.search.follow import Follower
from sinks.portal.web.doors import door


def probes(follower: Follower, beside: Sequence[Rounds] = ()) -> APIRouter:
    """The addresses that probes ask, at both listeners. ``beside``: the threads that run beside the pages."""
    routes = APIRouter(include_in_schema=False, dependencies=[door(Action.PROBE)])

    @routes.get("/healthz")
    async def healthz() -> Response:
        """Alive: this loop answers, and each thread takes its turns: the one that follows the store and those beside it."""
        stuck = [each.task for each in beside if not each.alive]
        alive = follower.alive and not stuck
        body = {"status": "ok" if alive else "failed", "role": "portal", **({"stuck": stuck} if stuck else {})}
        return JSONResponse(body, 200 if alive else 503)

    @routes.get("/startupz")
    async def startupz() -> Response:
        """Started: the index was whole once."""
        body = {"status": "ok" if follower.ready else "failed", "role": "portal"}
        return JSONResponse(body, 200 if follower.ready else 503)

    @routes.get("/readyz")
    async def readyz() -> Response:
        """Ready: the database answers in the schema of this release, and the index holds what was committed.

        A thread beside the pages that fails is named, and readers are served all the same.
        """
        found = (
            ("database", follower.reachable, ""),
            ("schema", not follower.schema, follower.schema),
            ("index", follower.ready, ""),
            ("follower", follower.alive, ""),
        )
        ready = all(ok for _, ok, _ in found)
        checks = [
            {"name": name, "status": "ok" if ok else "failed", **({"detail": detail} if detail else {})}
            for name, ok, detail in (*found, *((each.task, not each.trouble, each.trouble) for each in beside))
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
