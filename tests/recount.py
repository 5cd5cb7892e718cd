"""Figures counted from contributions in plain Python, by the rules of docs/figures.md: neither the stream's code nor SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from schemas.figures import BY_ID, Counting
from schemas.records.contribution import Contribution
from schemas.records.point import point_key
from schemas.records.sighting import rank_of


class Counted(NamedTuple):
    """A figure: its value as published, and the contributions behind it."""

    value: str
    contributions: int


def recount(contributions: Iterable[Contribution]) -> dict[str, Counted]:
    """Every cell that is not empty, by the key of its point; of one event the highest revision counts."""
    behind: dict[tuple[str, str], list[Contribution]] = defaultdict(list)
    for one in newest_of(contributions):
        if one.live:
            behind[one.indicator, one.distinct].append(one)
    cells: dict[str, list[list[Contribution]]] = defaultdict(list)  # a list for each distinct key
    for key in behind.values():
        for cell, counted in placed(key):
            cells[cell].append(counted)
    return {cell: sum_of(keys) for cell, keys in cells.items()}


def standing(contributions: Iterable[Contribution], month: str) -> dict[str, Counted]:
    """Of stocks, what stood when a month ended; each key is where the earliest contribution of those that stood is."""
    end = f"{month}-31"
    behind: dict[tuple[str, str], list[Contribution]] = defaultdict(list)
    for one in newest_of(contributions):
        counts = BY_ID[one.indicator].has_ends and (one.live or one.until is not None)
        has_begun = one.occurred_on is not None and last_day(one.occurred_on) <= end
        if counts and has_begun and (one.until is None or last_day(one.until) > end):
            behind[one.indicator, one.distinct].append(one)
    found: dict[str, list[list[Contribution]]] = defaultdict(list)
    for key in behind.values():
        first = min(key, key=lambda one: (one.occurred_on or "", rank_of(one.authority), one.event))
        for cell in cells(first, month):
            found[cell].append(key)
    return {cell: sum_of(keys) for cell, keys in found.items()}


def last_day(recorded: str) -> str:
    """The last day that a date can mean; a month is as long as it may be."""
    return {4: f"{recorded}-12-31", 7: f"{recorded}-31"}.get(len(recorded), recorded)


def newest_of(contributions: Iterable[Contribution]) -> list[Contribution]:
    """Of one event under one key the highest revision."""
    newest: dict[str, Contribution] = {}
    for one in contributions:
        if one.key not in newest or newest[one.key].revision < one.revision:
            newest[one.key] = one
    return list(newest.values())


def sum_of(keys: Sequence[Sequence[Contribution]]) -> Counted:
    """``keys``: the contributions behind each distinct key. Money counts once a key, as the most trusted names it."""
    indicator = BY_ID[keys[0][0].indicator]
    number = sum(len(key) for key in keys)
    if indicator.amount is None:
        return Counted(str(len(keys)), number)
    fen = 0
    for key in keys:
        naming = [one for one in key if one.amount is not None]
        best = min(naming, key=lambda one: (rank_of(one.authority), one.event), default=None)
        fen += best.amount.fen if best and best.amount else 0
    return Counted(f"{fen // 100}.{fen % 100:02d}", number)


def placed(key: Sequence[Contribution]) -> Iterator[tuple[str, list[Contribution]]]:
    """The cells in which one distinct key counts, with those of its contributions that count there."""
    name = key[0].indicator
    first = min(key, key=lambda one: (one.occurred_on or "", rank_of(one.authority), one.event))
    match BY_ID[name].counting:
        case Counting.WINDOW:
            for period in {each for one in key for each in periods(one.occurred_on)}:
                there = [one for one in key if period in periods(one.occurred_on)]
                for cell in {cell for one in there for cell in cells(one, period)}:
                    yield cell, there
            return
        case Counting.ONCE:
            found = periods(first.occurred_on)
        case Counting.COMPLETE:
            days = [one.occurred_on for one in key]
            found = periods(max(day for day in days if day)) if all(days) else []
        case Counting.STOCK:
            found = ["current"]
    for period in found:
        for cell in cells(first, period):
            yield cell, list(key)


def periods(day: str | None) -> list[str]:
    """The year, and the month of a day that names one."""
    if not day:
        return []
    return [day[:4], day[:7]] if day[5:7].isdigit() else [day[:4]]


def cells(one: Contribution, period: str) -> Iterator[str]:
    """In its area and in the province: the total, and each value of each further dimension."""
    for area in (one.dimensions["area"], "430000"):
        yield point_key(one.indicator, {"area": area}, period)
        for dimension, values in one.dimensions.items():
            if dimension != "area":
                for value in values.split(";"):
                    yield point_key(one.indicator, {"area": area, dimension: value}, period)
