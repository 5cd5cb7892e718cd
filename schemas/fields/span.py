"""Span 时段: the days that a recorded date covers; used by windows of matching and by lists in force."""

from __future__ import annotations

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=32_768)
def span(recorded_on: str) -> tuple[int, int]:
    """First and last day of a recorded date, as ordinals: a month is all its days."""
    year, rest = int(recorded_on[:4]), recorded_on[5:]
    if not rest:
        first, months = 1, 12
    elif rest[0] == "Q":
        first, months = 3 * int(rest[1]) - 2, 3
    elif rest[0] == "H":
        first, months = 6 * int(rest[1]) - 5, 6
    elif len(rest) == 2:
        first, months = int(rest), 1
    else:
        day = date.fromisoformat(recorded_on).toordinal()
        return day, day
    after = first + months
    end = date(year + (after > 12), after - 12 if after > 12 else after, 1)
    return date(year, first, 1).toordinal(), end.toordinal() - 1


def may_lie_between(earlier: str, later: str, least: int, most: int) -> bool:
    """``later`` minus ``earlier`` can be ``least`` … ``most`` days, given how precisely both are known."""
    (first, last), (begins, ends) = span(earlier), span(later)
    return ends - first >= least and begins - last <= most


def distance(one: str, other: str) -> int:
    """Days between the beginnings of two recorded dates."""
    return abs(span(one)[0] - span(other)[0])


def in_force(day: str | None, since: str | None, until: str | None) -> bool:
    """Something valid ``since`` … ``until`` was so on ``day``. A bound that is not known excludes nothing."""
    if day is None:
        return True
    first, last = span(day)
    return (since is None or span(since)[0] <= last) and (until is None or span(until)[1] >= first)
