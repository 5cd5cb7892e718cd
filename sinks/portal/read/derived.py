"""Derived figures as answers: from the sides as they are published, or were at an instant."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.figures.derived import DERIVED, Side
from sinks.figures.derived import DerivedCell, cells
from sinks.portal.read import statistics
from sinks.portal.read.figure_answers import Indicator
from sinks.portal.read.filters import DerivedFilter, FigureFilter
from sinks.portal.secrecy import Reader
from sinks.store.database import Snapshot


def is_published(side: Side, known: Mapping[str, Indicator]) -> bool:
    """Its figure has points, and these have the dimensions that the side holds."""
    return side.indicator in known and side.held.keys() <= set(known[side.indicator].dimensions)


def derived(db: Snapshot, known: Mapping[str, Indicator], filter: DerivedFilter, reader: Reader) -> list[DerivedCell]:
    """Every derived figure whose sides both have a value somewhere, for one area or all."""
    found = []
    for each in DERIVED:
        sides = (each.first, each.second)
        if all(is_published(side, known) for side in sides):
            told = [_side(db, known[side.indicator], side, filter, reader) for side in sides]
            found += cells(each, filter.period, *told)
    return [cell for cell in found if filter.area in (None, cell.area)]


def _side(db: Snapshot, figure: Indicator, side: Side, filter: DerivedFilter, reader: Reader) -> dict[str, str | None]:
    asked = FigureFilter(
        indicator=figure.indicator,
        by=("area",),
        where=dict(side.held),
        period=filter.period,
        as_of=filter.as_of,
        accumulation=filter.accumulation,
    )
    return {cell.area: cell.value for cell in statistics.cell_values(db, figure, asked, reader)}
