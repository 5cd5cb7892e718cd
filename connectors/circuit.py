"""Circuit: a source whose platform changed, or fell silent, is only probed until a probe succeeds. Others go on. Pure.

What trips it stands in the feeds' cursors, so a process that starts finds it as it was. A process judges by the feeds
that it holds.

Rejects are seen here and not on tongda.dead-letter: a page that has a new or changed row is read by the definition with
the very reader that normalise uses (20–120 µs a row). A letter comes later, without the number of rows that were
understood; and rows that did not change make no letter, so that a probe would prove nothing. Nothing is kept back for
it: every row is published as raw, becomes a dead letter in normalise, and is replayed when the definition is mended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.cursor import Cursor, Flood
from connectors.expect import Understood
from connectors.extract import Page
from schemas.errors import Reject
from schemas.source.model import Feed, Source
from schemas.source.reading import Reader
from schemas.wire import digest

FLOOD_SHARE = 0.5  # of a poll's records; single bad rows are dead letters and no more
FLOOD_ROWS = 10  # of fewer only a poll that reads nothing at all is a flood,
FEWEST_ROWS = 3  # as a week of a list that seldom grows is
FAILURES = 5  # polls in a row, over all feeds of the source, none of which answers
PROBE_INTERVALS = 6  # a feed of a source that floods is asked that much more seldom
LONGEST_PROBE_SECONDS = 86_400.0
SILENT_PROBE_SECONDS = 900.0  # a source that does not answer: one feed at a time, to notice soon when it is back


@dataclass(frozen=True)
class Circuit:
    """Of one source. ``trips``: the feeds that keep it open, and why (``rejects``, ``failures``); none: it is closed."""

    trips: Mapping[str, str] = field(default_factory=dict)
    asked_at: datetime | None = None  # the newest poll of any feed

    def paused_for(self, feed_id: str) -> str:
        """The reason for the status page; empty while it is closed."""
        return f"circuit_{self.trips.get(feed_id, 'open')}" if self.trips else ""

    def not_before(self, cursor: Cursor, interval_seconds: float) -> datetime | None:
        """When a feed may be probed; None: as its cursor says."""
        if "failures" in self.trips.values() and self.asked_at:
            return self.asked_at + timedelta(seconds=min(interval_seconds, SILENT_PROBE_SECONDS))
        if self.trips and cursor.polled_at:
            longest = max(interval_seconds, LONGEST_PROBE_SECONDS)
            seconds = min(PROBE_INTERVALS * interval_seconds, longest)
            return datetime.fromisoformat(cursor.polled_at) + timedelta(seconds=seconds)
        return None


def circuit_of(source: Source, cursors: Mapping[str, Cursor]) -> Circuit:
    """What the cursors of a source's feeds say together.

    A list that floods opens it. Failures do when no list answers: a single one that is gone has its own back-off.
    A flood under another definition than today's counts no more: the next poll tells whether that one reads.
    """
    polled = {feed_id: cursor for feed_id, cursor in cursors.items() if cursor.polled_at}
    silent = all(cursor.failures for cursor in polled.values())
    failed = silent and sum(cursor.failures for cursor in polled.values()) >= FAILURES
    floods = {
        feed_id: "rejects"
        for feed_id, cursor in polled.items()
        if cursor.flood and cursor.flood.definition == fingerprint(source.feeds[feed_id])
    }
    newest = max((cursor.polled_at for cursor in polled.values() if cursor.polled_at), default=None)
    return Circuit(
        {**floods, **dict.fromkeys(polled, "failures")} if failed else floods,
        datetime.fromisoformat(newest) if newest else None,
    )


def fingerprint(feed: Feed) -> str:
    """The same for the same definition of a feed."""
    return digest(feed.model_dump(mode="json"))[:32]


@dataclass
class Judgement:
    """Which records of one poll the definition understands."""

    feed: Feed
    before: Flood | None  # while there is one every row is read again: only that proves that it is over
    seen: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._reader = Reader(self.feed)

    def page(self, page: Page, news: bool) -> list[Understood]:
        """Read the rows of a page with ``news``; one without was read before. Gives what was understood."""
        understood: list[Understood] = []
        self.seen.update(row.key for row in page.rows)
        self.seen.update(refusal.name for refusal in page.refused)
        self.refused.update(refusal.name for refusal in page.refused)
        for row in page.rows if news or self.before else ():
            self.refused.discard(row.key)
            try:
                understood.append((self._reader.values(row.content), self._reader.read(row.content).statements))
            except Reject:
                self.refused.add(row.key)
        return understood

    def flood(self) -> Flood | None:
        """What to remember. A poll that showed nothing proves nothing: an old flood stands."""
        if not self.seen:
            return self.before
        nothing_reads = len(self.refused) == len(self.seen) >= FEWEST_ROWS
        most = len(self.refused) > FLOOD_SHARE * len(self.seen)
        if not nothing_reads and not (most and (self.before or len(self.seen) >= FLOOD_ROWS)):
            return None
        return Flood(read=len(self.seen), refused=len(self.refused), definition=fingerprint(self.feed))
