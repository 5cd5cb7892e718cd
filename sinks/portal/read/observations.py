"""Observations: the published points of one figure as SDMX has them: a cell of dimensions, a time, a value."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from schemas.fields.date import CHINA
from schemas.figures.dimensions import AREA
from schemas.records.point import Point
from sinks.portal import records
from sinks.portal.read import money
from sinks.portal.read.figure_answers import Indicator
from sinks.portal.read.stored import instant
from sinks.portal.secrecy import Reader
from sinks.store.database import Row, Snapshot
from sinks.store.figures import PROVINCE

TOTAL = "_T"  # SDMX's code for all values of a dimension
FREQUENCIES = {4: "A", 7: "M", 10: "D"}  # by the length of a time: a stock is as of a day
COMPARED: Mapping[str, Callable[[str, str], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": lambda time, bound: first_day(time) < first_day(bound),
    "le": lambda time, bound: last_day(time) <= last_day(bound),
    "gt": lambda time, bound: first_day(time) > last_day(bound),
    "ge": lambda time, bound: first_day(time) >= first_day(bound),
}
Keys = tuple[tuple[tuple[str, ...], ...], ...]


def first_day(time: str) -> str:
    """Of a year, a month or a day."""
    return (time + "-01-01")[:10]


def last_day(time: str) -> str:
    """At least the last day: only its order counts."""
    return (time + "-12-31")[:10] if len(time) == 4 else (time + "-31")[:10]


@dataclass(frozen=True)
class Observation:
    """``key``: a value for each dimension but time, in the order of ``dimensions_of``; ``changed_at``: the hub's commit time."""

    key: tuple[str, ...]
    time: str
    point: Point
    changed_at: str


@dataclass(frozen=True)
class ObservationFilter:
    """``keys``: any of them, each with the values accepted of each dimension, none for any; ``held``: values by dimension;
    ``times``: operators and bounds, all of which hold."""

    keys: Keys = ()
    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    times: tuple[tuple[str, str], ...] = ()
    updated_after: str | None = None
    as_of: str | None = None

    def accepts(self, found: Observation, names: Iterable[str]) -> bool:
        """Whether it is asked for."""
        if self.keys and not any(_fits(found.key, key) for key in self.keys):
            return False
        if any(value not in self.held.get(name, (value,)) for name, value in zip(names, found.key, strict=True)):
            return False
        if self.updated_after and datetime.fromisoformat(found.changed_at) <= datetime.fromisoformat(
            self.updated_after
        ):
            return False
        return all(COMPARED[name](found.time, bound) for name, bound in self.times)


def dimensions_of(indicator: Indicator) -> tuple[str, ...]:
    """The dimensions of a figure's key: frequency, area, and its own in the order of their names."""
    return ("FREQ", AREA.id.upper(), *(name.upper() for name in sorted(indicator.dimensions)))


def observations(
    db: Snapshot, indicator: Indicator, filter: ObservationFilter, reader: Reader
) -> tuple[Observation, ...]:
    """Those asked for, in order of key and time."""
    statement = "observations_then" if filter.as_of else "observations_now"
    rows = db.rows(statement, indicator=indicator.indicator, as_of=filter.as_of)
    names = dimensions_of(indicator)
    points = money.points(db, (records.record(Point, row["value"]) for row in rows), filter.as_of, reader)
    found = (_observation(row, point, indicator) for row, point in zip(rows, points, strict=True))
    return tuple(
        sorted((each for each in found if filter.accepts(each, names)), key=lambda each: (each.key, each.time))
    )


def _observation(row: Row, point: Point, indicator: Indicator) -> Observation:
    time = point.period
    if time == "current":
        time = datetime.fromisoformat(point.as_of).astimezone(CHINA).date().isoformat()
    own = (point.dimensions.get(name, TOTAL) for name in sorted(indicator.dimensions))
    key = (FREQUENCIES[len(time)], point.dimensions.get(AREA.id, PROVINCE), *own)
    return Observation(key, time, point, instant(row["recorded_at"]))


def _fits(found: tuple[str, ...], key: tuple[tuple[str, ...], ...]) -> bool:
    return all(not accepted or value in accepted for value, accepted in zip(found, key, strict=True))
