"""Instants: days and moments as people type them: real ones only, so that the database never has to refuse one."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from schemas.fields.date import CHINA

INSTANT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?")


def a_day(text: str) -> str:
    """``2025-03-01``, a day of the calendar. Raises ValueError."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise ValueError(f"{text[:40]!r} is no day; accepted: 2025-03-01")
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(f"{text!r} is not in the calendar; accepted: a day that there is: 2025-03-01") from None


def an_instant(text: str) -> str:
    """A day or an instant with or without its offset (China's), as an instant in UTC. Raises ValueError."""
    text = text.replace(" ", "+")  # a plus sign that an address carries unencoded
    if not INSTANT.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no instant; accepted: 2025-03-01, 2025-03-01T09:30:00+08:00")
    try:
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=CHINA)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        raise ValueError(
            f"{text!r} is not in the calendar; accepted: an instant that there is: 2025-03-01T09:30:00+08:00"
        ) from None
