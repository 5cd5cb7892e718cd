"""Work thread: the one thread in which a process does the pure work of its stages.

A batch takes seconds. Heartbeats, fetches and requests of other partitions go on in the event loop meanwhile. One thread
for all, because Python runs one at a time, and because the limits of time hold for the process (``streams.runtime.limits``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class WorkThread:
    """Runs one function after the other, in the order in which they are given.

    ``turn``: held by the partition whose batch is in work, so that all others can still be cancelled. ``restoring``: held
    by the one that restores its state: a restore takes room that the next one uses again.
    """

    def __init__(self) -> None:
        self.turn, self.restoring = asyncio.Lock(), asyncio.Lock()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="work")

    async def run(self, function: Callable[..., Result], *arguments: object) -> Result:
        """What the function gives or raises. Cancelled, it ends waiting; the function runs to its end."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)
