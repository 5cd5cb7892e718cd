"""Proxy: forwards connections to one server and injects network faults, in Toxiproxy's terms; it counts their effects.

``latency``  every chunk is delayed · ``jitter`` by varying times · ``slice`` split into small pieces
``reset``    connections are cut by RST repeatedly, also in the middle of an answer
``half``     requests arrive, answers do not: after a commit the client cannot know its outcome
``hole``     nothing arrives, and no error is raised
At the end of ``half`` and ``hole`` their connections are cut: bytes that were held back are lost.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Literal, Self, get_args

Toxic = Literal["latency", "jitter", "slice", "reset", "half", "hole"]
TOXICS: tuple[Toxic, ...] = get_args(Toxic)
DELAY_SECONDS, PIECE_BYTES, PIECE_SECONDS, CUT_SECONDS = 0.15, 512, 0.002, 0.4
AWAY_SECONDS, CHUNK_BYTES = 0.2, 64 << 10
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # close() sends RST
# The counter that proves the effect of each.
PROOF: dict[Toxic, str] = {
    "latency": "bytes delayed",
    "jitter": "bytes delayed",
    "slice": "bytes sliced",
    "reset": "connections cut",
    "half": "bytes lost",
    "hole": "bytes lost",
}


class Link:
    """Both sides of one connection."""

    def __init__(self, *sides: asyncio.StreamWriter) -> None:
        self.sides = sides

    def close(self) -> None:
        """Close both sides in order."""
        for side in self.sides:
            side.close()

    def cut(self) -> None:
        """Cut both sides by RST."""
        for side in self.sides:
            if (raw := side.get_extra_info("socket")) is not None and raw.fileno() >= 0:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            side.transport.abort()


class Proxy:
    """One listener before one port, in its own thread. ``effects`` counts what its toxics did."""

    def __init__(self, target: int, seed: int = 0) -> None:
        self.target, self.effects = target, Counter[str]()
        self._chance, self.toxic, self._links = random.Random(seed), "", set[Link]()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = int(self._listener.getsockname()[1])
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name=f"proxy-{self.port}", daemon=True)

    def apply(self, toxic: Toxic, seconds: float, longest: float = 20.0) -> bool:
        """Apply a toxic for some seconds, and up to ``longest`` until it has an effect; gives whether it had."""
        before, proof = self.effects[PROOF[toxic]], PROOF[toxic]
        started, self.toxic = time.monotonic(), toxic
        lasted = 0.0
        while lasted < seconds or (self.effects[proof] == before and lasted < longest):
            if toxic == "reset":
                self._loop.call_soon_threadsafe(self._cut_all)
            time.sleep(min(CUT_SECONDS, seconds))
            lasted = time.monotonic() - started
        self.toxic = ""
        if toxic in ("half", "hole"):
            self._loop.call_soon_threadsafe(self._cut_all)
        return self.effects[proof] > before

    def _cut_all(self) -> None:
        self.effects["connections cut"] += len(self._links)
        for link in self._links:
            link.cut()

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            server, to_server = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:  # the server is away; the pause keeps clients from reconnecting in a tight loop
            await asyncio.sleep(AWAY_SECONDS)
            Link(to_client).cut()
            return
        link = Link(to_client, to_server)
        self._links.add(link)
        pumps = [
            asyncio.create_task(self._pump(client, to_server, requests=True)),
            asyncio.create_task(self._pump(server, to_client, requests=False)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._links.discard(link)
            link.close()
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, requests: bool) -> None:
        """Forward one direction of a connection until one of its ends is closed."""
        try:
            while data := await source.read(CHUNK_BYTES):
                async for piece in self._spoiled(data, requests=requests):
                    sink.write(piece)
                    await sink.drain()
        except OSError:
            return

    async def _spoiled(self, data: bytes, *, requests: bool) -> AsyncIterator[bytes]:
        match self.toxic:
            case "latency" | "jitter" as toxic:
                self.effects["bytes delayed"] += len(data)
                await asyncio.sleep(DELAY_SECONDS if toxic == "latency" else self._chance.uniform(0, 2 * DELAY_SECONDS))
                yield data
            case "slice":
                self.effects["bytes sliced"] += len(data)
                for at in range(0, len(data), PIECE_BYTES):
                    yield data[at : at + PIECE_BYTES]
                    await asyncio.sleep(PIECE_SECONDS)
            case "half" if requests:
                yield data
            case "half" | "hole":
                self.effects["bytes lost"] += len(data)
            case _:
                yield data

    async def _run(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        async with await asyncio.start_server(self._serve, sock=self._listener):
            self._ready.set()
            await self._over.wait()
            self._loop.set_exception_handler(lambda *_: None)  # Python 3.11 reports each cancelled connection
            for link in self._links:
                link.cut()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(5)
