"""Shared pages: what the open streams send next is read from the store and written out once, however many they are."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import NamedTuple

from fastapi.concurrency import run_in_threadpool

from schemas.wire import encode
from sinks.portal.read.filters import EVERY_RECORD, ChangeFilter, RecordFilter
from sinks.portal.read.views import Views
from sinks.portal.secrecy import Reader

CHANGES = 200  # of one page
MOST_FILTERS = 50  # different ones of all open streams: each costs a question whenever something changes
KEPT = 16 + MOST_FILTERS  # pages, of at most some hundred kB each


class Question(NamedTuple):
    """What decides a page: streams that ask the same share it. ``newest``: the newest change that the follower knows."""

    epoch: str
    reader: Reader
    topics: tuple[str, ...]
    after: int
    newest: int
    records: RecordFilter = EVERY_RECORD


class Sent(NamedTuple):
    """A page as server-sent events: the bytes, the change up to which was looked, and whether more may follow at once."""

    body: bytes
    last: int
    more: bool = False


class SharedPages:
    """The newest pages, each read once: streams that ask meanwhile wait for that one answer."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Question, asyncio.Task[Sent]] = OrderedDict()

    async def get(self, views: Views, question: Question) -> Sent:
        """The page. Raises Unreachable, Paused: to each that waits, and the next one asks again."""
        page = self._pages.get(question)
        if page is None or (page.done() and (page.cancelled() or page.exception() is not None)):
            page = asyncio.create_task(run_in_threadpool(read, views, question))
            self._pages[question] = page
            if len(self._pages) > KEPT:
                self._pages.popitem(last=False)
        return await asyncio.shield(page)  # a reader that leaves must not take the answer from the others


def read(views: Views, question: Question) -> Sent:
    """One page from the store."""
    asked = ChangeFilter(topics=question.topics, after=question.after, limit=CHANGES, records=question.records)
    found = views.changes(asked)
    body = b"".join(
        event(
            question.epoch,
            "gone" if change.value is None else "change",
            change.sequence,
            encode(change.model_dump(mode="json")),
        )
        for change in found.items
    )
    return Sent(body, max(found.last, question.after), found.next is not None)


def event(epoch: str, name: str, sequence: int, data: bytes) -> bytes:
    """One server-sent event; its id says where a reader goes on."""
    return f"id: {epoch}-{sequence}\nevent: {name}\ndata: ".encode() + data + b"\n\n"
