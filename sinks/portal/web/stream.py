"""Live changes by server-sent events: every change once and in order, resumed by ``Last-Event-ID``.

A reader that is slow reads later: each connection holds one page of changes and pulls the next from the store.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from ops import telemetry
from ops.failpoints import hit
from schemas.errors import Paused, Unreachable
from schemas.wire import encode
from sinks.portal.read.changes import table_of
from sinks.portal.read.filters import ChangeFilter
from sinks.portal.read.views import Views
from sinks.portal.search.follow import Follower
from sinks.portal.web.parameters import StreamParameters
from sinks.portal.web.problems import Problem
from sinks.portal.web.routes import StrictRoute

PAGE = 200
EVERY_SECONDS = 0.1  # a look at the follower's numbers, which costs no statement
PROGRESS_SECONDS = 15.0
RESUMABLE_CHANGES = 1_000_000
ID = re.compile(r"^([0-9a-f]{8})-(\d{1,18})$")


def router(views: Views, follower: Follower) -> APIRouter:
    """The one path of the live stream."""
    routes = APIRouter(prefix="/api/v1", route_class=StrictRoute)

    @routes.get(
        "/stream",
        summary="实时变更",
        description="the changes of a public topic as they happen, as server-sent events",
        response_class=StreamingResponse,
        operation_id="stream",
        responses={422: {"model": Problem, "content": {"application/problem+json": {}}}},
    )
    async def stream(
        asked: Annotated[StreamParameters, Query()],
        last_event_id: Annotated[str, Header(max_length=60, description="epoch-sequence")] = "",
    ) -> StreamingResponse:
        table_of(asked.topic)
        epoch, newest = await run_in_threadpool(views.last_change, asked.topic)
        after, lost = _resume(last_event_id, epoch, newest)
        events = _events(views, follower, asked.topic, epoch, after, lost)
        return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    return routes


def _resume(last: str, epoch: str, newest: int) -> tuple[int, bool]:
    """After which change to go on, and whether the reader must start from a snapshot. Without an id: from now on."""
    if not last:
        return newest, False
    match = ID.match(last)
    if match and match[1] == epoch and newest - RESUMABLE_CHANGES <= int(match[2]) <= newest:
        return int(match[2]), False
    return newest, True


async def _events(
    views: Views, follower: Follower, topic: str, epoch: str, after: int, lost: bool
) -> AsyncIterator[bytes]:
    telemetry.count("tongda_sse_resets_total", 1 if lost else 0, stream=topic)
    yield b"retry: 3000\n\n"
    if lost:
        yield _event("reset", epoch, after, {"snapshot": f"/api/v1/changes?topic={topic}&after=0"})
    sent = time.monotonic()
    yield _event("progress", epoch, after, {"topic": topic})
    while follower.epoch in (
        "",
        epoch,
    ):  # the database was restored: its reader comes back with its id and is sent to a snapshot
        try:
            if follower.newest.get(table_of(topic), after) > after:
                page = await run_in_threadpool(views.changes, ChangeFilter(topic=topic, after=after, limit=PAGE))
                for change in page.items:
                    after = change.sequence
                    name = "gone" if change.value is None else "change"
                    hit("sse.flush.before")
                    yield _event(name, epoch, after, change.model_dump(mode="json"))
                if page.items:
                    sent = time.monotonic()
                    if len(page.items) == PAGE:
                        continue
        except (Unreachable, Paused):
            return  # the reader comes back with its id when the database does
        if time.monotonic() - sent >= PROGRESS_SECONDS:
            sent = time.monotonic()
            yield _event("progress", epoch, after, {"topic": topic})
        await asyncio.sleep(EVERY_SECONDS)


def _event(name: str, epoch: str, sequence: int, value: dict[str, Any]) -> bytes:
    return f"id: {epoch}-{sequence}\nevent: {name}\ndata: ".encode() + encode(value) + b"\n\n"
