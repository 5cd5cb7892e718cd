"""Derived figures of one period: both sides and what follows from them, for every area."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from schemas.figures import BY_ID
from schemas.figures.derived import DERIVED, Derived, Side
from schemas.figures.disclosure import WITHHELD
from schemas.figures.values import AREAS
from schemas.frozen import Frozen
from sinks.figures.cells import Cell, Key
from sinks.figures.recount import counted
from sinks.store.database import Snapshot

DERIVED_FLAG = "derived"  # of a cell in a release that follows from two others


class DerivedCell(Frozen):
    """``value``: None when it is a share of nothing, or of a side that is withheld, which is None too."""

    figure: str
    area: str
    period: str
    first: str | None
    second: str | None
    value: str | None
    unit: str


def derived(db: Snapshot, period: str) -> list[DerivedCell]:
    """Every derived figure of every area; ``period``: a month or a year."""
    return [
        cell
        for each in DERIVED
        for cell in cells(each, period, *(_side(db, s, period) for s in (each.first, each.second)))
    ]


def cells(
    each: Derived, period: str, first: Mapping[str, str | None], second: Mapping[str, str | None]
) -> list[DerivedCell]:
    """Pure. ``first``, ``second``: values by area; one that is not there is 0, None is withheld."""
    found = []
    for area in AREAS:
        sides = first.get(area, "0"), second.get(area, "0")
        found.append(
            DerivedCell(
                figure=each.id,
                area=area,
                period=period,
                first=sides[0],
                second=sides[1],
                value=_value(each, *sides),
                unit=each.unit.value,
            )
        )
    return found


def _value(each: Derived, first: str | None, second: str | None) -> str | None:
    """Of something that is withheld (None, or '' in a release) nothing follows."""
    if not first or not second:
        return None
    value = each.of(Decimal(first), Decimal(second))
    return None if value is None else str(value)


def released(cells: Iterable[Cell]) -> list[Cell]:
    """What follows from the cells of a release, as further cells of it, in every area that has one of the sides."""
    by_key = {cell.key: cell for cell in cells}
    return [cell for each in DERIVED for cell in _released(each, by_key)]


def _released(each: Derived, by_key: Mapping[Key, Cell]) -> Iterator[Cell]:
    """``contributions``: those behind both sides. A share of nothing has no value, and status O (missing)."""
    sides = [(side.indicator, next(iter(side.held.items()), ("", ""))) for side in (each.first, each.second)]
    wheres = {(key[1], *key[4:]) for key in by_key if (key[0], key[2:4]) in sides}
    for area, accumulation, period in sorted(wheres):
        pair = [by_key.get((name, area, *held, accumulation, period)) for name, held in sides]
        value = _value(each, *(cell.value if cell else "0" for cell in pair))
        there = [cell for cell in pair if cell]
        yield Cell(
            indicator=each.id,
            area=area,
            dimension="",
            category="",
            accumulation=accumulation,
            period=period,
            value=value or "",
            unit=each.unit.value,
            status="P" if value is not None else WITHHELD if any(cell.value == "" for cell in there) else "O",
            coverage="",
            contributions=sum(cell.contributions for cell in there),
            flags=DERIVED_FLAG,
            def_version=each.version,
            as_of=max(cell.as_of for cell in there),
            synthetic=any(cell.synthetic for cell in there),
        )


def _side(db: Snapshot, side: Side, period: str) -> dict[str, str]:
    held = next(iter(side.held.items()), ("", ""))
    return {
        cell.area: cell.value
        for cell in counted(db, BY_ID[side.indicator], [period])
        if (cell.dimension, cell.category) == held
    }
