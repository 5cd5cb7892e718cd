"""Circuit: a source whose platform changed, or does not answer, is only probed until a probe succeeds. Others go on. Pure.

What trips it stands in the feeds' cursors, so that a process that starts finds it as it was. Each process decides by the
feeds that it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.poll.cursor import Cursor
from connectors.poll.flood import fingerprint
from connectors.poll.outcome import FAILURES
from schemas.source.model import Source

PROBE_INTERVALS = 6  # a feed of a source that floods is polled that much more seldom
LONGEST_PROBE_SECONDS = 86_400.0
SILENT_PROBE_SECONDS = 900.0  # a source that does not answer: one feed at a time, so that its return is noticed soon


@dataclass(frozen=True)
class Circuit:
    """Of one source. ``trips``: the feeds that keep it open, and why (``rejects``, ``failures``); none: it is closed."""

    trips: Mapping[str, str] = field(default_factory=dict)
    asked_at: datetime | None = None  # the newest poll of any feed

    def paused_for(self, feed_id: str) -> str:
        """The reason for the status page; empty while it is closed."""
        return f"circuit_{self.trips.get(feed_id, 'open')}" if self.trips else ""

    def not_before(self, cursor: Cursor, interval_seconds: float) -> datetime | None:
        """When a feed may be probed; None: at the time in its cursor."""
        if "failures" in self.trips.values() and self.asked_at:
            return self.asked_at + timedelta(seconds=min(interval_seconds, SILENT_PROBE_SECONDS))
        if self.trips and cursor.polled_at:
            longest = max(interval_seconds, LONGEST_PROBE_SECONDS)
            seconds = min(PROBE_INTERVALS * interval_seconds, longest)
            return datetime.fromisoformat(cursor.polled_at) + timedelta(seconds=seconds)
        return None


def circuit_of(source: Source, cursors: Mapping[str, Cursor]) -> Circuit:
    """What the cursors of a source's feeds show together.

    A list that floods opens it. Failures do when no list answers: a single one that is gone has its own back-off.
    A flood under another definition than today's counts no more: the next poll tells whether that one reads.
    """
    polled = {feed_id: cursor for feed_id, cursor in cursors.items() if cursor.polled_at}
    unanswered = all(cursor.failures for cursor in polled.values())
    failed = unanswered and sum(cursor.failures for cursor in polled.values()) >= FAILURES
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
