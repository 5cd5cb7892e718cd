"""Answers that are sent while they are read: a bounded number at a time, each by blocks, and cut where its source is."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Generator, Iterator, Mapping

from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from ops import telemetry
from schemas.errors import Paused, Unreachable
from sinks.portal.web.middleware import UNBUFFERED

NDJSON = "application/x-ndjson"
AT_ONCE = 3  # each holds a connection to the database for as long as its reader takes
_room = threading.BoundedSemaphore(AT_ONCE)


class Streamed(StreamingResponse):
    """Block by block. The source is closed when the last one is sent, when the reader leaves, and when it asked by HEAD."""

    def __init__(self, first: bytes, blocks: Generator[bytes, None, None], media_type: str, headers: Mapping[str, str]):
        self.blocks = blocks
        super().__init__(self._sent(first), media_type=media_type, headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.blocks.close()

    async def _sent(self, first: bytes) -> AsyncIterator[bytes]:
        try:
            yield first
            while block := await run_in_threadpool(next, self.blocks, b""):
                yield block
        except (Unreachable, Paused) as error:
            telemetry.log("answer_cut", "warning", error=str(error))  # its reader misses the last line


def streamed(blocks: Iterator[bytes], media_type: str, headers: Mapping[str, str] | None = None) -> Streamed:
    """The first block is read at once, so that what is wrong is answered as a problem. Raises Unreachable without room."""
    if not _room.acquire(blocking=False):
        raise Unreachable(f"{AT_ONCE} long answers are being sent already; try again later")
    held = _with_room(blocks)
    next(held)  # from here on the room is given back when it is closed
    try:
        first = next(held, b"")
    except BaseException:
        held.close()
        raise
    return Streamed(first, held, media_type, {**UNBUFFERED, **(headers or {})})


def _with_room(blocks: Iterator[bytes]) -> Generator[bytes, None, None]:
    try:
        yield b""
        yield from blocks
    finally:
        _room.release()
