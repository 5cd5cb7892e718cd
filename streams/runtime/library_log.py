"""Library log: bounds what a library logs in an outage. It repeats a line hundreds of times; the host logs the state."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

AGAIN_SECONDS = 60.0


class RateLimit(logging.Handler):
    """Passes one line a minute for each line of the library's code; the next one gives how many were left out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._passed: dict[tuple[str, int], tuple[float, int]] = {}  # by line of code: when it last passed, lines since

    def emit(self, record: logging.LogRecord) -> None:
        line, now = (record.name, record.lineno), self._clock()
        last, since = self._passed.get(line, (-AGAIN_SECONDS, 0))
        if now - last < AGAIN_SECONDS:
            self._passed[line] = last, since + 1
            return
        self._passed[line] = now, 0
        if since:
            record.facts = {"left_out": since}
        logging.getLogger().handle(record)


def limit(library: str) -> None:
    """From now on this library's lines pass through one ``RateLimit``."""
    logger = logging.getLogger(library)
    logger.handlers, logger.propagate = [RateLimit()], False
