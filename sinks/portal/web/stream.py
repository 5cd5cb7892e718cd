"""Live changes by server-sent events: every change once and in order, resumed by ``Last-Event-ID``.

A reader that is slow reads later: each connection holds one page of changes and pulls the next from the store.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Header, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from ops import telemetry
from ops.failpoints import hit
from schemas.errors import Paused, Unreachable
from schemas.wire import encode
from sinks.portal.read.filters import ChangeFilter
from sinks.portal.read.views import Views
from sinks.portal.search.follow import Follower
from sinks.portal.web.callers import WITHOUT_A_KEY, Asked, Given
from sinks.portal.web.middleware import UNBUFFERED
from sinks.portal.web.parameters import StreamParameters
from sinks.portal.web.problems import PROBLEMS
from sinks.portal.web.routes import StrictRoute
from sinks.store.tables import TABLE_OF

PAGE = 200
EVERY_SECONDS = 0.1  # a look at the follower's numbers, which costs no statement
PROGRESS_SECONDS = 15.0
RESUMABLE_CHANGES = 1_000_000
ID = re.compile(r"^([0-9a-f]{8})-(\d{1,18})$")


def router(follower: Follower) -> APIRouter:
    """The one path of the live stream."""
    routes = APIRouter(prefix="/api/v1", route_class=StrictRoute)

    @routes.get(
        "/stream",
        summary="实时变更",
        description="the changes of public topics as they happen, as server-sent events",
        response_class=StreamingResponse,
        operation_id="stream",
        openapi_extra=WITHOUT_A_KEY,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}, **PROBLEMS},
    )
    async def stream(
        views: Asked,
        given: Given,
        asked: Annotated[StreamParameters, Query()],
        last_event_id: Annotated[str, Header(max_length=60, description="epoch-sequence")] = "",
    ) -> StreamingResponse:
        epoch, newest = await run_in_threadpool(views.last_change, *asked.topic)
        after, lost = _resume(last_event_id, epoch, newest)
        events = _Events(views, follower, asked.topic, epoch, given.credentials if given else None)
        return StreamingResponse(events.after(after, lost), media_type="text/event-stream", headers=UNBUFFERED)

    return routes


def _resume(last: str, epoch: str, newest: int) -> tuple[int, bool]:
    """After which change to go on, and whether the reader must start from a snapshot. Without an id: from now on."""
    if not last:
        return newest, False
    match = ID.match(last)
    if match and match[1] == epoch and newest - RESUMABLE_CHANGES <= int(match[2]) <= newest:
        return int(match[2]), False
    return newest, True


@dataclass(frozen=True)
class _Events:
    """What one connection sends: the changes of its topics, for as long as its key and the epoch hold."""

    views: Views
    follower: Follower
    topics: tuple[str, ...]
    epoch: str
    key: str | None

    async def after(self, after: int, lost: bool) -> AsyncIterator[bytes]:
        """Events after this change; ``lost``: the reader must begin with a snapshot."""
        yield b"retry: 3000\n\n"
        for topic in self.topics if lost else ():
            telemetry.count("tongda_sse_resets_total", stream=topic)
        if lost:
            query = urlencode([("topic", topic) for topic in self.topics] + [("after", "0")])
            yield self._event("reset", after, {"snapshot": f"/api/v1/changes?{query}"})
        yield self._progress(after)
        sent = looked = time.monotonic()
        while self.follower.epoch in ("", self.epoch):  # of a restored database: its reader comes back and begins anew
            try:
                if time.monotonic() - looked >= PROGRESS_SECONDS:
                    if not await run_in_threadpool(self._may_read_on):
                        return
                    looked = time.monotonic()
                if self._newest > after:
                    page = await run_in_threadpool(
                        self.views.changes, ChangeFilter(topics=self.topics, after=after, limit=PAGE)
                    )
                    for change in page.items:
                        after, sent = change.sequence, time.monotonic()
                        hit("sse.flush.before")
                        name = "gone" if change.value is None else "change"
                        yield self._event(name, after, change.model_dump(mode="json"))
                    if len(page.items) == PAGE:
                        continue
            except (Unreachable, Paused):
                return  # the reader comes back with its id when the database does
            if time.monotonic() - sent >= PROGRESS_SECONDS:
                sent = time.monotonic()
                yield self._progress(after)
            await asyncio.sleep(EVERY_SECONDS)

    @property
    def _newest(self) -> int:
        """The newest change of the tables of these topics."""
        return max(self.follower.newest.get(TABLE_OF[topic].name, 0) for topic in self.topics)

    def _may_read_on(self) -> bool:
        """A key that was revoked in the meantime opens nothing any more."""
        return self.key is None or self.views.reader(self.key) is not None

    def _progress(self, sequence: int) -> bytes:
        return self._event("progress", sequence, {"topic": self.topics[0], "topics": self.topics})

    def _event(self, name: str, sequence: int, value: dict[str, Any]) -> bytes:
        return f"id: {self.epoch}-{sequence}\nevent: {name}\ndata: ".encode() + encode(value) + b"\n\n"
