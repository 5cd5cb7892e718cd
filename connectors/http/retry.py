"""Retry: how long to wait before the next try of a request, or of a source that refuses. Pure."""

from __future__ import annotations

import random
from datetime import datetime
from email.utils import parsedate_to_datetime

TRIES = 5
WAIT_IN_PLACE_SECONDS = 60.0  # a longer wait that a platform asks for is left to the schedule
FIRST_BACK_OFF_SECONDS, LONGEST_BACK_OFF_SECONDS = 2.0, 900.0
BLOCKED_SECONDS, LONGEST_BLOCKED_SECONDS = 3600.0, 86_400.0


def back_off(attempt: int, chance: random.Random) -> float:
    """Seconds before the next try, growing from 2 s to 15 min, spread so that feeds do not return together."""
    longest = min(LONGEST_BACK_OFF_SECONDS, FIRST_BACK_OFF_SECONDS * 2.0 ** min(attempt, 10))
    return longest * (0.5 + chance.random() / 2)


def blocked_for(failures: int) -> float:
    """Seconds before a source that refuses is polled again: an hour, doubling to a day."""
    return min(LONGEST_BLOCKED_SECONDS, BLOCKED_SECONDS * 2.0 ** min(max(0, failures - 1), 10))


def retry_after(text: str, now: datetime) -> float | None:
    """Seconds that ``Retry-After`` asks to wait: a number or a date. None for anything else."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (until - now).total_seconds()) if until.tzinfo else None
