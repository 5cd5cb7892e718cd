"""Ahead: several requests under way at once, their results in order. Pace, budget and the number of requests that a host
allows at once hold for all of them together.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Generic, TypeVar

Given = TypeVar("Given")
Found = TypeVar("Found")


def ahead(work: Callable[[Given], Found], given: Iterable[Given], parallel: int) -> Generator[Found]:
    """The results of ``work`` in the order of what is given, at most ``parallel`` of them under way.

    Nothing begins before it may; what was begun when the reader stops is waited for, so that nothing runs on behind it.
    Raises what ``work`` raises, at its turn.
    """
    if parallel == 1:
        yield from map(work, given)
        return
    waiting: deque[Future[Found]] = deque()
    left = iter(given)
    with ThreadPoolExecutor(parallel, thread_name_prefix="ahead") as pool:
        try:
            waiting.extend(pool.submit(work, each) for each in islice(left, parallel))
            while waiting:
                yield waiting.popleft().result()
                waiting.extend(pool.submit(work, each) for each in islice(left, 1))
        finally:
            for future in waiting:
                future.cancel()


class Early(Generic[Given, Found]):
    """Work that is begun before its turn, for what will probably be wanted next, in this order."""

    def __init__(self, work: Callable[[Given], Found], likely: Iterable[Given] = (), parallel: int = 1) -> None:
        self._likely = deque(likely)
        self._found = ahead(work, tuple(self._likely), parallel)

    def take(self, wanted: Given) -> Found | None:
        """What came of it, if it is the next of the likely ones. Raises what ``work`` raised."""
        if not self._likely or self._likely[0] != wanted:
            return None
        self._likely.popleft()
        return next(self._found, None)  # nothing more after one that failed

    def close(self) -> None:
        """Begin no more, and wait for what is under way."""
        self._likely.clear()
        self._found.close()
