"""Judge: whether the rows of a slice are as expected, before they are published. Pure.

Platforms show ten rows a page or a thousand. Pages are kept back until there are rows enough to be judged together, or
the slice ends; then they are published or held as a whole. What is kept back is bounded by the size of such a block.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.http.messages import Failure
from connectors.poll.cursor import Column
from connectors.poll.expect import LEAST_ROWS, check_rows
from connectors.poll.pages import ReadPage
from connectors.poll.profile import check_profile, learned
from schemas.source.model import Feed
from schemas.source.reading import Reading

MOST_PAGES = 50  # kept back at once: a list whose pages show nothing new is not held up by them
LEARNED_ROWS = 300  # readings of a poll from which its profile is taken


@dataclass
class Judge:
    """The rows of one poll. ``profile``: what the feed's columns held before; ``released``: a person lets all pass."""

    feed: Feed
    profile: Mapping[str, Column]
    released: bool = False
    waiting: list[ReadPage] = field(default_factory=list)
    block: list[Reading] = field(default_factory=list)  # of the pages that wait
    before: list[Reading] = field(default_factory=list)  # of the block before: a small last one is judged with it
    seen: deque[Reading] = field(default_factory=lambda: deque(maxlen=LEARNED_ROWS))
    unclaimed: set[str] = field(default_factory=set)

    def take(self, page: ReadPage, readings: list[Reading]) -> list[ReadPage]:
        """One more page; gives those that may be published now. Raises Failure(``contract``)."""
        self.waiting.append(page)
        self.block += readings
        for reading in readings:
            self.unclaimed.update(reading.unclaimed)
        has_enough = not self.block or len(self.block) >= LEAST_ROWS or len(self.waiting) >= MOST_PAGES
        return self.release() if has_enough else []

    def release(self) -> list[ReadPage]:
        """Judge what waits, and give it. Raises Failure(``contract``): then nothing of it is published."""
        block = self.block if len(self.block) >= LEAST_ROWS else [*self.before, *self.block]
        if self.block and not self.released:
            try:
                check_rows(self.feed.expect, block)
                check_profile(self.profile, self.block)
            except Failure:
                self.waiting, self.block = [], []
                raise
        self.seen.extend(self.block)
        if self.block:
            self.before, self.block = self.block, []
        pages, self.waiting = self.waiting, []
        return pages

    def new_profile(self) -> dict[str, Column]:
        return learned(self.feed, self.profile, list(self.seen))
