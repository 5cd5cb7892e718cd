"""Money as this reader may read it: sums as they stand, or those of the newest vintage, each that is withheld without a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from schemas.fields.date import CHINA
from schemas.figures.disclosure import WITHHELD
from schemas.records.point import Point
from sinks.figures.cells import Cell, Key, of_point
from sinks.figures.derived import DERIVED_FLAG, released
from sinks.figures.revisions import RevisedCell
from sinks.figures.vintages import cell_name
from sinks.portal.read.figure_answers import CellValue
from sinks.portal.secrecy import Reader, shows_figure
from sinks.store.database import Snapshot
from sinks.store.figures import PROVINCE


class Shown(NamedTuple):
    """``at``: since when everybody has this value. ``value`` None: it is withheld."""

    value: str | None
    at: str | None = None


def cells(
    db: Snapshot, indicator: str, found: Sequence[CellValue], as_of: str | None, reader: Reader
) -> list[CellValue]:
    """Cells of one figure."""
    if not found or shows_figure(found[0].unit, reader):
        return list(found)
    keys = [_key(indicator, cell) for cell in found]
    told = shown(db, filter(None, keys), as_of)
    return [_cell(cell, told.get(key) if key else None) for cell, key in zip(found, keys, strict=True)]


def points(db: Snapshot, found: Iterable[Point], as_of: str | None, reader: Reader) -> list[Point]:
    """Published points, of any figures; one that is withheld has the value '' and status Q."""
    every = list(found)
    hidden = {point.key: of_point(point).key for point in every if not shows_figure(point.unit, reader)}
    told = shown(db, hidden.values(), as_of) if hidden else {}
    return [_point(point, told.get(hidden[point.key])) if point.key in hidden else point for point in every]


def of_release(db: Snapshot, found: Sequence[Cell], made_at: str, reader: Reader) -> list[Cell]:
    """The cells of a release, derived ones again from what is left of both sides."""
    own = [cell for cell in found if cell.flags != DERIVED_FLAG]
    hidden = [cell.key for cell in own if not shows_figure(cell.unit, reader)]
    if not hidden:
        return list(found)
    told, withheld = shown(db, hidden, made_at), set(hidden)
    left = [_released(cell, told.get(cell.key)) if cell.key in withheld else cell for cell in own]
    return sorted([*left, *(released(left) if len(own) < len(found) else ())])


def of_revisions(
    db: Snapshot, found: Sequence[RevisedCell], since: str, until: str, reader: Reader
) -> list[RevisedCell]:
    """Revised cells; one of money with what everybody had at both moments, and left out where that is the same."""
    hidden = [_revised(cell) for cell in found if not shows_figure(cell.unit, reader)]
    before, after = shown(db, hidden, since), shown(db, hidden, until)
    told = []
    for cell in found:
        key = _revised(cell)
        if shows_figure(cell.unit, reader):
            told.append(cell)
        elif key in before and before[key].value != after[key].value:
            told.append(cell.model_copy(update={"was": before[key].value, "now": after[key].value}))
    return told


def year_sum(
    db: Snapshot, indicator: str, held: tuple[str, str], years: Iterable[str], as_of: str | None
) -> Decimal | None:
    """What everybody has of the province in these years together; None: one of them is withheld."""
    keys = [(indicator, PROVINCE, *held, "period", year) for year in years]
    told = shown(db, keys, as_of)
    return sum((Decimal(told[key].value or 0) for key in keys), Decimal(0)) if told.keys() >= set(keys) else None


def shown(db: Snapshot, keys: Iterable[Key], as_of: str | None) -> dict[Key, Shown]:
    """What everybody has of these cells; one that is not there is withheld."""
    names = {cell_name(key): key for key in keys}
    rows = db.rows("shown_money", cells=list(names), as_of=as_of)
    return {names[row["cell"]]: Shown(row["value"], row["at"].astimezone(CHINA).isoformat()) for row in rows}


def _revised(cell: RevisedCell) -> Key:
    return cell.indicator, cell.area, cell.dimension, cell.category, "period", cell.period


def _key(indicator: str, cell: CellValue) -> Key | None:
    """None: it is cut by several dimensions, which no vintage has."""
    if len(cell.dimensions) > 1:
        return None
    dimension, category = next(iter(cell.dimensions.items()), ("", ""))
    return indicator, cell.area, dimension, category, cell.accumulation, cell.period


def _cell(cell: CellValue, told: Shown | None) -> CellValue:
    """A zero tells nobody's amount."""
    if _is_zero(cell.value):
        return cell
    if told is None:
        return cell.model_copy(update={"value": None, "status": WITHHELD})
    return cell.model_copy(update={"value": told.value, "as_of": told.at})


def _point(point: Point, told: Shown | None) -> Point:
    if _is_zero(point.value):
        return point
    if told is None:
        return replace(point, value="", status=WITHHELD)
    return replace(point, value=told.value or "", as_of=told.at or point.as_of)


def _released(cell: Cell, told: Shown | None) -> Cell:
    if _is_zero(cell.value):
        return cell
    return cell._replace(value=told.value or "") if told else cell._replace(value="", status=WITHHELD)


def _is_zero(value: str | None) -> bool:
    return value is not None and value != "" and not Decimal(value)
