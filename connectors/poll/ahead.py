"""Ahead: several requests under way at once, their results in order. The pace of the host still holds for each."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Given = TypeVar("Given")
Found = TypeVar("Found")


def ahead(work: Callable[[Given], Found], given: Iterable[Given], parallel: int) -> Iterator[Found]:
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
