"""The listener's protocol: a request must be whole soon after its connection began; a client gets so many connections."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADERS_SECONDS = 10.0  # from a connection, or from the first byte of the next request on it, to the end of its headers
MOST_OF_ONE_ADDRESS = 200  # open connections; a proxy in front of the portal limits its own clients
NOT_LIMITED = frozenset({"127.0.0.1", "::1"})  # a proxy on this machine


class Bounded(H11Protocol):
    """uvicorn's protocol, which waits for the end of a request's headers without a limit."""

    headers_seconds = HEADERS_SECONDS
    most_of_one_address = MOST_OF_ONE_ADDRESS
    open_of: Counter[str] = Counter()  # the server has one loop, so nothing else changes it meanwhile

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._limit: asyncio.TimerHandle | None = None
        self._address = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self.open_of[self._address] += 1
        if self._address not in NOT_LIMITED and self.open_of[self._address] > self.most_of_one_address:
            transport.abort()
            return
        self._begin()

    def data_received(self, data: bytes) -> None:
        if self._limit is None and self.conn.their_state is h11.IDLE:
            self._begin()
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        self.open_of[self._address] -= 1
        if not self.open_of[self._address]:
            del self.open_of[self._address]
        super().connection_lost(exc)

    def _begin(self) -> None:
        self._limit = self.loop.call_later(self.headers_seconds, self.transport.abort)

    def _end(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
