"""Recount: every published cell again from the contributions, by the rules as SQL has them (``sinks.store.figures``).

The stream and the recount share the declaration of each figure and no code. A contribution and the points that it moves
are two transactions of the stages: between them a cell differs for a moment. What stays different is a fault.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from msgspec import convert

from schemas.figures import BY_ID, INDICATORS, Counting, Indicator
from schemas.figures.values import PROVINCE
from schemas.records.point import Point
from sinks.figures.cells import Cell, Key, name_of, of_point
from sinks.figures.identities import Broken, broken
from sinks.store import figures
from sinks.store.database import Database, Snapshot
from sinks.store.figures import Recount

UNDER_WAY_SECONDS = 60.0  # within which what the stages have begun is on its topics and in the tables


class Difference(NamedTuple):
    """A cell whose published value is not the recounted one, and a contribution behind it ('' when there is none).

    Where the values are the same and the explanation is not, both sides say how many contributions they count.
    """

    cell: str
    published: str
    recounted: str
    contribution: str


class Check(NamedTuple):
    """What a check of figures found. ``unchecked``: figures on the topic that this program does not define."""

    cells: int
    explained: int  # cells that what stands behind them adds up to, in value and in number
    differences: tuple[Difference, ...]
    broken: tuple[Broken, ...]
    unchecked: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        return not (self.differences or self.broken or self.unchecked)

    def and_later(self, later: Check) -> Check:
        """What this check found and a later one finds still, with the later values."""
        differing = {one.cell for one in self.differences}
        broken_here = {(one.identity, one.cell) for one in self.broken}
        return later._replace(
            differences=tuple(one for one in later.differences if one.cell in differing),
            broken=tuple(one for one in later.broken if (one.identity, one.cell) in broken_here),
        )


def check(db: Snapshot, period: str | None = None) -> Check:
    """All figures of a period, or of every period."""
    published = [convert(row["value"], Point) for row in db.rows("all_points", period=period)]
    known = [of_point(point) for point in published if point.indicator in BY_ID]
    of_indicator: dict[str, list[Cell]] = defaultdict(list)
    for cell in known:
        of_indicator[cell.indicator].append(cell)
    periods = sorted({cell.period for cell in known} | ({period} if period else set()))
    differences = [one for each in INDICATORS for one in _differences(db, each, of_indicator[each.id], periods)]
    unchecked = sorted({point.indicator for point in published} - BY_ID.keys())
    names, differing = {name_of(cell.key) for cell in known}, {one.cell for one in differences}
    return Check(len(known), len(names - differing), tuple(differences), _broken(db, known), tuple(unchecked))


def _broken(db: Snapshot, cells: list[Cell]) -> tuple[Broken, ...]:
    """Identities that do not hold, each with a contribution to its cell, or to one of those that are added up there."""
    found = broken(cells)
    keys: dict[str, Key] = {}
    if found:
        for cell in cells:
            total = (*cell.key[:3], "", *cell.key[4:])
            for key in (cell.key, total, (cell.indicator, PROVINCE, *cell.key[2:])):
                keys.setdefault(name_of(key), cell.key)
    return tuple(
        each._replace(contribution=_behind(db, keys[each.cell]) if each.cell in keys else "") for each in found
    )


def check_running(
    database: Database,
    period: str | None = None,
    seconds: float = UNDER_WAY_SECONDS,
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> Check:
    """The check of a hub that goes on: cells that differ are looked at again until they agree, or the time is over."""
    deadline = clock() + seconds
    with database.snapshot() as db:
        found = check(db, period)
    while (found.differences or found.broken) and clock() < deadline:
        wait(1.0)
        with database.snapshot() as db:
            found = found.and_later(check(db, period))
    return found


def counted(
    db: Snapshot, indicator: Indicator, periods: Iterable[str], *, ytd: bool = False, until: int | None = None
) -> list[Cell]:
    """The cells of a figure that contributions give, total and by each dimension, for every area: as it is published."""
    windows = [figures.window(period, ytd=ytd) for period in periods if fits(indicator, period)]
    found = []
    for dimension in ("", *(one.id for one in indicator.dimensions)):
        rows = figures.cells(db, indicator.id, windows, by=[dimension] if dimension else [], spread=True, until=until)
        found += [_cell(indicator, dimension, row, "ytd" if ytd else "period") for row in rows]
    return found


def fits(indicator: Indicator, period: str) -> bool:
    """Stocks are counted as they are now, everything else in months and years."""
    return (indicator.counting is Counting.STOCK) == (period == "current")


def _cell(indicator: Indicator, dimension: str, row: Recount, accumulation: str) -> Cell:
    unit = indicator.unit.value
    return Cell(
        indicator=indicator.id,
        area=row.area,
        dimension=dimension,
        category=row.dimensions[dimension] if dimension else "",
        accumulation=accumulation,
        period=row.period,
        value=figures.value_of(row, unit),
        unit=unit,
        status="P",
        coverage=f"{row.keys_with_amount / row.keys:.3f}" if unit in figures.FEN_IN else "",
        contributions=row.contributions,
        flags="",
        def_version=indicator.version,
        as_of=row.received_at,
        synthetic=row.synthetic,
    )


def _differences(
    db: Snapshot, indicator: Indicator, published: list[Cell], periods: Iterable[str]
) -> Iterator[Difference]:
    """A cell that is published and empty is 0, and so is one that is not published."""
    nothing = figures.value_of(None, indicator.unit.value)
    told = {cell.key: (cell.value, cell.contributions) for cell in published}
    again = {cell.key: (cell.value, cell.contributions) for cell in counted(db, indicator, periods)}
    for key in sorted(told.keys() | again.keys()):
        was, now = told.get(key, (nothing, 0)), again.get(key, (nothing, 0))
        if was != now:
            numbered = was[0] == now[0]
            yield Difference(name_of(key), _side(*was, numbered), _side(*now, numbered), _behind(db, key))


def _side(value: str, contributions: int, numbered: bool) -> str:
    return f"{value} ({contributions} contributions)" if numbered else value


def _behind(db: Snapshot, key: Key) -> str:
    """One contribution to the cell, by which its record can be found."""
    indicator, area, dimension, category, _, period = key
    held = {dimension: category} if dimension else {}
    rows = figures.contributions(db, indicator, figures.window(period), held=held, area=area)
    return str(rows[0]["id"]) if rows else ""
