"""Proxy: stands before one server and spoils the connections to it, in Toxiproxy's vocabulary and with proof that it did.

``latency``  every chunk arrives late · ``jitter`` each by another time · ``slice`` in small pieces
``reset``    connections are cut by RST, again and again, also in the middle of an answer
``half``     what the client says arrives, the answers do not: after a commit nobody knows what became of it
``hole``     nothing arrives, and nobody is told
Whoever lived through ``half`` or ``hole`` is cut at their end: what was held back is lost.
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
LINGER_NOT = struct.pack("ii", 1, 0)  # close() sends RST
# What proves that a connection felt it.
PROOF: dict[Toxic, str] = {
    "latency": "bytes delayed",
    "jitter": "bytes delayed",
    "slice": "bytes sliced",
    "reset": "connections cut",
    "half": "bytes lost",
    "hole": "bytes lost",
}


class Link:
    """One connection: both sides of it."""

    def __init__(self, *sides: asyncio.StreamWriter) -> None:
        self.sides = sides

    def close(self) -> None:
        """The ordinary end of both sides."""
        for side in self.sides:
            side.close()

    def cut(self) -> None:
        """RST to both sides."""
        for side in self.sides:
            if (raw := side.get_extra_info("socket")) is not None and raw.fileno() >= 0:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
            side.transport.abort()


class Proxy:
    """One listener before one port, in a thread of its own. ``felt`` counts what its toxics did."""

    def __init__(self, target: int, seed: int = 0) -> None:
        self.target, self.felt = target, Counter[str]()
        self._chance, self._toxic, self._links = random.Random(seed), "", set[Link]()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = int(self._listener.getsockname()[1])
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name=f"proxy-{self.port}", daemon=True)

    def spoil(self, toxic: Toxic, seconds: float, patience: float = 20.0) -> bool:
        """Let a toxic act for so long, and longer until something was felt of it; says whether it was."""
        before, proof = self.felt[PROOF[toxic]], PROOF[toxic]
        started, self._toxic = time.monotonic(), toxic
        lasted = 0.0
        while lasted < seconds or (self.felt[proof] == before and lasted < patience):
            if toxic == "reset":
                self._loop.call_soon_threadsafe(self._cut_all)
            time.sleep(min(CUT_SECONDS, seconds))
            lasted = time.monotonic() - started
        self._toxic = ""
        if toxic in ("half", "hole"):
            self._loop.call_soon_threadsafe(self._cut_all)
        return self.felt[proof] > before

    def _cut_all(self) -> None:
        self.felt["connections cut"] += len(self._links)
        for link in self._links:
            link.cut()

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            server, to_server = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:  # the server is away; a client that was let in at once comes again at once
            await asyncio.sleep(AWAY_SECONDS)
            Link(to_client).cut()
            return
        link = Link(to_client, to_server)
        self._links.add(link)
        pumps = [
            asyncio.create_task(self._pump(client, to_server, asks=True)),
            asyncio.create_task(self._pump(server, to_client, asks=False)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._links.discard(link)
            link.close()
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, asks: bool) -> None:
        """One direction of one connection, until an end of it is gone."""
        try:
            while data := await source.read(CHUNK_BYTES):
                async for piece in self._spoiled(data, asks=asks):
                    sink.write(piece)
                    await sink.drain()
        except OSError:
            return

    async def _spoiled(self, data: bytes, *, asks: bool) -> AsyncIterator[bytes]:
        match self._toxic:
            case "latency" | "jitter" as toxic:
                self.felt["bytes delayed"] += len(data)
                await asyncio.sleep(DELAY_SECONDS if toxic == "latency" else self._chance.uniform(0, 2 * DELAY_SECONDS))
                yield data
            case "slice":
                self.felt["bytes sliced"] += len(data)
                for at in range(0, len(data), PIECE_BYTES):
                    yield data[at : at + PIECE_BYTES]
                    await asyncio.sleep(PIECE_SECONDS)
            case "half" if asks:
                yield data
            case "half" | "hole":
                self.felt["bytes lost"] += len(data)
            case _:
                yield data

    async def _run(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        async with await asyncio.start_server(self._serve, sock=self._listener):
            self._ready.set()
            await self._over.wait()
            self._loop.set_exception_handler(lambda *_: None)  # Python 3.11 tells of each connection that is cancelled
            for link in self._links:
                link.cut()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(5)
