"""Live changes by server-sent events: every change once and in order, resumed by ``Last-Event-ID``.

A reader that is slow reads later: each connection holds one page of changes and asks for the next. What is new is read
from the store once for all readers of the same topics with the same filter, and different filters have a bound.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from ops import telemetry
from ops.failpoints import hit
from schemas.errors import Paused, Unreachable
from schemas.wire import encode
from sinks.portal.errors import TooManyStreams
from sinks.portal.read.filters import RecordFilter
from sinks.portal.read.matching import check
from sinks.portal.read.views import Views
from sinks.portal.search.follow import Follower
from sinks.portal.secrecy import Reader
from sinks.portal.web.callers import WITHOUT_A_KEY, Asked, Given
from sinks.portal.web.fields import MOST_EVENT_ID
from sinks.portal.web.middleware import UNBUFFERED
from sinks.portal.web.parameters import StreamParameters
from sinks.portal.web.problems import PROBLEMS
from sinks.portal.web.routes import StrictRoute
from sinks.portal.web.shared_pages import MOST_FILTERS, Question, SharedPages, event
from sinks.store.tables import TABLE_OF

EVERY_SECONDS = 0.1  # a look at the follower's numbers, which costs no statement
PROGRESS_SECONDS = 15.0
RESUMABLE_CHANGES = 1_000_000
MOST_STREAMS = 1_000
MOST_OF_ONE_ADDRESS = 50  # a reader needs one; more are an office behind one address, or somebody who hoards them
MOST_FILTERS_OF_ONE_ADDRESS = 8
ID = re.compile(r"^([0-9a-f]{8})-(\d{1,18})$")


class Followed(NamedTuple):
    """A filter that streams of an address follow."""

    address: str
    reader: Reader
    topics: tuple[str, ...]
    records: RecordFilter


def router(follower: Follower) -> APIRouter:
    """The one path of the live stream."""
    pages, open_of, followed = SharedPages(), Counter[str](), Counter[Followed]()
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
        request: Request,
        views: Asked,
        given: Given,
        asked: Annotated[StreamParameters, Query()],
        last_event_id: Annotated[str, Header(max_length=MOST_EVENT_ID, description="epoch-sequence")] = "",
    ) -> StreamingResponse:
        address = request.client.host if request.client else ""
        must_have_room(open_of, address)
        check(asked.topic, asked.records)
        of = Followed(address, views.read_as, asked.topic, asked.records)
        must_have_room_for_a_filter(followed, of)
        last = last_event_id or asked.last_event_id
        epoch, newest = await run_in_threadpool(views.last_change, *asked.topic)
        after, lost = _resume(last, epoch, newest)
        if asked.since and not last:
            after = await run_in_threadpool(views.change_before, asked.topic, asked.since)
        key = given.credentials if given else None
        events = _Events(views, follower, pages, asked.topic, asked.records, epoch, key)
        told = events.after(after, lost)
        sent = _counted(open_of, address, _counted_filter(followed, of, told) if of.records.parts else told)
        return StreamingResponse(sent, media_type="text/event-stream", headers=UNBUFFERED)

    return routes


def _resume(last: str, epoch: str, newest: int) -> tuple[int, bool]:
    """After which change to go on, and whether the reader must start from a snapshot. Without an id: from now on."""
    if not last:
        return newest, False
    match = ID.match(last)
    if match and match[1] == epoch and newest - RESUMABLE_CHANGES <= int(match[2]) <= newest:
        return int(match[2]), False
    return newest, True


def must_have_room(open_of: Counter[str], address: str) -> None:
    """Raises TooManyStreams: this address, or all together, have as many open as one portal serves."""
    if open_of[address] >= MOST_OF_ONE_ADDRESS:
        raise TooManyStreams(f"{MOST_OF_ONE_ADDRESS} live streams of this address are open already")
    if open_of.total() >= MOST_STREAMS:
        raise TooManyStreams(f"{MOST_STREAMS} live streams are open already")


def must_have_room_for_a_filter(followed: Counter[Followed], asked: Followed) -> None:
    """Raises TooManyStreams: as many different filters are followed as one portal, or one address, has."""
    if not asked.records.parts:
        return
    of_address = {each[1:] for each in followed if each.address == asked.address}
    if asked[1:] not in of_address and len(of_address) >= MOST_FILTERS_OF_ONE_ADDRESS:
        message = f"{MOST_FILTERS_OF_ONE_ADDRESS} different filters of this address are followed already"
        raise TooManyStreams(f"{message}; /api/v1/changes takes any")
    everybodys = {each[1:] for each in followed}
    if asked[1:] not in everybodys and len(everybodys) >= MOST_FILTERS:
        raise TooManyStreams(f"{MOST_FILTERS} different filters are followed already; /api/v1/changes takes any")


async def _counted_filter(
    followed: Counter[Followed], of: Followed, events: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    """Its filter is followed for as long as one stream with it is open."""
    followed[of] += 1
    try:
        async for each in events:
            yield each
    finally:
        followed[of] -= 1
        if not followed[of]:
            del followed[of]


async def _counted(open_of: Counter[str], address: str, events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Counted from its first event on until its reader leaves."""
    open_of[address] += 1
    telemetry.gauge("tongda_sse_clients", open_of.total())
    try:
        async for each in events:
            yield each
    finally:
        open_of[address] -= 1
        if not open_of[address]:
            del open_of[address]
        telemetry.gauge("tongda_sse_clients", open_of.total())


@dataclass(frozen=True)
class _Events:
    """What one connection sends: the changes of its topics, for as long as its key and the epoch hold."""

    views: Views
    follower: Follower
    pages: SharedPages
    topics: tuple[str, ...]
    records: RecordFilter
    epoch: str
    key: str | None

    async def after(self, after: int, lost: bool) -> AsyncIterator[bytes]:
        """Events after this change; ``lost``: the reader must begin with a snapshot."""
        yield b"retry: 3000\n\n"
        for topic in self.topics if lost else ():
            telemetry.count("tongda_sse_resets_total", stream=topic)
        if lost:
            query = urlencode([*(("topic", topic) for topic in self.topics), *self.records.query, ("after", "0")])
            yield self._event("reset", after, {"snapshot": f"/api/v1/changes?{query}"})
        yield self._progress(after)
        sent = looked = time.monotonic()
        seen = after  # the newest change that was looked for
        while self.follower.epoch in ("", self.epoch):  # of a restored database: its reader comes back and begins anew
            try:
                if time.monotonic() - looked >= PROGRESS_SECONDS:
                    if not await run_in_threadpool(self._may_read_on):
                        return
                    looked = time.monotonic()
                more = False
                if (newest := self._newest) > seen:
                    asked = Question(self.epoch, self.views.read_as, self.topics, after, newest, self.records)
                    page = await self.pages.get(self.views, asked)
                    after, more = page.last, page.more
                    seen = after if more else max(newest, after)
                    if page.body:
                        sent = time.monotonic()
                        hit("sse.flush.before")
                        yield page.body
            except (Unreachable, Paused):
                return  # the reader comes back with its id when the database does
            if time.monotonic() - sent >= PROGRESS_SECONDS:
                sent = time.monotonic()
                yield self._progress(after)
            if not more:
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
        return event(self.epoch, name, sequence, encode(value))
