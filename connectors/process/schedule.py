"""Schedule: which feeds are due, and in which order. Pure; instants are given."""

from __future__ import annotations

from datetime import datetime, timedelta

from connectors.poll.cursor import Cursor
from connectors.poll.outcome import BY_PERSON
from ops.settings import Settings
from schemas.source.model import Source

CLOCK_TOLERANCE = timedelta(minutes=1)  # clocks of two machines that hold the feed one after the other


def interval_of(source: Source, feed_id: str, settings: Settings) -> float:
    """Seconds between two polls of a feed."""
    return settings.sandbox_every_seconds if source.synthetic else source.every_seconds(feed_id)


def is_due(cursor: Cursor, now: datetime, not_before: datetime | None = None) -> bool:
    """The feed's time has come. A poll in the future means that this machine's clock was set back: then it is time; so
    it is for one that a person's pause ended, now that it is taken back."""
    if cursor.next_poll_at is None or cursor.reason == BY_PERSON or _is_ahead(cursor, now):
        return True
    return max(filter(None, (datetime.fromisoformat(cursor.next_poll_at), not_before))) <= now


def waits_since(cursor: Cursor, now: datetime) -> str:
    """Since when a feed that is due waits. One whose instants come from a clock that was ahead stands before all others:
    by those instants it would come last for ever, behind its source's feeds that are due again and again.
    """
    return "" if _is_ahead(cursor, now) else cursor.next_poll_at or ""


def _is_ahead(cursor: Cursor, now: datetime) -> bool:
    return cursor.polled_at is None or datetime.fromisoformat(cursor.polled_at) - now > CLOCK_TOLERANCE


def in_hours(source: Source, now: datetime) -> bool:
    """The platform may be polled at this hour (``06:00-23:00``, or several spans); stand-ins at any."""
    if source.synthetic:
        return True
    return any(start <= f"{now:%H:%M}" < end for start, end in source.access.hours)
