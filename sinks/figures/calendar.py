"""Release calendar 发布日历: on which working day after a month its figures are published, a year ahead. Pure.

Counts of the register (class R1) come on the 3rd working day, amounts that parties declare (R2) on the 5th; both are revised
when the next month is published (docs/figures.md#releases). Working days follow the State
Council's yearly notice (``schemas/codes/rest_days.csv``); of a year that has none yet, only the days that the law fixes by the
sun's calendar are known (全国年节及纪念日放假办法, 2024), and its dates are marked as tentative.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from schemas import codes

WORKING_DAY = {"R1": 3, "R2": 5}
BY_LAW = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})  # month and day
AHEAD = 12


class Due(NamedTuple):
    """When a month is published: its counts, and its amounts. ``tentative``: the notice of rest days is still to come."""

    period: str
    counts_on: date
    amounts_on: date
    tentative: bool


def calendar(today: date, ahead: int = AHEAD) -> tuple[Due, ...]:
    """The month that ended last, and those that end within a year."""
    month = _month(today) - 1
    return tuple(due(_named(month + n)) for n in range(ahead + 1))


def due(period: str) -> Due:
    """``period``: a month, as 2025-03."""
    after = _named(_number(period) + 1)
    days = list(working_days(after, max(WORKING_DAY.values())))
    counts_on, amounts_on = (days[WORKING_DAY[each] - 1] for each in ("R1", "R2"))
    return Due(period, counts_on, amounts_on, after[:4] not in noticed_years())


def is_settled(period: str, today: date) -> bool:
    """The month after it was published, and with it what came late for this one: until then its number is the first."""
    return today >= due(_named(_number(period) + 1)).counts_on


def working_days(month: str, most: int) -> Iterator[date]:
    """The first of a month."""
    day = date.fromisoformat(f"{month}-01")
    while most:
        if works(day):
            yield day
            most -= 1
        day += timedelta(days=1)


def works(day: date) -> bool:
    """By the notice of its year; where none is known, Monday to Friday but for the days of rest that the law fixes."""
    told = noticed().get(day)
    if told is not None:
        return told
    if day.isoformat()[:4] not in noticed_years() and (day.month, day.day) in BY_LAW:
        return False
    return day.weekday() < 5


@cache
def noticed() -> dict[date, bool]:
    """Days that a notice names → whether offices work."""
    found: dict[date, bool] = {}
    for row in codes.rows("rest_days"):
        day, last = date.fromisoformat(row["from"]), date.fromisoformat(row["to"])
        while day <= last:
            found[day] = row["is"] == "work"
            day += timedelta(days=1)
    return found


@cache
def noticed_years() -> frozenset[str]:
    return frozenset(str(day.year) for day in noticed())


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _number(period: str) -> int:
    return _month(date.fromisoformat(f"{period}-01"))


def _named(number: int) -> str:
    return f"{number // 12}-{number % 12 + 1:02d}"
