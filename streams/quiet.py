"""Quiet: what a library says in an outage, bounded. It repeats itself hundreds of times; the state is said by the host."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

AGAIN_SECONDS = 60.0


class Quiet(logging.Handler):
    """Lets one line a minute through for each place in the library's code; the next one says how many it stands for."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said: dict[tuple[str, int], tuple[float, int]] = {}  # by place: when it last passed, lines since

    def emit(self, record: logging.LogRecord) -> None:
        place, now = (record.name, record.lineno), self._clock()
        last, since = self._said.get(place, (-AGAIN_SECONDS, 0))
        if now - last < AGAIN_SECONDS:
            self._said[place] = last, since + 1
            return
        self._said[place] = now, 0
        if since:
            record.facts = {"unsaid": since}
        logging.getLogger().handle(record)


def quieten(library: str) -> None:
    """From now on this library's lines pass through one ``Quiet``."""
    logger = logging.getLogger(library)
    logger.handlers, logger.propagate = [Quiet()], False
