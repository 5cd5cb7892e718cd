"""Schedule: when a feed is polled next, and which feeds are due. Pure; instants and chance are given."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from connectors.ask import back_off, blocked_for
from connectors.circuit import FAILURES
from connectors.cursor import Cursor
from connectors.fetch import Failure
from ops.settings import Settings
from schemas.records.raw import State
from schemas.source.model import Source

CLOCK_TOLERANCE = timedelta(minutes=1)  # clocks of two machines that hold the feed one after the other
SANDBOX_PATIENCE = 6  # intervals a stand-in is left alone at most: it may refuse on purpose


def interval_of(source: Source, feed_id: str, settings: Settings) -> float:
    """Seconds between two polls of a feed."""
    return settings.sandbox_every_seconds if source.synthetic else source.every_seconds(feed_id)


def next_poll_after(
    source: Source, state: State, failure: Failure | None, failures: int, interval: float, chance: random.Random
) -> timedelta:
    """How long to leave the feed alone after this poll; never shorter than the platform asked."""
    asked = failure.after_seconds if failure is not None else 0.0
    match state:
        case "unknown":
            wait = max(
                asked,
                min(interval, back_off(failures, chance)) if failures < FAILURES else back_off(failures, chance),
            )
        case "blocked":
            wait = max(asked, blocked_for(failures))
        case _:
            wait = max(asked, interval)
    return timedelta(seconds=min(wait, max(asked, interval * SANDBOX_PATIENCE)) if source.synthetic else wait)


def is_due(cursor: Cursor, now: datetime, not_before: datetime | None = None) -> bool:
    """The feed's time has come. A poll in the future means that this machine's clock was set back: then it is time."""
    if cursor.next_poll_at is None or _is_ahead(cursor, now):
        return True
    return max(filter(None, (datetime.fromisoformat(cursor.next_poll_at), not_before))) <= now


def waits_since(cursor: Cursor, now: datetime) -> str:
    """Since when a feed that is due waits; before all others one whose instants are of a clock that was ahead.

    By those it would come last for ever, behind its source's other feeds that are due again and again.
    """
    return "" if _is_ahead(cursor, now) else cursor.next_poll_at or ""


def _is_ahead(cursor: Cursor, now: datetime) -> bool:
    return cursor.polled_at is None or datetime.fromisoformat(cursor.polled_at) - now > CLOCK_TOLERANCE


def in_hours(source: Source, now: datetime) -> bool:
    """The platform may be asked at this hour (``06:00-23:00``); stand-ins at any."""
    if source.synthetic:
        return True
    start, _, end = source.access.window.partition("-")
    return start <= f"{now:%H:%M}" < end
