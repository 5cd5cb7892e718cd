"""Flood: which rows of one poll the definition reads. When it refuses most of them, the platform has changed. Pure.

A page that has a new or changed row is read by the definition with the very reader that normalise uses (20–120 µs a
row), each row once. Dead letters would come later, without the number of rows that were read; and rows that did not
change make no letter, so that a probe would prove nothing. Nothing is withheld because of a flood: every row is
published as raw, becomes a dead letter in normalise, and is replayed when the definition is mended.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from connectors.poll.cursor import Flood
from connectors.read.page import Page
from schemas.source.model import Feed
from schemas.source.reading import Reader, Reading
from schemas.wire import digest

FLOOD_SHARE = 0.5  # of a poll's rows; single bad rows are dead letters and no more
FLOOD_ROWS = 10  # of fewer only a poll that reads nothing at all is a flood,
FEWEST_ROWS = 3  # as a week of a list that seldom grows is


def fingerprint(feed: Feed) -> str:
    """The same for the same definition of a feed."""
    return digest(feed.model_dump(mode="json"))[:32]


@dataclass
class FloodWatch:
    """Which rows of one poll the definition reads."""

    feed: Feed
    before: Flood | None  # while there is one every row is read again: only that proves that it is over
    seen: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self.feed)

    def page(self, page: Page, news: bool) -> list[Reading]:
        """Read the rows of a page with ``news``; one without was read before. Gives what was read."""
        read: list[Reading] = []
        self.seen.update(row.key for row in page.rows)
        self.seen.update(refusal.name for refusal in page.refused)
        self.refused.update(refusal.name for refusal in page.refused)
        for row in page.rows if news or self.before else ():
            self.refused.discard(row.key)
            try:
                read.append(self._reader.read(row.content))
            except Exception:  # a Reject; or a fault of the reader, which costs this row and is met again in normalise
                self.refused.add(row.key)
        return read

    def flood(self) -> Flood | None:
        """What to remember. A poll that showed no row proves nothing: an old flood stands."""
        if not self.seen:
            return self.before
        nothing_reads = len(self.refused) == len(self.seen) >= FEWEST_ROWS
        most = len(self.refused) > FLOOD_SHARE * len(self.seen)
        if not nothing_reads and not (most and (self.before or len(self.seen) >= FLOOD_ROWS)):
            return None
        return Flood(read=len(self.seen), refused=len(self.refused), definition=fingerprint(self.feed))
