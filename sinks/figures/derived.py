"""Derived figures of one period, from the contributions: both sides and what follows from them, for every area."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from schemas.figures import BY_ID
from schemas.figures.derived import DERIVED, Derived, Side
from schemas.figures.values import AREAS
from sinks.figures.recount import counted
from sinks.store.database import Snapshot


class DerivedCell(NamedTuple):
    """``value``: None when it is a share of nothing."""

    figure: str
    area: str
    period: str
    first: str
    second: str
    value: str | None
    unit: str


def derived(db: Snapshot, period: str) -> list[DerivedCell]:
    """Every derived figure of every area; ``period``: a month or a year."""
    return [
        cell
        for each in DERIVED
        for cell in cells(each, period, *(_side(db, s, period) for s in (each.first, each.second)))
    ]


def cells(each: Derived, period: str, first: dict[str, str], second: dict[str, str]) -> list[DerivedCell]:
    """Pure. ``first``, ``second``: values by area; one that is not there is 0."""
    found = []
    for area in AREAS:
        sides = first.get(area, "0"), second.get(area, "0")
        value = each.of(*map(Decimal, sides))
        found.append(DerivedCell(each.id, area, period, *sides, None if value is None else str(value), each.unit.value))
    return found


def _side(db: Snapshot, side: Side, period: str) -> dict[str, str]:
    held = next(iter(side.held.items()), ("", ""))
    return {
        cell.area: cell.value
        for cell in counted(db, BY_ID[side.indicator], [period])
        if (cell.dimension, cell.category) == held
    }
